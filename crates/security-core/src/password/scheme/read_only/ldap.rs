//! Digests as directory servers (RFC 2307) store them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use subtle::ConstantTimeEq as _;

use crate::password::scheme::SchemeError;

/// Longest salt the reference reads.
const LONGEST_SALT: usize = 16;

pub(super) fn salted_sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    salted::<sha1::Sha1>(secret, stored)
}

pub(super) fn salted_md5(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    salted::<md5::Md5>(secret, stored)
}

pub(super) fn salted_sha256(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    salted::<sha2::Sha256>(secret, stored)
}

pub(super) fn salted_sha512(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    salted::<sha2::Sha512>(secret, stored)
}

pub(super) fn sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    bare::<sha1::Sha1>(secret, stored)
}

pub(super) fn md5(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    bare::<md5::Md5>(secret, stored)
}

/// `{NAME}` and base64 of digest(secret + salt) + salt.
fn salted<D: Digest>(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bytes = payload(stored)?;
    let length = <D as Digest>::output_size();
    let (digest, salt) = bytes.split_at_checked(length).ok_or(SchemeError::Malformed)?;
    if salt.is_empty() || salt.len() > LONGEST_SALT {
        return Err(SchemeError::Malformed);
    }
    let computed = D::new().chain_update(secret).chain_update(salt).finalize();
    Ok(computed.ct_eq(digest).into())
}

/// `{NAME}` and base64 of digest(secret).
fn bare<D: Digest>(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bytes = payload(stored)?;
    if bytes.len() != <D as Digest>::output_size() {
        return Err(SchemeError::Malformed);
    }
    Ok(D::digest(secret).ct_eq(&bytes).into())
}

fn payload(stored: &str) -> Result<Vec<u8>, SchemeError> {
    let (_, text) = stored.split_once('}').ok_or(SchemeError::Malformed)?;
    STANDARD.decode(text).map_err(|_| SchemeError::Malformed)
}
