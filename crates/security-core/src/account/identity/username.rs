//! Usernames.

use std::fmt::Debug;

use super::scripts::mixes_scripts;
use super::{InvalidIdentity, NameProblem, NameRules};
use crate::config::IdentityConfig;
use crate::message::MessageKey;

/// Judges usernames and brings them into their normal form.
///
/// An application replaces it to reserve names, or to allow others. [`Identities`](super::Identities) checks every
/// answer again for length and control characters.
pub trait UsernameUtil: Debug + Send + Sync {
    /// The normal form of a username that somebody chooses.
    ///
    /// A form in which the username may be left out asks only when there is one.
    ///
    /// # Errors
    ///
    /// When nobody may have this name, or nothing was typed.
    fn validate(&self, text: &str) -> Result<String, InvalidIdentity>;

    /// The normal form of a username that is looked up; nothing when the text cannot be one.
    ///
    /// Accepts names that are too short or too long today, because an older account may have one.
    fn normalize(&self, text: &str) -> Option<String>;
}

/// Judges usernames by `SECURITY_USERNAME_ALLOWED_CHARS`, `SECURITY_INPUT_NORMALIZE_FORM`,
/// `SECURITY_USERNAME_MIXED_SCRIPTS`, `SECURITY_USERNAME_MIN_LENGTH` and `SECURITY_USERNAME_MAX_LENGTH`.
///
/// Length is counted in Unicode code points of the normal form. See [`NameRules`] for the rest.
///
/// # Security
///
/// Nobody gets a name that mixes scripts to look like another, such as one with a Cyrillic `а` among Latin letters. A whole
/// name of one script can still look like one of another (`сосо` is Cyrillic). Who has a name already keeps it.
///
/// ```
/// use security_core::account::identity::{StandardUsernameUtil, UsernameUtil};
/// use security_core::config::IdentityConfig;
/// use security_core::message::MessageKey;
///
/// let usernames = StandardUsernameUtil::new(&IdentityConfig::default());
/// assert_eq!(usernames.validate("  Olaf42 ").as_deref(), Ok("Olaf42"));
/// assert_eq!(usernames.validate("al").unwrap_err().key, MessageKey::UsernameInvalidLength);
/// assert_eq!(usernames.normalize("al").as_deref(), Some("al"));
/// ```
#[derive(Debug, Clone)]
pub struct StandardUsernameUtil {
    rules: NameRules,
    min_length: usize,
    max_length: usize,
    mixed_scripts: bool,
}

impl StandardUsernameUtil {
    /// Follows the configuration.
    #[must_use]
    pub fn new(config: &IdentityConfig) -> Self {
        Self {
            rules: NameRules::new(config.username_allowed_chars.as_deref(), config.input_normalize_form),
            min_length: config.username_min_length,
            max_length: config.username_max_length,
            mixed_scripts: config.username_mixed_scripts,
        }
    }

    fn wrong_length(&self) -> InvalidIdentity {
        InvalidIdentity {
            key: MessageKey::UsernameInvalidLength,
            variables: vec![("min", self.min_length.to_string()), ("max", self.max_length.to_string())],
        }
    }
}

impl UsernameUtil for StandardUsernameUtil {
    fn validate(&self, text: &str) -> Result<String, InvalidIdentity> {
        let username = self.rules.apply(text).map_err(|problem| match problem {
            NameProblem::TooLong => self.wrong_length(),
            NameProblem::Markup => InvalidIdentity::new(MessageKey::InvalidInput),
            NameProblem::DisallowedCharacters => {
                InvalidIdentity::new(MessageKey::UsernameDisallowedCharacters)
            }
        })?;
        if username.is_empty() {
            return Err(InvalidIdentity::new(MessageKey::UsernameNotProvided));
        }
        if !(self.min_length..=self.max_length).contains(&username.chars().count()) {
            return Err(self.wrong_length());
        }
        if !self.mixed_scripts && mixes_scripts(&username) {
            return Err(InvalidIdentity::new(MessageKey::UsernameDisallowedCharacters));
        }
        Ok(username)
    }

    fn normalize(&self, text: &str) -> Option<String> {
        self.rules.apply(text).ok().filter(|username| !username.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_mixes_scripts_is_given_to_nobody_and_still_signs_in() {
        let mixed = "\u{430}nna";
        let refusing = StandardUsernameUtil::new(&IdentityConfig::default());
        assert_eq!(refusing.validate(mixed).unwrap_err().key, MessageKey::UsernameDisallowedCharacters);
        assert_eq!(refusing.normalize(mixed).as_deref(), Some(mixed));
        let config = IdentityConfig { username_mixed_scripts: true, ..IdentityConfig::default() };
        assert_eq!(StandardUsernameUtil::new(&config).validate(mixed).as_deref(), Ok(mixed));
    }
}
