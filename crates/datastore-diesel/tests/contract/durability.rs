//! Nothing that was acknowledged is lost when the process is killed.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use datastore_diesel::DieselDatastore;
use security_core::account::NewUser;
use security_core::datastore::{UserKey, UserStore as _};

/// The address of the database, for a process that writes until it is killed.
const DATABASE: &str = "DATASTORE_DIESEL_DOOMED_WRITER";

/// What the writer says before each address that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged: ";

/// How many acknowledgements are waited for.
const ENOUGH: usize = 60;

/// Does nothing in an ordinary run; the other tests call it in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_writes_until_it_is_killed() {
    let Ok(url) = env::var(DATABASE) else { return };
    let store = DieselDatastore::connect(&url).await.expect("the database opens");
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    let email = format!("member{writer}.{number}@harbour.example");
                    store.create_user(NewUser::new(email.clone())).await.expect("it is created");
                    println!("{ACKNOWLEDGED}{email}");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("it writes until the end");
    }
}

/// Kills a writer with signal 9 and looks for everything that it was told is stored.
async fn check(url: &str) {
    let store = DieselDatastore::connect(url).await.expect("the database opens");
    store.migrate().await.expect("the tables are created");
    let program = env::current_exe().expect("the path of this test");
    let mut writer = Command::new(program)
        .args(["--exact", "durability::a_writer_writes_until_it_is_killed", "--nocapture"])
        .env(DATABASE, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let lines = BufReader::new(writer.stdout.take().expect("its output")).lines();
    let told = lines.map_while(Result::ok);
    let told = told.filter_map(|line| line.split_once(ACKNOWLEDGED).map(|(_, email)| email.to_owned()));
    let acknowledged: Vec<String> = told.take(ENOUGH).collect();
    writer.kill().expect("it is killed");
    writer.wait().expect("it has ended");

    assert_eq!(acknowledged.len(), ENOUGH);
    for email in acknowledged {
        assert!(store.find_user(&UserKey::email(&*email)).await.expect("an answer").is_some(), "{email}");
    }
    store.create_user(NewUser::new("ann@harbour.example")).await.expect("the lock of the dead is gone");
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_lost_on_sqlite_when_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(&format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display())).await;
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_lost_on_a_server_when_the_process_is_killed() {
    for scratch in super::on_servers::scratch::Scratch::everywhere().await {
        check(&scratch.url()).await;
    }
}
