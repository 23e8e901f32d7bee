//! What a stored hash is, as far as can be told without a password.

use serde_json::Map;

use super::scheme::{self, READ_ONLY_SCHEMES, SUPPORTED_SCHEMES, Scheme};

/// What became of a stored password hash under a list of schemes.
///
/// ```
/// use security_core::password::StoredHash;
///
/// let listed = ["argon2".to_owned(), "bcrypt".to_owned()];
/// let django = "pbkdf2_sha256$29000$VIz0ejAIm6mx$AxI3PebchIXAEy7SoV4VM8m/Y5gP2oR7haxZ4kOTzhA=";
/// assert_eq!(StoredHash::of(django, &listed), StoredHash::NotListed("django_pbkdf2_sha256"));
/// assert_eq!(StoredHash::of("$2b$12$cut short", &listed), StoredHash::Damaged("bcrypt"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredHash {
    /// Passwords are checked against it.
    Readable(&'static str),
    /// It looks like one of a listed scheme and is damaged, or asks for more work than is done. No password matches.
    Damaged(&'static str),
    /// It is one of a scheme that could be listed in `SECURITY_PASSWORD_SCHEMES` and is not. No password matches.
    NotListed(&'static str),
    /// It has no known form: a mark that locks an account, an unknown scheme, or a password in plain text. No password
    /// matches.
    Foreign,
}

impl StoredHash {
    /// Judges a stored text under `SECURITY_PASSWORD_SCHEMES`.
    #[must_use]
    pub fn of(stored: &str, listed: &[String]) -> Self {
        let (plain, hashing): (Vec<&String>, Vec<&String>) =
            listed.iter().partition(|name| *name == "plaintext");
        // As at a sign-in, plain text takes what is left.
        let in_order = hashing.into_iter().chain(plain).map(String::as_str);
        if let Some(scheme) = claiming(in_order, stored) {
            let name = scheme.name();
            return if scheme.is_sound(stored) { Self::Readable(name) } else { Self::Damaged(name) };
        }
        let others = SUPPORTED_SCHEMES.iter().chain(&READ_ONLY_SCHEMES).copied();
        let others = others.filter(|name| *name != "plaintext");
        claiming(others, stored).map_or(Self::Foreign, |scheme| Self::NotListed(scheme.name()))
    }
}

fn claiming<'a>(mut names: impl Iterator<Item = &'a str>, stored: &str) -> Option<Box<dyn Scheme>> {
    names.find_map(|name| scheme::build(name, &Map::new()).ok()?.filter(|scheme| scheme.claims(stored)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_judged_by_the_scheme_that_claims_it() {
        let listed = ["bcrypt", "sha512_crypt", "plaintext"].map(str::to_owned);
        let bcrypt = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";
        for (stored, expected) in [
            (bcrypt, StoredHash::Readable("bcrypt")),
            (&bcrypt[..50], StoredHash::Damaged("bcrypt")),
            ("$6$rounds=0$salt$x", StoredHash::Damaged("sha512_crypt")),
            ("letmein", StoredHash::Readable("plaintext")),
            ("$P$5t1hOa/kAD8qgiHXDaP4Ws3wa3sKXa1", StoredHash::NotListed("phpass")),
            ("$argon2id$v=19$", StoredHash::NotListed("argon2")),
            ("$unknown$", StoredHash::Foreign),
            ("!", StoredHash::Foreign),
            ("", StoredHash::Foreign),
        ] {
            assert_eq!(StoredHash::of(stored, &listed), expected, "{stored}");
        }
    }
}
