//! The datastore in memory keeps the promises of the port.

use security_testkit::datastore_contract::FreshStore;
use security_testkit::memory::MemoryDatastore;

async fn fresh_store() -> FreshStore {
    FreshStore::new(MemoryDatastore::new())
}

security_testkit::datastore_contract!(fresh_store);
