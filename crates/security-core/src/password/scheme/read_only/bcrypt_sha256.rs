//! bcrypt over a digest, so that every character of a long password counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::fields;
use crate::password::scheme::{SchemeError, bcrypt, decimal, within};

/// `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest`, or the older `$bcrypt-sha256$2b,12$salt$digest`.
pub(super) fn verify(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bad = SchemeError::Malformed;
    let [settings, salt, digest] = fields(stored.strip_prefix("$bcrypt-sha256$").ok_or(bad)?)?;
    let (is_keyed, settings) = match settings.strip_prefix("v=2,t=") {
        Some(settings) => (true, settings.split_once(",r=")),
        None => (false, settings.split_once(',')),
    };
    let (identifier, cost) = settings.ok_or(bad)?;
    let cost = within(decimal(cost)?, 4..=bcrypt::MAX_COST)?;
    let key = if is_keyed { keyed(secret, salt) } else { Sha256::digest(secret).into() };
    let key = Zeroizing::new(STANDARD.encode(Zeroizing::new(key)));
    bcrypt::verify(key.as_bytes(), &format!("${identifier}${cost:02}${salt}{digest}"))
}

fn keyed(secret: &[u8], salt: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(secret);
    mac.finalize().into_bytes().into()
}
