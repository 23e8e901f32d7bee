//! A server that is away, silent, or comes back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use datastore_mongo::{MongoDatastore, MongoOptions};
use security_core::account::NewUser;
use security_core::datastore::{Datastore as _, DatastoreError, UserKey, UserStore as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::server::{MAIN, Scratch};

const PATIENCE: Duration = Duration::from_millis(500);

fn impatient() -> MongoOptions {
    MongoOptions::new().timeout(PATIENCE)
}

fn is_unavailable<T>(result: &Result<T, DatastoreError>) -> bool {
    matches!(result, Err(DatastoreError::Unavailable(_)))
}

#[tokio::test]
async fn an_address_must_be_readable_and_name_a_database() {
    for address in ["", "postgres://localhost/harbour", "mongodb://", "mongodb://127.0.0.1:1"] {
        let refused = impatient().connect(address).await;
        assert!(matches!(refused, Err(DatastoreError::Backend(_))), "{address}: {refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_reported_in_time() {
    let began = Instant::now();
    let refused = impatient().connect("mongodb://127.0.0.1:1/harbour").await;
    assert!(is_unavailable(&refused), "{refused:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_never_answers_is_reported_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let began = Instant::now();
    let refused = impatient().connect(&format!("mongodb://{address}/harbour")).await;
    assert!(is_unavailable(&refused), "{refused:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

/// The state of the line between a datastore and its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Open,
    /// Connections are there and carry nothing.
    Silent,
    /// Connections break, and new ones too.
    Cut,
}

/// A line to the server that can be held and cut.
async fn line_to(server: String) -> (SocketAddr, watch::Sender<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (state, watched) = watch::channel(Line::Open);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            if *watched.borrow() == Line::Cut {
                continue;
            }
            let Ok(far) = TcpStream::connect(&server).await else { continue };
            tokio::spawn(carry(near, far, watched.clone()));
        }
    });
    (address, state)
}

/// Carries bytes both ways while the line is open, until it is cut.
async fn carry(mut near: TcpStream, mut far: TcpStream, mut line: watch::Receiver<Line>) {
    loop {
        let state = *line.borrow_and_update();
        match state {
            Line::Cut => return,
            Line::Silent => {
                if line.changed().await.is_err() {
                    return;
                }
            }
            Line::Open => tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                changed = line.changed() => if changed.is_err() { return },
            },
        }
    }
}

async fn store_behind_a_line(scratch: &Scratch, parameters: &str) -> (MongoDatastore, watch::Sender<Line>) {
    let url = scratch.url();
    let (_, rest) = url.split_once("://").expect("a scheme");
    let (host, database) = rest.split_once('/').expect("a database");
    let (address, line) = line_to(host.to_owned()).await;
    let database = database.trim_end_matches('?');
    let store = impatient().connect(&format!("mongodb://{address}/{database}?{parameters}")).await;
    let store = store.expect("the server answers");
    (store, line)
}

/// Asks until the server answers again.
async fn wait_for_recovery(store: &MongoDatastore) {
    let mut attempts = 0;
    while store.ping().await.is_err() {
        attempts += 1;
        assert!(attempts < 40, "the datastore does not recover");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_broken_connection_is_reported_and_the_next_one_works() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let (store, line) = store_behind_a_line(&scratch, "directConnection=true").await;
    let second = MongoOptions::new().timeout(PATIENCE).from_database(store.database());
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    for broken in [Line::Silent, Line::Cut] {
        line.send_replace(broken);
        let began = Instant::now();
        let refused = store.find_user(&UserKey::Id(ann.id.clone())).await;
        assert!(is_unavailable(&refused), "{broken:?}: {refused:?}");
        let refused = store.create_user(NewUser::new("ben@harbour.example")).await;
        assert!(is_unavailable(&refused), "{broken:?}: {refused:?}");
        let refused = second.find_user(&UserKey::email("ann@harbour.example")).await;
        assert!(is_unavailable(&refused), "{broken:?}: {refused:?}");
        assert!(is_unavailable(&store.ping().await));
        assert!(began.elapsed() < Duration::from_secs(6), "{broken:?}");
        line.send_replace(Line::Open);
        wait_for_recovery(&store).await;
        assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann.clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_free_connection_is_reported_in_time_and_does_not_last() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let (store, line) = store_behind_a_line(&scratch, "directConnection=true&maxPoolSize=1").await;
    line.send_replace(Line::Silent);
    let store = Arc::new(store);
    let began = Instant::now();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.count_users().await })
        })
        .collect();
    for waiting in waiting {
        let refused = waiting.await.expect("no task panics");
        assert!(is_unavailable(&refused), "{refused:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(5));
    line.send_replace(Line::Open);
    wait_for_recovery(&store).await;
    assert_eq!(store.count_users().await.unwrap(), 0);
}

#[tokio::test]
async fn neither_the_datastore_nor_its_errors_tell_a_secret() {
    let error = impatient().connect("mongodb://ann:pearl@127.0.0.1:1/harbour").await.unwrap_err();
    let told = format!("{error:?} {error} {:?}", std::error::Error::source(&error).map(ToString::to_string));
    assert!(!told.contains("pearl"), "{told}");
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let store = scratch.migrated().await;
    let mut user = NewUser::new("pearl@harbour.example");
    user.password = Some("pearl".to_owned());
    store.create_user(user.clone()).await.unwrap();
    let error = store.create_user(user).await.unwrap_err();
    assert!(!format!("{store:?} {error:?} {error}").contains("pearl"), "{error:?}");
}
