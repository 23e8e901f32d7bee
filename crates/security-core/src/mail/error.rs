//! What can go wrong with mails.

use std::error::Error as StdError;
use std::io;

use crate::template::TemplateError;

/// Why a mail was not sent. Names neither the recipient nor anything from the mail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The address of the recipient is not one that mail can be sent to.
    #[error("the address of the recipient cannot be used")]
    Recipient,
    /// The mail has neither a text nor an HTML part.
    #[error("the mail is empty")]
    Empty,
    /// The mail could not be rendered.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Too many mails are waiting for the mail server.
    #[error("too many mails are waiting to be sent")]
    QueueFull,
    /// The server refuses the mail for good, with this SMTP code of 500 or more.
    #[error("the mail server refused the mail for good (code {code})")]
    Refused {
        /// The SMTP reply code.
        code: u16,
    },
    /// The server refuses the mail for now, with this SMTP code from 400 to 499.
    #[error("the mail server refused the mail for now (code {code})")]
    Deferred {
        /// The SMTP reply code.
        code: u16,
    },
    /// The server lacks what the configuration or the address asks for: STARTTLS, a way to sign in, SMTPUTF8.
    #[error("the mail server cannot do what is needed: {0}")]
    Unsupported(#[source] Box<dyn StdError + Send + Sync>),
    /// The server could not be reached, did not prove its identity, or the connection broke.
    #[error("no connection to the mail server: {0}")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// What the server answered is not SMTP. The answer is not kept, it may repeat an address.
    #[error("the answer of the mail server makes no sense")]
    Nonsense,
    /// The server took too long.
    #[error("the mail server took too long")]
    TimedOut,
    /// The mail could not be written into the outbox folder.
    #[error("the outbox cannot be written: {0}")]
    Outbox(#[source] io::Error),
    /// Another kind of sender failed.
    #[error("the mail could not be sent: {0}")]
    Other(#[source] Box<dyn StdError + Send + Sync>),
}

impl MailError {
    /// The failure of a sender of your own, worth another attempt.
    ///
    /// # Security
    ///
    /// The text of this error is logged, so it must not hold the address or the text of the mail.
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// Whether sending the same mail again would fail again.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        match self {
            Self::Recipient
            | Self::Empty
            | Self::Template(_)
            | Self::Refused { .. }
            | Self::Unsupported(_) => true,
            Self::QueueFull
            | Self::Deferred { .. }
            | Self::Unreachable(_)
            | Self::Nonsense
            | Self::TimedOut
            | Self::Outbox(_)
            | Self::Other(_) => false,
        }
    }
}

/// Why mails cannot be sent at all with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailSetupError {
    /// The sender is neither an address nor a name and an address.
    #[error(
        "the sender of mails cannot be used: set SECURITY_EMAIL_SENDER or MAIL_DEFAULT_SENDER to an address, \
         or to a name followed by an address in angle brackets"
    )]
    Sender,
    /// The host cannot be the name in a certificate, or encryption is not to be had.
    #[error("connections to the mail server cannot be encrypted, see MAIL_SERVER: {0}")]
    Encryption(#[source] Box<dyn StdError + Send + Sync>),
    /// The file with the authorities that vouch for the mail server cannot be read, or holds no certificate that can
    /// be used.
    #[error("the certificates of MAIL_CA_FILE cannot be used: {0}")]
    Authorities(#[source] Box<dyn StdError + Send + Sync>),
    /// The outbox folder cannot be made.
    #[error("the outbox folder cannot be made: {0}")]
    Outbox(#[source] io::Error),
}
