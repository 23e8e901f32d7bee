//! What happened to accounts, told to whoever wants to know.

mod announcing;
mod redaction;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

pub use announcing::{EventSubscriber, Events};

use crate::account::{User, UserId};

/// Something happened to an account.
///
/// Delivered after the change was stored. [`name`](Self::name) is the name of the signal in Flask-Security.
///
/// # Security
///
/// An event carries no secret: no password, no hash, no token, no link. `Debug` shows who by number only.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Somebody signed in, the second factor included.
    UserAuthenticated {
        /// Who.
        user: UserSummary,
        /// How: `password`, `register`, `confirm`, …
        way: String,
    },
    /// A request was turned away because nobody is signed in.
    UserUnauthenticated,
    /// Somebody failed to prove that they own an account that exists.
    UserFailedAuthn {
        /// Whose account.
        user: UserSummary,
        /// With what: `password`, `passcode`, `passkey` or `code`.
        auth_type: &'static str,
    },
    /// An account was opened.
    UserRegistered {
        /// Whose.
        user: UserSummary,
        /// What was entered, without passwords.
        fields: Map<String, Value>,
    },
    /// An account was not opened because the identity is taken, and the visitor was not told.
    UserNotRegistered {
        /// Owner of the address, if that is what was taken.
        user: Option<UserSummary>,
        /// The address is taken.
        existing_email: bool,
        /// The username is taken.
        existing_username: bool,
        /// What was entered, without passwords.
        fields: Map<String, Value>,
    },
    /// An address was confirmed.
    UserConfirmed {
        /// Whose.
        user: UserSummary,
    },
    /// A confirmation link was sent because somebody asked for one; not the one after registering.
    ConfirmInstructionsSent {
        /// To whom.
        user: UserSummary,
    },
    /// A link to set a new password was sent, or would have been if `SEND_PASSWORD_RESET_EMAIL` were on.
    ResetPasswordInstructionsSent {
        /// To whom.
        user: UserSummary,
    },
    /// A password was set anew by a link.
    PasswordReset {
        /// Whose.
        user: UserSummary,
    },
    /// A link to sign in was sent.
    LoginInstructionsSent {
        /// To whom.
        user: UserSummary,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        user: UserSummary,
    },
}

impl Event {
    /// The name of the event, such as `user-authenticated`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UserAuthenticated { .. } => "user-authenticated",
            Self::UserUnauthenticated => "user-unauthenticated",
            Self::UserFailedAuthn { .. } => "user-failed-authn",
            Self::UserRegistered { .. } => "user-registered",
            Self::UserNotRegistered { .. } => "user-not-registered",
            Self::UserConfirmed { .. } => "user-confirmed",
            Self::ConfirmInstructionsSent { .. } => "confirm-instructions-sent",
            Self::ResetPasswordInstructionsSent { .. } => "password-reset-instructions-sent",
            Self::PasswordReset { .. } => "password-reset",
            Self::LoginInstructionsSent { .. } => "login-instructions-sent",
            Self::PasswordChanged { .. } => "password-changed",
        }
    }

    /// Whose account it is about.
    #[must_use]
    pub const fn user(&self) -> Option<&UserSummary> {
        match self {
            Self::UserAuthenticated { user, .. }
            | Self::UserFailedAuthn { user, .. }
            | Self::UserRegistered { user, .. }
            | Self::UserConfirmed { user }
            | Self::ConfirmInstructionsSent { user }
            | Self::ResetPasswordInstructionsSent { user }
            | Self::PasswordReset { user }
            | Self::LoginInstructionsSent { user }
            | Self::PasswordChanged { user } => Some(user),
            Self::UserNotRegistered { user, .. } => user.as_ref(),
            Self::UserUnauthenticated => None,
        }
    }

    /// The event without what must not be in one, whatever its maker put there.
    fn redacted(mut self) -> Self {
        if let Self::UserRegistered { fields, .. } | Self::UserNotRegistered { fields, .. } = &mut self {
            redaction::redact(fields);
        }
        self
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Event");
        shown.field("name", &self.name()).field("user", &self.user().map(|user| &user.id));
        match self {
            Self::UserAuthenticated { way, .. } => shown.field("way", way),
            Self::UserFailedAuthn { auth_type, .. } => shown.field("auth_type", auth_type),
            Self::UserNotRegistered { existing_email, existing_username, .. } => {
                shown.field("existing_email", existing_email).field("existing_username", existing_username)
            }
            Self::UserRegistered { .. } => return shown.finish_non_exhaustive(),
            Self::UserUnauthenticated
            | Self::UserConfirmed { .. }
            | Self::ConfirmInstructionsSent { .. }
            | Self::ResetPasswordInstructionsSent { .. }
            | Self::PasswordReset { .. }
            | Self::LoginInstructionsSent { .. }
            | Self::PasswordChanged { .. } => &mut shown,
        };
        shown.finish()
    }
}

/// Who an event is about: what identifies an account, and nothing that opens it.
///
/// Also fit for templates: `minijinja::Value::from_serialize(&summary)`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct UserSummary {
    /// Primary key.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// User name, where there are such.
    pub username: Option<String>,
}

impl From<&User> for UserSummary {
    fn from(user: &User) -> Self {
        Self { id: user.id.clone(), email: user.email.clone(), username: user.username.clone() }
    }
}

impl fmt::Debug for UserSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSummary").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn debug_names_the_account_by_number_only() {
        let mut user = User::from_required(UserId::Int(7), "joe@example.com", "s3cret-uniquifier");
        user.password = Some("s3cret-hash".into());
        user.username = Some("joey".into());
        let fields = json!({"nickname": "joey"}).as_object().unwrap().clone();
        let event = Event::UserRegistered { user: UserSummary::from(&user), fields };
        let shown = format!("{event:?} {:?}", event.user());
        assert!(shown.contains("user-registered") && shown.contains('7'), "{shown}");
        for hidden in ["joe", "joey", "s3cret"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }

    #[test]
    fn a_template_sees_of_an_account_what_identifies_it_and_nothing_else() {
        let user = User::from_required(UserId::Int(7), "joe@example.com", "s3cret");
        let value = serde_json::to_value(UserSummary::from(&user)).unwrap();
        assert_eq!(value, json!({"id": 7, "email": "joe@example.com", "username": null}));
    }
}
