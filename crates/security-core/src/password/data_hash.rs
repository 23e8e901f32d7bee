//! Digests of addresses and password hashes, for the links that must die with them.

use std::sync::Arc;

use md5::{Digest as _, Md5};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::error::{HashError, HasherSetupError};
use super::hasher::{PasswordHasher, hash_error};
use super::scheme::{self, Scheme, SchemeError};
use super::workspace::Workspace;
use crate::secret::hex;

/// The scheme names `SECURITY_HASHING_SCHEMES` may hold. The last one is read and never written.
pub const SUPPORTED_DATA_SCHEMES: [&str; 5] =
    ["sha256_crypt", "sha512_crypt", "pbkdf2_sha256", "pbkdf2_sha512", HEX_MD5];

/// MD5 in hex digits, from very old releases of the reference.
const HEX_MD5: &str = "hex_md5";

/// Rounds of the digests we write: SHA-crypt's own default, some milliseconds of one core.
const ROUNDS: u32 = 5_000;

impl PasswordHasher {
    /// A digest of a text that goes into a link: of the address to confirm, or of the password hash to replace.
    ///
    /// It is made with the first of `SECURITY_HASHING_SCHEMES`, from the text as it is: no `SECURITY_PASSWORD_SALT`,
    /// no normalisation. The link then works only as long as the text has not changed.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] under overload, [`HashError::Unhashable`] for a text over 512 bytes or with a NUL.
    pub async fn hash_data(&self, text: &str) -> Result<String, HashError> {
        let schemes = Arc::clone(self.data_schemes());
        let text = text.to_owned();
        self.pool().run(move |workspace| schemes.hash(&text, workspace)).await?
    }

    /// Whether a digest from a link is that of this text, in constant time.
    ///
    /// # Security
    ///
    /// A digest of the reference takes as long as checking a password. Do it last: after the signature, the age and the
    /// account.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] under overload, [`HashError::Failed`] when hashing is broken. A damaged digest, or one of a
    /// scheme that is not listed, is not an error: it matches nothing.
    pub async fn verify_data(&self, text: &str, digest: &str) -> Result<bool, HashError> {
        let schemes = Arc::clone(self.data_schemes());
        let (text, digest) = (text.to_owned(), digest.to_owned());
        self.pool().run(move |workspace| schemes.verify(&text, &digest, workspace)).await?
    }
}

/// `SECURITY_HASHING_SCHEMES`, ready for use on the hashing threads.
#[derive(Debug)]
pub(super) struct DataSchemes {
    current: Box<dyn Scheme>,
    others: Vec<Box<dyn Scheme>>,
    reads_md5: bool,
}

impl DataSchemes {
    /// Builds the schemes; `SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS` is not for them.
    ///
    /// The reference spends its cost of password hashing here, on digests that travel in signed links: 535,000 rounds.
    /// With that, a few anonymous requests per second for links keep every hashing thread busy. Digests are written
    /// with [`ROUNDS`], which the reference reads, and read with whatever rounds they have.
    pub(super) fn new(names: &[String]) -> Result<Self, HasherSetupError> {
        let mut schemes = Vec::new();
        for name in names {
            if !SUPPORTED_DATA_SCHEMES.contains(&name.as_str()) {
                return Err(unsupported(name, &SUPPORTED_DATA_SCHEMES));
            }
            // It is compared right here, and has no rounds to make cheap.
            if name != HEX_MD5 {
                schemes.extend(scheme::build(name, &cheap(name))?);
            }
        }
        let writes_md5 = names.first().is_none_or(|name| name == HEX_MD5);
        if writes_md5 || schemes.is_empty() {
            return Err(unsupported(HEX_MD5, &SUPPORTED_DATA_SCHEMES[..4]));
        }
        let current = schemes.remove(0);
        Ok(Self { current, others: schemes, reads_md5: names.iter().any(|name| name == HEX_MD5) })
    }

    fn hash(&self, text: &str, workspace: &mut Workspace) -> Result<String, HashError> {
        self.current.hash(text.as_bytes(), workspace).map_err(hash_error)
    }

    fn verify(&self, text: &str, digest: &str, workspace: &mut Workspace) -> Result<bool, HashError> {
        if self.reads_md5 && digest.len() == 32 && digest.bytes().all(|b| b.is_ascii_hexdigit()) {
            let expected = hex(&Md5::digest(text.as_bytes()));
            return Ok(expected.as_bytes().ct_eq(digest.to_ascii_lowercase().as_bytes()).into());
        }
        let mut schemes = std::iter::once(&self.current).chain(&self.others);
        let Some(scheme) = schemes.find(|scheme| scheme.claims(digest)) else { return Ok(false) };
        match scheme.verify(text.as_bytes(), digest, workspace) {
            Ok(is_match) => Ok(is_match),
            Err(SchemeError::Malformed | SchemeError::Unhashable(_)) => Ok(false),
            Err(SchemeError::OutOfMemory) => Err(HashError::Failed),
        }
    }
}

/// The options of a scheme whose digests are quick to make.
fn cheap(name: &str) -> Map<String, Value> {
    Map::from_iter([(format!("{name}__rounds"), Value::from(ROUNDS))])
}

fn unsupported(name: &str, supported: &[&str]) -> HasherSetupError {
    HasherSetupError::UnsupportedScheme {
        option: "SECURITY_HASHING_SCHEMES",
        scheme: name.to_owned(),
        supported: supported.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemes(names: &[&str]) -> Result<DataSchemes, HasherSetupError> {
        DataSchemes::new(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn md5_is_read_where_it_is_listed_and_never_written() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let verify = |schemes: DataSchemes, digest: &str| {
            schemes.verify("abc", digest, &mut Workspace::default()).unwrap()
        };
        assert!(verify(schemes(&["pbkdf2_sha256", HEX_MD5]).unwrap(), md5));
        assert!(verify(schemes(&["pbkdf2_sha256", HEX_MD5]).unwrap(), &md5.to_uppercase()));
        assert!(!verify(schemes(&["pbkdf2_sha256", HEX_MD5]).unwrap(), &md5[1..]));
        assert!(!verify(schemes(&["pbkdf2_sha256"]).unwrap(), md5));
        assert!(schemes(&[HEX_MD5, "sha256_crypt"]).is_err());
    }

    #[test]
    fn schemes_that_are_unknown_or_cut_long_texts_stop_the_start() {
        for names in [&["bcrypt"][..], &["sha256_crypt", "plaintext"], &["rot13"], &[]] {
            let error = schemes(names).unwrap_err();
            assert!(error.to_string().contains("SECURITY_HASHING_SCHEMES"), "{error}");
        }
    }
}
