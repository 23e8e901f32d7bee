//! What the fuzzers share: keys that a fuzzer knows, so that it gets past the signature to what lies behind it.

#![forbid(unsafe_code)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use security_core::config::SecretsConfig;
use sha1::{Digest as _, Sha1};

/// The key of every signature.
pub const KEY: &str = "a key that everybody knows";

/// Settings with that key.
#[must_use]
pub fn secrets() -> SecretsConfig {
    SecretsConfig { secret_key: KEY.into(), ..SecretsConfig::default() }
}

/// When it is.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default()
}

/// A text with a good signature of the namespace of a token.
#[must_use]
pub fn signed(text: &str, salt: &str) -> String {
    let key = Sha1::new().chain_update(salt).chain_update("signer").chain_update(KEY).finalize();
    with_signature(text, &key)
}

/// A text with a good signature of the session cookie.
#[must_use]
pub fn signed_cookie(text: &str) -> String {
    with_signature(text, &mac(KEY.as_bytes(), b"cookie-session"))
}

/// A payload with a time of now, ready to be signed.
#[must_use]
pub fn stamped(json: &[u8]) -> String {
    let time = now().timestamp().to_be_bytes();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(json), URL_SAFE_NO_PAD.encode(&time[4..]))
}

fn with_signature(text: &str, key: &[u8]) -> String {
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac(key, text.as_bytes())))
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}
