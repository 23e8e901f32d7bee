//! The manual tells somebody who comes from the reference what becomes of each of their settings.

use std::collections::BTreeMap;
use std::path::Path;

use security_core::config::{ConfigLoader, OptionInfo, SecurityConfig, Standing};
use security_core::password::READ_ONLY_SCHEMES;

const HEAD: &str = "| Setting | Here | Note |\n|---|---|---|\n";
const END: &str = "<!-- end of settings -->";

/// Why a default is another one.
const OTHER_DEFAULTS: &[(&str, &str)] = &[
    (
        "MAX_CONTENT_LENGTH",
        "64 KiB: no form of the product is longer, and a stranger must not fill the memory",
    ),
    ("SECURITY_RETURN_GENERIC_RESPONSES", "true: answers do not tell who has an account"),
    ("SECURITY_PASSWORD_SCHEMES", "without `plaintext` and `des_crypt`, which protect nobody once stolen"),
    ("SESSION_COOKIE_SAMESITE", "`Lax`: other sites cannot send requests in a visitor's name"),
    ("REMEMBER_COOKIE_SAMESITE", "`Lax`: other sites cannot send requests in a visitor's name"),
    ("SECURITY_WAN_RP_NAME", "in our own words"),
];

/// Settings of the reference that are none here, and what is in their place.
const NO_SETTINGS: &[(&str, &str, &str)] = &[
    ("SECURITY_BACKWARDS_COMPAT_UNAUTHN", "in code", "a response policy, given to the views"),
    ("SECURITY_DATETIME_FACTORY", "in code", "a clock, given to the builder"),
    ("SECURITY_PASSWORD_HASH_OPTIONS", "renamed", "`SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS`"),
    (
        "SECURITY_TOKEN_EXPIRE_TIMESTAMP",
        "renamed",
        "`SECURITY_TOKEN_MAX_AGE`, which is the same for every user",
    ),
    ("SECURITY_TWO_FACTOR_IMPLEMENTATIONS", "in code", "second factors are added in code"),
    ("SECURITY_TWO_FACTOR_SECRET", "renamed", "`SECURITY_TOTP_SECRETS`"),
    ("SECURITY_TWO_FACTOR_SMS_SERVICE", "renamed", "`SECURITY_SMS_SERVICE`"),
    ("SECURITY_TWO_FACTOR_SMS_SERVICE_CONFIG", "renamed", "`SECURITY_SMS_SERVICE_CONFIG`"),
    ("SECURITY_TWO_FACTOR_URI_SERVICE_NAME", "renamed", "`SECURITY_TOTP_ISSUER`"),
    ("SECURITY_LOGIN_FORM", "in code", "and every other `SECURITY_…_FORM`: fields are added in code"),
];

/// Settings that are read and change nothing, because what they choose is decided.
const NO_CHOICE: &[(&str, &str)] = &[
    ("MAIL_ASCII_ATTACHMENTS", "no mail has attachments"),
    ("MAIL_DEBUG", "mails are traced like everything else"),
    ("MAIL_MAX_EMAILS", "connections are pooled"),
    ("SECURITY_ANONYMOUS_USER_DISABLED", "nobody is `None`"),
    ("SECURITY_CHANGE_SALT", "nothing is signed with it, there as here"),
    ("SECURITY_CLI_ROLES_NAME", "the program is called `security`"),
    ("SECURITY_CLI_USERS_NAME", "the program is called `security`"),
    ("SECURITY_I18N_DOMAIN", "translations are Fluent files"),
    ("SECURITY_JOIN_USER_ROLES", "a user and its roles are always one statement"),
    ("SECURITY_SCRIPT_NONCE_KEY", "pages have no inline scripts"),
    ("SECURITY_STATIC_FOLDER", "static files are part of the program"),
    ("WTF_I18N_ENABLED", "messages are always translated"),
];

fn has_no_choice(option: &OptionInfo) -> Option<&'static str> {
    NO_CHOICE.iter().find(|(name, _)| *name == option.name).map(|(_, why)| *why)
}

/// What becomes of an option.
fn state(option: &OptionInfo) -> &'static str {
    match (option.is_acted_on, option.standing) {
        (false, _) if has_no_choice(option).is_some() => "not applicable",
        (false, _) => "not built",
        (true, Standing::Changed) => "other default",
        (true, _) => "as it is",
    }
}

fn note(option: &OptionInfo) -> String {
    let why = OTHER_DEFAULTS.iter().find(|(name, _)| *name == option.name).map(|(_, why)| (*why).to_owned());
    let is_subject = option.name.contains("EMAIL_SUBJECT") && option.standing == Standing::Changed;
    let no_choice = has_no_choice(option).filter(|_| !option.is_acted_on).map(str::to_owned);
    why.or(no_choice).or(is_subject.then(|| "in our own words".to_owned())).unwrap_or_default()
}

fn table() -> String {
    let mut rows = BTreeMap::new();
    for option in SecurityConfig::options().filter(|option| option.standing != Standing::Ours) {
        rows.insert(option.name, format!("| `{}` | {} | {} |\n", option.name, state(option), note(option)));
    }
    for (name, state, note) in NO_SETTINGS {
        let row = format!("| `{name}` | {state} | {note} |\n");
        assert!(rows.insert(name, row).is_none(), "{name} is an option now");
    }
    // An empty cell has one space in it, not two.
    rows.into_values().collect::<String>().replace("|  |", "| |")
}

#[test]
fn the_page_for_those_who_come_from_the_reference_lists_every_setting() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual/from-flask-security.md");
    let page = std::fs::read_to_string(&path).expect("the manual has the page");
    let start = page.find(HEAD).expect("the page has the table") + HEAD.len();
    let end = page.find(END).expect("the table has an end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let written = format!("{}{}{}", &page[..start], table(), &page[end..]);
        std::fs::write(&path, written).expect("the manual can be written");
    } else {
        assert!(page[start..end] == table(), "{} is out of date; run with UPDATE_DOCS=1", path.display());
    }
}

#[test]
fn every_other_default_has_a_reason() {
    for option in SecurityConfig::options().filter(|option| option.standing == Standing::Changed) {
        assert!(!note(option).is_empty(), "{}", option.name);
    }
    for (name, _) in OTHER_DEFAULTS {
        let is_changed = |option: &OptionInfo| option.name == *name && option.standing == Standing::Changed;
        assert!(SecurityConfig::options().any(is_changed), "{name}");
    }
}

#[test]
fn a_setting_without_choice_is_one_that_nothing_looks_at() {
    for (name, _) in NO_CHOICE {
        let option = SecurityConfig::options().find(|option| option.name == *name);
        assert!(option.is_some_and(|option| !option.is_acted_on), "{name}");
    }
}

#[test]
fn a_setting_that_is_none_here_is_refused_with_advice_about_the_one_that_is() {
    for (name, state, note) in NO_SETTINGS {
        let refused = ConfigLoader::new().set(*name, "x").load().expect_err("it is no option").to_string();
        assert!(refused.contains(name), "{refused}");
        if *state == "renamed" {
            let other = note.split('`').nth(1).expect("the note names an option");
            assert!(SecurityConfig::options().any(|option| option.name == other), "{other}");
            assert!(refused.contains(other), "{name}: {refused}");
        }
    }
}

#[test]
fn every_scheme_of_the_reference_may_be_listed() {
    let config = ConfigLoader::new()
        .set("SECRET_KEY", "a key for tests alone, of no use")
        .set("SECURITY_PASSWORD_SALT", "a salt for tests alone")
        .set(
            "SECURITY_PASSWORD_SCHEMES",
            [&READ_ONLY_SCHEMES[..], &["argon2", "bcrypt", "plaintext"]].concat(),
        )
        .load();
    assert!(config.is_ok(), "{config:?}");
}
