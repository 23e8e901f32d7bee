//! scrypt (RFC 7914) in the text form of the reference.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{fields, rounds};
use crate::password::scheme::SchemeError;

/// Memory a stored hash may ask for: 256 MiB.
const MAX_MEMORY: u64 = 256 << 20;
/// Memory times lanes a stored hash may ask for, a few seconds of one core.
const MAX_WORK: u64 = 1 << 30;
/// Bytes of a digest.
const LENGTH: usize = 32;

/// `$scrypt$ln=16,r=8,p=1$<base64 salt>$<base64 digest>`.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bad = SchemeError::Malformed;
    let [cost, salt, digest] = fields(stored.strip_prefix("$scrypt$").ok_or(bad)?)?;
    let [log_n, r, p]: [&str; 3] = cost.split(',').collect::<Vec<_>>().try_into().map_err(|_| bad)?;
    let number = |text: &str, name: &str, most| rounds(text.strip_prefix(name).ok_or(bad)?, 1..=most);
    let (log_n, r, p) = (number(log_n, "ln=", 24)?, number(r, "r=", 1024)?, number(p, "p=", 1024)?);
    let memory = (128 * u64::from(r)) << log_n;
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| bad);
    let (salt, digest) = (decode(salt)?, decode(digest)?);
    let is_bounded = memory <= MAX_MEMORY && memory * u64::from(p) <= MAX_WORK;
    if !is_bounded || digest.len() != LENGTH || salt.len() > 1024 {
        return Err(bad);
    }
    let log_n = u8::try_from(log_n).map_err(|_| bad)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| bad)?;
    let mut computed = Zeroizing::new([0; LENGTH]);
    scrypt::scrypt(secret, &salt, &params, &mut computed[..]).map_err(|_| bad)?;
    Ok(computed[..].ct_eq(&digest).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_hash_cannot_exhaust_memory_or_time() {
        let tail = format!("AAAA${}", "A".repeat(43));
        assert_eq!(verify(b"x", &format!("$scrypt$ln=4,r=8,p=1${tail}")), Ok(false));
        for cost in
            ["ln=19,r=8,p=1", "ln=18,r=8,p=9", "ln=24,r=1024,p=1", "ln=0,r=8,p=1", "ln=4,r=8", "r=8,ln=4,p=1"]
        {
            assert_eq!(
                verify(b"x", &format!("$scrypt${cost}${tail}")),
                Err(SchemeError::Malformed),
                "{cost}"
            );
        }
    }
}
