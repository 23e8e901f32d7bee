//! Waiting for connections and locks, and what is answered when it takes too long.

use std::time::Duration;

use datastore_seaorm::sea_orm::{SqliteTransactionMode, TransactionOptions, TransactionTrait as _};
use datastore_seaorm::{SeaOrmDatastore, SeaOrmOptions};
use security_core::account::NewUser;
use security_core::datastore::{Datastore as _, DatastoreError, UserKey, UserStore as _};

use super::{database_file, migrated};

fn is_unavailable<T>(result: &Result<T, DatastoreError>) -> bool {
    matches!(result, Err(DatastoreError::Unavailable(_)))
}

fn immediate() -> TransactionOptions {
    let mode = Some(SqliteTransactionMode::Immediate);
    TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() }
}

#[tokio::test]
async fn a_missing_file_is_unavailable() {
    let (folder, _) = database_file();
    let missing = format!("sqlite://{}", folder.path().join("missing.db").display());
    assert!(is_unavailable(&SeaOrmDatastore::connect(&missing).await));
    let nowhere = format!("sqlite://{}?mode=rwc", folder.path().join("no/such/folder.db").display());
    assert!(is_unavailable(&SeaOrmDatastore::connect(&nowhere).await));
}

#[tokio::test]
async fn what_is_no_database_is_no_matter_of_waiting() {
    let (folder, _) = database_file();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "Dear Ann, ".repeat(1000)).unwrap();
    let opened = match SeaOrmDatastore::connect(&format!("sqlite://{}", file.display())).await {
        Ok(store) => store.migrate().await,
        Err(error) => Err(error),
    };
    assert!(matches!(opened, Err(DatastoreError::Backend(_))), "{opened:?}");
    let odd = SeaOrmDatastore::connect("carrier-pigeon://localhost/app").await;
    assert!(matches!(odd, Err(DatastoreError::Backend(_))), "{odd:?}");
}

#[tokio::test]
async fn a_used_up_pool_is_unavailable_until_a_connection_is_back() {
    let (_folder, url) = database_file();
    let options = SeaOrmOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(50));
    let store = options.connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    let key = UserKey::email("ann@harbour.example");
    let held = store.connection().begin().await.unwrap();
    store.create_user_in(&held, NewUser::new("ann@harbour.example")).await.unwrap();
    assert!(is_unavailable(&store.find_user(&key).await));
    assert!(is_unavailable(&store.create_user(NewUser::new("ben@harbour.example")).await));
    assert!(is_unavailable(&store.ping().await));
    held.commit().await.unwrap();
    assert!(store.find_user(&key).await.unwrap().is_some());
    store.create_user(NewUser::new("ben@harbour.example")).await.unwrap();
}

#[tokio::test]
async fn a_lock_that_is_never_released_is_unavailable_and_readers_do_not_notice() {
    let (_folder, url) = database_file();
    let other_process = migrated(&url).await;
    let options = SeaOrmOptions::new().lock_timeout(Duration::from_millis(50));
    let store = options.connect(&url).await.unwrap();
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let held = other_process.connection().begin_with_options(immediate()).await.unwrap();
    other_process.create_user_in(&held, NewUser::new("ben@harbour.example")).await.unwrap();

    assert!(is_unavailable(&store.create_user(NewUser::new("cyd@harbour.example")).await));
    assert!(is_unavailable(&store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await));
    assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
    assert_eq!(store.find_user(&UserKey::email("ben@harbour.example")).await.unwrap(), None);

    held.commit().await.unwrap();
    store.create_user(NewUser::new("cyd@harbour.example")).await.unwrap();
    assert_eq!(store.count_users().await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_on_several_nodes_queue_instead_of_failing() {
    let (_folder, url) = database_file();
    let nodes = [migrated(&url).await, migrated(&url).await, migrated(&url).await];
    let writers: Vec<_> = (0..300)
        .map(|number| {
            let store = nodes[number % nodes.len()].clone();
            tokio::spawn(async move {
                store.create_user(NewUser::new(format!("member{number}@harbour.example"))).await.map(drop)
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(nodes[0].count_users().await.unwrap(), 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_who_gives_up_half_way_leaves_nothing_and_blocks_nobody() {
    let (_folder, url) = database_file();
    let store = migrated(&url).await;
    for number in 0..50 {
        let user = NewUser::new(format!("member{number}@harbour.example"));
        let patience = Duration::from_micros(number * 40);
        let _ = tokio::time::timeout(patience, store.create_user(user)).await;
    }
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
}
