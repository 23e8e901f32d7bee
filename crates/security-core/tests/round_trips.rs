//! What is written is read back as it was, whatever it holds.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::DateTime;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use security_core::account::Role;
use security_core::config::{CsrfConfig, HashingConfig, PasswordConfig, SecretsConfig, SessionConfig};
use security_core::password::{PasswordHasher, StoredHash, Verdict};
use security_core::secret::PlainPassword;
use security_core::session::{CsrfTokens, Session, SessionStore as _, SignedCookieSessions};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

fn secrets() -> SecretsConfig {
    SecretsConfig { secret_key: "a key for tests alone".into(), ..SecretsConfig::default() }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // With all their digits, as Python writes the time of a sign-in.
        any::<f64>().prop_filter_map("no number of JSON", |number| number.is_finite().then(|| number.into())),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            // Names that begin like Python's types have to survive too.
            vec(("( t| b| di| u)?[a-z_]{0,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// One hasher for each scheme, as cheap as it gets.
static HASHERS: LazyLock<Vec<PasswordHasher>> = LazyLock::new(|| {
    let options = json!({
        "argon2__memory_cost": 8, "argon2__time_cost": 1, "bcrypt__rounds": 4, "pbkdf2_sha256__rounds": 1,
        "pbkdf2_sha512__rounds": 1, "sha256_crypt__rounds": 1000, "sha512_crypt__rounds": 1000,
    });
    let build = |scheme: &String| {
        let config = PasswordConfig {
            scheme: scheme.clone(),
            hash_options: options.as_object().expect("an object").clone(),
            ..PasswordConfig::default()
        };
        let hashing = HashingConfig { threads: 1, ..HashingConfig::default() };
        PasswordHasher::new(&config, &hashing, Some(&"a key for tests alone".into()))
            .expect("a valid configuration")
    };
    PasswordConfig::default().schemes.iter().map(build).collect()
});

proptest! {
    #[test]
    fn a_session_comes_back_out_of_its_cookie(
        name in "[a-z_ ]{1,12}", value in json_value(), flash in ".{0,40}",
    ) {
        let sessions = SignedCookieSessions::new(&secrets(), &SessionConfig::default());
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let mut session = Session::default();
        session.set_value(&name, value);
        session.push_flash("info", &flash);
        let cookie = RUNTIME.block_on(sessions.save(&session, None, now)).expect("nothing to fail");
        prop_assert!(cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
        let loaded = RUNTIME.block_on(sessions.load(&cookie, now)).expect("nothing to fail");
        prop_assert_eq!(&loaded.to_tagged_json(), &session.to_tagged_json());
    }

    #[test]
    fn a_csrf_token_is_good_for_its_session_alone(secret in ".{1,40}", other in ".{0,40}") {
        let tokens = CsrfTokens::new(&secrets(), &CsrfConfig::default(), false);
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let token = tokens.issue(&secret, now);
        prop_assert_eq!(tokens.check(&token, &secret, now), Ok(()));
        prop_assert_eq!(tokens.check(&token, &other, now).is_ok(), secret == other);
    }

    #[test]
    fn permissions_come_back_out_of_their_column(permissions in btree_set("[^,]{1,10}", 0..6)) {
        let permissions: BTreeSet<String> = permissions;
        let text = Role::permissions_to_text(&permissions);
        prop_assert_eq!(Role::permissions_from_text(&text), permissions);
    }

    #[test]
    fn a_password_matches_the_hash_that_was_made_of_it(which in 0..6_usize, typed in "\\PC{0,200}", other in "\\PC{0,9}") {
        let hasher = &HASHERS[which];
        let typed = PlainPassword::new(typed);
        let stored = RUNTIME.block_on(hasher.hash(&typed)).expect("it can be hashed");
        let listed = PasswordConfig::default().schemes;
        prop_assert_eq!(StoredHash::of(&stored, &listed), StoredHash::Readable(known(&listed[which])));
        let verdict = RUNTIME.block_on(hasher.verify(&typed, Some(&stored))).expect("no overload");
        prop_assert_eq!(verdict, Verdict::Match { needs_rehash: false });
        let longer = PlainPassword::new(format!("{}{other}x", typed.expose()));
        prop_assert!(!RUNTIME.block_on(hasher.verify(&longer, Some(&stored))).expect("no overload").is_match());
    }

    #[test]
    fn a_digest_in_a_link_is_that_of_its_text(text in "[^\\x00]{0,60}", other in "[^\\x00]{0,60}") {
        let hasher = &HASHERS[0];
        let digest = RUNTIME.block_on(hasher.hash_data(&text)).expect("it can be hashed");
        prop_assert!(RUNTIME.block_on(hasher.verify_data(&text, &digest)).expect("no overload"));
        let is_match = RUNTIME.block_on(hasher.verify_data(&other, &digest)).expect("no overload");
        prop_assert_eq!(is_match, text == other);
    }
}

/// The name as the program itself spells it.
fn known(name: &str) -> &'static str {
    security_core::password::SUPPORTED_SCHEMES.into_iter().find(|known| *known == name).expect("a scheme")
}
