//! Mails wait for their server, not for each other, and requests wait for no mail. Time is moved, not slept.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use security_core::mail::{Email, MailError, MailQueue, MailSender};
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_secs(2);

/// Answers each attempt with what its recipient does next, then with success, and keeps which mails it was given.
#[derive(Default)]
struct Scripted {
    outcomes: Mutex<VecDeque<(&'static str, Outcome)>>,
    attempts: Mutex<Vec<String>>,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Defers,
    Refuses,
    Panics,
    Hangs,
}

impl Scripted {
    /// The outcomes of attempts, in order for each recipient.
    fn new(outcomes: impl IntoIterator<Item = (&'static str, Outcome)>) -> Arc<Self> {
        Arc::new(Self { outcomes: Mutex::new(outcomes.into_iter().collect()), ..Self::default() })
    }

    fn attempts(&self) -> Vec<String> {
        self.attempts.lock().expect("no test panicked").clone()
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

#[async_trait]
#[expect(clippy::panic, reason = "a sender that panics is one of the cases")]
impl MailSender for Scripted {
    async fn send(&self, mail: &Email) -> Result<(), MailError> {
        self.attempts.lock().expect("no test panicked").push(mail.subject.clone());
        let outcome = {
            let mut outcomes = self.outcomes.lock().expect("no test panicked");
            let place = outcomes.iter().position(|(to, _)| *to == mail.to);
            place.and_then(|place| outcomes.remove(place))
        };
        match outcome.map(|(_, outcome)| outcome) {
            None => Ok(()),
            Some(Outcome::Defers) => Err(MailError::Deferred { code: 451 }),
            Some(Outcome::Refuses) => Err(MailError::Refused { code: 550 }),
            Some(Outcome::Panics) => panic!("for the test"),
            Some(Outcome::Hangs) => std::future::pending().await,
        }
    }
}

fn mail(to: &str, subject: &str) -> Email {
    Email { to: to.into(), subject: subject.into(), text: Some("s3cret".into()), html: None }
}

fn queue(sender: &Arc<Scripted>) -> MailQueue {
    MailQueue::start_with(sender.clone(), 20, PAUSE)
}

/// Queues a mail with its recipient for a subject.
fn enqueue(queue: &MailQueue, to: &str) {
    queue.enqueue("welcome", mail(to, to)).expect("there is room");
}

#[tokio::test(start_paused = true)]
async fn a_recipient_that_defers_holds_up_nobody_else() {
    let sender = Scripted::new([("slow", Outcome::Defers), ("slow", Outcome::Defers)]);
    let queue = queue(&sender);
    for to in ["slow", "ann", "ben", "cat"] {
        enqueue(&queue, to);
    }
    let start = Instant::now();
    while queue.waiting() > 1 {
        tokio::task::yield_now().await;
    }
    assert!(start.elapsed() < PAUSE, "the others went while the first one rests");
    queue.idle().await;
    assert_eq!(sender.attempts(), ["slow", "ann", "ben", "cat", "slow", "slow"]);
    assert_eq!(start.elapsed().as_secs(), 2 + 10);
    assert_eq!((queue.waiting(), queue.failures()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_came_while_another_rests_does_not_wait_for_it() {
    let sender = Scripted::new([("slow", Outcome::Defers)]);
    let queue = queue(&sender);
    enqueue(&queue, "slow");
    tokio::time::sleep(PAUSE / 2).await;
    enqueue(&queue, "ann");
    tokio::time::sleep(PAUSE / 4).await;
    assert_eq!(sender.attempts(), ["slow", "ann"]);
    queue.idle().await;
    assert_eq!(sender.attempts(), ["slow", "ann", "slow"]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_queue_waits_for_mails_that_are_tried_again_however_many_are_sent_meanwhile() {
    let sender = Scripted::new([("slow", Outcome::Defers)]);
    let queue = queue(&sender);
    enqueue(&queue, "slow");
    let idle = tokio::spawn({
        let queue = queue.clone();
        async move { queue.idle().await }
    });
    tokio::time::sleep(PAUSE / 4).await;
    for to in ["ann", "ben", "cat"] {
        enqueue(&queue, to);
    }
    tokio::time::sleep(PAUSE / 4).await;
    assert!(sender.attempts().len() == 4 && !idle.is_finished());
    idle.await.unwrap();
    assert_eq!(sender.attempts().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_not_lost_when_the_sender_fails_once() {
    for outcome in [Outcome::Defers, Outcome::Panics, Outcome::Hangs] {
        let sender = Scripted::new([("ann", outcome)]);
        let queue = queue(&sender);
        enqueue(&queue, "ann");
        enqueue(&queue, "ben");
        queue.idle().await;
        assert_eq!(sender.attempts(), ["ann", "ben", "ann"], "{outcome:?}");
        assert_eq!((queue.waiting(), queue.failures()), (0, 0), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_given_up_after_three_attempts_and_counted() {
    let sender = Scripted::new([("ann", Outcome::Defers); 3]);
    let queue = queue(&sender);
    enqueue(&queue, "ann");
    queue.idle().await;
    enqueue(&queue, "ben");
    queue.idle().await;
    assert_eq!(sender.attempts(), ["ann", "ann", "ann", "ben"]);
    assert_eq!((queue.waiting(), queue.failures()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_not_tried_again() {
    let sender = Scripted::new([("ann", Outcome::Refuses)]);
    let queue = queue(&sender);
    enqueue(&queue, "ann");
    queue.idle().await;
    assert_eq!(sender.attempts(), ["ann"]);
    assert_eq!(queue.failures(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_attempt_that_hangs_does_not_stop_the_others() {
    let sender = Scripted::new([("slow", Outcome::Hangs)]);
    let queue = queue(&sender);
    enqueue(&queue, "slow");
    // Mails to the recipient whose server hangs wait for it; they must not take the second worker as well.
    enqueue(&queue, "slow");
    for to in ["ann", "ben", "cat"] {
        enqueue(&queue, to);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(sender.attempts(), ["slow", "ann", "ben", "cat"]);
    queue.idle().await;
    assert_eq!(sender.attempts().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_hangs_costs_a_bounded_time() {
    let sender = Scripted::new([("slow", Outcome::Hangs); 3]);
    let queue = queue(&sender);
    enqueue(&queue, "slow");
    let start = Instant::now();
    queue.idle().await;
    assert_eq!(sender.attempts().len(), 3);
    assert_eq!(start.elapsed().as_secs(), 3 * 60 + 2 + 10);
    assert_eq!((queue.waiting(), queue.failures()), (0, 1));
}

#[tokio::test]
async fn what_visitors_can_cause_leaves_room_for_notices_and_a_request_never_waits() {
    let sender = Scripted::new([("0", Outcome::Hangs), ("1", Outcome::Hangs)]);
    let queue = queue(&sender);
    for number in 0..18 {
        enqueue(&queue, &number.to_string());
    }
    let one_more = |kind| mail("joe@example.com", kind);
    let refused = queue.enqueue("reset_instructions", one_more("reset_instructions"));
    assert!(matches!(refused, Err(MailError::QueueFull)));
    queue.enqueue_notice("reset_notice", one_more("reset_notice")).unwrap();
    queue.enqueue_notice("change_notice", one_more("change_notice")).unwrap();
    let refused = queue.enqueue_notice("change_notice", one_more("change_notice"));
    assert!(matches!(refused, Err(MailError::QueueFull)));
    assert_eq!((queue.waiting(), queue.failures()), (20, 2));
}

#[test]
fn a_mail_queued_before_there_is_a_runtime_is_sent_in_the_first_one() {
    let sender = Scripted::new([]);
    let queue = queue(&sender);
    enqueue(&queue, "ann");
    assert_eq!(sender.attempts(), [""; 0]);
    runtime().block_on(queue.idle());
    assert_eq!(sender.attempts(), ["ann"]);
}

#[test]
fn a_mail_survives_the_end_of_the_runtime_that_was_sending_it_or_let_it_rest() {
    for outcome in [Outcome::Hangs, Outcome::Defers] {
        let sender = Scripted::new([("ann", outcome)]);
        let queue = queue(&sender);
        runtime().block_on(async {
            enqueue(&queue, "ann");
            while sender.attempts().is_empty() {
                tokio::task::yield_now().await;
            }
            tokio::task::yield_now().await;
        });
        assert_eq!(queue.waiting(), 1, "{outcome:?}");
        runtime().block_on(async {
            enqueue(&queue, "ben");
            queue.idle().await;
        });
        assert_eq!(sender.attempts(), ["ann", "ann", "ben"], "{outcome:?}");
    }
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
        .map(|number: u32| {
            let queue = queue.clone();
            tokio::spawn(async move { enqueue(&queue, &number.to_string()) })
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
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}
