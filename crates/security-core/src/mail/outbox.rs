//! Mails as files, to read them while developing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use lettre::message::Mailbox;

use super::compose::{compose, parse_sender};
use super::{Email, MailError, MailSender, MailSetupError};
use crate::clock::{Clock, SystemClock};
use crate::secret::{fill_random, hex};

/// Writes each mail into a folder, as an `.eml` file that mail programs open. For development.
///
/// Files are named by time, so that the last one is the newest, and appear complete: a reader of the folder never
/// sees half a mail.
///
/// # Security
///
/// Mails hold links that open accounts. On Unix, files can be read by their owner only, and so can a folder that is
/// made here. This is no way to run a public site.
#[derive(Debug)]
pub struct FileOutbox {
    folder: PathBuf,
    from: Mailbox,
    clock: Arc<dyn Clock>,
    written: AtomicU64,
}

impl FileOutbox {
    /// An outbox in this folder, which is made if need be, for mails from this sender: an address, or a name and an
    /// address in angle brackets.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made, or the sender cannot be read.
    pub fn new(folder: impl Into<PathBuf>, from: &str) -> Result<Self, MailSetupError> {
        let folder = folder.into();
        let from = parse_sender(from)?;
        make_private_folder(&folder).map_err(MailSetupError::Outbox)?;
        Ok(Self { folder, from, clock: Arc::new(SystemClock), written: AtomicU64::new(0) })
    }

    /// Dates mails by this clock instead of the system's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The folder with the mails.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A name that sorts after those before it and that no other process chooses.
    fn name(&self) -> String {
        let mut random = [0_u8; 4];
        fill_random(&mut random);
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let time = self.clock.now().format("%Y%m%dT%H%M%S%.6fZ");
        format!("{time}-{number:06}-{}.eml", hex(&random))
    }
}

#[async_trait]
impl MailSender for FileOutbox {
    async fn send(&self, mail: &Email) -> Result<(), MailError> {
        let bytes = compose(mail, &self.from, self.clock.now())?.formatted();
        let name = self.name();
        let unfinished = self.folder.join(format!(".{name}.part"));
        let finished = self.folder.join(name);
        let written = tokio::task::spawn_blocking(move || {
            let outcome = write_private(&unfinished, &bytes).and_then(|()| fs::rename(&unfinished, finished));
            if outcome.is_err() {
                // What is left of it is of no use; that it cannot be removed changes nothing.
                let _ = fs::remove_file(&unfinished);
            }
            outcome
        });
        written.await.map_err(io::Error::other).flatten().map_err(MailError::Outbox)
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    #[derive(Debug)]
    struct HeldClock;

    impl Clock for HeldClock {
        fn now(&self) -> DateTime<Utc> {
            DateTime::from_timestamp(1_700_000_000, 250_000_000).unwrap()
        }
    }

    fn mail(subject: &str) -> Email {
        Email {
            to: "joe@example.com".into(),
            subject: subject.into(),
            text: Some("Hello".into()),
            html: Some("<p>Hello</p>".into()),
        }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn the_last_file_is_the_newest_mail_even_within_one_instant() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path(), "a@example.org").unwrap().with_clock(Arc::new(HeldClock));
        for number in 0..12 {
            outbox.send(&mail(&format!("number {number}"))).await.unwrap();
        }
        let files = files(folder.path());
        assert_eq!(files.len(), 12);
        for (number, file) in files.iter().enumerate() {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with("20231114T221320.250000Z-") && name.ends_with(".eml"), "{name}");
            let text = fs::read_to_string(file).unwrap();
            assert!(text.contains(&format!("Subject: number {number}\r\n")), "{text}");
            assert!(text.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_file_has_no_header_that_a_subject_brought_along() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path(), "\"A, B\" <a@example.org>").unwrap();
        outbox.send(&mail("Hi\r\nBcc: eve@example.com\r\n\r\nbody")).await.unwrap();
        let text = fs::read_to_string(&files(folder.path())[0]).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_lowercase().contains("\r\nbcc"), "{head}");
        assert!(head.contains("Subject: Hi Bcc: eve@example.com  body\r\n"), "{head}");
        assert!(head.contains("Content-Type: multipart/alternative;"), "{head}");
    }

    #[tokio::test]
    async fn a_refused_mail_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path(), "a@example.org").unwrap();
        let mail = Email { to: "joe@example.com\r\nBcc: eve@example.com".into(), ..mail("Hi") };
        assert!(matches!(outbox.send(&mail).await, Err(MailError::Recipient)));
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_reads_the_mails() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path().join("new/outbox"), "a@example.org").unwrap();
        outbox.send(&mail("Hi")).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(outbox.folder()), 0o700);
        assert_eq!(mode(&files(outbox.folder())[0]), 0o600);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_noticed_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let outcome = FileOutbox::new(folder.path().join("file/outbox"), "a@example.org");
        assert!(matches!(outcome, Err(MailSetupError::Outbox(_))));
    }
}
