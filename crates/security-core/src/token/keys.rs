//! Keys that sign text and recognise their signatures.

use std::fmt;

use itsdangerous::{Signer, SignerBuilder, default_builder, key_derivation};
use secrecy::{ExposeSecret as _, SecretString};

/// How the key of one purpose is made from the secret key and the purpose's salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derivation {
    /// SHA-1 over salt, the word `signer` and key: every token, and CSRF tokens.
    DjangoConcat,
    /// HMAC-SHA-1 of the salt: the session cookie.
    Hmac,
}

/// The derived keys of one purpose: the one that signs, and retired ones whose signatures still count.
///
/// Signatures are HMAC-SHA-1, which is sound although SHA-1 alone no longer is: nothing here rests on collisions
/// being hard to find.
pub(crate) struct SigningKeys {
    current: Box<dyn SigningKey>,
    fallbacks: Vec<Box<dyn SigningKey>>,
}

impl SigningKeys {
    /// Derives every key, once.
    pub(crate) fn new(
        derivation: Derivation,
        salt: &str,
        key: &SecretString,
        fallbacks: &[SecretString],
    ) -> Self {
        let derive = |key: &SecretString| derive(derivation, salt, key);
        Self { current: derive(key), fallbacks: fallbacks.iter().map(derive).collect() }
    }

    /// The text with a dot and its signature appended.
    pub(crate) fn sign(&self, text: &str) -> String {
        self.current.sign_text(text)
    }

    /// What stands before the signature, when one of the keys made it.
    ///
    /// Compares in constant time. A signature has one spelling only: no padding, no surplus bits.
    pub(crate) fn verify<'a>(&self, signed: &'a str) -> Option<&'a str> {
        let (text, signature) = signed.rsplit_once('.')?;
        let is_made_by = |key: &dyn SigningKey| key.has_signed(text, signature);
        let known = signature.len() == SIGNATURE_LENGTH
            && (is_made_by(&*self.current) || self.fallbacks.iter().any(|key| is_made_by(&**key)));
        known.then_some(text)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys(… and {} fallbacks)", self.fallbacks.len())
    }
}

/// Characters of 20 bytes in base64.
const SIGNATURE_LENGTH: usize = 27;

/// A signer of any derivation, behind one type.
trait SigningKey: Send + Sync {
    fn sign_text(&self, text: &str) -> String;
    fn has_signed(&self, text: &str, signature: &str) -> bool;
}

impl<S: Signer + Send + Sync> SigningKey for S {
    fn sign_text(&self, text: &str) -> String {
        self.sign(text)
    }

    fn has_signed(&self, text: &str, signature: &str) -> bool {
        self.verify_encoded_signature(text.as_bytes(), signature.as_bytes())
    }
}

fn derive(derivation: Derivation, salt: &str, key: &SecretString) -> Box<dyn SigningKey> {
    let key = key.expose_secret().to_owned();
    let salt = salt.to_owned();
    match derivation {
        Derivation::DjangoConcat => Box::new(default_builder(key).with_salt(salt).build()),
        Derivation::Hmac => {
            let builder = SignerBuilder::<_, _, key_derivation::Hmac>::new(key).with_salt(salt);
            same_hash(&builder, &default_builder(""));
            Box::new(builder.build())
        }
    }
}

/// Ties the hash function of one builder to that of another: its type has no name in this crate.
fn same_hash<H, A, D, E>(_: &SignerBuilder<H, A, D>, _: &SignerBuilder<H, A, E>) {}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::Value;

    use super::*;

    /// The rows of one kind in the vectors of the reference's signing library.
    pub(in super::super) fn rows(kind: &str) -> Vec<Value> {
        let folder = std::env::var("TEST_VECTORS_DIR")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors").to_owned());
        let text = std::fs::read_to_string(format!("{folder}/itsdangerous.json")).unwrap();
        let vectors: Value = serde_json::from_str(&text).unwrap();
        let rows = vectors["cases"].as_array().unwrap().iter().filter(|row| row["kind"] == kind);
        rows.cloned().collect()
    }

    #[test]
    fn signatures_are_those_of_the_reference() {
        let mut checked = 0;
        for row in rows("derive") {
            let text = |name: &str| row[name].as_str().unwrap();
            let derivation = match (text("key_derivation"), text("digest")) {
                ("django-concat", "sha1") => Derivation::DjangoConcat,
                ("hmac", "sha1") => Derivation::Hmac,
                _ => continue,
            };
            let keys = SigningKeys::new(derivation, text("salt"), &text("secret_key").into(), &[]);
            assert_eq!(keys.sign(text("value")), text("signed"), "{}", row["id"]);
            assert_eq!(keys.verify(text("signed")), Some(text("value")), "{}", row["id"]);
            checked += 1;
        }
        assert_eq!(checked, 48);
    }

    #[test]
    fn a_derivation_nobody_uses_and_other_hashes_are_not_accepted() {
        for row in rows("derive") {
            let text = |name: &str| row[name].as_str().unwrap();
            let own = (text("key_derivation"), text("digest"));
            for (name, derivation) in
                [("django-concat", Derivation::DjangoConcat), ("hmac", Derivation::Hmac)]
            {
                let keys = SigningKeys::new(derivation, text("salt"), &text("secret_key").into(), &[]);
                let expected = (own == (name, "sha1")).then(|| text("value"));
                assert_eq!(keys.verify(text("signed")), expected, "{} as {name}", row["id"]);
            }
        }
    }

    #[test]
    fn a_retired_key_is_accepted_and_signs_nothing() {
        let [old, new] = ["an older key", "the current key"].map(SecretString::from);
        let before = SigningKeys::new(Derivation::Hmac, "salt", &old, &[]);
        let after = SigningKeys::new(Derivation::Hmac, "salt", &new, &[old]);
        assert_eq!(after.verify(&before.sign("text")), Some("text"));
        assert_eq!(before.verify(&after.sign("text")), None);
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let keys = SigningKeys::new(Derivation::Hmac, "salt", &"open sesame".into(), &["old".into()]);
        assert_eq!(format!("{keys:?}"), "SigningKeys(… and 1 fallbacks)");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_refused(text in "\\PC*", signature in "[A-Za-z0-9_=+/é-]{0,40}") {
            let keys = SigningKeys::new(Derivation::DjangoConcat, "salt", &"key".into(), &[]);
            proptest::prop_assert_eq!(keys.verify(&text), None);
            let signed = format!("{text}.{signature}");
            proptest::prop_assert_eq!(keys.verify(&signed), None);
        }
    }
}
