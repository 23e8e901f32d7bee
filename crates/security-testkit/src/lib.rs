//! What tests of applications and of Portcullis crates share: a clock that is moved by hand, a datastore in memory, and
//! the contract suite that every datastore passes.
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

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
pub mod datastore_contract;
pub mod memory;
