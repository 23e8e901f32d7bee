//! Accounts in MongoDB: the datastore port of `security-core`, on one server or a replica set.
//!
//! Collections and fields are those of a Flask-Security application with MongoEngine, so an existing database is taken
//! over as it is. Fields that a document lacks read as empty, and fields of the application stay untouched.
//!
//! ```no_run
//! use datastore_mongo::MongoDatastore;
//! use security_core::account::NewUser;
//! use security_core::datastore::{UserKey, UserStore as _};
//!
//! # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
//! let users = MongoDatastore::connect("mongodb://localhost/harbour").await?;
//! users.migrate().await?;
//!
//! users.create_user(NewUser::new("ann@harbour.example")).await?;
//! let ann = users.find_user(&UserKey::email("Ann@harbour.example")).await?;
//! assert!(ann.is_some());
//! # Ok(())
//! # }
//! ```
//!
//! An application that has a client of its own hands its database in with [`MongoDatastore::from_database`].
//!
//! # How it works with MongoDB
//!
//! - Every change is one atomic write to one document, decided by its filter or by a unique index. No replica set and no
//!   transaction is needed. A sign-in and a change of permissions read first, then write only if nobody else has
//!   written in between, and try again otherwise.
//! - Reads go to the primary. Unless the application chose otherwise, a write is answered when the majority of the
//!   servers has it in its journal.
//! - `roles` of a user is a list of references, as MongoEngine keeps it. A user is found with roles and permissions in
//!   one round trip, an aggregation with `$lookup`. On a server without that stage a second round trip reads the roles,
//!   and only for a user who holds some: copies of roles inside the users would save it, but a permission that was
//!   taken away could live on in such a copy.
//! - An address and a user name lie beside themselves in lower case, as `email_lower` and `username_lower`, under unique
//!   sparse indexes: neither a collation nor a partial index is needed. [`MongoDatastore::migrate`] adds the two fields
//!   to the documents of a database that was taken over; before that, such documents are found by a slower search. An
//!   account that another program adds later without these fields is found by its exact spelling until `migrate` is
//!   called again.
//! - A MongoEngine class refuses documents with fields that it does not know, such as these two, `extra` and
//!   `fs_token_uniquifier`, unless it says `meta = {"strict": False}`. Say so before both programs share a database.
//! - The fields of the application in `extra` are an embedded document. Where some server could not keep them so (a list
//!   in a list, a name with a dot or a dollar sign) they are JSON text. Both forms are read.
//! - An ObjectId is a [`UserId::Text`](security_core::account::UserId::Text) of 24 hexadecimal digits. Keys that are
//!   texts or integers are read too; new documents get an ObjectId.
//!
//! # Tested with
//!
//! FerretDB 1.24 over SQLite and mongo-java-server 1.47 in memory, with driver 3.9. The first knows no `$lookup`, reads a
//! whole collection to find one document, and loses updates under a race (a test shows it with the bare driver); so the
//! rules about races and load, and the one about the single round trip, are proven on the second.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `srv` | addresses of the form `mongodb+srv://`, whose servers are found through DNS |

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod documents;
mod error;
mod extra;
mod folding;
mod keys;
mod options;
mod roles;
mod schema;
mod store;
mod update;
mod users;
mod uses;

pub use options::MongoOptions;
pub use store::MongoDatastore;

/// The version of the driver whose databases this crate takes.
pub use mongodb;
