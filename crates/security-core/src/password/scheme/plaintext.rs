//! Passwords stored as they are.

use subtle::ConstantTimeEq as _;

use super::{Scheme, SchemeError, random};
use crate::password::workspace::Workspace;
use crate::secret::hex;

/// Compares the stored text with the secret. In force only where the configuration lists it.
///
/// # Security
///
/// The reference treats every text it does not understand as a password. This one claims neither a text that
/// starts with `$` or `{` (a hash of some other scheme), nor an empty one, nor the marks of a locked account
/// (nothing but `!` and `*`), so that none of those can be typed as a password.
#[derive(Debug)]
pub(super) struct PlaintextScheme;

impl Scheme for PlaintextScheme {
    fn name(&self) -> &'static str {
        "plaintext"
    }

    fn claims(&self, stored: &str) -> bool {
        !stored.starts_with(['$', '{']) && !stored.trim_matches(['!', '*']).is_empty()
    }

    fn is_sound(&self, stored: &str) -> bool {
        self.claims(stored)
    }

    fn hash(&self, secret: &[u8], _: &mut Workspace) -> Result<String, SchemeError> {
        match std::str::from_utf8(secret) {
            Ok(text) if self.claims(text) => Ok(text.to_owned()),
            _ => Err(SchemeError::Unhashable(
                "stored as plain text, it would be taken for a hash or a lock mark",
            )),
        }
    }

    fn verify(&self, secret: &[u8], stored: &str, _: &mut Workspace) -> Result<bool, SchemeError> {
        Ok(secret.ct_eq(stored.as_bytes()).into())
    }

    fn is_outdated(&self, _: &str) -> bool {
        false
    }

    fn decoy(&self) -> String {
        hex(&random::<32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_hashes_empty_texts_and_lock_marks_are_not_passwords() {
        for stored in ["", "$scrypt$ln=4", "{SSHA}AAAA", "!", "*", "!!", "*!"] {
            assert!(!PlaintextScheme.claims(stored), "{stored}");
            assert!(PlaintextScheme.hash(stored.as_bytes(), &mut Workspace::default()).is_err(), "{stored}");
        }
        assert!(PlaintextScheme.claims("letmein") && PlaintextScheme.claims("!letmein"));
    }
}
