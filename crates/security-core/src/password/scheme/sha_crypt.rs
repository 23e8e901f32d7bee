//! SHA-256-crypt and SHA-512-crypt (Drepper's specification, `$5$` and `$6$`).

use sha_crypt::Params;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{NUL, Scheme, SchemeError, decimal, random, within};
use crate::password::error::HasherSetupError;
use crate::password::options::SchemeOptions;
use crate::password::workspace::Workspace;

/// SHA-crypt with the number of rounds for new hashes: 535000 (`$5$`) or 656000 (`$6$`) unless configured.
///
/// # Security
///
/// The work grows with the length of the secret, so secrets over [`MAX_SECRET`] bytes are refused; the 88
/// characters of a double hash always fit. Stored hashes are worked on up to [`MAX_ROUNDS`] rounds.
#[derive(Debug)]
pub(super) struct ShaCryptScheme {
    function: Function,
    rounds: u32,
    rounds_configured: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Sha256,
    Sha512,
}

/// Rounds a stored hash may ask for, a few seconds of one core.
const MAX_ROUNDS: u32 = 5_000_000;
/// Rounds when the text names none.
const IMPLICIT_ROUNDS: u32 = 5_000;
/// The longest password a policy lets through is 128 characters, at most 512 bytes.
pub(super) const MAX_SECRET: usize = 512;
/// The 64 characters of crypt texts, by value.
pub(super) const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl ShaCryptScheme {
    /// Reads `sha256_crypt__rounds`.
    pub(super) fn sha256(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        Self::new(Function::Sha256, 535_000, options)
    }

    /// Reads `sha512_crypt__rounds`.
    pub(super) fn sha512(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        Self::new(Function::Sha512, 656_000, options)
    }

    fn new(function: Function, rounds: u32, options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        let configured = options.number(&["rounds", "default_rounds"], Params::ROUNDS_MIN..=MAX_ROUNDS)?;
        Ok(Self { function, rounds: configured.unwrap_or(rounds), rounds_configured: configured.is_some() })
    }

    fn encode(&self, salt: &str, digest: &str) -> String {
        let prefix = self.function.prefix();
        match self.rounds {
            IMPLICIT_ROUNDS => format!("{prefix}{salt}${digest}"),
            rounds => format!("{prefix}rounds={rounds}${salt}${digest}"),
        }
    }

    fn parse<'a>(&self, stored: &'a str) -> Result<Stored<'a>, SchemeError> {
        let bad = SchemeError::Malformed;
        let mut fields = stored.strip_prefix(self.function.prefix()).ok_or(bad)?.split('$');
        let mut next = || fields.next().ok_or(bad);
        let mut salt = next()?;
        let mut rounds = IMPLICIT_ROUNDS;
        if let Some(text) = salt.strip_prefix("rounds=") {
            rounds = within(decimal(text)?, Params::ROUNDS_MIN..=MAX_ROUNDS)?;
            salt = next()?;
        }
        let digest = next()?;
        let spelled = |text: &str| text.bytes().all(|b| ALPHABET.contains(&b));
        let sound = fields.next().is_none()
            && salt.len() <= 16
            && digest.len() == self.function.text_length()
            && spelled(salt)
            && spelled(digest);
        if sound { Ok(Stored { rounds, salt, digest }) } else { Err(bad) }
    }
}

impl Scheme for ShaCryptScheme {
    fn name(&self) -> &'static str {
        match self.function {
            Function::Sha256 => "sha256_crypt",
            Function::Sha512 => "sha512_crypt",
        }
    }

    fn claims(&self, stored: &str) -> bool {
        stored.starts_with(self.function.prefix())
    }

    fn is_sound(&self, stored: &str) -> bool {
        self.parse(stored).is_ok()
    }

    fn hash(&self, secret: &[u8], _: &mut Workspace) -> Result<String, SchemeError> {
        let salt = random_text(16);
        let digest = self.function.digest(secret, &salt, self.rounds)?;
        Ok(self.encode(&salt, &digest))
    }

    fn verify(&self, secret: &[u8], stored: &str, _: &mut Workspace) -> Result<bool, SchemeError> {
        let stored = self.parse(stored)?;
        let digest = self.function.digest(secret, stored.salt, stored.rounds)?;
        Ok(digest.as_bytes().ct_eq(stored.digest.as_bytes()).into())
    }

    fn is_outdated(&self, stored: &str) -> bool {
        self.parse(stored).map_or(true, |stored| self.rounds_configured && stored.rounds != self.rounds)
    }

    fn decoy(&self) -> String {
        self.encode(&random_text(16), &random_text(self.function.text_length()))
    }
}

impl Function {
    fn prefix(self) -> &'static str {
        match self {
            Self::Sha256 => "$5$",
            Self::Sha512 => "$6$",
        }
    }

    fn text_length(self) -> usize {
        match self {
            Self::Sha256 => 43,
            Self::Sha512 => 86,
        }
    }

    /// The digest in its text form.
    fn digest(self, secret: &[u8], salt: &str, rounds: u32) -> Result<Zeroizing<String>, SchemeError> {
        if secret.contains(&0) {
            return Err(NUL);
        }
        if secret.len() > MAX_SECRET {
            return Err(SchemeError::Unhashable("it is too long"));
        }
        let params = Params::new(rounds).map_err(|_| SchemeError::Malformed)?;
        let text = match self {
            Self::Sha256 => {
                let digest = Zeroizing::new(sha_crypt::sha256_crypt(secret, salt.as_bytes(), params));
                let mut text = shuffled(&digest[..], [0, 10, 20], |[a, b, c]| [c + 1, a + 1, b + 1], 10);
                push_characters(&mut text, [0, digest[31], digest[30]], 3);
                text
            }
            Self::Sha512 => {
                let digest = Zeroizing::new(sha_crypt::sha512_crypt(secret, salt.as_bytes(), params));
                let mut text = shuffled(&digest[..], [0, 21, 42], |[a, b, c]| [b + 1, c + 1, a + 1], 21);
                push_characters(&mut text, [0, 0, digest[63]], 2);
                text
            }
        };
        Ok(Zeroizing::new(text))
    }
}

/// A stored hash in its parts.
struct Stored<'a> {
    rounds: u32,
    salt: &'a str,
    digest: &'a str,
}

/// Encodes `count` groups of three bytes; which bytes make a group follows a rule of the format.
fn shuffled(
    digest: &[u8],
    first: [usize; 3],
    next: impl Fn([usize; 3]) -> [usize; 3],
    count: usize,
) -> String {
    let mut text = String::with_capacity(86);
    let mut group = first;
    for _ in 0..count {
        push_characters(&mut text, group.map(|index| digest[index]), 4);
        group = next(group);
    }
    text
}

/// Appends the low `count` six-bit groups of a 24-bit number, lowest first.
pub(super) fn push_characters(text: &mut String, [high, middle, low]: [u8; 3], count: u32) {
    let bits = u32::from(high) << 16 | u32::from(middle) << 8 | u32::from(low);
    text.extend((0..count).map(|i| char::from(ALPHABET[(bits >> (6 * i)) as usize & 63])));
}

/// Random characters of the alphabet, each with six random bits.
fn random_text(length: usize) -> String {
    random::<86>().iter().take(length).map(|b| char::from(ALPHABET[usize::from(b & 63)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(function: Function, secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
        let scheme = ShaCryptScheme { function, rounds: 1000, rounds_configured: true };
        scheme.verify(secret, stored, &mut Workspace::default())
    }

    #[test]
    fn known_answers_hold() {
        // made with `openssl passwd`
        let short = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
        assert_eq!(verify(Function::Sha256, b"Hello world!", short), Ok(true));
        let long = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
        assert_eq!(verify(Function::Sha512, b"Hello world!", long), Ok(true));
        assert_eq!(verify(Function::Sha512, b"Hello world", long), Ok(false));
    }

    #[test]
    fn a_planted_number_of_rounds_and_an_overlong_secret_are_refused_before_any_work() {
        let digest = ".".repeat(86);
        for rounds in ["999", "5000001", "05000", ""] {
            let stored = format!("$6$rounds={rounds}$salt${digest}");
            assert_eq!(verify(Function::Sha512, b"x", &stored), Err(SchemeError::Malformed), "{rounds}");
        }
        let stored = format!("$6$rounds=1000$salt${digest}");
        assert_eq!(verify(Function::Sha512, &[b'x'; 512], &stored), Ok(false));
        assert!(verify(Function::Sha512, &[b'x'; 513], &stored).is_err());
        assert!(verify(Function::Sha512, b"a\0b", &stored).is_err());
    }
}
