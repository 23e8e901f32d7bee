//! Connections that break, servers that go away, pools that are used up.

use std::time::{Duration, Instant};

use datastore_diesel::{DieselDatastore, DieselOptions};
use security_core::account::NewUser;
use security_core::datastore::{Datastore as _, DatastoreError, UserKey, UserStore as _};
use tokio::time::sleep;

use super::proxy::Proxy;
use super::scratch::{Scratch, Server};

fn is_unavailable<T>(result: &Result<T, DatastoreError>) -> bool {
    matches!(result, Err(DatastoreError::Unavailable(_)))
}

fn brief() -> DieselOptions {
    let moment = Duration::from_millis(300);
    DieselOptions::new().max_connections(2).acquire_timeout(moment).query_timeout(moment)
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_unavailable_in_time() {
    for url in ["postgres://app@127.0.0.1:1/app", "mysql://app@127.0.0.1:1/app"] {
        let began = Instant::now();
        let options = DieselOptions::new().acquire_timeout(Duration::from_millis(200));
        let refused = options.connect(url).await;
        let compiled = cfg!(all(feature = "postgres", feature = "mysql"));
        assert!(is_unavailable(&refused) || !compiled, "{refused:?}");
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_used_up_pool_is_unavailable_in_time_until_a_connection_is_back() {
    for scratch in Scratch::everywhere().await {
        scratch.migrated().await;
        let store = brief().connect(&scratch.url()).await.unwrap();
        let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        let held = hold_all(&store, scratch.server).await;
        let began = Instant::now();
        assert!(is_unavailable(&store.find_user(&UserKey::Id(ann.id.clone())).await));
        assert!(is_unavailable(&store.create_user(NewUser::new("ben@harbour.example")).await));
        assert!(is_unavailable(&store.ping().await));
        assert!(began.elapsed() < Duration::from_secs(3), "each waits as long as it was told");
        drop(held);
        assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
        store.create_user(NewUser::new("ben@harbour.example")).await.unwrap();
    }
}

/// Takes both connections out of the pool.
async fn hold_all(store: &DieselDatastore, server: Server) -> Box<dyn std::any::Any + Send> {
    match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            let pool = store.postgres_pool().expect("the database is PostgreSQL");
            Box::new((pool.get().await.expect("the first"), pool.get().await.expect("the second")))
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => {
            let pool = store.mysql_pool().expect("the database is MariaDB");
            Box::new((pool.get().await.expect("the first"), pool.get().await.expect("the second")))
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_does_not_notice_that_connections_broke_while_nobody_used_them() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.migrated().await;
        let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        scratch.kill_connections().await;
        let found = store.find_user(&UserKey::Id(ann.id.clone())).await;
        assert_eq!(found.unwrap(), Some(ann), "{:?}", scratch.server);
    }
}

/// Unless the pool saw it first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_whose_connection_broke_is_told_so_and_the_next_one_succeeds() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.migrated().await;
        scratch.kill_connections().await;
        let first = store.create_user(NewUser::new("ann@harbour.example")).await;
        assert!(is_unavailable(&first) || first.is_ok(), "{:?}: {first:?}", scratch.server);
        store.create_user(NewUser::new("ben@harbour.example")).await.unwrap();
        let expected = if first.is_ok() { 2 } else { 1 };
        assert_eq!(store.count_users().await.unwrap(), expected, "{:?}", scratch.server);
    }
}

/// While connections are killed all the time, everything is done, refused as unavailable, or found to be done already
/// by the attempt before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_acknowledged_while_connections_are_killed_is_there_afterwards() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.migrated().await;
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut acknowledged = Vec::new();
                    for number in 0..40 {
                        let email = format!("member{writer}.{number}@harbour.example");
                        match store.create_user(NewUser::new(email.clone())).await {
                            Ok(user) => acknowledged.push(user),
                            Err(DatastoreError::Unavailable(_)) => {}
                            Err(other) => panic!("told as something else: {other:?}"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        for _ in 0..5 {
            sleep(Duration::from_millis(20)).await;
            scratch.kill_connections().await;
        }
        let mut acknowledged = Vec::new();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        assert!(!acknowledged.is_empty());
        for user in acknowledged {
            assert_eq!(store.find_user(&UserKey::Id(user.id.clone())).await.unwrap(), Some(user));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_goes_away_and_comes_back_needs_no_restart_of_the_application() {
    for scratch in Scratch::everywhere().await {
        let ann = scratch.migrated().await.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        let proxy = Proxy::to(&scratch.url()).await;
        let store = brief().connect(&proxy.url).await.unwrap();
        let key = UserKey::Id(ann.id.clone());
        assert_eq!(store.find_user(&key).await.unwrap().as_ref(), Some(&ann));
        proxy.stop().await;
        for _ in 0..4 {
            let began = Instant::now();
            let refused = store.find_user(&key).await;
            assert!(is_unavailable(&refused), "{:?}: {refused:?}", scratch.server);
            assert!(is_unavailable(&store.ping().await));
            assert!(began.elapsed() < Duration::from_secs(3));
        }
        proxy.start();
        assert_eq!(store.find_user(&key).await.unwrap(), Some(ann));
        store.create_user(NewUser::new("ben@harbour.example")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_does_not_answer_is_unavailable_in_time() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.migrated().await;
        let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        let hasty = brief().connect(&scratch.url()).await.unwrap();
        assert!(hasty.find_user(&UserKey::Id(ann.id.clone())).await.unwrap().is_some());

        let held = lock_users(&store, scratch.server).await;
        let began = Instant::now();
        let late = hasty.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await;
        assert!(is_unavailable(&late), "{:?}: {late:?}", scratch.server);
        assert!(began.elapsed() < Duration::from_secs(2));
        drop(held);
        assert!(hasty.find_user(&UserKey::Id(ann.id.clone())).await.unwrap().is_some());
    }
}

/// A connection with a transaction that holds every user; it ends when the connection is dropped.
async fn lock_users(store: &DieselDatastore, server: Server) -> Box<dyn std::any::Any + Send> {
    use diesel_async::SimpleAsyncConnection as _;
    match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            let pool = store.postgres_pool().expect("the database is PostgreSQL");
            let mut connection = deadpool::managed::Object::take(pool.get().await.expect("a connection"));
            connection
                .batch_execute("BEGIN; SELECT * FROM \"user\" FOR UPDATE")
                .await
                .expect("they are locked");
            Box::new(connection)
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => {
            let pool = store.mysql_pool().expect("the database is MariaDB");
            let mut connection = deadpool::managed::Object::take(pool.get().await.expect("a connection"));
            connection.batch_execute("BEGIN").await.expect("a transaction");
            connection.batch_execute("SELECT * FROM user FOR UPDATE").await.expect("they are locked");
            Box::new(connection)
        }
    }
}
