//! Hashes of Django applications.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{crypt_des, fields, hex_digest};
use crate::password::scheme::{SchemeError, argon2, bcrypt as plain_bcrypt};
use crate::password::workspace::Workspace;
use crate::secret::hex;

/// `argon2` in front of an argon2 hash.
pub(super) fn argon2(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    argon2::verify(secret, strip(stored, "argon2")?, &mut Workspace::default())
}

/// `bcrypt$` in front of a bcrypt hash.
pub(super) fn bcrypt(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    plain_bcrypt::verify(secret, strip(stored, "bcrypt$")?)
}

/// `bcrypt_sha256$` in front of a bcrypt hash of the hex digits of SHA-256.
pub(super) fn bcrypt_sha256(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let digits = Zeroizing::new(hex(&Sha256::digest(secret)));
    plain_bcrypt::verify(digits.as_bytes(), strip(stored, "bcrypt_sha256$")?)
}

/// `sha1$salt$hex digest`.
pub(super) fn salted_sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let [salt, digest] = fields(strip(stored, "sha1$")?)?;
    hex_digest::is_digest::<sha1::Sha1>(&[salt.as_bytes(), secret], digest)
}

/// `md5$salt$hex digest`.
pub(super) fn salted_md5(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let [salt, digest] = fields(strip(stored, "md5$")?)?;
    hex_digest::is_digest::<md5::Md5>(&[salt.as_bytes(), secret], digest)
}

/// `crypt$salt$hash`. The hash begins with its salt, so the part in the middle says nothing new and may be empty.
pub(super) fn des_crypt(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let [salt, hash] = fields(strip(stored, "crypt$")?)?;
    let is_consistent = salt.is_empty() || salt.get(..2).is_some_and(|start| hash.starts_with(start));
    if is_consistent { crypt_des::verify_traditional(secret, hash) } else { Err(SchemeError::Malformed) }
}

fn strip<'a>(stored: &'a str, prefix: &str) -> Result<&'a str, SchemeError> {
    stored.strip_prefix(prefix).ok_or(SchemeError::Malformed)
}
