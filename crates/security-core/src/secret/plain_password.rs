//! A password as typed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password as typed, on its way to the policy and the hasher.
///
/// The buffer is wiped on drop and `Debug` prints a placeholder. There is no `Display` or `Serialize`, so the
/// value cannot wander into a log line or a cache.
pub struct PlainPassword(SecretString);

impl PlainPassword {
    /// Takes over the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text, for the place that hashes or checks it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl fmt::Debug for PlainPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainPassword(…)")
    }
}

impl From<String> for PlainPassword {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
