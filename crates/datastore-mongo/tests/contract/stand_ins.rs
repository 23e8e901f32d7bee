//! What the servers themselves can do, shown with the bare driver: no code of ours takes part.

use std::sync::Arc;

use datastore_mongo::mongodb::bson::{Document, doc};
use datastore_mongo::mongodb::{Collection, Database};
use tokio::sync::Barrier;

use super::server::{MAIN, RACES, Scratch, Server};

const ROUNDS: usize = 20;
/// How long to wait for the stand-in to fail: a race may be won by luck.
const MOST_ROUNDS: usize = 500;
const CONTESTANTS: usize = 32;

/// Whether the server is FerretDB, whose updates read, compute and write without holding anything in between.
async fn is_ferretdb(database: &Database) -> bool {
    let about = database.run_command(doc! { "buildInfo": 1 }).await.expect("the server tells its version");
    about.keys().any(|name| name.to_ascii_lowercase().starts_with("ferretdb"))
}

/// How many of many updates, all under a condition that the first of them ends, were told that it held.
async fn winners(rows: &Collection<Document>, round: usize) -> u64 {
    let id = i64::try_from(round).expect("a small number");
    rows.insert_one(doc! { "_id": id, "state": "open" }).await.expect("it is inserted");
    let start = Arc::new(Barrier::new(CONTESTANTS));
    let contestants: Vec<_> = (0..CONTESTANTS)
        .map(|number| {
            let (rows, start) = (rows.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                let change = doc! { "$set": { "state": format!("spent by {number}") } };
                rows.update_one(doc! { "_id": id, "state": "open" }, change).await
            })
        })
        .collect();
    let mut winners = 0;
    for contestant in contestants {
        let answer = contestant.await.expect("no contestant panics").expect("the server answers");
        winners += answer.matched_count;
    }
    winners
}

async fn check_updates(server: Server) {
    let Some(scratch) = Scratch::on(server) else { return };
    let database = scratch.database().await;
    let rows = database.collection::<Document>("race");
    let is_ferretdb = is_ferretdb(&database).await;
    let mut most = 0;
    for round in 0..if is_ferretdb { MOST_ROUNDS } else { ROUNDS } {
        most = most.max(winners(&rows, round).await);
        if most > 1 {
            break;
        }
    }
    if is_ferretdb {
        assert!(most > 1, "FerretDB has become atomic: the rules about races can run on it");
    } else {
        assert_eq!(most, 1, "the server spends one thing twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_conditional_update_succeeds_once_unless_the_server_is_ferretdb() {
    check_updates(MAIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_conditional_update_succeeds_once_on_the_server_for_races() {
    check_updates(RACES).await;
}

#[tokio::test]
async fn only_ferretdb_lacks_the_stage_that_joins_collections() {
    for server in [MAIN, RACES] {
        let Some(scratch) = Scratch::on(server) else { return };
        let database = scratch.database().await;
        let rows = database.collection::<Document>("user");
        rows.insert_one(doc! { "roles": [1] }).await.unwrap();
        let lookup = doc! { "from": "role", "localField": "roles", "foreignField": "_id", "as": "roles" };
        let joined = rows.aggregate([doc! { "$lookup": lookup }]).await;
        assert_eq!(joined.is_err(), is_ferretdb(&database).await);
    }
}
