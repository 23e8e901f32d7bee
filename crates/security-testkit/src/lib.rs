//! What tests of applications and of Portcullis crates share: a clock that is moved by hand, a datastore and an outbox in
//! memory, a log of events and of queries, and the contract suites that every datastore and every web adapter passes.
//!
//! The author of a datastore writes a test file of a few lines:
//!
//! ```
//! use security_testkit::datastore_contract::FreshStore;
//! use security_testkit::memory::MemoryDatastore; // the datastore under test
//!
//! async fn fresh_store() -> FreshStore {
//!     FreshStore::new(MemoryDatastore::new())
//! }
//!
//! security_testkit::datastore_contract!(fresh_store);
//! # fn main() {}
//! ```
//!
//! The author of a web adapter writes one as short, see [`http_contract`](mod@http_contract). What that suite is built
//! from serves the tests of an application just as well: a [`Scene`](http_contract::Scene) is the whole product with
//! everything outside of it replaced, and a [`Visitor`](http_contract::Visitor) is somebody who uses it.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
pub mod counting;
pub mod datastore_contract;
pub mod events;
pub mod http_contract;
pub mod memory;
pub mod outbox;
