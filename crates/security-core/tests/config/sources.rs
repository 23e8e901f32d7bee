//! Where options come from, and what happens to names nobody knows.

use secrecy::ExposeSecret;
use security_core::config::{ConfigLoader, ConfigProblem, ConfigSource, SecurityConfig};
use serde_json::json;

use crate::{Given, KEY, SALT, loader, set};

#[test]
fn the_later_source_wins_option_by_option() {
    let given = Given::variables(&[("SECURITY_REGISTERABLE", "no"), ("SECURITY_URL_PREFIX", "/env")]).file(
        "app.toml",
        "SECURITY_REGISTERABLE = true\nSECURITY_CHANGEABLE = true\nSECURITY_URL_PREFIX = '/file'\n",
    );
    let config = loader()
        .file("app.toml")
        .environment(&given)
        .set("SECURITY_URL_PREFIX", "/code")
        .load()
        .expect("a valid configuration");
    assert!(!config.features.registerable);
    assert!(config.features.changeable);
    assert_eq!(config.general.url_prefix.as_deref(), Some("/code"));
    assert!(config.set_options.contains("SECURITY_CHANGEABLE"));
    assert!(!config.set_options.contains("SECURITY_TRACKABLE"));
}

#[test]
fn the_file_of_the_environment_comes_before_the_environment() {
    let given = Given::variables(&[
        ("PORTCULLIS_CONFIG", "app.json"),
        ("SECURITY_TRACKABLE", "off"),
        ("HOME", "/root"),
    ])
    .file(
        "app.json",
        &json!({"SECRET_KEY": KEY, "SECURITY_PASSWORD_SALT": SALT, "SECURITY_TRACKABLE": true,
                    "SECURITY_CHANGEABLE": true})
        .to_string(),
    );
    let config = SecurityConfig::load_from(&given).expect("a valid configuration");
    assert!(config.features.changeable && !config.features.trackable);
    assert_eq!(config.secrets.secret_key.expose_secret(), KEY);
}

#[test]
fn a_file_that_cannot_be_read_is_the_one_thing_reported() {
    for path in ["missing.toml", "app.yaml", "broken.toml"] {
        let given =
            Given::variables(&[("PORTCULLIS_CONFIG", path)]).file("broken.toml", "SECRET_KEY = hush-hush");
        let error = SecurityConfig::load_from(&given).expect_err(path);
        assert!(matches!(error.problems(), [ConfigProblem::File { .. }]), "{error}");
        assert!(error.to_string().contains(path) && !error.to_string().contains("hush"), "{error}");
    }
}

#[test]
fn an_unknown_option_is_named_with_its_source_and_the_nearest_known_name() {
    let given = Given::variables(&[
        ("SECURITY_TRAKABLE", "1"),
        ("EDITOR", "vi"),
        ("SECURITY_TEST_POSTGRES_URL", "x"),
    ])
    .file("app.toml", "SECURITY_REGISTRABLE = true\nEDITOR = 'vi'\n");
    let error = loader()
        .file("app.toml")
        .environment(&given)
        .set("SECURITY_CONFIRMABEL", true)
        .load()
        .expect_err("typos");
    let unknown: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| match problem {
            ConfigProblem::UnknownOption { name, source, nearest } => {
                (name.as_str(), source.clone(), nearest.as_deref())
            }
            other => panic!("{other}"),
        })
        .collect();
    let file = ConfigSource::File("app.toml".into());
    assert_eq!(
        unknown,
        [
            ("EDITOR", file.clone(), None),
            ("SECURITY_REGISTRABLE", file, Some("SECURITY_REGISTERABLE")),
            ("SECURITY_TRAKABLE", ConfigSource::Environment, Some("SECURITY_TRACKABLE")),
            ("SECURITY_CONFIRMABEL", ConfigSource::Code, Some("SECURITY_CONFIRMABLE")),
        ]
    );
    assert!(error.to_string().contains("did you mean SECURITY_TRACKABLE?"), "{error}");
    assert!(error.to_string().contains("in app.toml"), "{error}");
}

#[test]
fn names_that_exist_only_in_the_reference_come_with_advice() {
    for (name, advice) in [
        ("SECURITY_LOGIN_FORM", "in code"),
        ("SECURITY_TWO_FACTOR_SECRET", "SECURITY_TOTP_SECRETS"),
        ("SECURITY_DATETIME_FACTORY", "clock"),
    ] {
        let error = set(json!({ name: "x" })).expect_err(name).to_string();
        assert!(error.contains(name) && error.contains(advice), "{error}");
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let error = ConfigLoader::new()
        .set("SECURITY_TRAKABLE", true)
        .set("SECURITY_CHANGEABLE", "yes")
        .set("SECURITY_CONFIRMABLE", true)
        .set("SECURITY_TWO_FACTOR", true)
        .load()
        .expect_err("a lot is wrong");
    let text = error.to_string();
    for part in [
        "SECURITY_TRAKABLE",
        "SECURITY_CHANGEABLE (in code): expected true or false",
        "SECRET_KEY: is required",
        "SECURITY_PASSWORD_SALT",
        "SERVER_NAME",
        "SECURITY_TOTP_SECRETS",
        "SECURITY_TWO_FACTOR: this version does not have the feature yet",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
