//! A table of users that has only what nobody can do without, and databases that were not looked at.

use datastore_seaorm::SeaOrmDatastore;
use datastore_seaorm::sea_orm::ConnectionTrait as _;
use security_core::Security;
use security_core::config::SecurityConfig;
use security_core::datastore::Datastore as _;
use security_core::security::BuildError;
use security_testkit::datastore_contract::FreshStore;

use super::{database_file, migrated};

async fn on_sqlite() -> FreshStore {
    let store = SeaOrmDatastore::connect("sqlite::memory:").await.expect("the database opens");
    let create = "CREATE TABLE \"user\" (id INTEGER PRIMARY KEY, email VARCHAR(255) NOT NULL, \
                  password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)";
    store.connection().execute_unprepared(create).await.expect("the table is created");
    store.migrate().await.expect("the other tables are created");
    FreshStore::new(store)
}

security_testkit::datastore_contract! {
    on_sqlite;
    bare_table {
        a_feature_without_its_column_is_refused_at_the_start
        the_other_features_work_without_the_optional_columns
        a_missing_column_reads_as_empty
        what_a_missing_column_would_lose_is_refused
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod on_servers {
    use security_testkit::datastore_contract::bare_table;

    use super::*;
    use crate::server::{Scratch, Server};

    async fn bare(scratch: Scratch) -> FreshStore {
        let create = match scratch.server {
            #[cfg(feature = "postgres")]
            Server::Postgres => {
                "CREATE TABLE \"user\" (id SERIAL PRIMARY KEY, email VARCHAR(255) NOT NULL, \
                 password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)"
            }
            #[cfg(feature = "mysql")]
            Server::MySql => {
                "CREATE TABLE user (id INTEGER PRIMARY KEY AUTO_INCREMENT, email VARCHAR(255) NOT NULL, \
                 password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)"
            }
        };
        let store = scratch.store().await;
        store.connection().execute_unprepared(create).await.expect("the table is created");
        store.migrate().await.expect("the other tables are created");
        FreshStore::new(store).keeping(scratch)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_missing_column_switches_off_just_what_needs_it() {
        for server in Server::ALL {
            let Some(scratch) = Scratch::on(*server).await else { continue };
            let fresh = bare(scratch).await;
            bare_table::a_feature_without_its_column_is_refused_at_the_start(&fresh).await;
            bare_table::what_a_missing_column_would_lose_is_refused(&fresh).await;
        }
        for server in Server::ALL {
            let Some(scratch) = Scratch::on(*server).await else { continue };
            bare_table::the_other_features_work_without_the_optional_columns(&bare(scratch).await).await;
        }
    }
}

fn build(store: &SeaOrmDatastore) -> Result<Security, BuildError> {
    let config = SecurityConfig::development("not a secret, just a test").expect("the key is long enough");
    Security::builder(config, store.clone()).build()
}

#[tokio::test]
async fn nothing_starts_before_the_tables_were_looked_at() {
    let (_folder, url) = database_file();
    let store = SeaOrmDatastore::connect(&url).await.unwrap();
    assert!(matches!(build(&store), Err(BuildError::UnseenTables)));
    assert!(store.inspect().await.is_err(), "there are no tables");
    assert!(matches!(build(&store), Err(BuildError::UnseenTables)));
    store.migrate().await.unwrap();
    build(&store).expect("the tables are there");
}

#[tokio::test]
async fn tables_that_are_there_are_looked_at_without_a_change() {
    let (_folder, url) = database_file();
    migrated(&url).await;
    let store = SeaOrmDatastore::connect(&url).await.unwrap();
    store.inspect().await.unwrap();
    assert!(store.user_table().unwrap().has("confirmed_at"));
    build(&store).expect("the tables are there");
    store.connection().execute_unprepared("DROP TABLE fs_use").await.unwrap();
    let error = store.inspect().await.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(source.contains("`fs_use`"), "{source}");
}
