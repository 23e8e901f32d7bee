//! What can go wrong between the rules and the database.

use std::error::Error as StdError;

/// Why a datastore operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatastoreError {
    /// A unique column already holds the value. Decided by the database's unique index.
    #[error("a value of the unique column `{column}` is taken")]
    Duplicate {
        /// Column name, for example `email`; empty when the database did not tell.
        column: String,
    },
    /// A role of this name does not exist.
    #[error("there is no role `{0}`")]
    UnknownRole(String),
    /// A value cannot be stored: too long, or a permission name with a comma, or an embedded NUL.
    #[error("the value for `{column}` cannot be stored: {problem}")]
    Unstorable {
        /// Column name.
        column: String,
        /// What is wrong with the value, without the value.
        problem: String,
    },
    /// The database could not be reached, or did not answer in time. Trying again may help.
    #[error("the datastore is unavailable")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The database answered with something unexpected: a missing table, a damaged row.
    #[error("the datastore failed")]
    Backend(#[source] Box<dyn StdError + Send + Sync>),
}

impl DatastoreError {
    /// Wraps a driver's connection error.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// Wraps a driver's other errors.
    pub fn backend(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Backend(source.into())
    }

    /// Whether the database's unique index refused the value.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate { .. })
    }
}
