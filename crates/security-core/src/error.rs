//! What can go wrong in this crate, and what of it a visitor may learn.

use std::time::Duration;

use crate::account::identity::InvalidIdentity;
use crate::datastore::DatastoreError;
use crate::mail::MailError;
use crate::message::{MessageKey, Wording};
use crate::password::{HashError, PolicyViolation};

/// Why an operation of this crate did not do what was asked.
///
/// `Display` is for logs. People get the text of [`Refusal`] or [`FieldError`], programs the status that
/// `security-views` makes of the variant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Whoever asked may not do this.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// Values that somebody entered are not acceptable.
    #[error("{} values are not acceptable", .0.len())]
    Invalid(Vec<FieldError>),
    /// There were too many attempts in a short time. Says nothing about the account, which may not exist.
    #[error("too many attempts")]
    Throttled {
        /// When trying again is worth it.
        retry_after: Duration,
    },
    /// The account store could not answer.
    #[error(transparent)]
    Datastore(#[from] DatastoreError),
    /// A password could not be hashed or checked.
    #[error(transparent)]
    Hashing(#[from] HashError),
    /// A mail could not be made or queued.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl Error {
    /// When trying again may help: after too many attempts, when the database is away, or when too many passwords wait
    /// to be hashed.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Hashing(HashError::Busy { retry_after }) => {
                Some(*retry_after)
            }
            Self::Datastore(DatastoreError::Unavailable(_)) => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

/// Why somebody was not let in.
///
/// # Security
///
/// With `RETURN_GENERIC_RESPONSES` all of these look the same to a visitor; the difference is for logs and for
/// sites that chose to tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody has this identity.
    #[error("the identity is unknown")]
    UnknownUser,
    /// The password is wrong, or the account has none.
    #[error("the password does not match")]
    WrongPassword,
    /// The account is deactivated.
    #[error("the account is disabled")]
    Disabled,
    /// The application's hook holds the account closed; the text is the hook's, for the visitor.
    #[error("the account is locked")]
    Locked(String),
    /// The address has to be confirmed first.
    #[error("the address is not confirmed")]
    Unconfirmed,
}

impl Refusal {
    /// The text for a visitor when a site does not answer alike to all refusals: in the language of a [`Wording`], or in
    /// the default language of [`Messages`](crate::message::Messages).
    #[must_use]
    pub fn text<'m>(&self, wording: impl Into<Wording<'m>>) -> String {
        let key = match self {
            Self::UnknownUser => MessageKey::UserDoesNotExist,
            Self::WrongPassword => MessageKey::InvalidPassword,
            Self::Disabled => MessageKey::DisabledAccount,
            Self::Locked(text) => return text.clone(),
            Self::Unconfirmed => MessageKey::ConfirmationRequired,
        };
        wording.into().text(key, &[])
    }

    /// A stable name for logs: `unknown_user`, `wrong_password`, `disabled`, `locked` or `unconfirmed`.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
            Self::Disabled => "disabled",
            Self::Locked(_) => "locked",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// What is wrong with one value of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field, as forms and JSON bodies call it.
    pub field: &'static str,
    text: FieldText,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FieldText {
    Message { key: MessageKey, variables: Vec<(&'static str, String)> },
    Ready(String),
}

impl FieldError {
    /// An entry of the message catalogue.
    #[must_use]
    pub fn new(field: &'static str, key: MessageKey) -> Self {
        Self::with(field, key, Vec::new())
    }

    /// An entry of the message catalogue with its variables.
    #[must_use]
    pub fn with(field: &'static str, key: MessageKey, variables: Vec<(&'static str, String)>) -> Self {
        Self { field, text: FieldText::Message { key, variables } }
    }

    /// A text that comes from somewhere else, for example from the complexity checker.
    #[must_use]
    pub fn text_of(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, text: FieldText::Ready(text.into()) }
    }

    /// An identity that could not be read.
    #[must_use]
    pub fn identity(field: &'static str, invalid: InvalidIdentity) -> Self {
        Self::with(field, invalid.key, invalid.variables)
    }

    /// A new password that the policy objects to. `None` when it could not be judged because all threads are busy.
    #[must_use]
    pub fn password(field: &'static str, violation: PolicyViolation) -> Option<Self> {
        match violation {
            PolicyViolation::Message { key, variables } => Some(Self::with(field, key, variables)),
            PolicyViolation::Text(text) => Some(Self::text_of(field, text)),
            PolicyViolation::Busy { .. } => None,
        }
    }

    /// Which message this is, if it is one of the catalogue.
    #[must_use]
    pub fn key(&self) -> Option<MessageKey> {
        match &self.text {
            FieldText::Message { key, .. } => Some(*key),
            FieldText::Ready(_) => None,
        }
    }

    /// The text to show: in the language of a [`Wording`], or in the default language of
    /// [`Messages`](crate::message::Messages).
    #[must_use]
    pub fn text<'m>(&self, wording: impl Into<Wording<'m>>) -> String {
        match &self.text {
            FieldText::Ready(text) => text.clone(),
            FieldText::Message { key, variables } => {
                let variables: Vec<_> =
                    variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
                wording.into().text(*key, &variables)
            }
        }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}
