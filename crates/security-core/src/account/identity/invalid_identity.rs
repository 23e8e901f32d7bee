//! Why an identity was refused.

use crate::message::{MessageKey, Wording};

/// Why a typed identity was not accepted: a message and the variables its text may use.
///
/// `Display` is for logs and names the message only. Neither it nor the variables repeat what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the identity was refused: {}", key.name())]
pub struct InvalidIdentity {
    /// What to tell people.
    pub key: MessageKey,
    /// Names and values for the text.
    pub variables: Vec<(&'static str, String)>,
}

impl InvalidIdentity {
    /// A refusal whose message needs no variables.
    #[must_use]
    pub const fn new(key: MessageKey) -> Self {
        Self { key, variables: Vec::new() }
    }

    /// The text for people: in the language of a [`Wording`], or in the default language of
    /// [`Messages`](crate::message::Messages).
    ///
    /// ```
    /// use security_core::account::identity::InvalidIdentity;
    /// use security_core::message::{MessageKey, Messages};
    ///
    /// let refused = InvalidIdentity {
    ///     key: MessageKey::UsernameInvalidLength,
    ///     variables: vec![("min", "4".to_owned()), ("max", "32".to_owned())],
    /// };
    /// assert_eq!(refused.text(&Messages::default()), "Please use between 4 and 32 characters.");
    /// ```
    #[must_use]
    pub fn text<'m>(&self, wording: impl Into<Wording<'m>>) -> String {
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        wording.into().text(self.key, &variables)
    }
}
