//! Messages can be put in other words.

use security_core::message::{MessageKey, Severity};
use serde_json::json;

use crate::{assert_wrong_value, environment, set};

#[test]
fn a_message_can_be_replaced() {
    let config = set(json!({
        "SECURITY_MSG_UNAUTHORIZED": ["Members only.", "info"],
        "SECURITY_MSG_PASSWORD_INVALID_LENGTH": "Not below %(length)s.",
    }))
    .expect("valid");
    assert_eq!(config.messages.text(MessageKey::Unauthorized, &[]), "Members only.");
    assert_eq!(config.messages.severity(MessageKey::Unauthorized), Severity::Info);
    assert_eq!(config.messages.text(MessageKey::PasswordInvalidLength, &[("length", "8")]), "Not below 8.");
    assert_eq!(config.messages.severity(MessageKey::PasswordInvalidLength), Severity::Error);
    let config = environment(&[("SECURITY_MSG_LOGIN", r#"["Hello", "success"]"#)]).expect("valid");
    assert_eq!(config.messages.text(MessageKey::Login, &[]), "Hello");
}

#[test]
fn a_message_that_cannot_be_shown_is_refused() {
    for wrong in [json!(5), json!(["a"]), json!(["a", "loud"]), json!("for %(nobody)s"), json!("100%")] {
        assert_wrong_value("SECURITY_MSG_UNAUTHORIZED", wrong);
    }
    let error = set(json!({"SECURITY_MSG_UNAUTHORISED": "x"})).expect_err("a typo").to_string();
    assert!(error.contains("SECURITY_MSG_UNAUTHORIZED?"), "{error}");
}
