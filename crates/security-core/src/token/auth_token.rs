//! Tokens that API clients show instead of a session.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::purpose::{Purpose, Tokens};
use super::signer::TokenError;

/// What an API client's token says: whose it is, when that was proven, and when it ends.
///
/// Three formats are read: lists of three (`[id, digest, uniquifier]`), lists of one (`[uniquifier]`), and objects
/// with `ver`, `uid` and `exp`. Objects are written.
///
/// # Security
///
/// A token is good for an account only when the account is active and still has this uniquifier: look it up on every
/// request, so that a new uniquifier ends every token. `Debug` leaves the uniquifier out.
///
/// ```
/// use std::time::Duration;
///
/// use chrono::DateTime;
/// use security_core::config::SecretsConfig;
/// use security_core::token::{AuthToken, TokenError, Tokens};
///
/// let secrets = SecretsConfig { secret_key: "0123456789abcdef".into(), ..SecretsConfig::default() };
/// let tokens = Tokens::new(&secrets);
/// let noon = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let later = DateTime::from_timestamp(1_700_000_901, 0).unwrap();
///
/// let signed = AuthToken::new("c8ce5043bf9e", 1_700_000_000.0, None).sign(&tokens, noon);
/// let quarter = Some(Duration::from_secs(900));
/// assert_eq!(AuthToken::read(&tokens, &signed, quarter, noon).unwrap().uid, "c8ce5043bf9e");
/// assert_eq!(AuthToken::read(&tokens, &signed, quarter, later), Err(TokenError::Expired));
/// ```
#[derive(Clone, PartialEq)]
pub struct AuthToken {
    /// The account's `fs_token_uniquifier` or, where there is none, `fs_uniquifier`.
    pub uid: String,
    /// Unix time in seconds of the last full proof of identity; `None` in old tokens.
    pub proven_at: Option<f64>,
    /// Unix time in seconds of the last moment the token is good; `None` means that only its age counts.
    pub expires_at: Option<i64>,
    /// What the application added.
    pub extra: Map<String, Value>,
}

/// Members with a meaning of their own, which an application cannot add.
const RESERVED: [&str; 4] = ["ver", "uid", "fs_paa", "exp"];

impl AuthToken {
    /// A token for an account whose owner proved who they are at `proven_at` (unix seconds).
    #[must_use]
    pub fn new(uid: impl Into<String>, proven_at: f64, expires_at: Option<i64>) -> Self {
        Self { uid: uid.into(), proven_at: Some(proven_at), expires_at, extra: Map::new() }
    }

    /// Signs the token. Additions named `ver`, `uid`, `fs_paa` or `exp` are left out.
    #[must_use]
    pub fn sign(&self, tokens: &Tokens, now: DateTime<Utc>) -> String {
        let extra = self.extra.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
        let written = Written {
            ver: "5",
            uid: &self.uid,
            fs_paa: self.proven_at.filter(|at| at.is_finite()).unwrap_or(0.0),
            exp: self.expires_at.unwrap_or(0),
            extra: extra.collect(),
        };
        tokens.signer(Purpose::Auth).sign(&written, now)
    }

    /// Reads a token that is at most `max_age` old and has not ended by itself.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] when it is too old, from the future or past its own end; [`TokenError::Invalid`] when
    /// it is none of the three formats or we did not make it.
    pub fn read(
        tokens: &Tokens,
        token: &str,
        max_age: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Result<Self, TokenError> {
        let payload = tokens.signer(Purpose::Auth).read(token, max_age, now)?;
        let token = match payload {
            Value::Array(list) => Self::from_list(list),
            Value::Object(members) => Self::from_object(members),
            _ => None,
        };
        let token = token.ok_or(TokenError::Invalid)?;
        match token.expires_at {
            Some(end) if end < now.timestamp() => Err(TokenError::Expired),
            _ => Ok(token),
        }
    }

    fn from_list(mut list: Vec<Value>) -> Option<Self> {
        let place = if list.len() == 1 { 0 } else { 2 };
        let Value::String(uid) = list.get_mut(place)?.take() else { return None };
        Some(Self { uid, proven_at: None, expires_at: None, extra: Map::new() })
    }

    fn from_object(mut members: Map<String, Value>) -> Option<Self> {
        members.remove("ver")?;
        let Value::String(uid) = members.remove("uid")? else { return None };
        let expires_at = match members.remove("exp")? {
            Value::Null => None,
            Value::Number(end) => match whole_seconds(&end)? {
                0 => None,
                end => Some(end),
            },
            _ => return None,
        };
        let proven_at = members.remove("fs_paa").and_then(|at| at.as_f64()).filter(|at| *at > 0.0);
        Some(Self { uid, proven_at, expires_at, extra: members })
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthToken")
            .field("proven_at", &self.proven_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The object format, members in the reference's order.
#[derive(Serialize)]
struct Written<'a> {
    ver: &'static str,
    uid: &'a str,
    fs_paa: f64,
    exp: i64,
    #[serde(flatten)]
    extra: std::collections::BTreeMap<&'a String, &'a Value>,
}

/// A number without its fraction. Python compares the fraction with whole seconds, which comes to the same.
fn whole_seconds(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| number.as_f64().filter(|n| n.abs() < 1e15).map(|n| n.floor() as i64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::config::SecretsConfig;

    fn tokens() -> Tokens {
        Tokens::new(&SecretsConfig { secret_key: "a secret key".into(), ..SecretsConfig::default() })
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn read(payload: &Value, now: i64) -> Result<AuthToken, TokenError> {
        let token = tokens().signer(Purpose::Auth).sign(payload, at(1000));
        AuthToken::read(&tokens(), &token, None, at(now))
    }

    #[test]
    fn a_token_is_written_in_the_form_of_the_reference() {
        let mut token = AuthToken::new("abc", 1_699_175_600.25, Some(1_699_175_900));
        token.extra = json!({"tenant": 7, "uid": "somebody else", "exp": 0}).as_object().unwrap().clone();
        let signed = token.sign(&tokens(), at(1_699_175_600));
        let value: Value = tokens().signer(Purpose::Auth).read(&signed, None, at(0)).unwrap();
        let expected = json!({
            "ver": "5", "uid": "abc", "fs_paa": 1_699_175_600.25, "exp": 1_699_175_900, "tenant": 7,
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn a_token_ends_at_the_earlier_of_its_age_and_its_own_end() {
        let minute = Some(Duration::from_secs(60));
        let signed = |end| AuthToken::new("abc", 1000.0, end).sign(&tokens(), at(1000));
        let status = |end, now| AuthToken::read(&tokens(), &signed(end), minute, at(now)).map(|_| ());
        assert_eq!(status(Some(1010), 1010), Ok(()));
        assert_eq!(status(Some(1010), 1011), Err(TokenError::Expired));
        assert_eq!(status(Some(9999), 1060), Ok(()));
        assert_eq!(status(Some(9999), 1061), Err(TokenError::Expired));
        assert_eq!(status(None, 1061), Err(TokenError::Expired));
    }

    #[test]
    fn payloads_of_other_shapes_are_refused() {
        for payload in [
            json!([]),
            json!([null]),
            json!(["a", "b"]),
            json!(["a", "b", 3]),
            json!("abc"),
            json!(7),
            json!(null),
            json!({"uid": "abc", "exp": 0}),
            json!({"ver": "5", "exp": 0}),
            json!({"ver": "5", "uid": "abc"}),
            json!({"ver": "5", "uid": 7, "exp": 0}),
            json!({"ver": "5", "uid": "abc", "exp": "9999"}),
            json!({"ver": "5", "uid": "abc", "exp": true}),
        ] {
            assert_eq!(read(&payload, 1000), Err(TokenError::Invalid), "{payload}");
        }
    }

    #[test]
    fn a_time_of_proof_that_is_none_does_not_count() {
        for time in [json!(0), json!(-5), json!("1000"), json!(null)] {
            let token = read(&json!({"ver": "5", "uid": "abc", "exp": 0, "fs_paa": time}), 1000).unwrap();
            assert_eq!(token.proven_at, None);
        }
    }

    #[test]
    fn the_account_does_not_show_in_debug_output() {
        let token = AuthToken::new("c8ce5043bf9e", 1000.0, None);
        assert!(!format!("{token:?}").contains("c8ce"));
    }

    proptest! {
        #[test]
        fn what_was_signed_is_read(
            uid in "\\PC{0,64}", micros in 1_000_000..4_000_000_000_000_i64, end in proptest::option::of(2000..i64::MAX),
            extra in proptest::collection::btree_map("x[a-z]{0,8}", 0..9_u8, 0..4),
        ) {
            let mut token = AuthToken::new(uid, (micros / 250_000) as f64 / 4.0, end);
            token.extra = extra.into_iter().map(|(name, value)| (name, value.into())).collect();
            let signed = token.sign(&tokens(), at(1000));
            prop_assert_eq!(AuthToken::read(&tokens(), &signed, Some(Duration::ZERO), at(1000)), Ok(token));
        }
    }
}
