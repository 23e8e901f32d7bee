//! SHA1-crypt of NetBSD.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{fields, rounds};
use crate::password::scheme::sha_crypt::push_characters;
use crate::password::scheme::{NUL, SchemeError};

/// Rounds a stored hash may ask for, a few seconds of one core.
const MAX_ROUNDS: u32 = 5_000_000;

/// `$sha1$rounds$salt$digest`.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let [count_text, salt, digest] = fields(stored.strip_prefix("$sha1$").ok_or(SchemeError::Malformed)?)?;
    let count = rounds(count_text, 1..=MAX_ROUNDS)?;
    if salt.len() > 64 || digest.len() != 28 {
        return Err(SchemeError::Malformed);
    }
    if secret.contains(&0) {
        return Err(NUL);
    }
    let mut computed = hmac(secret, format!("{salt}$sha1${count_text}").as_bytes());
    for _ in 1..count {
        computed = hmac(secret, &computed);
    }
    let computed = Zeroizing::new(text_of(computed));
    Ok(computed.as_bytes().ct_eq(digest.as_bytes()).into())
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn text_of(digest: [u8; 20]) -> String {
    let mut text = String::with_capacity(28);
    for start in (0..18).step_by(3) {
        push_characters(&mut text, [digest[start], digest[start + 1], digest[start + 2]], 4);
    }
    push_characters(&mut text, [digest[18], digest[19], digest[0]], 4);
    text
}
