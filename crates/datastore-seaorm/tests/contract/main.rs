//! The contract of the port on SQLite, in a file and in memory, and on the servers that `SECURITY_TEST_POSTGRES_URL` and
//! `SECURITY_TEST_MYSQL_URL` name; and what is particular to each.

mod bare_table;
mod concurrency;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod faults;
mod migration;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod on_servers;
mod process_death;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod proxy;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server_migration;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server_statements;
mod statements;
mod takeover;

use datastore_seaorm::{SeaOrmDatastore, SeaOrmOptions};
use tempfile::TempDir;

/// A folder for one database file, and the address of the file.
fn database_file() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display());
    (folder, url)
}

async fn migrated(url: &str) -> SeaOrmDatastore {
    let store = SeaOrmDatastore::connect(url).await.expect("the database opens");
    store.migrate().await.expect("the tables are created");
    store
}

mod in_a_file {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        let (folder, url) = super::database_file();
        let second = super::migrated(&url).await;
        FreshStore::new(super::migrated(&url).await).with_second(second).keeping(folder)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod in_memory {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        FreshStore::new(super::migrated("sqlite::memory:").await)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod in_other_tables {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        let options = super::SeaOrmOptions::new();
        let options = options.user_table("a \"member\"").role_table("Rank").roles_users_table("member ranks");
        let store = options.connect("sqlite::memory:").await.expect("the database opens");
        store.migrate().await.expect("the tables are created");
        FreshStore::new(store)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod with_text_keys {
    use security_testkit::datastore_contract::FreshStore;

    use datastore_seaorm::sea_orm::ConnectionTrait as _;

    async fn fresh_store() -> FreshStore {
        let store = super::SeaOrmDatastore::connect("sqlite::memory:").await.expect("the database opens");
        let tables = "
            CREATE TABLE user (
                id CHAR(32) PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255), password VARCHAR(255),
                active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL, confirmed_at DATETIME,
                last_login_at DATETIME, current_login_at DATETIME, last_login_ip VARCHAR(64),
                current_login_ip VARCHAR(64), login_count INTEGER, us_phone_number VARCHAR(128), extra TEXT
            );
            CREATE TABLE role (
                id CHAR(32) PRIMARY KEY, name VARCHAR(80) UNIQUE, description VARCHAR(255), permissions TEXT
            );
            CREATE TABLE roles_users (user_id CHAR(32) REFERENCES user (id), role_id CHAR(32) REFERENCES role (id));
        ";
        store.connection().execute_unprepared(tables).await.expect("the tables are created");
        store.migrate().await.expect("the tables are created");
        FreshStore::new(store)
    }

    security_testkit::datastore_contract!(fresh_store);
}
