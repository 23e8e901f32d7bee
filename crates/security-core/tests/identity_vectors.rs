//! Addresses, usernames and phone numbers mean the same as on the site that was taken over.

use std::path::PathBuf;

use security_core::account::identity::{
    Identities, InvalidIdentity, MailUtil, NameProblem, NameRules, NormalizationForm, PhoneUtil,
    StandardMailUtil, StandardPhoneUtil, StandardUsernameUtil, UsernameUtil,
};
use security_core::config::{IdentityAttribute, IdentityConfig, IdentityRule};
use security_core::datastore::UserKey;
use security_core::message::MessageKey;
use serde_json::Value;

/// An empty username: the reference lets it pass as none, we leave that question to the form and refuse it.
const NO_USERNAME: &str = "username-07";

/// Longest name of a passkey.
const LONGEST_KEY_NAME: usize = 64;

fn vectors(name: &str) -> Value {
    let folder = std::env::var_os("TEST_VECTORS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn cases(vectors: &Value) -> &[Value] {
    vectors["cases"].as_array().expect("a list of cases")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|v| text(v).to_owned()).collect()
}

#[test]
fn an_address_is_accepted_and_written_like_the_reference_does() {
    let vectors = vectors("email_normalization.json");
    let mut failures = Vec::new();
    for case in cases(&vectors) {
        let args = case["args"].as_object().cloned();
        let config = IdentityConfig { email_validator_args: args, ..IdentityConfig::default() };
        let normal = StandardMailUtil::new(&config).normalize(text(&case["input"]));
        if normal.as_deref().ok() != case["normalized"].as_str() {
            failures.push(format!("{case}: {normal:?}"));
        }
        if let Err(refused) = normal {
            assert_eq!(refused.key, MessageKey::InvalidEmailAddress);
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(cases(&vectors).len() >= 74);
}

#[tokio::test]
async fn an_address_that_will_receive_mail_is_written_like_one_that_is_looked_up() {
    let vectors = vectors("email_normalization.json");
    for case in cases(&vectors) {
        let args = case["args"].as_object().cloned();
        let config = IdentityConfig { email_validator_args: args, ..IdentityConfig::default() };
        let identities = Identities::new(&config);
        let (typed, looked_up) = (text(&case["input"]), case["normalized"].as_str());
        // Over 64 bytes in front of the at sign: it can be looked up, but no mail would reach it.
        let can_be_reached = looked_up.is_none_or(|address| address.find('@') <= Some(64));
        let expected = looked_up.filter(|_| can_be_reached);
        assert_eq!(identities.validate_email(typed).await.ok().as_deref(), expected, "{case}");
        assert_eq!(identities.normalize_email(typed).ok().as_deref(), looked_up, "{case}");
    }
}

fn username_config(case: &Value) -> IdentityConfig {
    let Some(config) = case.get("config") else { return IdentityConfig::default() };
    IdentityConfig {
        input_normalize_form: config["normalize_form"].as_str().map(|name| name.parse().expect("a form")),
        username_allowed_chars: Some(texts(&config["allowed"])),
        ..IdentityConfig::default()
    }
}

/// The message with this text in the reference.
fn username_message(text: &str) -> MessageKey {
    let known = [
        (
            "Username must be at least 4 characters and less than 32 characters",
            MessageKey::UsernameInvalidLength,
        ),
        ("Username can contain only letters and numbers", MessageKey::UsernameDisallowedCharacters),
        ("Value entered is not valid for the field", MessageKey::InvalidInput),
    ];
    known.into_iter().find(|(known, _)| *known == text).expect("a message about usernames").1
}

#[test]
fn a_username_is_accepted_and_written_like_the_reference_does() {
    let vectors = vectors("usernames.json");
    let rows: Vec<&Value> = cases(&vectors).iter().filter(|case| case["kind"] == "username").collect();
    assert!(rows.len() >= 64);
    for case in rows {
        let usernames = StandardUsernameUtil::new(&username_config(case));
        let typed = text(&case["input"]);
        let valid = usernames.validate(typed).map_err(|refused| refused.key);
        let expected = match case["message"].as_str() {
            _ if case["id"] == NO_USERNAME => Err(MessageKey::UsernameNotProvided),
            Some(message) => Err(username_message(message)),
            None => Ok(text(&case["normalized"]).to_owned()),
        };
        assert_eq!(valid, expected, "{case}");
        // Length does not matter to a look-up. An empty name is nobody's.
        let looked_up =
            case.get("mapper").unwrap_or(&case["normalized"]).as_str().filter(|name| !name.is_empty());
        assert_eq!(usernames.normalize(typed).as_deref(), looked_up, "{case}");
    }
}

#[test]
fn the_name_of_a_passkey_is_accepted_and_written_like_the_reference_does() {
    let vectors = vectors("usernames.json");
    let rows: Vec<&Value> = cases(&vectors).iter().filter(|case| case["kind"] == "key name").collect();
    assert!(rows.len() >= 16);
    let allowed = ["L", "N", "Pc", "Pd", "Zs"].map(str::to_owned);
    let rules = NameRules::new(Some(&allowed), Some(NormalizationForm::Nfkd));
    for case in rows {
        let name = rules.apply(text(&case["input"]));
        match case["message"].as_str() {
            None => assert_eq!(name.as_deref(), Ok(text(&case["normalized"])), "{case}"),
            Some("Value entered is not valid for the field") => {
                assert_eq!(name, Err(NameProblem::Markup), "{case}");
            }
            Some(message) if message.starts_with("Passkey nicknames can contain only") => {
                assert_eq!(name, Err(NameProblem::DisallowedCharacters), "{case}");
            }
            Some(_) => assert!(name.expect("accepted").chars().count() > LONGEST_KEY_NAME, "{case}"),
        }
    }
}

#[test]
fn a_phone_number_is_accepted_and_written_like_the_reference_does() {
    let vectors = vectors("phone_numbers.json");
    let mut failures = Vec::new();
    for case in cases(&vectors) {
        let phone_region_default = text(&case["region"]).to_owned();
        let config = IdentityConfig { phone_region_default, ..IdentityConfig::default() };
        let typed = text(&case["input"]);
        let canonical = StandardPhoneUtil::new(&config).canonical(typed);
        if canonical.as_deref() != case["canonical"].as_str() {
            failures.push(format!("{case}: {canonical:?}"));
        }
        let refused = Identities::new(&config).canonical_phone(typed).err();
        let expected = case["message"].as_str().map(|_| InvalidIdentity::new(MessageKey::PhoneInvalid));
        assert_eq!(refused, expected, "{case}");
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(cases(&vectors).len() >= 60);
}

fn attribute(name: &str) -> IdentityAttribute {
    IdentityAttribute::ALL.into_iter().find(|attribute| attribute.name() == name).expect("an attribute")
}

/// The e-mail address of the stored user a key finds, as SQLite compares: `lower()` folds ASCII only.
fn find<'v>(users: &'v Value, key: &UserKey) -> Option<&'v str> {
    let UserKey::Identity { attribute, value, case_insensitive } = key else { return None };
    let is_same = |stored: &str| match case_insensitive {
        true => stored.eq_ignore_ascii_case(value),
        false => stored == value,
    };
    let users = users.as_array().expect("a list of users");
    let user = users.iter().find(|user| user[attribute.name()].as_str().is_some_and(is_same))?;
    user["email"].as_str()
}

#[test]
fn what_somebody_types_reaches_the_same_user_as_in_the_reference() {
    let vectors = vectors("identity_mapping.json");
    let inputs = &vectors["inputs"];
    assert!(cases(&vectors).len() >= 328);
    for case in cases(&vectors) {
        let order = text(&case["order"]);
        let case_insensitive = !order.ends_with("(case-sensitive)");
        let attributes =
            texts(&inputs["orders"][order]).iter().map(|name| attribute(name)).collect::<Vec<_>>();
        let rules =
            attributes.iter().map(|attribute| IdentityRule { attribute: *attribute, case_insensitive });
        let config = IdentityConfig { attributes: rules.collect(), ..IdentityConfig::default() };
        let identities = Identities::new(&config);
        assert_eq!(identities.attributes().collect::<Vec<_>>(), attributes);

        let key = identities.look_up(text(&case["input"]));
        let tried = case["mapped"].as_array().expect("a list").iter();
        let decided = tried
            .flat_map(|mapped| mapped.as_object().expect("an object"))
            .find_map(|(name, value)| Some((attribute(name), value.as_str().filter(|v| !v.is_empty())?)));
        let expected = decided.and_then(|(attribute, value)| identities.key(attribute, value));
        assert_eq!(key, expected, "{case}");
        let user = key.as_ref().and_then(|key| find(&inputs["users"], key));
        assert_eq!(user, case["user"].as_str(), "{case}");
    }
}
