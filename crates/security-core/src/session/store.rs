//! The port behind which sessions are kept.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::contents::Session;
use crate::datastore::DatastoreError;

/// Keeps sessions between requests, and knows them by the value of a cookie.
///
/// What that value is, is the store's own business: the session itself, signed, as in
/// [`SignedCookieSessions`](super::SignedCookieSessions), or an identifier of what is kept on a server.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync {
    /// The session behind a cookie. An unreadable, expired or unknown value is an empty session, never an error.
    ///
    /// # Errors
    ///
    /// [`DatastoreError`] when the store cannot answer.
    async fn load(&self, cookie: &str, now: DateTime<Utc>) -> Result<Session, DatastoreError>;

    /// Keeps a session and returns the new value of the cookie. `old` is the value the browser sent.
    ///
    /// For a session that [is empty](Session::is_empty) call [`destroy`](Self::destroy) and delete the cookie instead.
    ///
    /// # Errors
    ///
    /// [`DatastoreError`] when the session could not be kept.
    ///
    /// # Security
    ///
    /// After [`Session::renew`] a store that knows sessions by an identifier must give a new, unguessable one, and
    /// the old one must lead nowhere. It never keeps a session under an identifier it did not give itself.
    async fn save(
        &self,
        session: &Session,
        old: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, DatastoreError>;

    /// Ends the session behind a cookie. An unknown value is no error.
    ///
    /// # Errors
    ///
    /// [`DatastoreError`] when the store cannot answer.
    async fn destroy(&self, cookie: &str) -> Result<(), DatastoreError>;
}
