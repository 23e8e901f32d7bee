//! The contract on PostgreSQL and on MariaDB or MySQL, in tables of this crate and in tables that others made.

#[cfg(feature = "postgres")]
mod on_postgres {
    use security_testkit::datastore_contract::FreshStore;

    use crate::server::{Server, fresh_store_on};

    async fn fresh_store() -> FreshStore {
        fresh_store_on(Server::Postgres).await
    }

    security_testkit::datastore_contract!(fresh_store);
}

#[cfg(feature = "mysql")]
mod on_mysql {
    use security_testkit::datastore_contract::FreshStore;

    use crate::server::{Server, fresh_store_on};

    async fn fresh_store() -> FreshStore {
        fresh_store_on(Server::MySql).await
    }

    security_testkit::datastore_contract!(fresh_store);
}
