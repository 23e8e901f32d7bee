//! Which mails wait, and whose turn it is. Knows nothing of time, tasks and mail servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::Email;

/// A mail, and what the log calls it.
pub(super) struct Job {
    pub(super) kind: &'static str,
    pub(super) mail: Email,
}

/// The mails that were taken and are neither sent nor given up, by number.
#[derive(Default)]
pub(super) struct Backlog {
    mails: BTreeMap<u64, Entry>,
    next_number: u64,
    /// Tasks that send.
    pub(super) workers: usize,
    /// Mails that were given up or refused.
    pub(super) failures: u64,
}

struct Entry {
    job: Arc<Job>,
    failed_attempts: u32,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Waits for its turn.
    Ready,
    /// Is being sent.
    Sending,
    /// Has failed, and is not to be tried before its pause is over.
    Resting,
}

impl Backlog {
    /// Puts a mail at the end.
    pub(super) fn add(&mut self, job: Job) {
        let entry = Entry { job: Arc::new(job), failed_attempts: 0, stage: Stage::Ready };
        self.mails.insert(self.next_number, entry);
        self.next_number += 1;
    }

    /// How many mails there are, in whatever stage.
    pub(super) fn len(&self) -> usize {
        self.mails.len()
    }

    /// The number of the next mail that is added.
    pub(super) const fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Every mail below this number is sent or given up.
    pub(super) fn done_below(&self) -> u64 {
        self.mails.first_key_value().map_or(self.next_number, |(number, _)| *number)
    }

    /// Whether a mail could be sent now.
    pub(super) fn has_turn(&self) -> bool {
        self.turn().is_some()
    }

    /// The mail whose turn it is, from now on being sent.
    pub(super) fn take(&mut self) -> Option<(u64, Arc<Job>)> {
        let number = self.turn()?;
        let entry = self.mails.get_mut(&number)?;
        entry.stage = Stage::Sending;
        Some((number, Arc::clone(&entry.job)))
    }

    /// The oldest mail that is ready. Two mails to one recipient are never sent at the same time: they keep their
    /// order, and a recipient whose server hangs takes up one worker only.
    fn turn(&self) -> Option<u64> {
        let in_stage = |stage| self.mails.iter().filter(move |(_, entry)| entry.stage == stage);
        let is_busy = |to: &str| in_stage(Stage::Sending).any(|(_, entry)| entry.job.mail.to == to);
        in_stage(Stage::Ready).find(|(_, entry)| !is_busy(&entry.job.mail.to)).map(|(number, _)| *number)
    }

    /// A mail was sent, or is given up.
    pub(super) fn remove(&mut self, number: u64) {
        self.mails.remove(&number);
    }

    /// An attempt failed. Answers how many did by now.
    pub(super) fn fail(&mut self, number: u64) -> u32 {
        self.mails.get_mut(&number).map_or(0, |entry| {
            entry.failed_attempts += 1;
            entry.failed_attempts
        })
    }

    /// A mail waits for the end of its pause.
    pub(super) fn rest(&mut self, number: u64) {
        self.set_stage(number, Stage::Resting);
    }

    /// A mail may be tried again, in its old place.
    pub(super) fn release(&mut self, number: u64) {
        self.set_stage(number, Stage::Ready);
    }

    fn set_stage(&mut self, number: u64, stage: Stage) {
        if let Some(entry) = self.mails.get_mut(&number) {
            entry.stage = stage;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog(recipients: &[&str]) -> Backlog {
        let mut backlog = Backlog::default();
        for to in recipients {
            let mail = Email { to: (*to).to_owned(), subject: String::new(), text: None, html: None };
            backlog.add(Job { kind: "welcome", mail });
        }
        backlog
    }

    fn take(backlog: &mut Backlog) -> Option<u64> {
        backlog.take().map(|(number, _)| number)
    }

    #[test]
    fn mails_go_in_the_order_in_which_they_came() {
        let mut backlog = backlog(&["ann", "ben", "cat"]);
        assert_eq!([0, 1, 2].map(|_| take(&mut backlog)), [Some(0), Some(1), Some(2)]);
        assert!(!backlog.has_turn() && take(&mut backlog).is_none());
    }

    #[test]
    fn a_mail_that_rests_holds_up_no_other_and_comes_back_in_its_old_place() {
        let mut backlog = backlog(&["ann", "ben", "cat"]);
        let ann = take(&mut backlog).unwrap();
        assert_eq!(backlog.fail(ann), 1);
        backlog.rest(ann);
        assert_eq!(take(&mut backlog), Some(1));
        backlog.release(ann);
        assert_eq!(take(&mut backlog), Some(ann));
        assert_eq!(backlog.fail(ann), 2);
    }

    #[test]
    fn one_recipient_gets_one_mail_at_a_time() {
        let mut backlog = backlog(&["ann", "ann", "ben"]);
        assert_eq!(take(&mut backlog), Some(0));
        assert_eq!(take(&mut backlog), Some(2));
        assert!(!backlog.has_turn());
        backlog.remove(0);
        assert_eq!(take(&mut backlog), Some(1));
    }

    #[test]
    fn a_later_mail_that_is_done_first_does_not_stand_for_the_earlier_one() {
        let mut backlog = backlog(&["ann", "ben"]);
        assert_eq!(backlog.done_below(), 0);
        backlog.remove(1);
        assert_eq!(backlog.done_below(), 0);
        backlog.remove(0);
        assert_eq!((backlog.done_below(), backlog.next_number(), backlog.len()), (2, 2, 0));
    }
}
