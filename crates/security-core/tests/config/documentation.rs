//! The manual says what the program does.

use std::path::Path;

use security_core::config::{SecurityConfig, Standing};

#[test]
fn the_manual_lists_every_option_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual/configuration.md");
    let page = security_core::config::reference_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the manual can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the manual has a page about the configuration");
    assert!(written == page, "docs/manual/configuration.md is out of date; run with UPDATE_DOCS=1");
}

#[test]
fn an_option_says_how_it_relates_to_the_reference() {
    let standing = |name: &str| {
        SecurityConfig::options().find(|option| option.name == name).map(|option| option.standing)
    };
    assert_eq!(standing("SECURITY_CONFIRMABLE"), Some(Standing::Same));
    assert_eq!(standing("SECURITY_RETURN_GENERIC_RESPONSES"), Some(Standing::Changed));
    assert_eq!(standing("SECURITY_TOKEN_AUTHENTICATION_QUERY"), Some(Standing::Ours));
    assert_eq!(standing("SECURITY_HASHING_THREADS"), Some(Standing::Ours));
}
