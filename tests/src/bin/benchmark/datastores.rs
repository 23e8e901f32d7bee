//! What each datastore adds to its driver: finding an account with its roles, without HTTP.

mod accounts;
mod diesel_driver;
mod mongo;
mod plain_row;
mod postgres;
mod seaorm;
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use security_core::datastore::UserStore;
use tokio::task::JoinSet;

use crate::Failure;
use crate::contest::{Comparison, Contest, Lane, Stopwatch, Turn, total};
use crate::options::Options;
use accounts::{Account, ROLES};

/// Tasks that ask at once: as many as the datastores open connections.
const TASKS: usize = 8;

/// What a datastore should at least find of what its bare driver finds.
const GOAL: f64 = 0.9;

/// Measures each datastore that can be reached, and prints what came out.
pub(crate) async fn compare(options: &Options) -> Result<(), Failure> {
    if options.wants(seaorm::NAME) {
        println!("{}", seaorm::compare(options).await?);
    }
    if options.wants(sqlite::NAME) {
        println!("{}", sqlite::compare(options).await?);
    }
    if options.wants(postgres::NAME) {
        println!("{}", or_lack(postgres::compare(options).await?));
    }
    if options.wants(mongo::NAME) {
        println!("{}", or_lack(mongo::compare(options).await?));
    }
    Ok(())
}

/// What to print of a comparison that needs a server.
fn or_lack(contest: Result<Contest, Lack>) -> String {
    contest.map_or_else(|Lack(reason)| format!("{reason}\n"), |contest| contest.to_string())
}

/// Why something is not measured here.
struct Lack(String);

/// What was found, as far as it is looked at.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    email: String,
    roles: usize,
}

/// Finds an account with its roles by its uniquifier, in one way or another.
#[async_trait]
trait Finder: Send + Sync + 'static {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure>;
}

/// Finds it as this library does.
struct Datastore<S>(S);

#[async_trait]
impl<S: UserStore + Send + Sync + 'static> Finder for Datastore<S> {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let user = self.0.find_user(&account.key).await?;
        Ok(user.map(|user| Found { roles: user.roles.len(), email: user.email }))
    }
}

/// Lets several ways find the same accounts; the last one is the datastore, and is compared with each of the others.
async fn contest<const N: usize>(
    title: &str,
    accounts: Arc<[Account]>,
    ways: [(&'static str, Arc<dyn Finder>); N],
    options: &Options,
) -> Result<Contest, Failure> {
    let lanes = ways.map(|(name, finder)| Searchers { name, finder, accounts: Arc::clone(&accounts) });
    let comparisons = match lanes.split_last() {
        Some((datastore, drivers)) => drivers
            .iter()
            .map(|driver| Comparison { lane: datastore.name, floor: driver.name, goal: GOAL })
            .collect(),
        None => Vec::new(),
    };
    let title = format!("{title}: accounts found in a second, {TASKS} tasks");
    Contest::hold(title, &lanes.each_ref().map(|lane| lane as _), comparisons, options).await
}

/// Tasks that look for one account after the other. Every answer is compared with what it should be.
struct Searchers {
    name: &'static str,
    finder: Arc<dyn Finder>,
    accounts: Arc<[Account]>,
}

#[async_trait]
impl Lane for Searchers {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn run(&self, time: Duration) -> Result<Turn, Failure> {
        let watch = Stopwatch::start(time);
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (name, finder, accounts) = (self.name, Arc::clone(&self.finder), Arc::clone(&self.accounts));
            tasks.spawn(async move {
                let mut done = 0_u32;
                // Each task begins with another account.
                let mut next = accounts.iter().cycle().skip(task * accounts.len() / TASKS);
                while let Some(account) = next.next().filter(|_| watch.is_running()) {
                    let found = finder.find(account).await?;
                    if !found.is_some_and(|found| found.email == account.email && found.roles == ROLES) {
                        return Err(format!("{name} does not find {}", account.email).into());
                    }
                    done += 1;
                    // Some finders never wait; the other tasks are to have their turn all the same.
                    tokio::task::yield_now().await;
                }
                Ok(done)
            });
        }
        Ok(watch.stop(total(tasks).await?))
    }
}
