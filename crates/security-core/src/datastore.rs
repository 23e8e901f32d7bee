//! The datastore port: everything the rules ask of a database.
//!
//! A backend implements the primitives of [`UserStore`], [`RoleStore`] and [`UseStore`], each one atomic operation; the rest of
//! the library is built above them. `security-testkit` holds the contract suite that a backend has to pass.

mod error;
mod role_store;
pub mod storable;
mod use_store;
mod user_store;
mod user_table;

pub use error::DatastoreError;
pub use role_store::RoleStore;
pub use use_store::UseStore;
pub use user_store::{Condition, UserChange, UserKey, UserStore};
pub use user_table::UserTable;

pub use crate::config::IdentityAttribute;

use std::fmt::Debug;

use async_trait::async_trait;

/// A complete datastore, held as `Arc<dyn Datastore>`.
///
/// # Errors
///
/// Every method may answer [`DatastoreError::Unavailable`] and [`DatastoreError::Backend`]; the documentation of a
/// method names the others.
#[async_trait]
pub trait Datastore: UserStore + RoleStore + UseStore + Debug + Send + Sync {
    /// Answers whether the database can be reached.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when it cannot.
    async fn ping(&self) -> Result<(), DatastoreError>;

    /// The table of users as the datastore has seen it; `None` before it has looked.
    ///
    /// [`SecurityBuilder::build`](crate::security::SecurityBuilder::build) compares it with the features that are on, so
    /// that what needs a missing column is refused at the start and not half done later.
    fn user_table(&self) -> Option<UserTable>;
}
