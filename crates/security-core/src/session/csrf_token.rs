//! Tokens that show that a request comes from one of our own pages.

use std::time::Duration;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use crate::config::{CsrfConfig, SecretsConfig};
use crate::secret::{fill_random, hex};
use crate::token::{Derivation, TimedSigner, TokenError};

/// The namespace Flask-WTF fixes for its tokens.
const SALT: &str = "wtf-csrf-token";

/// Why a CSRF token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CsrfTokenError {
    /// The request carries no token.
    #[error("the CSRF token is missing")]
    Missing,
    /// The session has no secret, so that no token can belong to it.
    #[error("the session has no CSRF secret")]
    SecretMissing,
    /// We did not make the token.
    #[error("the CSRF token is not valid")]
    Invalid,
    /// The token is too old.
    #[error("the CSRF token has expired")]
    Expired,
    /// The token belongs to another session.
    #[error("the CSRF token belongs to another session")]
    DoesNotMatch,
}

/// Makes and checks CSRF tokens: the session's secret, signed with the time.
///
/// Any number of tokens are good for one secret. They are signed with `WTF_CSRF_SECRET_KEY` or, where that is not
/// set, `SECRET_KEY`; retired keys do not count.
///
/// ```
/// use chrono::DateTime;
/// use security_core::config::{CsrfConfig, SecretsConfig};
/// use security_core::session::{CsrfTokenError, CsrfTokens};
///
/// let secrets = SecretsConfig { secret_key: "0123456789abcdef".into(), ..SecretsConfig::default() };
/// let tokens = CsrfTokens::new(&secrets, &CsrfConfig::default(), false);
/// let noon = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
///
/// let secret = CsrfTokens::new_secret();
/// let token = tokens.issue(&secret, noon);
/// assert_eq!(tokens.check(&token, &secret, noon), Ok(()));
/// let another = CsrfTokens::new_secret();
/// assert_eq!(tokens.check(&token, &another, noon), Err(CsrfTokenError::DoesNotMatch));
/// ```
#[derive(Debug)]
pub struct CsrfTokens {
    signer: TimedSigner,
    max_age: Option<Duration>,
}

impl CsrfTokens {
    /// Derives the key. In `testing`, tokens have no greatest age.
    #[must_use]
    pub fn new(secrets: &SecretsConfig, csrf: &CsrfConfig, testing: bool) -> Self {
        let key = secrets.wtf_csrf_secret_key.as_ref().unwrap_or(&secrets.secret_key);
        let signer = TimedSigner::new(Derivation::DjangoConcat, SALT, key, &[]);
        Self { signer, max_age: csrf.time_limit.filter(|_| !testing) }
    }

    /// A new secret for a session: 20 random bytes as 40 hex digits.
    #[must_use]
    pub fn new_secret() -> String {
        let mut bytes = [0; 20];
        fill_random(&mut bytes);
        hex(&bytes)
    }

    /// A token for a session with this secret.
    #[must_use]
    pub fn issue(&self, secret: &str, now: DateTime<Utc>) -> String {
        self.signer.sign(&secret, now)
    }

    /// Checks that a token was made for the session with this secret, in constant time. An empty secret is none.
    ///
    /// # Errors
    ///
    /// [`CsrfTokenError`] says what is wrong with the token, or that there is none.
    pub fn check(&self, token: &str, secret: &str, now: DateTime<Utc>) -> Result<(), CsrfTokenError> {
        if token.is_empty() {
            return Err(CsrfTokenError::Missing);
        }
        if secret.is_empty() {
            return Err(CsrfTokenError::SecretMissing);
        }
        let signed: String = self.signer.read(token, self.max_age, now).map_err(|error| match error {
            TokenError::Invalid => CsrfTokenError::Invalid,
            TokenError::Expired => CsrfTokenError::Expired,
        })?;
        let is_same = bool::from(signed.as_bytes().ct_eq(secret.as_bytes()));
        if is_same { Ok(()) } else { Err(CsrfTokenError::DoesNotMatch) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_forty_hex_digits_and_differ() {
        let [one, two] = [CsrfTokens::new_secret(), CsrfTokens::new_secret()];
        assert_eq!(one.len(), 40);
        assert!(one.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_ne!(one, two);
    }
}
