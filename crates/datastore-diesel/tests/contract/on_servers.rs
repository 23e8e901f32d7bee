//! PostgreSQL, MariaDB and MySQL, on servers that run already.

mod bare_table;
mod faults;
mod migration;
mod proxy;
pub(crate) mod scratch;
mod statements;

use scratch::Scratch;

/// One module of tests for each server. Without the server the datastore of the testkit stands in, which proves nothing.
macro_rules! on_server {
    ($module:ident, $feature:literal, $server:expr, $text_keys:expr) => {
        #[cfg(feature = $feature)]
        mod $module {
            use security_testkit::datastore_contract::FreshStore;
            use security_testkit::memory::MemoryDatastore;

            use super::Scratch;
            use super::scratch::Server;

            async fn fresh_store() -> FreshStore {
                let Some(scratch) = Scratch::on($server).await else {
                    return FreshStore::new(MemoryDatastore::new());
                };
                let second = scratch.migrated().await;
                FreshStore::new(scratch.migrated().await).with_second(second).keeping(scratch)
            }

            security_testkit::datastore_contract!(fresh_store);

            mod with_text_keys {
                use super::*;

                async fn fresh_store() -> FreshStore {
                    let Some(scratch) = Scratch::on($server).await else {
                        return FreshStore::new(MemoryDatastore::new());
                    };
                    scratch.run($text_keys).await;
                    let second = scratch.migrated().await;
                    FreshStore::new(scratch.migrated().await).with_second(second).keeping(scratch)
                }

                security_testkit::datastore_contract!(fresh_store);
            }

            mod in_other_tables {
                use super::*;

                async fn fresh_store() -> FreshStore {
                    let Some(scratch) = Scratch::on($server).await else {
                        return FreshStore::new(MemoryDatastore::new());
                    };
                    let options = datastore_diesel::DieselOptions::new().uses_table("uses");
                    let options = options.user_table("a \"member\"").role_table("Rank$1?");
                    let options = options.roles_users_table("member ` ranks");
                    let store = options.connect(&scratch.url()).await.expect("the server answers");
                    store.migrate().await.expect("the tables are created");
                    FreshStore::new(store).keeping(scratch)
                }

                security_testkit::datastore_contract!(fresh_store);
            }
        }
    };
}

on_server!(
    on_postgres,
    "postgres",
    Server::Postgres,
    "CREATE TABLE \"user\" (
        id UUID PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255), password VARCHAR(255),
        active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL, confirmed_at TIMESTAMPTZ,
        last_login_at TIMESTAMPTZ, current_login_at TIMESTAMPTZ, last_login_ip VARCHAR(64),
        current_login_ip VARCHAR(64), login_count BIGINT, us_phone_number VARCHAR(128), extra JSONB
    );
    CREATE TABLE role (
        id CHAR(32) PRIMARY KEY, name VARCHAR(80) UNIQUE, description VARCHAR(255), permissions TEXT
    );"
);

on_server!(
    on_mariadb,
    "mysql",
    Server::MariaDb,
    // With the collation that servers choose by themselves, as SQLAlchemy would create the tables.
    "CREATE TABLE user (
        id CHAR(32) PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255), password VARCHAR(255),
        active BOOL NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL, confirmed_at DATETIME(3),
        last_login_at DATETIME(3), current_login_at DATETIME(3), last_login_ip VARCHAR(64),
        current_login_ip VARCHAR(64), login_count BIGINT, us_phone_number VARCHAR(128), extra LONGTEXT
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
    CREATE TABLE role (
        id CHAR(32) PRIMARY KEY, name VARCHAR(80) UNIQUE, description VARCHAR(255), permissions TEXT
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
);
