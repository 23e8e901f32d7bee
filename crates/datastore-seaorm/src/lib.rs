//! Accounts in a SQL database through sea-orm: the datastore port of `security-core`.
//!
//! Tables and columns are those of Flask-Security, so an existing database is taken over as it is. Columns that a
//! database lacks read as empty and switch off what needs them, and columns of the application stay untouched.
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
//! An application that has a connection or a pool of its own hands it in with [`SeaOrmDatastore::from_connection`] and
//! creates accounts inside its own transactions with [`SeaOrmDatastore::create_user_in`].
//!
//! # Databases
//!
//! | Feature | Database | Tested with |
//! |---|---|---|
//! | `sqlite` (default) | SQLite, compiled in | 3.51 |
//! | `postgres` | PostgreSQL | 15 |
//! | `mysql` | MariaDB, MySQL 8.0.23 or newer | MariaDB 10.11 |
//!
//! No client library of the system is needed; TLS is rustls.
//!
//! - A user is found with roles and permissions in one prepared statement.
//! - An address and a user name belong to one account in any case, by the database's own `lower()`: a unique index over
//!   the expression, with MySQL over a computed column, sees to it. SQLite folds ASCII letters only: `ÄRGER` and `ärger`
//!   are two user names. Letters with and without accent are different letters everywhere, whatever the collation.
//! - Where two writers wait for each other, the database ends one of them; its work is done again.
//! - A server that is gone, starting or too busy is [`Unavailable`](security_core::datastore::DatastoreError::Unavailable)
//!   within the timeouts of [`SeaOrmOptions`], and is found again when it is back.
//!
//! ## SQLite
//!
//! - A database file is kept in WAL mode, foreign keys are enforced, and a commit is on disk when it is answered.
//! - Writers of one process queue in memory, writers of other processes wait on the file's lock, up to
//!   [`SeaOrmOptions::lock_timeout`]. Readers wait for nobody.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("datastore-seaorm needs at least one of its features `sqlite`, `postgres` and `mysql`");

mod catalog;
mod dialect;
mod driver_row;
mod error;
mod identities;
mod layout;
mod migrate;
mod options;
mod roles;
mod row_values;
mod rows;
mod schema;
mod store;
mod table;
mod tables;
#[cfg(feature = "sqlite")]
mod time_text;
mod times;
mod user_rows;
mod users;
mod uses;
#[cfg(feature = "sqlite")]
mod wal;

pub use options::SeaOrmOptions;
pub use store::SeaOrmDatastore;

/// The version of sea-orm whose connections and transactions this crate takes.
pub use sea_orm;
