//! Mails on their way to the mail server.

mod backlog;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{Email, MailError, MailSender};
use backlog::{Backlog, Job};

/// Mails that may wait.
const CAPACITY: usize = 1000;
/// The part of the places that is kept for notices.
const PART_FOR_NOTICES: usize = 10;
/// Pause before the second attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// How much longer the pause before the third attempt is.
const LONGER: u32 = 5;
/// Attempts to send a mail.
const ATTEMPTS: u32 = 3;
/// Mails that are sent at the same time. Two, so that one that hangs does not hold up the rest.
const WORKERS: usize = 2;
/// How long an attempt may take, for a sender that has no limit of its own.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(60);

/// Mails that wait to be sent in the background, in the order in which they came, two at a time.
///
/// A mail that cannot be sent is tried twice more, after 2 and after another 10 seconds, unless trying again is of no
/// use. In the meantime the mails behind it are sent. After that it is given up, and the log says so once: its kind
/// and the reason, not its address. An attempt ends with the limit of the sender, at the latest after a minute. Two
/// mails to one recipient are never sent at the same time.
///
/// Up to 1000 mails wait. The last tenth of the places is for [notices](Self::enqueue_notice): anybody can make a site
/// send mails by filling in forms, and must not be able to keep the notice from the owner of an account that its
/// password was changed. The queue lives in memory, so what waits when the program ends is lost: wait for
/// [`idle`](Self::idle) before.
///
/// The mails are sent by tokio tasks that start with the first mail and end when none is left. A mail that is queued
/// outside of a runtime waits for the next one that is queued, or awaited, inside. Clones share the queue.
#[derive(Clone)]
pub struct MailQueue {
    shared: Arc<Shared>,
}

struct Shared {
    sender: Arc<dyn MailSender>,
    capacity: usize,
    first_pause: Duration,
    backlog: Mutex<Backlog>,
    /// Every mail below this number was sent or given up.
    done_below: watch::Sender<u64>,
}

impl MailQueue {
    /// A queue for this sender. Works outside of an async runtime.
    #[must_use]
    pub fn start(sender: Arc<dyn MailSender>) -> Self {
        Self::start_with(sender, CAPACITY, FIRST_PAUSE)
    }

    /// A queue for so many mails at most, a tenth of them notices, which waits so long before the second attempt and
    /// five times as long before the third.
    #[must_use]
    pub fn start_with(sender: Arc<dyn MailSender>, capacity: usize, first_pause: Duration) -> Self {
        let (backlog, done_below) = (Mutex::default(), watch::Sender::new(0));
        Self { shared: Arc::new(Shared { sender, capacity, first_pause, backlog, done_below }) }
    }

    /// Puts a mail into the queue and returns at once. The kind of the mail is what the log calls it.
    ///
    /// # Errors
    ///
    /// [`MailError::QueueFull`] when no place is left but those for notices.
    pub fn enqueue(&self, kind: &'static str, mail: Email) -> Result<(), MailError> {
        let capacity = self.shared.capacity;
        self.add(kind, mail, capacity - capacity / PART_FOR_NOTICES)
    }

    /// Like [`enqueue`](Self::enqueue), for a mail that tells the owner of an account what happened to it. No visitor
    /// can cause such mails at will, so the last places are theirs.
    ///
    /// # Errors
    ///
    /// [`MailError::QueueFull`] when no place is left.
    pub fn enqueue_notice(&self, kind: &'static str, mail: Email) -> Result<(), MailError> {
        self.add(kind, mail, self.shared.capacity)
    }

    fn add(&self, kind: &'static str, mail: Email, places: usize) -> Result<(), MailError> {
        {
            let mut backlog = self.shared.lock();
            if backlog.len() >= places {
                backlog.failures += 1;
                return Err(MailError::QueueFull);
            }
            backlog.add(Job { kind, mail });
        }
        self.run();
        Ok(())
    }

    /// How many mails wait, those included that are being sent and those that are tried again later.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().len()
    }

    /// How many mails were given up, or refused because the queue was full, since the start. For a metric: it only
    /// ever grows.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.shared.lock().failures
    }

    /// Waits until every mail queued so far was sent or given up, those included that are tried again later.
    pub async fn idle(&self) {
        let next = self.shared.lock().next_number();
        self.run();
        let mut done_below = self.shared.done_below.subscribe();
        // The queue itself holds the other end, so waiting ends with the mails.
        let _ = done_below.wait_for(|done_below| *done_below >= next).await;
    }

    /// Starts another worker, if there is something for it to send, a runtime to do it in, and not all of them are
    /// at work.
    fn run(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut backlog = self.shared.lock();
        if backlog.workers >= WORKERS || !backlog.has_turn() {
            return;
        }
        backlog.workers += 1;
        drop(backlog);
        // Made here: a runtime that is shutting down may drop the task before it ever ran.
        let worker = Worker { queue: self.clone(), is_over: false };
        runtime.spawn(worker.work());
    }

    /// Changes where a mail stands, and tells who waits for it.
    fn settle(&self, change: impl FnOnce(&mut Backlog)) {
        let mut backlog = self.shared.lock();
        change(&mut backlog);
        // Under the lock, so that of two workers the later one has the last word.
        self.shared.done_below.send_replace(backlog.done_below());
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
    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a mail in a task of its own, so that a sender that panics does not take the queue with it.
    async fn attempt(&self, job: Arc<Job>) -> Result<(), MailError> {
        let sender = Arc::clone(&self.sender);
        let mut sending = tokio::spawn(async move { sender.send(&job.mail).await });
        match tokio::time::timeout(LONGEST_ATTEMPT, &mut sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(MailError::other("the sender panicked")),
            Err(_) => {
                sending.abort();
                Err(MailError::TimedOut)
            }
        }
    }
}

/// A task that sends. However it ends, another one can be started.
struct Worker {
    queue: MailQueue,
    is_over: bool,
}

impl Worker {
    async fn work(mut self) {
        while let Some((held, job)) = self.next() {
            let kind = job.kind;
            match self.queue.shared.attempt(job).await {
                Ok(()) => held.sent(),
                Err(error) => held.failed(kind, &error),
            }
        }
    }

    /// The mail whose turn it is. When there is none, the work is over: told under the same lock, so that a mail
    /// queued right then starts the next worker.
    fn next(&mut self) -> Option<(Held, Arc<Job>)> {
        let mut backlog = self.queue.shared.lock();
        let Some((number, job)) = backlog.take() else {
            backlog.workers -= 1;
            self.is_over = true;
            return None;
        };
        Some((Held { queue: self.queue.clone(), number }, job))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_over {
            self.queue.shared.lock().workers -= 1;
        }
    }
}

/// A mail that is not ready for others, because it is being sent or because it rests. Dropped, as by the end of a
/// runtime, it is ready again for the next one.
struct Held {
    queue: MailQueue,
    number: u64,
}

impl Held {
    fn sent(self) {
        self.queue.settle(|backlog| backlog.remove(self.number));
    }

    /// Lets a mail rest until its next attempt, or gives it up and says so.
    fn failed(self, kind: &'static str, error: &MailError) {
        let attempts = self.queue.shared.lock().fail(self.number);
        if attempts < ATTEMPTS && !error.is_permanent() {
            self.queue.settle(|backlog| backlog.rest(self.number));
            let longer = LONGER.pow(attempts.saturating_sub(1));
            let pause = self.queue.shared.first_pause.saturating_mul(longer);
            tokio::spawn(self.rest(pause));
            return;
        }
        tracing::error!(
            feature = "mail",
            mail.kind = kind,
            attempts,
            error = %error,
            "a mail could not be sent and is given up"
        );
        self.queue.settle(|backlog| {
            backlog.remove(self.number);
            backlog.failures += 1;
        });
    }

    async fn rest(self, pause: Duration) {
        tokio::time::sleep(pause).await;
        let queue = self.queue.clone();
        drop(self);
        queue.run();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Nothing to do when the mail was sent or given up: numbers are never used twice.
        self.queue.shared.lock().release(self.number);
    }
}
