//! Nothing that was answered is lost when the process is killed by signal 9 afterwards.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use datastore_seaorm::SeaOrmDatastore;
use security_core::account::NewUser;
use security_core::datastore::{Condition, UserChange, UserKey, UserStore as _};

use super::{database_file, migrated};

/// The variable that turns this program into the one that is killed; the address of its database.
const VICTIM: &str = "PORTCULLIS_TEST_VICTIM";

/// How many answers to wait for before the kill.
const ENOUGH: usize = 80;

/// Not a rule of its own: the process that writes until it is killed, and tells of each answer.
#[test]
fn a_process_writes_until_it_is_killed() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SeaOrmDatastore::connect(&url).await.unwrap();
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0.. {
                        let email = format!("member{writer}-{number}@harbour.example");
                        let user = store.create_user(NewUser::new(&email)).await.unwrap();
                        tell(&format!("created {email}"));
                        let mut change = UserChange::default();
                        change.password = Some(Some("changed".to_owned()));
                        assert!(
                            store.update_user(&user.id, &Condition::PasswordIs(None), &change).await.unwrap()
                        );
                        tell(&format!("changed {email}"));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

/// One line at once, past what the test runner keeps to itself.
fn tell(line: &str) {
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}

async fn check(url: &str) {
    let mut victim = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "process_death::a_process_writes_until_it_is_killed", "--nocapture"])
        .env(VICTIM, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started again");
    let mut lines = BufReader::new(victim.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let told: Vec<String> = lines.by_ref().filter(|line| line.starts_with("c")).take(ENOUGH).collect();
    victim.kill().expect("it can be killed"); // signal 9
    victim.wait().expect("it is dead");
    // What it said before it died counts too; its last line may be half a line.
    let rest: Vec<String> = lines.filter(|line| line.ends_with("@harbour.example")).collect();
    assert_eq!(told.len(), ENOUGH, "the process wrote: {told:?}");

    let store = SeaOrmDatastore::connect(url).await.expect("the database opens");
    for line in told.iter().chain(&rest) {
        let Some((what, email)) = line.split_once(' ') else { continue };
        let user = store.find_user(&UserKey::email(email)).await.expect("the database answers");
        assert!(user.is_some(), "the account {email} was answered and is lost");
        let password = user.and_then(|user| user.password);
        assert!(what != "changed" || password.as_deref() == Some("changed"), "the change of {email} is lost");
    }
    store.create_user(NewUser::new("afterwards@harbour.example")).await.expect("all is well again");
}

#[tokio::test]
async fn what_a_killed_process_was_answered_is_kept_in_a_file() {
    let (_folder, url) = database_file();
    drop(migrated(&url).await);
    check(&url).await;
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
#[tokio::test]
async fn what_a_killed_process_was_answered_is_kept_on_a_server() {
    use super::server::{Scratch, Server};

    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        drop(scratch.migrated().await);
        check(&scratch.url()).await;
    }
}
