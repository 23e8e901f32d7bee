//! The ways to turn a secret into a stored hash, one file each.

use std::fmt::Debug;

use serde_json::{Map, Value};

use super::error::HasherSetupError;
use super::options::SchemeOptions;
use super::workspace::Workspace;

mod argon2;
mod bcrypt;
mod pbkdf2;
mod plaintext;
mod read_only;
mod sha_crypt;

pub use read_only::READ_ONLY_SCHEMES;
pub(super) use read_only::is_weak;

/// The scheme names `PASSWORD_HASH` may hold. `PASSWORD_SCHEMES` may hold those of [`READ_ONLY_SCHEMES`] as well.
///
/// `plaintext` compares the stored text as it is. It is meant for taking over very old databases and for tests, and
/// is in force only where it is listed.
pub const SUPPORTED_SCHEMES: [&str; 7] =
    ["bcrypt", "argon2", "pbkdf2_sha256", "pbkdf2_sha512", "sha256_crypt", "sha512_crypt", "plaintext"];

/// One way to turn a secret into a stored hash and to check it again.
///
/// A secret is the normalised password or, for double-hashed schemes, its HMAC. Every method but
/// [`hash`](Self::hash) and [`verify`](Self::verify) is cheap.
pub(super) trait Scheme: Debug + Send + Sync {
    /// The name in the configuration.
    fn name(&self) -> &'static str;

    /// Whether this stored text is a hash of this scheme, well-formed or not.
    fn claims(&self, stored: &str) -> bool;

    /// Whether a text that this scheme claims can be taken apart and asks for no more work than is done.
    fn is_sound(&self, stored: &str) -> bool;

    /// A new hash with the configured cost and a random salt.
    fn hash(&self, secret: &[u8], workspace: &mut Workspace) -> Result<String, SchemeError>;

    /// Whether the secret made this hash. Compares in constant time.
    ///
    /// # Security
    ///
    /// Work factors come from the stored text, so each scheme documents and enforces an upper bound: a planted hash
    /// must not occupy a thread for long or exhaust memory.
    fn verify(&self, secret: &[u8], stored: &str, workspace: &mut Workspace) -> Result<bool, SchemeError>;

    /// Whether a hash that was just verified was made with other settings than new hashes are.
    fn is_outdated(&self, stored: &str) -> bool;

    /// A well-formed hash with the configured cost that no secret matches.
    ///
    /// Checking a password against it takes what checking one against a real hash takes.
    fn decoy(&self) -> String;

    /// Memory that [`hash`](Self::hash) needs, in KiB.
    fn memory_kib(&self) -> usize {
        0
    }
}

/// Why a scheme gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SchemeError {
    /// The stored text is damaged, or asks for more work than the scheme's bound.
    Malformed,
    /// The secret cannot be handled, for the reason given.
    Unhashable(&'static str),
    /// There was not enough memory.
    OutOfMemory,
}

/// The secret contains a NUL character, at which the crypt family of schemes would stop reading.
const NUL: SchemeError = SchemeError::Unhashable("it contains a NUL character");

/// Builds a scheme with its settings; `None` when the name is unknown.
pub(super) fn build(
    name: &str,
    options: &Map<String, Value>,
) -> Result<Option<Box<dyn Scheme>>, HasherSetupError> {
    let options = SchemeOptions::of(name, options);
    let scheme: Box<dyn Scheme> = match name {
        "argon2" => Box::new(argon2::Argon2Scheme::new(&options)?),
        "bcrypt" => Box::new(bcrypt::BcryptScheme::new(&options)?),
        "pbkdf2_sha256" => Box::new(pbkdf2::Pbkdf2Scheme::sha256(&options)?),
        "pbkdf2_sha512" => Box::new(pbkdf2::Pbkdf2Scheme::sha512(&options)?),
        "sha256_crypt" => Box::new(sha_crypt::ShaCryptScheme::sha256(&options)?),
        "sha512_crypt" => Box::new(sha_crypt::ShaCryptScheme::sha512(&options)?),
        "plaintext" => Box::new(plaintext::PlaintextScheme),
        _ => match read_only::find(name) {
            Some(scheme) => Box::new(scheme),
            None => return Ok(None),
        },
    };
    options.finish()?;
    Ok(Some(scheme))
}

/// Parses a decimal number as the reference writes it: no sign, no leading zero, no other digits.
fn decimal(text: &str) -> Result<u32, SchemeError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().map_err(|_| SchemeError::Malformed) } else { Err(SchemeError::Malformed) }
}

/// Refuses a number that is not in the range.
fn within(number: u32, range: std::ops::RangeInclusive<u32>) -> Result<u32, SchemeError> {
    if range.contains(&number) { Ok(number) } else { Err(SchemeError::Malformed) }
}

/// An array filled from the operating system's random source.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    crate::secret::fill_random(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_supported_scheme_can_be_built_and_knows_its_own_hashes_and_decoys() {
        let options: Map<String, Value> = serde_json::from_str(
            r#"{"argon2__memory_cost": 8, "argon2__time_cost": 1, "bcrypt__rounds": 4, "pbkdf2_sha256__rounds": 1,
                "pbkdf2_sha512__rounds": 1, "sha256_crypt__rounds": 1000, "sha512_crypt__rounds": 1000}"#,
        )
        .unwrap();
        let mut workspace = Workspace::new(8);
        let mut verify = |scheme: &dyn Scheme, secret: &[u8], stored: &str| {
            scheme.verify(secret, stored, &mut workspace).unwrap()
        };
        for name in SUPPORTED_SCHEMES {
            let scheme = build(name, &options).unwrap().unwrap();
            assert_eq!(scheme.name(), name);
            let hash = scheme.hash(b"a secret", &mut Workspace::new(8)).unwrap();
            assert!(scheme.claims(&hash), "{name} claims {hash}");
            assert!(verify(&*scheme, b"a secret", &hash), "{name}");
            assert!(!verify(&*scheme, b"A secret", &hash), "{name}");
            assert!(!scheme.is_outdated(&hash), "{name}");
            let decoy = scheme.decoy();
            assert!(scheme.claims(&decoy), "{name} claims {decoy}");
            assert!(!verify(&*scheme, b"a secret", &decoy), "{name}");
            assert!(!scheme.is_outdated(&decoy), "{name}");
            if name != "plaintext" {
                assert_eq!(decoy.len(), hash.len(), "{name}");
            }
        }
        assert!(build("rot13", &options).unwrap().is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_hash_is_never_more_than_malformed(
            which in 0..SUPPORTED_SCHEMES.len(), at in 0..100_usize, cut in 0..3_usize, insert in ".{0,2}",
        ) {
            let scheme = build(SUPPORTED_SCHEMES[which], &Map::new()).unwrap().unwrap();
            let mut stored: Vec<char> = scheme.decoy().chars().collect();
            let at = at.min(stored.len());
            let end = (at + cut).min(stored.len());
            stored.splice(at..end, insert.chars());
            // Takes the text apart without doing the work it asks for.
            scheme.is_outdated(&stored.into_iter().collect::<String>());
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(decimal("0"), Ok(0));
        assert_eq!(decimal("120"), Ok(120));
        for text in ["", "012", "+1", "-1", " 1", "1 ", "4294967296", "१"] {
            assert_eq!(decimal(text), Err(SchemeError::Malformed), "{text}");
        }
    }
}
