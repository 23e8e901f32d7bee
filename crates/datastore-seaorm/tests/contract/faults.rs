//! Servers that go away, connections that are killed, pools that are used up: what is answered, and how all is well again
//! without a restart of the process.

use std::time::{Duration, Instant};

use datastore_seaorm::sea_orm::{ConnectionTrait as _, DatabaseConnection, TransactionTrait as _};
use datastore_seaorm::{SeaOrmDatastore, SeaOrmOptions};
use security_core::account::{NewUser, User};
use security_core::datastore::{
    Condition, Datastore as _, DatastoreError, UserChange, UserKey, UserStore as _,
};

use super::proxy::Proxy;
use super::server::{Scratch, Server, texts};

const SHORT: Duration = Duration::from_millis(300);

/// What an operation with two short timeouts may take on a busy machine.
const SOON: Duration = Duration::from_secs(5);

fn impatient() -> SeaOrmOptions {
    SeaOrmOptions::new().acquire_timeout(SHORT).query_timeout(SHORT).max_connections(3)
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_told_with_its_password() {
    for address in ["postgres://bob:hunter2 kiln@[bad/x", "elsewhere://bob:hunter2@localhost/x"] {
        let error = SeaOrmDatastore::connect(address).await.expect_err("it is no address");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

fn is_unavailable<T>(result: &Result<T, DatastoreError>) -> bool {
    matches!(result, Err(DatastoreError::Unavailable(_)))
}

async fn ann(store: &SeaOrmDatastore) -> User {
    store.create_user(NewUser::new("ann@harbour.example")).await.expect("the account is created")
}

/// Asks until there is an answer. Whatever is said before must be that the datastore is unavailable.
async fn recovered(store: &SeaOrmDatastore, ann: &User) {
    let start = Instant::now();
    loop {
        match store.find_user(&UserKey::Id(ann.id.clone())).await {
            Ok(found) => {
                assert_eq!(found.map(|user| user.id), Some(ann.id.clone()));
                break;
            }
            unavailable => {
                assert!(is_unavailable(&unavailable), "{unavailable:?}");
                assert!(start.elapsed() < SOON, "it does not recover");
            }
        }
    }
    let change = UserChange::default();
    while !store.update_user(&ann.id, &Condition::Exists, &change).await.is_ok_and(|changed| changed) {
        assert!(start.elapsed() < SOON, "it reads but does not write");
    }
}

/// Kills every other connection to the database, and answers how many there were.
async fn kill_the_others(server: Server, connection: &DatabaseConnection) -> usize {
    let others = match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()"
        }
        #[cfg(feature = "mysql")]
        Server::MySql => {
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
             WHERE db = database() AND id <> connection_id()"
        }
    };
    let found = texts(connection, others).await;
    #[cfg(feature = "mysql")]
    if server == Server::MySql {
        for id in &found {
            // It may have ended by itself meanwhile.
            let _ = connection.execute_unprepared(&format!("KILL {id}")).await;
        }
    }
    found.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_connections_are_replaced() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.migrated().await;
        let ann = ann(&store).await;
        let killer = scratch.connection().await;
        for _ in 0..5 {
            assert!(kill_the_others(*server, &killer).await > 0, "{server:?}");
            recovered(&store, &ann).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_killed_in_mid_operation_leave_no_half_account() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.migrated().await;
        let killer = scratch.connection().await;
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    let (mut kept, mut lost) = (Vec::new(), 0);
                    for number in 0..60 {
                        let email = format!("member{writer}-{number}@harbour.example");
                        match store.create_user(NewUser::new(&email)).await {
                            Ok(_) => kept.push(email),
                            Err(DatastoreError::Unavailable(_)) => lost += 1,
                            Err(other) => panic!("it is not said to be unavailable: {other:?}"),
                        }
                    }
                    (kept, lost)
                })
            })
            .collect();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(15)).await;
            if writers.iter().all(tokio::task::JoinHandle::is_finished) {
                break;
            }
            kill_the_others(*server, &killer).await;
        }
        let (mut kept, mut lost) = (Vec::new(), 0);
        for writer in writers {
            let (emails, failures) = writer.await.unwrap();
            kept.extend(emails);
            lost += failures;
        }
        let store = scratch.store().await; // without connections that were killed in the pool
        let count = store.count_users().await.unwrap();
        // A connection that ends between the commit and its answer leaves an account nobody was told of.
        assert!(
            (kept.len() as u64..=kept.len() as u64 + lost).contains(&count),
            "{server:?}: {count}, {lost} lost"
        );
        for email in kept {
            assert!(store.find_user(&UserKey::email(&email)).await.unwrap().is_some(), "{server:?}: {email}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_connection_is_killed_never_was() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.migrated().await;
        let transaction = store.connection().begin().await.unwrap();
        let ann = store.create_user_in(&transaction, NewUser::new("ann@harbour.example")).await.unwrap();
        assert!(kill_the_others(*server, &scratch.connection().await).await > 0, "{server:?}");
        let next = store.create_user_in(&transaction, NewUser::new("ben@harbour.example")).await;
        assert!(is_unavailable(&next), "{server:?}: {next:?}");
        assert!(transaction.commit().await.is_err(), "{server:?}");
        assert_eq!(scratch.store().await.find_user(&UserKey::Id(ann.id)).await.unwrap(), None, "{server:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_unavailable_in_time_and_found_again() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        scratch.migrated().await;
        let (mut proxy, url) = Proxy::before(&scratch.url()).await;
        let store = impatient().connect(&url).await.unwrap();
        let ann = ann(&store).await;
        for _ in 0..2 {
            proxy.close().await;
            for _ in 0..2 {
                let start = Instant::now();
                let found = store.find_user(&UserKey::Id(ann.id.clone())).await;
                assert!(is_unavailable(&found), "{server:?}: {found:?}");
                let created = store.create_user(NewUser::new("ben@harbour.example")).await;
                assert!(is_unavailable(&created), "{server:?}: {created:?}");
                assert!(is_unavailable(&store.ping().await), "{server:?}");
                assert!(start.elapsed() < SOON, "{server:?}");
            }
            let late = impatient().connect(&url).await;
            assert!(is_unavailable(&late), "{server:?}: {late:?}");
            proxy.open().await;
            recovered(&store, &ann).await;
            store.ping().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_unavailable_in_time_and_heard_again() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        scratch.migrated().await;
        let (proxy, url) = Proxy::before(&scratch.url()).await;
        let store = impatient().connect(&url).await.unwrap();
        let ann = ann(&store).await;
        proxy.be_silent(true);
        for _ in 0..5 {
            let start = Instant::now();
            let found = store.find_user(&UserKey::Id(ann.id.clone())).await;
            assert!(is_unavailable(&found), "{server:?}: {found:?}");
            assert!(start.elapsed() < SOON, "{server:?}");
        }
        assert!(is_unavailable(&store.ping().await), "{server:?}");
        proxy.be_silent(false);
        recovered(&store, &ann).await;
    }
}

#[tokio::test]
async fn a_used_up_pool_of_a_server_is_unavailable_until_a_connection_is_back() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        scratch.migrated().await;
        let store = impatient().max_connections(1).connect(&scratch.url()).await.unwrap();
        let ann = ann(&store).await;
        let held = store.connection().begin().await.unwrap();
        assert!(is_unavailable(&store.find_user(&UserKey::Id(ann.id.clone())).await), "{server:?}");
        assert!(is_unavailable(&store.create_user(NewUser::new("ben@harbour.example")).await), "{server:?}");
        held.rollback().await.unwrap();
        assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
    }
}

#[tokio::test]
async fn a_lock_on_a_server_that_is_never_released_is_unavailable() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let other_node = scratch.migrated().await;
        let store = SeaOrmOptions::new().lock_timeout(SHORT).connect(&scratch.url()).await.unwrap();
        let ann = ann(&store).await;
        let held = other_node.connection().begin().await.unwrap();
        let change = UserChange::default();
        assert!(other_node.update_user_in(&held, &ann.id, &Condition::Exists, &change).await.unwrap());
        let start = Instant::now();
        let recorded = store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await;
        assert!(is_unavailable(&recorded), "{server:?}: {recorded:?}");
        assert!(start.elapsed() < SOON, "{server:?}");
        assert_eq!(
            store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap().map(|user| user.id),
            Some(ann.id.clone())
        );
        held.rollback().await.unwrap();
        assert!(
            store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap(),
            "{server:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_for_the_server_is_no_matter_of_waiting() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let url = scratch.url();
        let (start, end) = url.rsplit_once('@').unwrap();
        let (account, _) = start.rsplit_once(':').unwrap();
        let refused = impatient().connect(&format!("{account}:wrong@{end}")).await;
        assert!(matches!(&refused, Err(DatastoreError::Backend(_))), "{server:?}: {refused:?}");
    }
}
