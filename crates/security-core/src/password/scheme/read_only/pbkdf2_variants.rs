//! PBKDF2 in the text forms of other schemes and frameworks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{fields, rounds};
use crate::password::scheme::SchemeError;
use crate::password::scheme::pbkdf2::{AB64, MAX_ROUNDS};

type Function = fn(&[u8], &[u8], u32, &mut [u8]);

/// `$pbkdf2$<rounds>$<ab64 salt>$<ab64 digest>`.
pub(super) fn sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    in_ab64(secret, strip(stored, "$pbkdf2$")?, pbkdf2::pbkdf2_hmac::<sha1::Sha1>, 20)
}

/// `{PBKDF2-SHA256}<rounds>$<ab64 salt>$<ab64 digest>`.
pub(super) fn ldap_sha256(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    in_ab64(secret, strip(stored, "{PBKDF2-SHA256}")?, pbkdf2::pbkdf2_hmac::<sha2::Sha256>, 32)
}

/// `pbkdf2_sha256$<rounds>$<salt>$<base64 digest>`; the salt is the text itself.
pub(super) fn django_sha256(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    in_django(secret, strip(stored, "pbkdf2_sha256$")?, pbkdf2::pbkdf2_hmac::<sha2::Sha256>, 32)
}

/// `pbkdf2_sha1$<rounds>$<salt>$<base64 digest>`.
pub(super) fn django_sha1(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    in_django(secret, strip(stored, "pbkdf2_sha1$")?, pbkdf2::pbkdf2_hmac::<sha1::Sha1>, 20)
}

fn strip<'a>(stored: &'a str, prefix: &str) -> Result<&'a str, SchemeError> {
    stored.strip_prefix(prefix).ok_or(SchemeError::Malformed)
}

fn in_ab64(secret: &[u8], rest: &str, function: Function, length: usize) -> Result<bool, SchemeError> {
    let [count, salt, digest] = fields(rest)?;
    let decode = |text: &str| AB64.decode(text).map_err(|_| SchemeError::Malformed);
    compare(secret, count, &decode(salt)?, &decode(digest)?, function, length)
}

fn in_django(secret: &[u8], rest: &str, function: Function, length: usize) -> Result<bool, SchemeError> {
    let [count, salt, digest] = fields(rest)?;
    let digest = STANDARD.decode(digest).map_err(|_| SchemeError::Malformed)?;
    compare(secret, count, salt.as_bytes(), &digest, function, length)
}

fn compare(
    secret: &[u8],
    count: &str,
    salt: &[u8],
    digest: &[u8],
    function: Function,
    length: usize,
) -> Result<bool, SchemeError> {
    let count = rounds(count, 1..=MAX_ROUNDS)?;
    if digest.len() != length || salt.len() > 1024 {
        return Err(SchemeError::Malformed);
    }
    let mut computed = Zeroizing::new(vec![0; length]);
    function(secret, salt, count, &mut computed);
    Ok(computed.ct_eq(digest).into())
}
