//! What a new password must be like.

use std::sync::Arc;
use std::time::Duration;

use zxcvbn::feedback::Warning;

use super::breached::{BreachChecker, BreachError, PwnedRange};
use super::error::HashError;
use super::hasher::PasswordHasher;
use crate::config::{BreachCheck, PasswordConfig};
use crate::message::{MessageKey, Wording};
use crate::secret::PlainPassword;

/// Judges new passwords: length, then known breaches, then complexity. The first stage that objects decides.
///
/// Length is counted in Unicode code points after normalisation, from `PASSWORD_LENGTH_MIN` to 128. Breaches are
/// asked for when `PASSWORD_CHECK_BREACHED` says so, complexity is estimated when `PASSWORD_COMPLEXITY_CHECKER` is
/// `zxcvbn`.
///
/// # Security
///
/// A breach check is a call to another server that learns five hex digits of the password's hash, see
/// [`PwnedRange`]. The complexity estimate runs on the hashing threads, as long passwords take it a while; it looks at
/// the first 100 characters.
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    length_min: usize,
    complexity_minimum: Option<u8>,
    breach_check: BreachCheck,
    breached_count: u64,
    breaches: Option<Arc<dyn BreachChecker>>,
    hasher: PasswordHasher,
}

/// Why a policy could not be built from the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicySetupError {
    /// `SECURITY_PASSWORD_COMPLEXITY_CHECKER` names a checker this version does not have.
    #[error("SECURITY_PASSWORD_COMPLEXITY_CHECKER is `{0}`; only `zxcvbn` is known")]
    UnknownChecker(String),
    /// The breach service cannot be used as configured.
    #[error(transparent)]
    Breaches(#[from] BreachError),
}

/// An objection to a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyViolation {
    /// An entry of the message catalogue, with its variables.
    Message {
        /// Which entry.
        key: MessageKey,
        /// Names and values the text refers to.
        variables: Vec<(&'static str, String)>,
    },
    /// A text of the complexity checker, in English.
    Text(String),
    /// The password could not be judged because the hashing threads are busy. Answer 503 with `Retry-After`.
    Busy {
        /// When trying again is worth it; at least a second.
        retry_after: Duration,
    },
}

impl PolicyViolation {
    /// The text to show: in the language of a [`Wording`], or in the default language of
    /// [`Messages`](crate::message::Messages). The complexity checker speaks English only.
    #[must_use]
    pub fn text<'m>(&self, wording: impl Into<Wording<'m>>) -> String {
        match self {
            Self::Message { key, variables } => {
                let variables: Vec<_> =
                    variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
                wording.into().text(*key, &variables)
            }
            Self::Text(text) => text.clone(),
            Self::Busy { .. } => wording.into().text(MessageKey::ServiceUnavailable, &[]),
        }
    }

    /// When trying again is worth it, if the password could not be judged.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } => Some(*retry_after),
            Self::Message { .. } | Self::Text(_) => None,
        }
    }

    fn message(key: MessageKey) -> Self {
        Self::Message { key, variables: Vec::new() }
    }
}

/// Longest password, in code points after normalisation.
const LENGTH_MAX: usize = 128;
/// How many hints are looked at, and how much of each: they become a dictionary on every check.
const HINTS_MAX: usize = 64;
const HINT_LENGTH_MAX: usize = 256;

impl PasswordPolicy {
    /// A policy by the configuration. Asks the service at `PASSWORD_BREACHED_URL` about breaches, if it asks at all.
    ///
    /// # Errors
    ///
    /// When the complexity checker is unknown or the address of the service is not usable.
    pub fn new(config: &PasswordConfig, hasher: PasswordHasher) -> Result<Self, PolicySetupError> {
        let breaches = match config.check_breached {
            BreachCheck::Off => None,
            BreachCheck::BestEffort | BreachCheck::Strict => {
                let service = PwnedRange::new(&config.breached_url, config.breached_timeout)?;
                Some(Arc::new(service) as Arc<dyn BreachChecker>)
            }
        };
        Self::build(config, hasher, breaches)
    }

    /// A policy by the configuration that asks another source about breaches.
    ///
    /// The source is asked only when `PASSWORD_CHECK_BREACHED` says so.
    ///
    /// # Errors
    ///
    /// When the complexity checker is unknown.
    pub fn with_breach_checker(
        config: &PasswordConfig,
        hasher: PasswordHasher,
        breaches: Arc<dyn BreachChecker>,
    ) -> Result<Self, PolicySetupError> {
        Self::build(config, hasher, Some(breaches))
    }

    fn build(
        config: &PasswordConfig,
        hasher: PasswordHasher,
        breaches: Option<Arc<dyn BreachChecker>>,
    ) -> Result<Self, PolicySetupError> {
        let complexity_minimum = match config.complexity_checker.as_deref() {
            None => None,
            Some("zxcvbn") => Some(config.zxcvbn_minimum_score),
            Some(other) => return Err(PolicySetupError::UnknownChecker(other.to_owned())),
        };
        Ok(Self {
            length_min: config.length_min,
            complexity_minimum,
            breach_check: config.check_breached,
            breached_count: config.breached_count,
            breaches,
            hasher,
        })
    }

    /// Judges a new password, as typed.
    ///
    /// `hints` are texts that make a password easy to guess for this person: e-mail address, user name, the other
    /// fields of the form.
    ///
    /// # Errors
    ///
    /// The objections of the first stage that objects; at least one.
    pub async fn check(&self, password: &PlainPassword, hints: &[&str]) -> Result<(), Vec<PolicyViolation>> {
        let password = self.hasher.normalize(password);
        let stages = async {
            self.check_length(&password)?;
            self.check_breaches(&password).await?;
            self.check_complexity(password, hints).await
        };
        stages.await.map_err(|violation| vec![violation])
    }

    fn check_length(&self, password: &PlainPassword) -> Result<(), PolicyViolation> {
        let length = password.expose().chars().count();
        if (self.length_min..=LENGTH_MAX).contains(&length) {
            return Ok(());
        }
        Err(PolicyViolation::Message {
            key: MessageKey::PasswordInvalidLength,
            variables: vec![("length", self.length_min.to_string())],
        })
    }

    async fn check_breaches(&self, password: &PlainPassword) -> Result<(), PolicyViolation> {
        let is_strict = match self.breach_check {
            BreachCheck::Off => return Ok(()),
            BreachCheck::BestEffort => false,
            BreachCheck::Strict => true,
        };
        let Some(breaches) = &self.breaches else { return Ok(()) };
        match breaches.count(password).await {
            Ok(count) if count > 0 && count >= self.breached_count => {
                Err(PolicyViolation::message(MessageKey::PasswordBreached))
            }
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(feature = "password_breached", error = %error, "no answer about breaches");
                if is_strict {
                    Err(PolicyViolation::message(MessageKey::PasswordBreachedSiteError))
                } else {
                    Ok(())
                }
            }
        }
    }

    async fn check_complexity(&self, password: PlainPassword, hints: &[&str]) -> Result<(), PolicyViolation> {
        let Some(minimum) = self.complexity_minimum else { return Ok(()) };
        let hints: Vec<String> =
            hints.iter().take(HINTS_MAX).map(|hint| hint.chars().take(HINT_LENGTH_MAX).collect()).collect();
        let estimate = self.hasher.pool().run(move |_| {
            let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
            let estimate = zxcvbn::zxcvbn(password.expose(), &hints);
            let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
            (u8::from(estimate.score()), warning.map(warning_text))
        });
        match estimate.await {
            Ok((score, _)) if score >= minimum => Ok(()),
            Ok((_, Some(text))) => Err(PolicyViolation::Text(text)),
            Ok((_, None)) => Err(PolicyViolation::message(MessageKey::PasswordTooSimple)),
            Err(HashError::Busy { retry_after }) => Err(PolicyViolation::Busy { retry_after }),
            // The estimate itself failed: refuse rather than let a password in that nobody has judged.
            Err(HashError::Unhashable(_) | HashError::Failed) => {
                Err(PolicyViolation::message(MessageKey::PasswordTooSimple))
            }
        }
    }
}

/// The checker's warning, worded as in its original edition.
fn warning_text(warning: Warning) -> String {
    match warning {
        Warning::SequencesLikeAbcAreEasyToGuess => {
            r#"Sequences like "abc" or "6543" are easy to guess."#.to_owned()
        }
        other => other.to_string(),
    }
}
