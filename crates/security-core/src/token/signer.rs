//! Signing a payload together with the time, and reading it back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{Derivation, SigningKeys};
use super::payload;

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// We did not make it, not for this purpose, or its payload is not what it should be.
    #[error("the token is not valid")]
    Invalid,
    /// We made it, and it is too old or comes from the future. Only said after the signature proved good.
    #[error("the token has expired")]
    Expired,
}

/// Signs payloads for one purpose, with the time, and reads what it signed.
///
/// New tokens are signed with `SECRET_KEY`; those of `SECRET_KEY_FALLBACKS` are read as well. Keys are derived when
/// the signer is built, so that reading a token costs one HMAC for each key it has to try.
///
/// # Security
///
/// The payload is readable by everybody who holds the token: put no secret in it that is not encrypted. The signature
/// is checked in constant time and before anything else is looked at. A compressed payload may grow to 64 KiB.
///
/// ```
/// use std::time::Duration;
///
/// use chrono::DateTime;
/// use security_core::config::SecretsConfig;
/// use security_core::token::{Purpose, TokenError, Tokens};
///
/// let secrets = SecretsConfig { secret_key: "0123456789abcdef".into(), ..SecretsConfig::default() };
/// let tokens = Tokens::new(&secrets);
/// let noon = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
///
/// let link = tokens.signer(Purpose::SignInLink).sign(&["c8ce5043"], noon);
/// let day = Some(Duration::from_secs(86_400));
/// let read = tokens.signer(Purpose::SignInLink).read::<Vec<String>>(&link, day, noon);
/// assert_eq!(read, Ok(vec!["c8ce5043".to_owned()]));
/// // A link is good for its purpose alone.
/// let read = tokens.signer(Purpose::ResetPassword).read::<Vec<String>>(&link, day, noon);
/// assert_eq!(read, Err(TokenError::Invalid));
/// ```
#[derive(Debug)]
pub struct TimedSigner {
    keys: SigningKeys,
}

impl TimedSigner {
    /// Derives the keys for a salt.
    pub(crate) fn new(
        derivation: Derivation,
        salt: &str,
        key: &SecretString,
        fallbacks: &[SecretString],
    ) -> Self {
        Self { keys: SigningKeys::new(derivation, salt, key, fallbacks) }
    }

    /// Signs a payload as of `now`, in whole seconds.
    ///
    /// # Panics
    ///
    /// When the payload cannot be written as JSON: a map with keys that are not text, or a `Serialize` that fails.
    #[must_use]
    pub fn sign(&self, payload: &impl Serialize, now: DateTime<Utc>) -> String {
        let json = serde_json::to_vec(payload).expect("the payload can be written as JSON");
        self.sign_json(&json, 0, now)
    }

    /// Signs JSON text as it is, compressed from so many bytes on.
    pub(crate) fn sign_json(&self, json: &[u8], compress_from: usize, now: DateTime<Utc>) -> String {
        self.keys.sign(&format!("{}.{}", payload::encode(json, compress_from), encode_timestamp(now)))
    }

    /// Reads a token that is at most `max_age` old; `None` means that its age does not matter.
    ///
    /// The age is counted in whole seconds. With a greatest age, a token from the future is refused as well.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] when the signature is good and the age is not, [`TokenError::Invalid`] for everything
    /// else, a payload that is not a `T` included.
    pub fn read<T: DeserializeOwned>(
        &self,
        token: &str,
        max_age: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Result<T, TokenError> {
        let signed = self.keys.verify(token).ok_or(TokenError::Invalid)?;
        let (segment, timestamp) = signed.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let made_at = decode_timestamp(timestamp).ok_or(TokenError::Invalid)?;
        if max_age.is_some_and(|max_age| !is_within(max_age, made_at, now)) {
            return Err(TokenError::Expired);
        }
        let json = payload::decode(segment).ok_or(TokenError::Invalid)?;
        serde_json::from_slice(&json).map_err(|_| TokenError::Invalid)
    }
}

/// Whether something made at a unix time is neither older than `max_age` nor from the future.
fn is_within(max_age: Duration, made_at: u64, now: DateTime<Utc>) -> bool {
    let age = u64::try_from(now.timestamp()).ok().and_then(|now| now.checked_sub(made_at));
    age.is_some_and(|age| Duration::from_secs(age) <= max_age)
}

/// Unix seconds as big-endian bytes without leading zeros, in base64.
fn encode_timestamp(at: DateTime<Utc>) -> String {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    let bytes = seconds.to_be_bytes();
    URL_SAFE_NO_PAD.encode(&bytes[(seconds.leading_zeros() / 8) as usize..])
}

/// Reads [`encode_timestamp`], with leading zeros too.
fn decode_timestamp(text: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    // Longer texts do not fit; a slice of the right size is what the decoder wants.
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
    Some(bytes[..length].iter().fold(0, |seconds, byte| seconds << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn signer() -> TimedSigner {
        TimedSigner::new(Derivation::DjangoConcat, "salt", &"a secret key".into(), &[])
    }

    #[test]
    fn times_are_written_as_the_reference_writes_them() {
        // Texts Python reads by skipping characters or bits.
        const LENIENT: [&str; 4] = ["ZUdcUA==", "ZUdcUB", "////", "Z!U!d!cUA"];
        for row in super::super::keys::tests::rows("timestamps") {
            let encoded = row["encoded"].as_str().unwrap();
            if let Some(seconds) = row["unix"].as_u64() {
                assert_eq!(decode_timestamp(encoded), Some(seconds), "{}", row["id"]);
                let time = i64::try_from(seconds).ok().and_then(|s| DateTime::from_timestamp(s, 0));
                if let Some(time) = time {
                    assert_eq!(encode_timestamp(time), encoded, "{}", row["id"]);
                }
            } else if !LENIENT.contains(&encoded) {
                assert_eq!(decode_timestamp(encoded), row["result"]["value"].as_u64(), "{}", row["id"]);
            } else {
                assert_eq!(decode_timestamp(encoded), None, "{}", row["id"]);
            }
        }
    }

    #[test]
    fn a_token_is_good_until_its_last_second_and_not_before_it_was_made() {
        let token = signer().sign(&"payload", at(1000));
        let read = |now| signer().read::<String>(&token, Some(Duration::from_secs(60)), at(now));
        assert_eq!(read(1000), Ok("payload".to_owned()));
        assert_eq!(read(1060), Ok("payload".to_owned()));
        assert_eq!(read(1061), Err(TokenError::Expired));
        assert_eq!(read(999), Err(TokenError::Expired));
        assert_eq!(read(-1), Err(TokenError::Expired));
        let ageless = signer().read::<String>(&token, None, at(9_999_999_999));
        assert_eq!(ageless, Ok("payload".to_owned()));
    }

    #[test]
    fn an_expired_token_with_a_bad_signature_is_only_invalid() {
        let mut token = signer().sign(&"payload", at(1000));
        token.insert(3, 'A');
        let read = signer().read::<String>(&token, Some(Duration::from_secs(60)), at(5000));
        assert_eq!(read, Err(TokenError::Invalid));
    }

    #[test]
    fn a_payload_of_another_shape_is_invalid() {
        let token = signer().sign(&["list"], at(1000));
        assert_eq!(signer().read::<String>(&token, None, at(1000)), Err(TokenError::Invalid));
    }

    proptest! {
        #[test]
        fn what_was_signed_is_read(text in "\\PC{0,300}", number: i64, seconds in 0..4_000_000_000_i64) {
            let payload = serde_json::json!({"text": text, "list": [number, null]});
            let token = signer().sign(&payload, at(seconds));
            let read = signer().read::<Value>(&token, Some(Duration::ZERO), at(seconds));
            prop_assert_eq!(read, Ok(payload));
        }

        #[test]
        fn a_changed_token_is_refused(place: prop::sample::Index, new in "[A-Za-z0-9_.=-]") {
            let token = signer().sign(&"payload", at(1_700_000_000));
            let place = place.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(place..=place, &new);
            if changed != token {
                prop_assert_eq!(signer().read::<Value>(&changed, None, at(0)), Err(TokenError::Invalid));
            }
        }

        #[test]
        fn any_text_is_refused(text in "\\PC*") {
            prop_assert_eq!(signer().read::<Value>(&text, None, at(0)), Err(TokenError::Invalid));
        }

        #[test]
        fn whatever_the_key_signed_is_read_or_refused(text in "[A-Za-z0-9_.*é-]{0,80}") {
            let _ = signer().read::<Value>(&signer().keys.sign(&text), None, at(0));
        }
    }
}
