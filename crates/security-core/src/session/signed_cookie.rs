//! Sessions that are kept in the cookie itself.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::contents::Session;
use super::store::SessionStore;
use super::tagged_json;
use crate::config::{SecretsConfig, SessionConfig};
use crate::datastore::DatastoreError;
use crate::token::{Derivation, TimedSigner};

/// Bytes of a session from which on it is compressed. The reference compresses whatever gets shorter and reads both; but
/// building the tables to inflate a small session is the largest part of reading it, with every request.
const COMPRESS_FROM: usize = 1024;

/// The namespace Flask fixes for its session cookie.
const SALT: &str = "cookie-session";

/// Sessions in Flask's own cookie: the contents, signed with `SECRET_KEY`.
///
/// Nothing is kept on the server, so that any number of nodes need no common store, and a site that was taken over
/// keeps its visitors signed in. A cookie is good for `PERMANENT_SESSION_LIFETIME` after it was made, also when the
/// session ends with the browser.
///
/// # Security
///
/// The visitor can read the session. A copy of a cookie stays good until it is too old or the account's uniquifier
/// changes: signing out deletes the browser's own cookie and no copy.
#[derive(Debug)]
pub struct SignedCookieSessions {
    signer: TimedSigner,
    max_age: Duration,
}

impl SignedCookieSessions {
    /// Derives the keys. Cookies signed with `SECRET_KEY_FALLBACKS` are read as well.
    #[must_use]
    pub fn new(secrets: &SecretsConfig, session: &SessionConfig) -> Self {
        let signer =
            TimedSigner::new(Derivation::Hmac, SALT, &secrets.secret_key, &secrets.secret_key_fallbacks);
        Self { signer, max_age: session.permanent_lifetime }
    }

    fn read(&self, cookie: &str, now: DateTime<Utc>) -> Option<Session> {
        let text = self.signer.read::<Map<String, Value>>(cookie, Some(self.max_age), now).ok()?;
        tagged_json::read(text).map(Session::from_members)
    }
}

#[async_trait]
impl SessionStore for SignedCookieSessions {
    async fn load(&self, cookie: &str, now: DateTime<Utc>) -> Result<Session, DatastoreError> {
        Ok(self.read(cookie, now).unwrap_or_default())
    }

    async fn save(
        &self,
        session: &Session,
        _: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, DatastoreError> {
        Ok(self.signer.sign_json(session.to_tagged_json().as_bytes(), COMPRESS_FROM, now))
    }

    async fn destroy(&self, _: &str) -> Result<(), DatastoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> SignedCookieSessions {
        let secrets = SecretsConfig { secret_key: "a secret key".into(), ..SecretsConfig::default() };
        SignedCookieSessions::new(&secrets, &SessionConfig::default())
    }

    #[tokio::test]
    async fn a_full_session_fits_into_a_cookie() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut session = Session::default();
        session.set_user(&crate::secret::random_identity());
        session.set_client(&super::super::client_fingerprint(Some("203.0.113.9"), Some(b"Mozilla/5.0")));
        session.set_csrf_secret("csrf_token", &crate::secret::random_identity());
        session.set_proven_at(1_700_000_000.123_456);
        session.set_grace_until(1_700_003_600);
        for number in 0..20 {
            // Text that does not compress.
            let text: String = (0..10).map(|_| crate::secret::random_identity()).collect();
            session.push_flash("error", &format!("{number}{text}"));
        }
        let cookie = store().save(&session, None, now).await.unwrap();
        assert!(cookie.len() < 3800, "{} bytes", cookie.len());
        assert_eq!(store().load(&cookie, now).await.unwrap(), session);
    }
}
