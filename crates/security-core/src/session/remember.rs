//! The contents of the remember-me cookie.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use sha2::Sha512;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::config::SecretsConfig;
use crate::secret::hex;

/// Writes and reads the remember-me cookie: the account's uniquifier, and an HMAC-SHA-512 of it under `SECRET_KEY`.
///
/// `SECRET_KEY_FALLBACKS` do not count here, as in the reference: changing the key ends every such cookie.
///
/// # Security
///
/// The value never ages. It is good until the key or the uniquifier changes, whatever the browser was told about its
/// end; give a new one on use, and a new uniquifier when an account is in danger. What it signs in is not fresh.
///
/// ```
/// use security_core::config::SecretsConfig;
/// use security_core::session::RememberCookies;
///
/// let secrets = SecretsConfig { secret_key: "0123456789abcdef".into(), ..SecretsConfig::default() };
/// let cookies = RememberCookies::new(&secrets);
/// let value = cookies.encode("c8ce5043bf9e");
/// assert_eq!(cookies.decode(&value).as_deref(), Some("c8ce5043bf9e"));
/// assert_eq!(cookies.decode(&value.to_uppercase()), None);
/// ```
pub struct RememberCookies {
    /// Has taken in the key.
    mac: Hmac<Sha512>,
}

impl RememberCookies {
    /// Prepares the key.
    ///
    /// Its characters count as Latin-1 bytes, unlike everywhere else. A key with other characters, for which the
    /// reference has no cookies at all, counts as UTF-8.
    #[must_use]
    pub fn new(secrets: &SecretsConfig) -> Self {
        let key = secrets.secret_key.expose_secret();
        let latin1: Option<Vec<u8>> = key.chars().map(|c| u8::try_from(c).ok()).collect();
        let key = Zeroizing::new(latin1.unwrap_or_else(|| key.as_bytes().to_vec()));
        Self { mac: hmac(&key) }
    }

    /// The value for an account.
    #[must_use]
    pub fn encode(&self, uniquifier: &str) -> String {
        format!("{uniquifier}|{}", self.digest(uniquifier))
    }

    /// The uniquifier in a value that [`encode`](Self::encode) made. Whether it is an account's is to be looked up.
    #[must_use]
    pub fn decode(&self, value: &str) -> Option<String> {
        let (uniquifier, digest) = value.rsplit_once('|')?;
        let is_ours = bool::from(self.digest(uniquifier).as_bytes().ct_eq(digest.as_bytes()));
        is_ours.then(|| uniquifier.to_owned())
    }

    fn digest(&self, uniquifier: &str) -> String {
        hex(&self.mac.clone().chain_update(uniquifier).finalize().into_bytes())
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha512> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

impl fmt::Debug for RememberCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RememberCookies(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookies(key: &str) -> RememberCookies {
        RememberCookies::new(&SecretsConfig { secret_key: key.into(), ..SecretsConfig::default() })
    }

    #[test]
    fn a_key_of_any_alphabet_works() {
        for key in ["clé-de-sûre", "ключ-Ж-秘密"] {
            assert_eq!(cookies(key).decode(&cookies(key).encode("abc")).as_deref(), Some("abc"));
            assert_eq!(cookies("other").decode(&cookies(key).encode("abc")), None);
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(uniquifier in "\\PC{0,64}") {
            let cookies = cookies("a secret key");
            prop_assert_eq!(cookies.decode(&cookies.encode(&uniquifier)), Some(uniquifier));
        }

        #[test]
        fn any_text_is_refused(value in "\\PC*(\\|[0-9a-f]{128})?") {
            prop_assert_eq!(cookies("a secret key").decode(&value), None);
        }
    }
}
