//! Telling subscribers.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{broadcast, watch};
use tracing::Instrument as _;

use super::Event;

/// Events that a receiver of the channel may be behind.
const CHANNEL_CAPACITY: usize = 1024;
/// How long a request waits for one subscriber.
const PATIENCE: Duration = Duration::from_secs(5);

/// Is told of events.
#[async_trait]
pub trait EventSubscriber: Debug + Send + Sync {
    /// Does something about an event. What it is about has already happened and cannot be prevented here.
    ///
    /// The request that caused the event waits for this, up to 5 seconds; a subscriber that takes longer goes on in
    /// the background, and may then see the next event before it is done with this one. A panic is logged and stays
    /// here.
    async fn on_event(&self, event: &Event);
}

/// Who is told of events: subscribers, which the request waits for, and receivers of a channel, which it does not.
///
/// Subscribe before cloning: each clone has its own list of subscribers. The channel is shared by all clones.
///
/// ```
/// use async_trait::async_trait;
/// use security_core::event::{Event, EventSubscriber, Events};
/// use std::sync::Arc;
///
/// #[derive(Debug)]
/// struct Audit;
///
/// #[async_trait]
/// impl EventSubscriber for Audit {
///     async fn on_event(&self, event: &Event) {
///         println!("{}", event.name());
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut events = Events::new();
/// events.subscribe(Arc::new(Audit));
/// let mut channel = events.channel();
///
/// events.announce(Event::UserUnauthenticated).await;
/// assert_eq!(channel.recv().await, Ok(Event::UserUnauthenticated));
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Events {
    subscribers: Vec<Arc<dyn EventSubscriber>>,
    channel: broadcast::Sender<Event>,
    patience: Duration,
    /// How many announcements that nobody waits for are under way.
    under_way: watch::Sender<usize>,
}

impl Events {
    /// Events that nobody is told of yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            subscribers: Vec::new(),
            channel: broadcast::Sender::new(CHANNEL_CAPACITY),
            patience: PATIENCE,
            under_way: watch::Sender::new(0),
        }
    }

    /// Tells this subscriber as well, after those before it.
    pub fn subscribe(&mut self, subscriber: Arc<dyn EventSubscriber>) {
        self.subscribers.push(subscriber);
    }

    /// Waits this long for one subscriber, instead of 5 seconds.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// A channel that gets every event from now on. A receiver that is more than 1024 events behind misses the oldest
    /// ones, and is told how many.
    #[must_use]
    pub fn channel(&self) -> broadcast::Receiver<Event> {
        self.channel.subscribe()
    }

    /// Tells everybody, and waits for the subscribers, one after the other. To be called once the change is stored.
    ///
    /// Neither a subscriber that panics nor one that is slow breaks the request, and a request that is given up does
    /// not keep the later subscribers from being told. Fields of a form that hold a secret are taken out first. Needs
    /// a tokio runtime when there are subscribers.
    pub async fn announce(&self, event: Event) {
        let event = event.redacted();
        // An error says that nobody listens to the channel, which is fine.
        let _ = self.channel.send(event.clone());
        if self.subscribers.is_empty() {
            return;
        }
        let telling = tell(self.subscribers.clone(), event, self.patience).in_current_span();
        // Each subscriber has a task of its own, so this one does not panic; a runtime that ends may end it.
        let _ = tokio::spawn(telling).await;
    }

    /// Tells everybody like [`announce`](Self::announce) and waits for nobody. For events whose announcement must not
    /// show in the time a request takes.
    pub fn announce_later(&self, event: Event) {
        let (events, under_way) = (self.clone(), self.under_way.clone());
        if self.subscribers.is_empty() {
            let _ = self.channel.send(event.redacted());
            return;
        }
        under_way.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            events.announce(event).await;
            under_way.send_modify(|count| *count -= 1);
        });
    }

    /// Waits until everybody was told of what was announced so far. For tests and for shutting down.
    pub async fn idle(&self) {
        // The sender is held here, so the channel is open.
        let _ = self.under_way.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

async fn tell(subscribers: Vec<Arc<dyn EventSubscriber>>, event: Event, patience: Duration) {
    let event = Arc::new(event);
    for subscriber in subscribers {
        let name = event.name();
        let event = Arc::clone(&event);
        let reaction = tokio::spawn(async move { subscriber.on_event(&event).await }.in_current_span());
        match tokio::time::timeout(patience, reaction).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!(feature = "events", event = name, "a subscriber panicked"),
            Err(_) => {
                tracing::warn!(feature = "events", event = name, "a subscriber is slow: not waited for")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;
    use tokio::sync::Notify;

    use super::*;
    use crate::account::UserId;
    use crate::event::UserSummary;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<Event>>);

    #[async_trait]
    impl EventSubscriber for Recorder {
        async fn on_event(&self, event: &Event) {
            tokio::task::yield_now().await;
            self.0.lock().unwrap().push(event.clone());
        }
    }

    #[derive(Debug)]
    struct Panics;

    #[async_trait]
    impl EventSubscriber for Panics {
        async fn on_event(&self, _event: &Event) {
            panic!("for the test");
        }
    }

    /// Waits to be let go.
    #[derive(Debug, Default)]
    struct Slow {
        gate: Notify,
        seen: Recorder,
    }

    #[async_trait]
    impl EventSubscriber for Slow {
        async fn on_event(&self, event: &Event) {
            self.gate.notified().await;
            self.seen.on_event(event).await;
        }
    }

    fn confirmed() -> Event {
        let user = UserSummary { id: UserId::Int(7), email: "joe@example.com".into(), username: None };
        Event::UserConfirmed { user }
    }

    #[tokio::test]
    async fn a_subscriber_has_been_told_when_the_announcement_returns() {
        let recorder = Arc::new(Recorder::default());
        let mut events = Events::new();
        events.subscribe(recorder.clone());
        let mut channel = events.clone().channel();
        events.announce(confirmed()).await;
        assert_eq!(*recorder.0.lock().unwrap(), [confirmed()]);
        assert_eq!(channel.recv().await.unwrap(), confirmed());
    }

    #[tokio::test]
    async fn a_subscriber_that_panics_breaks_neither_the_request_nor_the_next_one() {
        let recorder = Arc::new(Recorder::default());
        let mut events = Events::new();
        events.subscribe(Arc::new(Panics));
        events.subscribe(recorder.clone());
        events.announce(confirmed()).await;
        assert_eq!(recorder.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_not_waited_for_and_not_interrupted() {
        let (slow, recorder) = (Arc::new(Slow::default()), Arc::new(Recorder::default()));
        let mut events = Events::new().with_patience(Duration::from_millis(10));
        events.subscribe(slow.clone());
        events.subscribe(recorder.clone());
        events.announce(confirmed()).await;
        assert_eq!(recorder.0.lock().unwrap().len(), 1);
        assert_eq!(slow.seen.0.lock().unwrap().len(), 0);
        slow.gate.notify_one();
        while slow.seen.0.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_keeps_nobody_from_being_told() {
        let (slow, recorder) = (Arc::new(Slow::default()), Arc::new(Recorder::default()));
        let mut events = Events::new();
        events.subscribe(slow.clone());
        events.subscribe(recorder.clone());
        let request = tokio::spawn(async move { events.announce(confirmed()).await });
        tokio::task::yield_now().await;
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        slow.gate.notify_one();
        while recorder.0.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn nobody_is_told_a_password() {
        let recorder = Arc::new(Recorder::default());
        let mut events = Events::new();
        events.subscribe(recorder.clone());
        let mut channel = events.channel();
        let user = UserSummary { id: UserId::Int(7), email: "joe@example.com".into(), username: None };
        let fields = json!({"password": "s3cret", "nickname": "joey"}).as_object().unwrap().clone();
        events.announce(Event::UserRegistered { user, fields }).await;
        for event in [channel.recv().await.unwrap(), recorder.0.lock().unwrap()[0].clone()] {
            let Event::UserRegistered { fields, .. } = event else { panic!("{event:?}") };
            assert_eq!(fields.keys().collect::<Vec<_>>(), ["nickname"]);
        }
    }
}
