//! bcrypt, the default of older sites.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{NUL, Scheme, SchemeError, random, within};
use crate::password::error::HasherSetupError;
use crate::password::options::SchemeOptions;
use crate::password::workspace::Workspace;

/// bcrypt with the cost for new hashes, 12 unless configured.
///
/// New hashes are `$2b$`; verifies `$2b$`, `$2a$`, `$2y$` and the ancient `$2$`. `$2x$` marks hashes of a faulty
/// implementation and is refused.
///
/// # Security
///
/// bcrypt reads 72 bytes of the secret, and so does this. Stored hashes are worked on up to a cost of
/// [`MAX_COST`], about ten seconds of one core.
#[derive(Debug)]
pub(super) struct BcryptScheme {
    cost: u32,
    cost_configured: bool,
}

/// Cost a stored hash may ask for.
pub(super) const MAX_COST: u32 = 17;
/// Bytes of the secret that count.
const SECRET_LENGTH: usize = 72;

/// bcrypt's own alphabet. The unused low bits of the last character may be set, as old implementations did.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

impl BcryptScheme {
    /// Reads `bcrypt__rounds`.
    pub(super) fn new(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        let cost = options.number(&["rounds", "default_rounds"], 4..=MAX_COST)?;
        Ok(Self { cost: cost.unwrap_or(12), cost_configured: cost.is_some() })
    }

    fn encode(&self, salt: [u8; 16], digest: &[u8]) -> String {
        format!("$2b${:02}${}{}", self.cost, BASE64.encode(salt), BASE64.encode(&digest[..23]))
    }
}

impl Scheme for BcryptScheme {
    fn name(&self) -> &'static str {
        "bcrypt"
    }

    fn claims(&self, stored: &str) -> bool {
        ["$2b$", "$2a$", "$2y$", "$2x$", "$2$"].iter().any(|prefix| stored.starts_with(prefix))
    }

    fn is_sound(&self, stored: &str) -> bool {
        Stored::parse(stored).is_ok()
    }

    fn hash(&self, secret: &[u8], _: &mut Workspace) -> Result<String, SchemeError> {
        let salt = random::<16>();
        let digest = digest(secret, self.cost, salt, Key::Terminated)?;
        Ok(self.encode(salt, &digest[..]))
    }

    fn verify(&self, secret: &[u8], stored: &str, _: &mut Workspace) -> Result<bool, SchemeError> {
        verify(secret, stored)
    }

    fn is_outdated(&self, stored: &str) -> bool {
        let Ok(stored) = Stored::parse(stored) else { return true };
        stored.stray_salt_bits || (self.cost_configured && stored.cost != self.cost)
    }

    fn decoy(&self) -> String {
        self.encode(random(), &random::<23>())
    }
}

/// Whether the secret made this hash.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let stored = Stored::parse(stored)?;
    let computed = digest(secret, stored.cost, stored.salt, stored.key)?;
    Ok(computed[..23].ct_eq(&stored.digest).into())
}

/// How the secret becomes the cipher's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// With a NUL at its end, if there is room for one.
    Terminated,
    /// Without, as the first implementation did (`$2$`).
    Bare,
}

fn digest(secret: &[u8], cost: u32, salt: [u8; 16], key: Key) -> Result<Zeroizing<[u8; 24]>, SchemeError> {
    if secret.contains(&0) {
        return Err(NUL);
    }
    let secret = &secret[..secret.len().min(SECRET_LENGTH)];
    let mut buffer = Zeroizing::new([0; SECRET_LENGTH]);
    buffer[..secret.len()].copy_from_slice(secret);
    let terminator = usize::from(key == Key::Terminated || secret.is_empty());
    let length = (secret.len() + terminator).min(SECRET_LENGTH);
    Ok(Zeroizing::new(bcrypt::bcrypt(cost, salt, &buffer[..length])))
}

/// A stored hash in its parts.
#[derive(Debug)]
struct Stored {
    key: Key,
    cost: u32,
    salt: [u8; 16],
    stray_salt_bits: bool,
    digest: [u8; 23],
}

impl Stored {
    /// Takes `$2b$12$` + 22 characters of salt + 31 of digest apart.
    fn parse(stored: &str) -> Result<Self, SchemeError> {
        let bad = SchemeError::Malformed;
        let mut fields = stored.strip_prefix('$').ok_or(bad)?.splitn(3, '$');
        let mut next = || fields.next().ok_or(bad);
        let key = match next()? {
            "2b" | "2a" | "2y" => Key::Terminated,
            "2" => Key::Bare,
            _ => return Err(bad),
        };
        let cost = match next()?.as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => u32::from(tens - b'0') * 10 + u32::from(ones - b'0'),
            _ => return Err(bad),
        };
        let cost = within(cost, 4..=MAX_COST)?;
        let tail = next()?;
        let (salt_text, digest_text) = tail.split_at_checked(22).filter(|(_, d)| d.len() == 31).ok_or(bad)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| bad);
        let salt: [u8; 16] = decode(salt_text)?.try_into().map_err(|_| bad)?;
        let digest: [u8; 23] = decode(digest_text)?.try_into().map_err(|_| bad)?;
        Ok(Self { key, cost, salt, stray_salt_bits: BASE64.encode(salt) != salt_text, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answer of the jBCrypt test suite: the empty password.
    const EMPTY: &str = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";

    #[test]
    fn known_answers_hold() {
        assert_eq!(verify(b"", EMPTY), Ok(true));
        assert_eq!(verify(b"x", EMPTY), Ok(false));
    }

    #[test]
    fn only_the_first_72_bytes_count() {
        let scheme = BcryptScheme { cost: 4, cost_configured: true };
        let hash = scheme.hash(&[b'a'; 80], &mut Workspace::default()).unwrap();
        assert_eq!(verify(&[b'a'; 72], &hash), Ok(true));
        assert_eq!(verify(&[b'a'; 71], &hash), Ok(false));
    }

    #[test]
    fn hashes_of_the_faulty_implementation_are_refused() {
        let stored = EMPTY.replacen("$2a$", "$2x$", 1);
        assert!(BcryptScheme { cost: 4, cost_configured: false }.claims(&stored));
        assert_eq!(verify(b"", &stored), Err(SchemeError::Malformed));
    }

    #[test]
    fn a_planted_cost_is_refused_before_any_work() {
        for cost in ["03", "18", "31", "99", "+6", "6", "006"] {
            let stored = EMPTY.replacen("$06$", &format!("${cost}$"), 1);
            assert_eq!(verify(b"", &stored), Err(SchemeError::Malformed), "{cost}");
        }
    }

    #[test]
    fn stray_bits_in_the_salt_do_not_keep_a_user_out_but_make_the_hash_outdated() {
        let scheme = BcryptScheme { cost: 4, cost_configured: false };
        let stored = EMPTY.replacen("cll.", "cll/", 1);
        assert_eq!(verify(b"", &stored), Ok(true));
        assert!(scheme.is_outdated(&stored) && !scheme.is_outdated(EMPTY));
    }
}
