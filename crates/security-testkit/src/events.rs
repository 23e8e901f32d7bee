//! Events that were announced, kept for a test to read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use security_core::event::{Event, EventSubscriber};

/// Keeps every event; clones share them.
///
/// ```
/// use std::sync::Arc;
/// use security_core::event::{Event, Events};
/// use security_testkit::events::EventLog;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let log = EventLog::new();
/// let mut events = Events::new();
/// events.subscribe(Arc::new(log.clone()));
/// events.announce(Event::UserUnauthenticated).await;
/// assert_eq!(log.names(), ["user-unauthenticated"]);
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    events: Arc<Mutex<Vec<Event>>>,
}

impl EventLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The events so far, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.log().clone()
    }

    /// The names of the events so far, oldest first.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.log().iter().map(Event::name).collect()
    }

    /// Takes the events so far out, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.log())
    }

    fn log(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EventSubscriber for EventLog {
    async fn on_event(&self, event: &Event) {
        self.log().push(event.clone());
    }
}
