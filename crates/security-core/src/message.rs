//! What the product says to people: the catalogue of messages, each replaceable by configuration.

mod catalogue;
mod template;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use catalogue::MessageKey;
pub use template::PlaceholderError;

/// How a message is meant. It is the category of a flash message and the parameter name in redirects of
/// single-page applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// What was asked for has been done.
    Success,
    /// Done, but something deserves attention.
    Warning,
    /// Refused or failed.
    Error,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 4] = [Self::Info, Self::Success, Self::Warning, Self::Error];

    /// The name in the configuration and in responses: `info`, `success`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of `info`, `success`, `warning` and `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a severity: expected `info`, `success`, `warning` or `error`")]
pub struct UnknownSeverity;

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|severity| severity.name() == name).ok_or(UnknownSeverity)
    }
}

/// A text with `%(name)s` placeholders, and how it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text. `%%` stands for a percent sign.
    pub text: String,
    /// How it is meant.
    pub severity: Severity,
}

/// The wording of every message: the built-in catalogue, and what the application put in its place.
///
/// ```
/// use security_core::message::{MessageKey, Messages, Severity};
///
/// let mut messages = Messages::default();
/// messages.replace(MessageKey::PasswordInvalidLength, "At least %(length)s, please.", Severity::Warning)?;
/// assert_eq!(messages.text(MessageKey::PasswordInvalidLength, &[("length", "8")]), "At least 8, please.");
/// # Ok::<(), security_core::message::PlaceholderError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages {
    replaced: BTreeMap<MessageKey, Message>,
}

impl Messages {
    /// The text for people, with its placeholders filled from name and value pairs.
    ///
    /// A value is put in as it is and never read as a template again. A placeholder without a value stays.
    ///
    /// # Security
    ///
    /// The result is plain text. A page must escape it like any other text.
    #[must_use]
    pub fn text(&self, key: MessageKey, variables: &[(&str, &str)]) -> String {
        template::fill(self.template(key), variables)
    }

    /// How the message is meant.
    #[must_use]
    pub fn severity(&self, key: MessageKey) -> Severity {
        self.replaced.get(&key).map_or_else(|| key.default_severity(), |message| message.severity)
    }

    /// The text before its placeholders are filled.
    #[must_use]
    pub fn template(&self, key: MessageKey) -> &str {
        self.replaced.get(&key).map_or_else(|| key.default_text(), |message| &message.text)
    }

    /// Puts another wording in the place of the built-in one.
    ///
    /// # Errors
    ///
    /// When the text has a placeholder the message cannot fill, or one that is not written `%(name)s`.
    pub fn replace(
        &mut self,
        key: MessageKey,
        text: impl Into<String>,
        severity: Severity,
    ) -> Result<(), PlaceholderError> {
        let text = text.into();
        template::check(&text, key.variables())?;
        self.replaced.insert(key, Message { text, severity });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_message_keeps_its_place_and_others_their_wording() {
        let mut messages = Messages::default();
        messages.replace(MessageKey::Unauthorized, "Members only.", Severity::Info).unwrap();
        assert_eq!(messages.text(MessageKey::Unauthorized, &[]), "Members only.");
        assert_eq!(messages.severity(MessageKey::Unauthorized), Severity::Info);
        assert_eq!(
            messages.text(MessageKey::Unauthenticated, &[]),
            Messages::default().text(MessageKey::Unauthenticated, &[])
        );
    }

    #[test]
    fn a_wording_may_only_use_what_the_message_can_fill() {
        let mut messages = Messages::default();
        let error =
            messages.replace(MessageKey::EmailConfirmed, "Hello %(name)s", Severity::Info).unwrap_err();
        assert!(error.to_string().contains("name"), "{error}");
        assert_eq!(messages, Messages::default());
    }
}
