//! The members of a session that the rules know.

use serde_json::{Number, Value};

use super::contents::Session;

/// The members that belong to a sign-in: ours, and those of the reference that a session may still hold.
const SIGN_IN: [&str; 17] = [
    USER,
    "_fresh",
    "_id",
    "_remember",
    "_remember_seconds",
    "fs_paa",
    "fs_gexp",
    "fs_cc",
    "fs_oauth_next",
    "identity.name",
    "identity.auth_type",
    "tf_user_id",
    "tf_state",
    "tf_primary_method",
    "tf_totp_secret",
    "tf_remember_login",
    "tf_select",
];

const USER: &str = "_user_id";
const FRESH: &str = "_fresh";
const CLIENT: &str = "_id";
const REMEMBER: &str = "_remember";
const PERMANENT: &str = "_permanent";
const PROVEN_AT: &str = "fs_paa";
const GRACE_UNTIL: &str = "fs_gexp";
const CSRF_COOKIE: &str = "fs_cc";

/// What has to happen to the cookie that scripts read the CSRF token from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsrfCookieState {
    /// It has to be sent.
    Set,
    /// The browser has it.
    Sent,
    /// It has to be deleted.
    Clear,
}

/// What has to happen to the remember-me cookie at the end of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RememberIntent {
    /// It has to be sent.
    Set,
    /// It has to be deleted, and must not sign anybody in before it is.
    Clear,
}

impl Session {
    /// The `fs_uniquifier` of the account that is signed in. Whether it still exists and is active is to be looked up.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.text(USER).filter(|user| !user.is_empty())
    }

    /// Signs an account in, by its `fs_uniquifier`.
    pub(crate) fn set_user(&mut self, uniquifier: &str) {
        self.set_value(USER, uniquifier);
    }

    /// Whether the account was signed in by this browser itself, not by a remember-me cookie, and the client has not
    /// changed since. The rules go by [`proven_at`](Self::proven_at); this is for applications.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.value(FRESH) == Some(&Value::Bool(true))
    }

    /// Notes whether the account was signed in by this browser itself.
    pub fn set_fresh(&mut self, is_fresh: bool) {
        self.set_value(FRESH, is_fresh);
    }

    /// Forgets how the account was signed in.
    pub fn remove_fresh(&mut self) {
        self.remove(FRESH);
    }

    /// The [fingerprint](super::client_fingerprint) of the client that signed in.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.text(CLIENT)
    }

    /// Notes the fingerprint of the client.
    pub fn set_client(&mut self, fingerprint: &str) {
        self.set_value(CLIENT, fingerprint);
    }

    /// Forgets the client.
    pub fn remove_client(&mut self) {
        self.remove(CLIENT);
    }

    /// Unix time in seconds of the last full proof of identity; `None` after a sign-in by remember-me cookie.
    #[must_use]
    pub fn proven_at(&self) -> Option<f64> {
        self.value(PROVEN_AT).and_then(Value::as_f64).filter(|at| *at > 0.0)
    }

    /// Notes a full proof of identity. A time that is not a finite number is none.
    pub(crate) fn set_proven_at(&mut self, at: f64) {
        match Number::from_f64(at) {
            Some(at) => self.set_value(PROVEN_AT, at),
            None => self.remove_proven_at(),
        }
    }

    /// Forgets the proof.
    pub(crate) fn remove_proven_at(&mut self) {
        self.remove(PROVEN_AT);
    }

    /// Unix time in seconds until which a passed freshness check carries further ones.
    #[must_use]
    pub fn grace_until(&self) -> Option<i64> {
        self.value(GRACE_UNTIL).and_then(Value::as_i64)
    }

    /// Sets the end of the grace period.
    pub(crate) fn set_grace_until(&mut self, end: i64) {
        self.set_value(GRACE_UNTIL, end);
    }

    /// The secret behind this session's CSRF tokens. The member's name is `WTF_CSRF_FIELD_NAME`.
    #[must_use]
    pub fn csrf_secret(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|secret| !secret.is_empty())
    }

    /// Sets the secret behind this session's CSRF tokens.
    pub fn set_csrf_secret(&mut self, name: &str, secret: &str) {
        self.set_value(name, secret);
    }

    /// Ends every CSRF token of this session.
    pub fn remove_csrf_secret(&mut self, name: &str) {
        self.remove(name);
    }

    /// What has to happen to the CSRF cookie.
    #[must_use]
    pub fn csrf_cookie(&self) -> Option<CsrfCookieState> {
        match self.text(CSRF_COOKIE)? {
            "set" => Some(CsrfCookieState::Set),
            "sent" => Some(CsrfCookieState::Sent),
            "clear" => Some(CsrfCookieState::Clear),
            _ => None,
        }
    }

    /// Says what has to happen to the CSRF cookie.
    pub fn set_csrf_cookie(&mut self, state: CsrfCookieState) {
        let state = match state {
            CsrfCookieState::Set => "set",
            CsrfCookieState::Sent => "sent",
            CsrfCookieState::Clear => "clear",
        };
        self.set_value(CSRF_COOKIE, state);
    }

    /// Nothing has to happen to the CSRF cookie.
    pub fn remove_csrf_cookie(&mut self) {
        self.remove(CSRF_COOKIE);
    }

    /// What has to happen to the remember-me cookie.
    #[must_use]
    pub fn remember(&self) -> Option<RememberIntent> {
        match self.text(REMEMBER)? {
            "set" => Some(RememberIntent::Set),
            "clear" => Some(RememberIntent::Clear),
            _ => None,
        }
    }

    /// Says what has to happen to the remember-me cookie.
    pub fn set_remember(&mut self, intent: RememberIntent) {
        let intent = match intent {
            RememberIntent::Set => "set",
            RememberIntent::Clear => "clear",
        };
        self.set_value(REMEMBER, intent);
    }

    /// Nothing has to happen to the remember-me cookie.
    pub fn remove_remember(&mut self) {
        self.remove(REMEMBER);
    }

    /// Whether the session outlives the browser, for `PERMANENT_SESSION_LIFETIME`.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.value(PERMANENT) == Some(&Value::Bool(true))
    }

    /// Lets the session outlive the browser, or end with it.
    pub fn set_permanent(&mut self, is_permanent: bool) {
        if is_permanent {
            self.set_value(PERMANENT, true);
        } else {
            self.remove(PERMANENT);
        }
    }

    /// Drops everything that belongs to a sign-in, finished or half done. What the application keeps stays, and so do
    /// the CSRF secret and messages for the next page.
    pub fn forget_sign_in(&mut self) {
        for name in SIGN_IN {
            self.remove(name);
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_written_as_the_reference_writes_them() {
        let mut session = Session::default();
        session.set_user("abc");
        session.set_fresh(true);
        session.set_client("f00d");
        session.set_proven_at(1_699_175_600.25);
        session.set_grace_until(1_699_179_320);
        session.set_csrf_secret("csrf_token", "5ec1");
        session.set_csrf_cookie(CsrfCookieState::Sent);
        session.set_remember(RememberIntent::Set);
        session.set_permanent(true);
        let expected = concat!(
            r#"{"_fresh":true,"_id":"f00d","_permanent":true,"_remember":"set","_user_id":"abc","#,
            r#""csrf_token":"5ec1","fs_cc":"sent","fs_gexp":1699179320,"fs_paa":1699175600.25}"#,
        );
        assert_eq!(session.to_tagged_json(), expected);
        let read = Session::from_tagged_json(expected.as_bytes()).unwrap();
        assert_eq!(read.user(), Some("abc"));
        assert!(read.is_fresh() && read.is_permanent());
        assert_eq!(read.client(), Some("f00d"));
        assert_eq!(read.proven_at(), Some(1_699_175_600.25));
        assert_eq!(read.grace_until(), Some(1_699_179_320));
        assert_eq!(read.csrf_secret("csrf_token"), Some("5ec1"));
        assert_eq!(read.csrf_secret("_xsrf"), None);
        assert_eq!(read.csrf_cookie(), Some(CsrfCookieState::Sent));
        assert_eq!(read.remember(), Some(RememberIntent::Set));
    }

    #[test]
    fn a_session_without_its_members_is_empty() {
        let mut session = Session::default();
        session.set_user("abc");
        session.remove(USER);
        session.set_fresh(false);
        session.remove_fresh();
        session.set_client("f00d");
        session.remove_client();
        session.set_proven_at(1.5);
        session.set_proven_at(f64::NAN);
        session.set_grace_until(1);
        session.remove(GRACE_UNTIL);
        session.set_csrf_secret("csrf_token", "5ec1");
        session.remove_csrf_secret("csrf_token");
        session.set_csrf_cookie(CsrfCookieState::Clear);
        session.remove_csrf_cookie();
        session.set_remember(RememberIntent::Clear);
        session.remove_remember();
        session.set_permanent(true);
        session.set_permanent(false);
        assert!(session.is_empty(), "{session:?}");
    }

    #[test]
    fn a_member_of_the_wrong_type_is_as_good_as_absent() {
        let mut session = Session::default();
        for wrong in [json!(null), json!(7), json!("1"), json!([]), json!({" t": []})] {
            for name in [USER, FRESH, CLIENT, REMEMBER, PERMANENT, PROVEN_AT, GRACE_UNTIL, CSRF_COOKIE] {
                session.set_value(name, wrong.clone());
            }
            assert!(!session.is_fresh() && !session.is_permanent());
            assert_eq!((session.csrf_cookie(), session.remember()), (None, None));
            let is_text = wrong.is_string();
            assert_eq!((session.user().is_some(), session.client().is_some()), (is_text, is_text));
            let is_number = wrong.is_number();
            assert_eq!(
                (session.proven_at().is_some(), session.grace_until().is_some()),
                (is_number, is_number)
            );
        }
        session.set_user("");
        session.set_proven_at(0.0);
        assert_eq!((session.user(), session.proven_at()), (None, None));
    }
}
