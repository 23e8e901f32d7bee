//! A table of users that has only what nobody can do without.

use security_testkit::datastore_contract::{FreshStore, bare_table};

use super::scratch::{Scratch, Server};

async fn bare(scratch: Scratch) -> FreshStore {
    let create = match scratch.server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            "CREATE TABLE \"user\" (id SERIAL PRIMARY KEY, email VARCHAR(255) NOT NULL, \
             password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)"
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => {
            "CREATE TABLE user (id INTEGER PRIMARY KEY AUTO_INCREMENT, email VARCHAR(255) NOT NULL, \
             password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL)"
        }
    };
    scratch.run(create).await;
    FreshStore::new(scratch.migrated().await).keeping(scratch)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_column_switches_off_just_what_needs_it() {
    for scratch in Scratch::everywhere().await {
        let fresh = bare(scratch).await;
        bare_table::a_feature_without_its_column_is_refused_at_the_start(&fresh).await;
        bare_table::what_a_missing_column_would_lose_is_refused(&fresh).await;
    }
    for scratch in Scratch::everywhere().await {
        bare_table::the_other_features_work_without_the_optional_columns(&bare(scratch).await).await;
    }
}
