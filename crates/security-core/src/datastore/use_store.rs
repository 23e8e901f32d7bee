//! The part of the port that counts: what may be used once, and what may be tried a few times.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::DatastoreError;

/// Counts uses of things that leave no other trace in an account: a link that works once, attempts at a password.
#[async_trait]
pub trait UseStore {
    /// Counts one more use, in one atomic step, and answers how many there are now. Of racing calls for one mark no two
    /// get the same answer.
    ///
    /// `mark` stands for the thing: 64 hex digits, a SHA-256. The first use sets until when the count has to be
    /// remembered; later ones do not move it. A count that ended before `now` starts again, and may be forgotten.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when the database cannot be reached. A thing that works once must then not be
    /// accepted.
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError>;

    /// How many uses were counted and are to be remembered now.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when the database cannot be reached.
    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError>;
}
