//! Recognising a client that has changed.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha512};

use crate::secret::hex;

/// A fingerprint of a client's address and program, the session's `_id`.
///
/// `address` is that of the peer or, behind proxies that are trusted, the one they report: never what a client says
/// about itself in `X-Forwarded-For`. `agent` is the `User-Agent` header as it came.
///
/// The rule is Flask-Login's, down to how Python shows bytes as text, so that a session can go back and forth between
/// the two.
///
/// ```
/// use security_core::session::client_fingerprint;
///
/// let home = client_fingerprint(Some("203.0.113.9"), Some(b"Mozilla/5.0"));
/// assert_eq!(home.len(), 128);
/// assert_ne!(home, client_fingerprint(Some("198.51.100.7"), Some(b"Mozilla/5.0")));
/// ```
#[must_use]
pub fn client_fingerprint(address: Option<&str>, agent: Option<&[u8]>) -> String {
    let mut text = String::with_capacity(256);
    write_bytes(address.map(str::as_bytes), &mut text);
    text.push('|');
    // Python takes each byte of the header for a character, and writes those as UTF-8.
    let agent: Option<String> = agent.map(|agent| agent.iter().copied().map(char::from).collect());
    write_bytes(agent.as_deref().map(str::as_bytes), &mut text);
    hex(&Sha512::digest(text.as_bytes()))
}

/// Writes bytes as Python shows them.
fn write_bytes(bytes: Option<&[u8]>, text: &mut String) {
    let Some(bytes) = bytes else { return text.push_str("None") };
    let delimiter = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    text.push('b');
    text.push(delimiter);
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\'' if delimiter == '\'' => text.push_str("\\'"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => write!(text, "\\x{byte:02x}").expect("a String takes everything"),
        }
    }
    text.push(delimiter);
}
