//! MD5-crypt of old Unix systems (`$1$`), and Apache's (`$apr1$`).

use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::fields;
use crate::password::scheme::sha_crypt::{MAX_SECRET, push_characters};
use crate::password::scheme::{NUL, SchemeError};

/// Rounds; the format has no room for another number.
const ROUNDS: u32 = 1000;

/// `$1$salt$digest`.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    verify_marked(secret, stored, "$1$")
}

/// `$apr1$salt$digest`.
pub(super) fn verify_apache(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    verify_marked(secret, stored, "$apr1$")
}

fn verify_marked(secret: &[u8], stored: &str, mark: &str) -> Result<bool, SchemeError> {
    let [salt, digest] = fields(stored.strip_prefix(mark).ok_or(SchemeError::Malformed)?)?;
    if salt.len() > 8 || digest.len() != 22 {
        return Err(SchemeError::Malformed);
    }
    if secret.contains(&0) {
        return Err(NUL);
    }
    if secret.len() > MAX_SECRET {
        return Err(SchemeError::Unhashable("it is too long"));
    }
    let computed = Zeroizing::new(text_of(crypt(secret, salt.as_bytes(), mark.as_bytes())));
    Ok(computed.as_bytes().ct_eq(digest.as_bytes()).into())
}

fn crypt(secret: &[u8], salt: &[u8], mark: &[u8]) -> [u8; 16] {
    let inner = Md5::new().chain_update(secret).chain_update(salt).chain_update(secret).finalize();
    let mut first = Md5::new().chain_update(secret).chain_update(mark).chain_update(salt);
    for start in (0..secret.len()).step_by(16) {
        first.update(&inner[..(secret.len() - start).min(16)]);
    }
    let mut bits = secret.len();
    while bits != 0 {
        // The original wrote a NUL where it meant a byte of the digest; it is part of the format now.
        first.update(if bits & 1 == 1 { [0] } else { [secret[0]] });
        bits >>= 1;
    }
    let mut digest: [u8; 16] = first.finalize().into();
    for round in 0..ROUNDS {
        let is_odd = round % 2 == 1;
        let mut next = Md5::new();
        next.update(if is_odd { secret } else { &digest });
        next.update(if round % 3 == 0 { &[] } else { salt });
        next.update(if round % 7 == 0 { &[] } else { secret });
        next.update(if is_odd { &digest[..] } else { secret });
        digest = next.finalize().into();
    }
    digest
}

fn text_of(digest: [u8; 16]) -> String {
    let mut text = String::with_capacity(22);
    for [high, middle, low] in [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] {
        push_characters(&mut text, [digest[high], digest[middle], digest[low]], 4);
    }
    push_characters(&mut text, [0, 0, digest[11]], 2);
    text
}
