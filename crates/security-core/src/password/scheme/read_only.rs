//! Schemes that are read, so that nobody is kept out by an old hash, and never written.

use std::ops::RangeInclusive;

use super::{Scheme, SchemeError, decimal, random, within};
use crate::password::workspace::Workspace;
use crate::secret::hex;

mod bcrypt_sha256;
mod crypt_des;
mod crypt_md5;
mod crypt_sha1;
mod django;
mod hex_digest;
mod ldap;
mod pbkdf2_variants;
mod phpass;
mod scrypt;

/// A scheme of older sites and of other frameworks. New hashes are made with `SECURITY_PASSWORD_HASH`, so a hash of
/// such a scheme is gone after the next sign-in of its owner.
#[derive(Debug)]
pub(super) struct ReadOnlyScheme {
    name: &'static str,
    /// Whether a password of this scheme is found by trying, once its hash is known.
    is_weak: bool,
    claims: fn(&str) -> bool,
    verify: fn(&[u8], &str) -> Result<bool, SchemeError>,
}

/// Every one of them, by its name in the configuration.
static ALL: [ReadOnlyScheme; 28] = [
    strong("scrypt", |text| text.starts_with("$scrypt$"), scrypt::verify),
    strong("bcrypt_sha256", |text| text.starts_with("$bcrypt-sha256$"), bcrypt_sha256::verify),
    strong("pbkdf2_sha1", |text| text.starts_with("$pbkdf2$"), pbkdf2_variants::sha1),
    strong("ldap_pbkdf2_sha256", |text| text.starts_with("{PBKDF2-SHA256}"), pbkdf2_variants::ldap_sha256),
    strong("django_pbkdf2_sha256", |text| text.starts_with("pbkdf2_sha256$"), pbkdf2_variants::django_sha256),
    strong("django_pbkdf2_sha1", |text| text.starts_with("pbkdf2_sha1$"), pbkdf2_variants::django_sha1),
    strong("django_argon2", |text| text.starts_with("argon2$argon2"), django::argon2),
    strong("django_bcrypt", |text| text.starts_with("bcrypt$"), django::bcrypt),
    strong("django_bcrypt_sha256", |text| text.starts_with("bcrypt_sha256$"), django::bcrypt_sha256),
    weak("django_salted_sha1", |text| text.starts_with("sha1$"), django::salted_sha1),
    weak("django_salted_md5", |text| text.starts_with("md5$"), django::salted_md5),
    weak("django_des_crypt", |text| text.starts_with("crypt$"), django::des_crypt),
    weak("des_crypt", crypt_des::claims_traditional, crypt_des::verify_traditional),
    weak("bsdi_crypt", crypt_des::claims_extended, crypt_des::verify_extended),
    weak("md5_crypt", |text| text.starts_with("$1$"), crypt_md5::verify),
    weak("apr_md5_crypt", |text| text.starts_with("$apr1$"), crypt_md5::verify_apache),
    weak("sha1_crypt", |text| text.starts_with("$sha1$"), crypt_sha1::verify),
    weak("phpass", phpass::claims, phpass::verify),
    weak("ldap_salted_sha1", |text| text.starts_with("{SSHA}"), ldap::salted_sha1),
    weak("ldap_salted_md5", |text| text.starts_with("{SMD5}"), ldap::salted_md5),
    weak("ldap_salted_sha256", |text| text.starts_with("{SSHA256}"), ldap::salted_sha256),
    weak("ldap_salted_sha512", |text| text.starts_with("{SSHA512}"), ldap::salted_sha512),
    weak("ldap_sha1", |text| text.starts_with("{SHA}"), ldap::sha1),
    weak("ldap_md5", |text| text.starts_with("{MD5}"), ldap::md5),
    weak("hex_md5", |text| hex_digest::claims(text, 32), hex_digest::md5),
    weak("hex_sha1", |text| hex_digest::claims(text, 40), hex_digest::sha1),
    weak("hex_sha256", |text| hex_digest::claims(text, 64), hex_digest::sha256),
    weak("hex_sha512", |text| hex_digest::claims(text, 128), hex_digest::sha512),
];

/// The scheme names that `SECURITY_PASSWORD_SCHEMES` may hold and `SECURITY_PASSWORD_HASH` may not.
pub const READ_ONLY_SCHEMES: [&str; 28] = {
    let mut names = [""; 28];
    let mut index = 0;
    while index < names.len() {
        names[index] = ALL[index].name;
        index += 1;
    }
    names
};

const fn strong(
    name: &'static str,
    claims: fn(&str) -> bool,
    verify: fn(&[u8], &str) -> Result<bool, SchemeError>,
) -> ReadOnlyScheme {
    ReadOnlyScheme { name, is_weak: false, claims, verify }
}

const fn weak(
    name: &'static str,
    claims: fn(&str) -> bool,
    verify: fn(&[u8], &str) -> Result<bool, SchemeError>,
) -> ReadOnlyScheme {
    ReadOnlyScheme { name, is_weak: true, claims, verify }
}

/// The scheme with this name.
pub(super) fn find(name: &str) -> Option<&'static ReadOnlyScheme> {
    ALL.iter().find(|scheme| scheme.name == name)
}

/// Whether hashes of this scheme protect a password that was stolen with them no better than plain text does.
pub(in crate::password) fn is_weak(name: &str) -> bool {
    name == "plaintext" || find(name).is_some_and(|scheme| scheme.is_weak)
}

impl Scheme for &'static ReadOnlyScheme {
    fn name(&self) -> &'static str {
        self.name
    }

    fn claims(&self, stored: &str) -> bool {
        (self.claims)(stored)
    }

    /// The shape that it is claimed by says enough.
    fn is_sound(&self, stored: &str) -> bool {
        self.claims(stored)
    }

    fn hash(&self, _: &[u8], _: &mut Workspace) -> Result<String, SchemeError> {
        Err(SchemeError::Unhashable("hashes of the scheme are read and no longer made"))
    }

    fn verify(&self, secret: &[u8], stored: &str, _: &mut Workspace) -> Result<bool, SchemeError> {
        (self.verify)(secret, stored)
    }

    /// It cannot be the scheme of new hashes, and so was made with other settings.
    fn is_outdated(&self, _: &str) -> bool {
        true
    }

    fn decoy(&self) -> String {
        hex(&random::<65>())
    }
}

/// A number of rounds that a stored hash asks for.
fn rounds(text: &str, allowed: RangeInclusive<u32>) -> Result<u32, SchemeError> {
    within(decimal(text)?, allowed)
}

/// The fields of a text that has exactly this many, separated by `$`.
fn fields<const N: usize>(text: &str) -> Result<[&str; N], SchemeError> {
    text.split('$').collect::<Vec<_>>().try_into().map_err(|_| SchemeError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_that_is_only_read_makes_no_hash_and_its_decoy_matches_nothing() {
        for name in READ_ONLY_SCHEMES {
            let scheme = find(name).unwrap();
            assert!(scheme.hash(b"a secret", &mut Workspace::default()).is_err(), "{name}");
            assert_ne!(scheme.verify(b"", &scheme.decoy(), &mut Workspace::default()), Ok(true), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn damaged_hashes_are_malformed_or_match_nothing(which in 0..28_usize, rest in ".{0,60}") {
            let starts = [
                "$scrypt$ln=4,r=8,p=1$", "$bcrypt-sha256$v=2,t=2b,r=4$", "$pbkdf2$1$", "{PBKDF2-SHA256}1$",
                "pbkdf2_sha256$1$", "pbkdf2_sha1$1$", "argon2$argon2i$", "bcrypt$$2b$04$",
                "bcrypt_sha256$$2b$04$", "sha1$", "md5$", "crypt$", "", "_", "$1$", "$apr1$", "$sha1$1$", "$P$5",
                "{SSHA}", "{SMD5}", "{SSHA256}", "{SSHA512}", "{SHA}", "{MD5}", "", "", "", "",
            ];
            let stored = format!("{}{rest}", starts[which]);
            let verdict = (ALL[which].verify)(b"a secret", &stored);
            proptest::prop_assert_ne!(verdict, Ok(true));
        }
    }
}
