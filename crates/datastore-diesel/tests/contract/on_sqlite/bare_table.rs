//! A table of users that has only what nobody can do without, and databases that were not looked at.

use datastore_diesel::DieselDatastore;
use security_core::Security;
use security_core::config::SecurityConfig;
use security_core::datastore::Datastore as _;
use security_core::security::BuildError;
use security_testkit::datastore_contract::FreshStore;

use super::{database_file, migrated, opened, run};

async fn fresh_store() -> FreshStore {
    let store = opened("sqlite::memory:").await;
    run(
        &store,
        "CREATE TABLE user (id INTEGER PRIMARY KEY, email VARCHAR(255) NOT NULL, password VARCHAR(255),
            active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)",
    );
    store.migrate().await.expect("the other tables are created");
    FreshStore::new(store)
}

security_testkit::datastore_contract! {
    fresh_store;
    bare_table {
        a_feature_without_its_column_is_refused_at_the_start
        the_other_features_work_without_the_optional_columns
        a_missing_column_reads_as_empty
        what_a_missing_column_would_lose_is_refused
    }
}

fn build(store: &DieselDatastore) -> Result<Security, BuildError> {
    let config = SecurityConfig::development("not a secret, just a test").expect("the key is long enough");
    Security::builder(config, store.clone()).build()
}

#[tokio::test]
async fn nothing_starts_before_the_tables_were_looked_at() {
    let (_folder, url) = database_file();
    let store = opened(&url).await;
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
    let store = opened(&url).await;
    store.inspect().await.unwrap();
    assert!(store.user_table().unwrap().has("confirmed_at"));
    build(&store).expect("the tables are there");
    run(&store, "DROP TABLE fs_use");
    let error = store.inspect().await.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(source.contains("`fs_use`"), "{source}");
}
