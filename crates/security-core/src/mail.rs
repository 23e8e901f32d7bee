//! Mails: rendering them from templates, queueing them, and handing them to a mail server.
//!
//! A feature posts a mail of some [`MailKind`] at the [`Mailer`], which renders it and puts it into a
//! [`MailQueue`]; the queue hands it to a [`MailSender`]. So a request never waits for a mail server, and the time a
//! request takes does not tell whether a mail was sent.

mod careful_stream;
mod compose;
mod error;
mod kind;
mod mailer;
mod outbox;
mod queue;
mod smtp;
mod trust;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

pub use error::{MailError, MailSetupError};
pub use kind::MailKind;
pub use mailer::Mailer;
pub use outbox::FileOutbox;
pub use queue::MailQueue;
pub use smtp::SmtpMailSender;

use crate::config::MailConfig;

/// A mail to one recipient. Who sends it is a matter of the [`MailSender`].
///
/// `Debug` shows neither address nor text: both can be secret, for a mail may hold a link that opens an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// Address of the recipient, without a name.
    pub to: String,
    /// Subject. Control characters in it are sent as spaces.
    pub subject: String,
    /// Plain text.
    pub text: Option<String>,
    /// HTML. With plain text as well, the reader's program chooses.
    pub html: Option<String>,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("subject", &self.subject)
            .field("has_text", &self.text.is_some())
            .field("has_html", &self.html.is_some())
            .finish_non_exhaustive()
    }
}

/// Hands mails to whoever delivers them.
///
/// [`SmtpMailSender`] is what most programs need; [`FileOutbox`] is for development. An application that sends through
/// another service brings its own.
#[async_trait]
pub trait MailSender: fmt::Debug + Send + Sync {
    /// Sends a mail, and returns when somebody else is responsible for it.
    ///
    /// The caller tries again when the error is not [permanent](MailError::is_permanent), so a mail may go out twice
    /// rather than not at all.
    ///
    /// # Errors
    ///
    /// When the mail was not taken. The error holds neither the address nor the text of the mail: it is logged.
    async fn send(&self, mail: &Email) -> Result<(), MailError>;
}

/// Takes every mail and sends none: for tests, and for `MAIL_SUPPRESS_SEND`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiscardingMailSender;

#[async_trait]
impl MailSender for DiscardingMailSender {
    async fn send(&self, _mail: &Email) -> Result<(), MailError> {
        Ok(())
    }
}

/// The sender that the configuration asks for: the mail server, or nothing when sending is suppressed.
///
/// # Errors
///
/// When the settings of the mail server cannot be used.
pub fn configured_sender(config: &MailConfig) -> Result<Arc<dyn MailSender>, MailSetupError> {
    if config.suppress_send {
        Ok(Arc::new(DiscardingMailSender))
    } else {
        Ok(Arc::new(SmtpMailSender::new(config)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_the_recipient_nor_the_link_in_a_mail() {
        let mail = Email {
            to: "joe@example.com".into(),
            subject: "Hello".into(),
            text: Some("https://example.com/confirm/s3cret".into()),
            html: Some("<a href='https://example.com/confirm/s3cret'>".into()),
        };
        let shown = format!("{mail:?}");
        assert!(!shown.contains("joe") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn suppressed_mails_need_no_server() {
        let config = MailConfig { suppress_send: true, ..MailConfig::default() };
        assert_eq!(format!("{:?}", configured_sender(&config).unwrap()), "DiscardingMailSender");
        let shown = format!("{:?}", configured_sender(&MailConfig::default()).unwrap());
        assert!(shown.starts_with("SmtpMailSender"), "{shown}");
    }
}
