//! The portable hashes of PHP applications (`$P$`, `$H$`).

use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::password::scheme::SchemeError;
use crate::password::scheme::sha_crypt::{ALPHABET, MAX_SECRET, push_characters};

/// Binary logarithm of the rounds a stored hash may ask for, a few seconds of one core.
const MAX_LOG_ROUNDS: usize = 23;

pub(super) fn claims(stored: &str) -> bool {
    stored.starts_with("$P$") || stored.starts_with("$H$")
}

/// `$P$`, one character for the rounds, eight of salt, 22 of digest.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bad = SchemeError::Malformed;
    let rest =
        stored.get(3..).filter(|rest| claims(stored) && rest.len() == 31 && rest.is_ascii()).ok_or(bad)?;
    let (settings, digest) = rest.split_at(9);
    let (rounds, salt) = settings.split_at(1);
    let log_rounds = ALPHABET.iter().position(|letter| rounds.as_bytes() == [*letter]).ok_or(bad)?;
    if !(1..=MAX_LOG_ROUNDS).contains(&log_rounds) {
        return Err(bad);
    }
    if secret.len() > MAX_SECRET {
        return Err(SchemeError::Unhashable("it is too long"));
    }
    let mut computed = Md5::new().chain_update(salt).chain_update(secret).finalize();
    for _ in 0..1_u32 << log_rounds {
        computed = Md5::new().chain_update(computed).chain_update(secret).finalize();
    }
    let mut text = Zeroizing::new(String::with_capacity(22));
    for group in computed[..15].chunks(3) {
        push_characters(&mut text, [group[2], group[1], group[0]], 4);
    }
    push_characters(&mut text, [0, 0, computed[15]], 2);
    Ok(text.as_bytes().ct_eq(digest.as_bytes()).into())
}
