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

/// Name, severity and variables of every message of the reference.
const MESSAGES: &str = "
ALREADY_CONFIRMED info
ANONYMOUS_USER_REQUIRED error
API_ERROR error
CHANGE_EMAIL_CONFIRMED success
CHANGE_EMAIL_EXPIRED error within
CHANGE_EMAIL_SENT success email
CODE_HAS_BEEN_SENT info
CONFIRMATION_EXPIRED error within
CONFIRMATION_REQUEST info email
CONFIRMATION_REQUIRED error
CONFIRM_REGISTRATION success email
DISABLED_ACCOUNT error
EMAIL_ALREADY_ASSOCIATED error email
EMAIL_CONFIRMED success
EMAIL_NOT_PROVIDED error
FAILED_TO_SEND_CODE error
FORGOT_PASSWORD info
GENERIC_AUTHN_FAILED error
GENERIC_RECOVERY info
GENERIC_US_SIGNIN info
IDENTITY_ALREADY_ASSOCIATED error attr value
IDENTITY_NOT_REGISTERED error id
INVALID_CODE error
INVALID_CONFIRMATION_TOKEN error
INVALID_EMAIL_ADDRESS error
INVALID_INPUT error
INVALID_INPUT_LENGTH error length
INVALID_LOGIN_TOKEN error
INVALID_PASSWORD error
INVALID_PASSWORD_CODE error
INVALID_RECOVERY_CODE error
INVALID_REDIRECT error
INVALID_RESET_PASSWORD_TOKEN error
LOGIN info
LOGIN_EMAIL_SENT success email
LOGIN_EXPIRED error within email
NO_RECOVERY_CODES_SETUP info
OAUTH_HANDSHAKE_ERROR error exerror exdesc
PASSWORDLESS_LOGIN_SUCCESSFUL success
PASSWORD_BREACHED error
PASSWORD_BREACHED_SITE_ERROR error
PASSWORD_CHANGE success
PASSWORD_INVALID_LENGTH error length
PASSWORD_IS_THE_SAME error
PASSWORD_MISMATCH error
PASSWORD_NOT_PROVIDED error
PASSWORD_NOT_SET error
PASSWORD_RESET success
PASSWORD_RESET_EXPIRED error within
PASSWORD_RESET_NO_LOGIN success
PASSWORD_RESET_REQUEST info email
PASSWORD_TOO_SIMPLE error
PHONE_INVALID error
REAUTHENTICATION_REQUIRED error
REAUTHENTICATION_SUCCESSFUL info
REFRESH info
REFRESH_TOKEN_INVALID error reason
RETYPE_PASSWORD_MISMATCH error
TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL success
TWO_FACTOR_DISABLED success
TWO_FACTOR_INVALID_TOKEN error
TWO_FACTOR_LOGIN_SUCCESSFUL success
TWO_FACTOR_METHOD_NOT_AVAILABLE error
TWO_FACTOR_PERMISSION_DENIED error
TWO_FACTOR_SETUP_EXPIRED error within
UNAUTHENTICATED error
UNAUTHORIZED error
USERNAME_ALREADY_ASSOCIATED error username
USERNAME_CHANGE success
USERNAME_DISALLOWED_CHARACTERS error
USERNAME_INVALID_LENGTH error min max
USERNAME_NOT_PROVIDED error
USERNAME_RECOVERY_REQUEST info
USER_DOES_NOT_EXIST error
USE_CODE info code
US_CURRENT_METHODS info method_list
US_METHOD_NOT_AVAILABLE error
US_SETUP_EXPIRED error within
US_SETUP_SUCCESSFUL info
US_SPECIFY_IDENTITY error
WEBAUTHN_CREDENTIAL_DELETED info name
WEBAUTHN_CREDENTIAL_ID_INUSE error
WEBAUTHN_CREDENTIAL_WRONG_USAGE error
WEBAUTHN_EXPIRED error within
WEBAUTHN_MISMATCH_USER_HANDLE error
WEBAUTHN_NAME_DISALLOWED_CHARACTERS error
WEBAUTHN_NAME_INUSE error name
WEBAUTHN_NAME_NOT_FOUND error name
WEBAUTHN_NAME_REQUIRED error
WEBAUTHN_NO_VERIFY error cause
WEBAUTHN_ORPHAN_CREDENTIAL_ID error
WEBAUTHN_REGISTER_SUCCESSFUL info name
WEBAUTHN_UNKNOWN_CREDENTIAL_ID error
";

#[test]
fn every_message_of_the_reference_is_there_is_meant_as_there_and_has_its_variables() {
    let mut count = 0;
    for row in MESSAGES.trim().lines() {
        let words: Vec<_> = row.split(' ').collect();
        let [name, severity, variables @ ..] = words.as_slice() else { unreachable!("{row}") };
        let key = MessageKey::from_name(name).expect(name);
        assert_eq!(key.default_severity().name(), *severity, "{name}");
        for variable in variables {
            assert!(key.variables().contains(variable), "{name} has {variable}");
        }
        count += 1;
    }
    assert_eq!(count, 93);
}
