//! A bare digest in hex digits.

use sha2::Digest;
use subtle::ConstantTimeEq as _;

use crate::password::scheme::SchemeError;
use crate::secret::hex;

pub(super) fn claims(stored: &str, length: usize) -> bool {
    stored.len() == length && stored.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn md5(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    is_digest::<md5::Md5>(&[secret], stored)
}

pub(super) fn sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    is_digest::<sha1::Sha1>(&[secret], stored)
}

pub(super) fn sha256(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    is_digest::<sha2::Sha256>(&[secret], stored)
}

pub(super) fn sha512(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    is_digest::<sha2::Sha512>(&[secret], stored)
}

/// Whether these are the hex digits, in either case, of the digest of all parts together.
pub(super) fn is_digest<D: Digest>(parts: &[&[u8]], stored: &str) -> Result<bool, SchemeError> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    let computed = hex(&digest.finalize());
    if !claims(stored, computed.len()) {
        return Err(SchemeError::Malformed);
    }
    Ok(computed.as_bytes().ct_eq(stored.to_ascii_lowercase().as_bytes()).into())
}
