//! The outbox folder of a program under test, read like a mailbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder with a mail per file.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    /// The mails in this folder.
    #[must_use]
    pub fn of(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned() }
    }

    /// All mails, oldest first, as they travel.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
        paths.sort();
        paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// The newest mail that contains a text, once there is one. Mails are written in the background.
    ///
    /// # Panics
    ///
    /// When none comes.
    pub async fn mail_with(&self, text: &str) -> String {
        for _ in 0..200 {
            if let Some(mail) = self.all().into_iter().rev().find(|mail| mail.contains(text)) {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mails = self.all().join("\n----\n");
        assert!(mails.contains(text), "no mail with {text:?} came, only these:\n{mails}");
        mails
    }

    /// The newest mailed link below this address, once there is one.
    ///
    /// # Panics
    ///
    /// When none comes.
    pub async fn link_below(&self, address: &str) -> String {
        let mail = self.mail_with(address).await;
        let at = mail.find(address).expect("the mail was found by it");
        let link = mail[at..].split_whitespace().next().expect("the address is no white space");
        link.to_owned()
    }
}
