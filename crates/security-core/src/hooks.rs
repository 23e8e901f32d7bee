//! What an application can decide about accounts.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::account::User;
use crate::error::Error;
use crate::mail::MailKind;
use crate::token::AuthToken;

/// Decisions an application may take part in. Every method has a default that changes nothing.
#[async_trait]
pub trait AccountHooks: Debug + Send + Sync {
    /// The text for the visitor when the account is locked, or `None` when it is not.
    ///
    /// Asked at every way in after the credential was found right, and not for running sessions.
    ///
    /// # Errors
    ///
    /// When it cannot be told; the sign-in then fails.
    async fn locked(&self, user: &User) -> Result<Option<String>, Error> {
        let _ = user;
        Ok(None)
    }

    /// Whether an authentication token that is good otherwise may be used.
    async fn accepts_token(&self, user: &User, token: &AuthToken) -> bool {
        let _ = (user, token);
        true
    }

    /// Adds members to a new authentication token. They can be read by whoever holds the token.
    fn augment_token(&self, user: &User, members: &mut Map<String, Value>) {
        let _ = (user, members);
    }

    /// Adds variables to a mail, or replaces some. `kind` says which mail.
    fn extend_mail(&self, kind: MailKind, variables: &mut BTreeMap<&'static str, minijinja::Value>) {
        let _ = (kind, variables);
    }

    /// When a new authentication token ends, as unix time; `None` leaves it to `TOKEN_MAX_AGE`.
    fn token_expiry(&self, user: &User) -> Option<i64> {
        let _ = user;
        None
    }
}

/// Takes no part in anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl AccountHooks for NoHooks {}
