//! Accounts in a SQL database through diesel: the datastore port of `security-core`, on SQLite, PostgreSQL, MariaDB and
//! MySQL.
//!
//! Tables and columns are those of Flask-Security, so an existing database is taken over as it is. Columns that a
//! database lacks read as empty and switch off what needs them, and columns of the application stay untouched.
//!
//! ```
//! use datastore_diesel::DieselDatastore;
//! use security_core::account::NewUser;
//! use security_core::datastore::{UserKey, UserStore as _};
//!
//! # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
//! let users = DieselDatastore::connect("sqlite::memory:").await?; // or "sqlite://app.db?mode=rwc"
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
//! An application that has a pool of its own hands it in, for example with [`DieselDatastore::from_sqlite_pool`], and
//! creates accounts inside its own transactions with [`DieselDatastore::create_user_in_sqlite`] or, on the other
//! databases, with `DieselDatastore::create_user_in`.
//!
//! | feature | what it adds |
//! |---|---|
//! | `sqlite` (default) | SQLite, compiled in |
//! | `postgres` | PostgreSQL, without a client library of the system |
//! | `mysql` | MariaDB and MySQL, without a client library of the system |
//!
//! # How it works with SQLite
//!
//! - A database file is kept in WAL mode, foreign keys are enforced, and a commit is on disk when it is answered.
//! - Writers of one process queue in memory, writers of other processes wait on the file's lock, up to
//!   [`DieselOptions::lock_timeout`]. Readers wait for nobody.
//! - A user is found with roles and permissions in one prepared statement, on the thread that asks: in WAL mode that
//!   takes some microseconds. Everything else happens on threads that may wait.
//! - `lower()` of SQLite folds ASCII letters only: `ÄRGER` and `ärger` are two user names.
//!
//! # How it works with PostgreSQL, MariaDB and MySQL
//!
//! - A user is found with roles and permissions in one prepared statement and one round trip.
//! - An operation whose connection breaks answers
//!   [`Unavailable`](security_core::datastore::DatastoreError::Unavailable); one that only reads is tried once more
//!   first. The next operation gets a new connection, so a server may restart without a restart of the application.
//! - A transaction that the database gives up in favour of another one is made again.
//! - On MariaDB and MySQL texts are compared exactly, whatever the collation of a table that was taken over: `é` is not
//!   `e`, and a blank at the end counts. New tables are compared that way by their own collation.
//! - The tests run on PostgreSQL 15 and MariaDB 10.11. What MySQL needs instead of MariaDB's words is written (8.0.23 or
//!   later), but was not tried on a server.
//! - TLS: MariaDB and MySQL take `?require_ssl=true` in the address. For PostgreSQL an application opens its own pool
//!   with a TLS connector and hands it in.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(dead_code, unused, unreachable_code, reason = "without a database there is nothing to do")
)]

mod backend;
mod catalog;
mod cells;
mod dialect;
mod error;
mod job;
mod layout;
mod options;
mod roles;
mod row_values;
mod rows;
mod schema;
mod session;
mod statement;
mod store;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite keeps times as text"))]
mod times;
mod users;
mod uses;

#[cfg(feature = "mysql")]
pub use backend::mysql::MysqlPool;
#[cfg(feature = "postgres")]
pub use backend::postgres::PostgresPool;
#[cfg(feature = "server")]
pub use backend::server::ServerConnection;
#[cfg(feature = "sqlite")]
pub use backend::sqlite::SqlitePool;
pub use options::DieselOptions;
pub use store::DieselDatastore;

/// The version of diesel whose pools and transactions this crate takes.
pub use diesel;
/// The version of diesel-async whose pools and transactions this crate takes.
#[cfg(feature = "server")]
pub use diesel_async;
