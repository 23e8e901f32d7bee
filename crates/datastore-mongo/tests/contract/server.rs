//! Which server to test on, and a database of its own for each test.

use std::env;
use std::io::Write as _;
use std::sync::Once;

use datastore_mongo::mongodb::bson::{Document, doc};
use datastore_mongo::mongodb::{Client, Database};
use datastore_mongo::{MongoDatastore, MongoOptions};
use security_core::secret::random_identity;
use security_testkit::datastore_contract::FreshStore;
use security_testkit::memory::MemoryDatastore;

/// Variables of the environment, the first that is set counts.
pub(crate) type Server = &'static [&'static str];

/// The server for everything but races.
pub(crate) const MAIN: Server = &["SECURITY_TEST_MONGODB_URL", "SECURITY_TEST_MONGODB_RACES_URL"];
/// The server for races.
pub(crate) const RACES: Server = &["SECURITY_TEST_MONGODB_RACES_URL", "SECURITY_TEST_MONGODB_URL"];

/// The address of a server; says once that there is none.
pub(crate) fn address(server: Server) -> Option<String> {
    static SAID: Once = Once::new();
    let address = server.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    if address.is_none() {
        assert!(env::var_os("SECURITY_TEST_REQUIRE_SERVERS").is_none_or(|value| value != "1"), "no server");
        // Past the test's own output, which is kept back when it passes.
        SAID.call_once(|| {
            let told =
                writeln!(std::io::stderr(), "MongoDB is not tested: SECURITY_TEST_MONGODB_URL is not set");
            told.expect("there is a standard error");
        });
    }
    address
}

/// A database that is dropped at the end of its test.
pub(crate) struct Scratch {
    name: String,
    address: String,
}

impl Scratch {
    /// A database without collections; `None` when there is no server.
    pub(crate) fn on(server: Server) -> Option<Self> {
        let address = address(server)?;
        Some(Self { name: format!("security_{}", random_identity()), address })
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        let (server, options) = self.address.split_once('?').unwrap_or((&self.address, ""));
        let host = server.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        let scheme = server.split("://").next().unwrap_or_default();
        format!("{scheme}://{host}/{}?{options}", self.name)
    }

    /// The database through the bare driver.
    pub(crate) async fn database(&self) -> Database {
        let client = Client::with_uri_str(&self.url()).await.expect("the address can be read");
        client.database(&self.name)
    }

    /// The datastore, whose indexes do not exist yet.
    pub(crate) async fn store(&self) -> MongoDatastore {
        MongoDatastore::connect(&self.url()).await.expect("the server answers")
    }

    /// The datastore with its indexes.
    pub(crate) async fn migrated(&self) -> MongoDatastore {
        let store = self.store().await;
        store.migrate().await.expect("the indexes are made");
        store
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let (url, name) = (self.url(), self.name.clone());
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let dropped = async { Client::with_uri_str(&url).await?.database(&name).drop().await };
                dropped.await.map_err(std::io::Error::other)
            })
        });
        if !matches!(cleaning.join(), Ok(Ok(()))) {
            eprintln!("the database {} was not dropped", self.name);
        }
    }
}

/// An empty datastore with a second node. Without a server the one in memory takes its place, so that the rule passes
/// and proves nothing.
pub(crate) async fn fresh_store_on(server: Server) -> FreshStore {
    let Some(scratch) = Scratch::on(server) else { return FreshStore::new(MemoryDatastore::new()) };
    let second = scratch.store().await;
    let options = MongoOptions::new().timeout(std::time::Duration::from_secs(30));
    let store = options.connect(&scratch.url()).await.expect("the server answers");
    store.migrate().await.expect("the indexes are made");
    let about = scratch.database().await.run_command(doc! { "buildInfo": 1 }).await;
    let fresh = FreshStore::new(store).with_second(second).keeping(scratch);
    if is_mongod(&about.expect("the server tells its version")) { fresh } else { fresh.with_lookups(200) }
}

/// Whether it is the server itself, and no stand-in that reads all accounts to find one.
fn is_mongod(about: &Document) -> bool {
    about.contains_key("storageEngines")
}
