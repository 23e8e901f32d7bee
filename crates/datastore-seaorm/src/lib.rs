//! Accounts in a SQL database through sea-orm: the datastore port of `security-core`, on SQLite.
//!
//! Tables and columns are those of Flask-Security, so an existing database is taken over as it is. Columns that a
//! database lacks read as empty, and columns of the application stay untouched.
//!
//! ```
//! use datastore_seaorm::SeaOrmDatastore;
//! use security_core::account::NewUser;
//! use security_core::datastore::{UserKey, UserStore as _};
//!
//! # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
//! let users = SeaOrmDatastore::connect("sqlite::memory:").await?; // or "sqlite://app.db?mode=rwc"
//! users.migrate().await?;
//!
//! users.create_user(NewUser::new("ann@harbour.example")).await?;
//! let ann = users.find_user(&UserKey::email("Ann@harbour.example")).await?;
//! assert!(ann.is_some());
//! # Ok(())
//! # }
//! # fn main() {
//! #     let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
//! #     runtime.block_on(example()).expect("the example works");
//! # }
//! ```
//!
//! An application that has a connection of its own hands it in with [`SeaOrmDatastore::from_connection`] and creates
//! accounts inside its own transactions with [`SeaOrmDatastore::create_user_in`].
//!
//! # How it works with SQLite
//!
//! - A database file is kept in WAL mode, foreign keys are enforced, and a commit is on disk when it is answered.
//! - Writers of one process queue in memory, writers of other processes wait on the file's lock, up to
//!   [`SeaOrmOptions::lock_timeout`]. Readers wait for nobody.
//! - A user is found with roles and permissions in one prepared statement.
//! - `lower()` of SQLite folds ASCII letters only: `ÄRGER` and `ärger` are two user names.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod layout;
mod options;
mod roles;
mod row_values;
mod rows;
mod schema;
mod store;
mod times;
mod users;
mod uses;

pub use options::SeaOrmOptions;
pub use store::SeaOrmDatastore;

/// The version of sea-orm whose connections and transactions this crate takes.
pub use sea_orm;
