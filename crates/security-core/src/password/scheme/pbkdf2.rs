//! PBKDF2 (RFC 8018) in the text form of the reference.

use base64::Engine as _;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Scheme, SchemeError, decimal, random, within};
use crate::password::error::HasherSetupError;
use crate::password::options::SchemeOptions;
use crate::password::workspace::Workspace;

/// PBKDF2 with the number of rounds for new hashes.
///
/// Defaults: 600000 rounds of SHA-256 or 210000 of SHA-512 (OWASP Password Storage Cheat Sheet), 16 bytes of salt.
///
/// # Security
///
/// Stored hashes are worked on up to [`MAX_ROUNDS`] rounds, a few seconds of one core.
#[derive(Debug)]
pub(super) struct Pbkdf2Scheme {
    function: Function,
    rounds: u32,
    rounds_configured: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Sha256,
    Sha512,
}

/// Rounds a stored hash may ask for.
pub(super) const MAX_ROUNDS: u32 = 10_000_000;

/// Standard base64 with `.` for `+`, without padding.
pub(super) const AB64: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
        Ok(alphabet) => alphabet,
        Err(_) => base64::alphabet::STANDARD, // not reached: the 64 characters above differ
    },
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

impl Pbkdf2Scheme {
    /// Reads `pbkdf2_sha256__rounds`.
    pub(super) fn sha256(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        Self::new(Function::Sha256, 600_000, options)
    }

    /// Reads `pbkdf2_sha512__rounds`.
    pub(super) fn sha512(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        Self::new(Function::Sha512, 210_000, options)
    }

    fn new(function: Function, rounds: u32, options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        let configured = options.number(&["rounds", "default_rounds"], 1..=MAX_ROUNDS)?;
        Ok(Self { function, rounds: configured.unwrap_or(rounds), rounds_configured: configured.is_some() })
    }

    fn encode(&self, salt: &[u8], digest: &[u8]) -> String {
        let prefix = self.function.prefix();
        format!("{prefix}{}${}${}", self.rounds, AB64.encode(salt), AB64.encode(digest))
    }

    fn parse(&self, stored: &str) -> Result<Stored, SchemeError> {
        let bad = SchemeError::Malformed;
        let mut fields = stored.strip_prefix(self.function.prefix()).ok_or(bad)?.split('$');
        let mut next = || fields.next().ok_or(bad);
        let rounds = within(decimal(next()?)?, 1..=MAX_ROUNDS)?;
        let (salt, digest) = (next()?, next()?);
        let decode = |text: &str| AB64.decode(text).map_err(|_| bad);
        let (salt, digest) = (decode(salt)?, decode(digest)?);
        let sound =
            fields.next().is_none() && digest.len() == self.function.digest_length() && salt.len() <= 1024;
        if sound { Ok(Stored { rounds, salt, digest }) } else { Err(bad) }
    }
}

impl Scheme for Pbkdf2Scheme {
    fn name(&self) -> &'static str {
        match self.function {
            Function::Sha256 => "pbkdf2_sha256",
            Function::Sha512 => "pbkdf2_sha512",
        }
    }

    fn claims(&self, stored: &str) -> bool {
        stored.starts_with(self.function.prefix())
    }

    fn is_sound(&self, stored: &str) -> bool {
        self.parse(stored).is_ok()
    }

    fn hash(&self, secret: &[u8], _: &mut Workspace) -> Result<String, SchemeError> {
        let salt = random::<16>();
        Ok(self.encode(&salt, &self.function.digest(secret, &salt, self.rounds)))
    }

    fn verify(&self, secret: &[u8], stored: &str, _: &mut Workspace) -> Result<bool, SchemeError> {
        let stored = self.parse(stored)?;
        Ok(self.function.digest(secret, &stored.salt, stored.rounds).ct_eq(&stored.digest).into())
    }

    fn is_outdated(&self, stored: &str) -> bool {
        self.parse(stored).map_or(true, |stored| self.rounds_configured && stored.rounds != self.rounds)
    }

    fn decoy(&self) -> String {
        self.encode(&random::<16>(), &random::<64>()[..self.function.digest_length()])
    }
}

impl Function {
    fn prefix(self) -> &'static str {
        match self {
            Self::Sha256 => "$pbkdf2-sha256$",
            Self::Sha512 => "$pbkdf2-sha512$",
        }
    }

    fn digest_length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn digest(self, secret: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<Vec<u8>> {
        let mut digest = Zeroizing::new(vec![0; self.digest_length()]);
        match self {
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(secret, salt, rounds, &mut digest),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(secret, salt, rounds, &mut digest),
        }
        digest
    }
}

/// A stored hash in its parts.
struct Stored {
    rounds: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_hold() {
        // RFC 7914, section 11
        let digest = Function::Sha256.digest(b"passwd", b"salt", 1);
        assert_eq!(digest[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
    }

    #[test]
    fn a_planted_number_of_rounds_is_refused() {
        let scheme = Pbkdf2Scheme { function: Function::Sha256, rounds: 1, rounds_configured: true };
        let stored = scheme.decoy();
        assert!(scheme.parse(&stored).is_ok());
        for rounds in ["0", "01", "10000001", "4294967297", "-1", ""] {
            let stored = stored.replacen("$1$", &format!("${rounds}$"), 1);
            assert!(scheme.parse(&stored).is_err(), "{rounds}");
        }
    }

    #[test]
    fn a_digest_of_another_length_is_refused() {
        let scheme = Pbkdf2Scheme { function: Function::Sha512, rounds: 1, rounds_configured: true };
        assert!(scheme.parse("$pbkdf2-sha512$1$AAAA$").is_err());
        assert!(scheme.parse("$pbkdf2-sha512$1$AAAA$AAAA").is_err());
    }
}
