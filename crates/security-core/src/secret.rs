//! Values that open doors: passwords as typed, and random identities.

mod plain_password;

pub use plain_password::PlainPassword;

/// Fills a buffer from the operating system's random source.
///
/// # Panics
///
/// When the operating system cannot give random bytes: nothing secure can be done then.
pub fn fill_random(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system gives random bytes");
}

/// A random version 4 UUID as 32 lower-case hex digits, the form of `fs_uniquifier`.
///
/// ```
/// let identity = security_core::secret::random_identity();
/// assert_eq!(identity.len(), 32);
/// ```
#[must_use]
pub fn random_identity() -> String {
    let mut bytes = [0_u8; 16];
    fill_random(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    hex(&bytes)
}

/// Lower-case hex digits of these bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}
