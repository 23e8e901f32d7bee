//! The contract of the port on servers that speak MongoDB's protocol, and what is particular to them.
//!
//! `SECURITY_TEST_MONGODB_URL` is the address of a server, `SECURITY_TEST_MONGODB_RACES_URL` that of a second one for the
//! rules about races and load, where the first is a stand-in that does not keep them. Each test has a database of its own.

mod commands;
mod failures;
mod migration;
mod server;
mod stand_ins;
mod takeover;

mod on_the_server {
    use security_testkit::datastore_contract::FreshStore;

    use super::server::{MAIN, RACES, fresh_store_on};

    async fn fresh_store() -> FreshStore {
        fresh_store_on(MAIN).await
    }

    async fn able_store() -> FreshStore {
        fresh_store_on(RACES).await
    }

    security_testkit::datastore_contract!(fresh_store, demanding: able_store);
}

mod on_the_server_for_races {
    use security_testkit::datastore_contract::FreshStore;

    use super::server::{RACES, fresh_store_on};

    async fn fresh_store() -> FreshStore {
        fresh_store_on(RACES).await
    }

    security_testkit::datastore_contract!(fresh_store);
}
