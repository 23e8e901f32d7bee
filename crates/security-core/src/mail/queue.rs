//! Mails on their way to the mail server.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{Email, MailError, MailSender};

/// Mails that may wait.
const CAPACITY: usize = 1000;
/// Pause before the second attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// How much longer the pause before the third attempt is.
const LONGER: u32 = 5;
/// Attempts to send a mail.
const ATTEMPTS: u32 = 3;

/// Mails that wait to be sent, one after the other, in the background.
///
/// A mail that cannot be sent is tried twice more, after 2 and after 10 seconds, unless trying again is of no use. Then
/// it is given up, and the log says so once: its kind and the reason, not its address. Up to 1000 mails wait; when
/// there are more, new ones are refused. The queue lives in memory, so what waits when the program ends is lost: wait
/// for [`idle`](Self::idle) before.
///
/// The mails are sent by a tokio task that starts with the first mail and ends when none is left. A mail that is
/// queued outside of a runtime waits for the next one that is queued, or awaited, inside. Clones share the queue.
#[derive(Clone)]
pub struct MailQueue {
    shared: Arc<Shared>,
}

struct Shared {
    sender: Arc<dyn MailSender>,
    capacity: usize,
    first_pause: Duration,
    state: Mutex<State>,
    /// How many mails were sent or given up.
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<Job>>,
    /// How many mails were ever taken.
    taken: u64,
    is_running: bool,
}

struct Job {
    kind: &'static str,
    mail: Email,
}

impl MailQueue {
    /// A queue for this sender. Works outside of an async runtime.
    #[must_use]
    pub fn start(sender: Arc<dyn MailSender>) -> Self {
        Self::start_with(sender, CAPACITY, FIRST_PAUSE)
    }

    /// A queue for so many mails at most, which waits so long before the second attempt and five times as long before
    /// the third.
    #[must_use]
    pub fn start_with(sender: Arc<dyn MailSender>, capacity: usize, first_pause: Duration) -> Self {
        let (state, done) = (Mutex::default(), watch::Sender::new(0));
        Self { shared: Arc::new(Shared { sender, capacity, first_pause, state, done }) }
    }

    /// Puts a mail into the queue and returns at once. The kind of the mail is what the log calls it.
    ///
    /// # Errors
    ///
    /// [`MailError::QueueFull`].
    pub fn enqueue(&self, kind: &'static str, mail: Email) -> Result<(), MailError> {
        {
            let mut state = self.shared.lock();
            if state.waiting.len() >= self.shared.capacity {
                return Err(MailError::QueueFull);
            }
            state.waiting.push_back(Arc::new(Job { kind, mail }));
            state.taken += 1;
        }
        self.run();
        Ok(())
    }

    /// How many mails wait, the one that is being sent included.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }

    /// Waits until every mail queued so far was sent or given up.
    pub async fn idle(&self) {
        let taken = self.shared.lock().taken;
        self.run();
        let mut done = self.shared.done.subscribe();
        // The queue itself holds the other end, so waiting ends with the mails.
        let _ = done.wait_for(|done| *done >= taken).await;
    }

    /// Starts the task that sends, if there is something to send, a runtime to do it in, and no such task yet.
    fn run(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut state = self.shared.lock();
        if state.is_running || state.waiting.is_empty() {
            return;
        }
        state.is_running = true;
        drop(state);
        // Made here: a runtime that is shutting down may drop the task before it ever ran.
        let run = Run { shared: Arc::clone(&self.shared), is_over: false };
        runtime.spawn(run.send_all());
    }
}

impl fmt::Debug for MailQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailQueue")
            .field("sender", &self.shared.sender)
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a mail, or gives it up and says so.
    async fn deliver(&self, job: &Arc<Job>) {
        let mut pause = self.first_pause;
        for attempt in 1..=ATTEMPTS {
            let Err(error) = self.attempt(job).await else { return };
            if attempt == ATTEMPTS || error.is_permanent() {
                tracing::error!(
                    feature = "mail",
                    mail.kind = job.kind,
                    attempts = attempt,
                    error = %error,
                    "a mail could not be sent and is given up"
                );
                return;
            }
            tokio::time::sleep(pause).await;
            pause *= LONGER;
        }
    }

    /// Sends a mail in a task of its own, so that a sender that panics does not take the queue with it.
    async fn attempt(&self, job: &Arc<Job>) -> Result<(), MailError> {
        let (sender, job) = (Arc::clone(&self.sender), Arc::clone(job));
        let sending = tokio::spawn(async move { sender.send(&job.mail).await });
        sending.await.unwrap_or_else(|_| Err(MailError::other("the sender panicked")))
    }
}

/// One run of the task that sends. However it ends, another one can be started.
struct Run {
    shared: Arc<Shared>,
    is_over: bool,
}

impl Run {
    async fn send_all(mut self) {
        while let Some(job) = self.next() {
            self.shared.deliver(&job).await;
            // Only now: a runtime that ends in the middle leaves the mail to the next run.
            self.shared.lock().waiting.pop_front();
            self.shared.done.send_modify(|done| *done += 1);
        }
    }

    /// The mail that waits longest. When there is none, the run is over: told under the same lock, so that a mail
    /// queued right then starts the next run.
    fn next(&mut self) -> Option<Arc<Job>> {
        let mut state = self.shared.lock();
        let job = state.waiting.front().cloned();
        if job.is_none() {
            state.is_running = false;
            self.is_over = true;
        }
        job
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.is_over {
            self.shared.lock().is_running = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;

    /// Answers each attempt with the next of its outcomes, then with success, and keeps what was sent.
    #[derive(Default)]
    struct Scripted {
        outcomes: Mutex<VecDeque<Outcome>>,
        attempts: Mutex<Vec<String>>,
    }

    enum Outcome {
        Fails(MailError),
        Panics,
        Hangs,
    }

    impl Scripted {
        fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Arc<Self> {
            Arc::new(Self { outcomes: Mutex::new(outcomes.into_iter().collect()), ..Self::default() })
        }

        fn attempts(&self) -> Vec<String> {
            self.attempts.lock().unwrap().clone()
        }
    }

    impl fmt::Debug for Scripted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Scripted")
        }
    }

    #[async_trait]
    impl MailSender for Scripted {
        async fn send(&self, mail: &Email) -> Result<(), MailError> {
            self.attempts.lock().unwrap().push(mail.subject.clone());
            let outcome = self.outcomes.lock().unwrap().pop_front();
            match outcome {
                Some(Outcome::Fails(error)) => Err(error),
                Some(Outcome::Panics) => panic!("for the test"),
                Some(Outcome::Hangs) => std::future::pending().await,
                None => Ok(()),
            }
        }
    }

    fn mail(subject: &str) -> Email {
        Email {
            to: "joe@example.com".into(),
            subject: subject.into(),
            text: Some("s3cret".into()),
            html: None,
        }
    }

    fn queue(sender: &Arc<Scripted>) -> MailQueue {
        MailQueue::start_with(sender.clone(), 3, Duration::from_millis(1))
    }

    #[tokio::test]
    async fn a_mail_is_not_lost_when_the_sender_fails_once() {
        for outcome in [Outcome::Fails(MailError::TimedOut), Outcome::Panics] {
            let sender = Scripted::new([outcome]);
            let queue = queue(&sender);
            queue.enqueue("welcome", mail("one")).unwrap();
            queue.enqueue("welcome", mail("two")).unwrap();
            queue.idle().await;
            assert_eq!(sender.attempts(), ["one", "one", "two"]);
            assert_eq!(queue.waiting(), 0);
        }
    }

    #[tokio::test]
    async fn a_mail_is_given_up_after_three_attempts_and_the_next_one_is_sent() {
        let fails = || Outcome::Fails(MailError::Deferred { code: 451 });
        let sender = Scripted::new([fails(), fails(), fails()]);
        let queue = queue(&sender);
        queue.enqueue("welcome", mail("one")).unwrap();
        queue.enqueue("change_notice", mail("two")).unwrap();
        queue.idle().await;
        assert_eq!(sender.attempts(), ["one", "one", "one", "two"]);
    }

    #[tokio::test]
    async fn what_would_fail_again_is_not_tried_again() {
        let sender = Scripted::new([Outcome::Fails(MailError::Refused { code: 550 })]);
        let queue = queue(&sender);
        queue.enqueue("welcome", mail("one")).unwrap();
        queue.idle().await;
        assert_eq!(sender.attempts(), ["one"]);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_a_request_never_waits() {
        let sender = Scripted::new([Outcome::Hangs]);
        let queue = queue(&sender);
        for subject in ["one", "two", "three"] {
            queue.enqueue("welcome", mail(subject)).unwrap();
        }
        assert!(matches!(queue.enqueue("welcome", mail("four")), Err(MailError::QueueFull)));
        assert_eq!(queue.waiting(), 3);
    }

    #[test]
    fn a_mail_queued_before_there_is_a_runtime_is_sent_in_the_first_one() {
        let sender = Scripted::new([]);
        let queue = queue(&sender);
        queue.enqueue("welcome", mail("one")).unwrap();
        assert_eq!(sender.attempts(), [""; 0]);
        runtime().block_on(queue.idle());
        assert_eq!(sender.attempts(), ["one"]);
    }

    #[test]
    fn a_mail_survives_the_end_of_the_runtime_that_was_sending_it() {
        let sender = Scripted::new([Outcome::Hangs]);
        let queue = queue(&sender);
        runtime().block_on(async {
            queue.enqueue("welcome", mail("one")).unwrap();
            while sender.attempts().is_empty() {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(queue.waiting(), 1);
        runtime().block_on(async {
            queue.enqueue("welcome", mail("two")).unwrap();
            queue.idle().await;
        });
        assert_eq!(sender.attempts(), ["one", "one", "two"]);
    }

    #[tokio::test]
    async fn an_empty_queue_is_idle() {
        queue(&Scripted::new([])).idle().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn mails_from_many_requests_at_once_are_all_sent_once() {
        let sender = Scripted::new([]);
        let queue = MailQueue::start(sender.clone());
        let requests: Vec<_> = (0..200)
            .map(|number| {
                let queue = queue.clone();
                tokio::spawn(async move { queue.enqueue("welcome", mail(&number.to_string())).unwrap() })
            })
            .collect();
        for request in requests {
            request.await.unwrap();
        }
        queue.idle().await;
        let mut sent: Vec<u32> = sender.attempts().iter().map(|subject| subject.parse().unwrap()).collect();
        sent.sort_unstable();
        assert_eq!(sent, (0..200).collect::<Vec<_>>());
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }
}
