//! Mails that were sent, kept for a test to read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use security_core::mail::{Email, MailError, MailSender};

/// Keeps every mail instead of sending it; clones share the mails.
///
/// ```
/// use security_core::mail::{Email, MailSender as _};
/// use security_testkit::outbox::MemoryOutbox;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let outbox = MemoryOutbox::new();
/// outbox.fail_next(1);
/// let text = Some("Hello".to_owned());
/// let mail = Email { to: "ann@harbour.example".to_owned(), subject: "Hello".to_owned(), text, html: None };
/// assert!(outbox.send(&mail).await.is_err());
/// assert!(outbox.send(&mail).await.is_ok());
/// assert_eq!(outbox.mails().len(), 1);
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryOutbox {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    mails: VecDeque<Email>,
    failures: usize,
}

impl MemoryOutbox {
    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses the next mails for good, as a mail server does that does not know the recipient.
    pub fn fail_next(&self, count: usize) {
        self.state().failures = count;
    }

    /// The mails so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Email> {
        self.state().mails.iter().cloned().collect()
    }

    /// Takes the mails so far out, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Email> {
        self.state().mails.drain(..).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl MailSender for MemoryOutbox {
    async fn send(&self, mail: &Email) -> Result<(), MailError> {
        let mut state = self.state();
        if state.failures > 0 {
            state.failures -= 1;
            return Err(MailError::Recipient);
        }
        state.mails.push_back(mail.clone());
        Ok(())
    }
}
