//! A database of its own for each test, on a server that runs already.

use std::io::Write as _;
use std::sync::Once;
use std::{env, thread};

use datastore_seaorm::sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};
use datastore_seaorm::{SeaOrmDatastore, sea_orm};
use security_core::secret::random_identity;
use security_testkit::datastore_contract::FreshStore;
use security_testkit::memory::MemoryDatastore;

/// A kind of server to test on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "mysql")]
    MySql,
}

impl Server {
    /// The servers that the features allow.
    pub(crate) const ALL: &[Self] = &[
        #[cfg(feature = "postgres")]
        Self::Postgres,
        #[cfg(feature = "mysql")]
        Self::MySql,
    ];

    /// Its address; says once that there is none.
    fn address(self) -> Option<String> {
        static SAID: [Once; 2] = [Once::new(), Once::new()];
        let (variable, said) = match self {
            #[cfg(feature = "postgres")]
            Self::Postgres => ("SECURITY_TEST_POSTGRES_URL", &SAID[0]),
            #[cfg(feature = "mysql")]
            Self::MySql => ("SECURITY_TEST_MYSQL_URL", &SAID[1]),
        };
        let address = env::var(variable).ok().filter(|value| !value.is_empty());
        if address.is_none() {
            let required = env::var("SECURITY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!required, "{variable} is not set");
            said.call_once(|| {
                // Straight to the terminal: what a test that passes prints is kept from it.
                let _ = writeln!(std::io::stderr(), "{self:?} is not tested: {variable} is not set");
            });
        }
        address
    }

    fn quoted(self, name: &str) -> String {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres => format!("\"{name}\""),
            #[cfg(feature = "mysql")]
            Self::MySql => format!("`{name}`"),
        }
    }
}

/// An empty database that is dropped at the end of its test.
pub(crate) struct Scratch {
    pub(crate) server: Server,
    address: String,
    name: String,
}

impl Scratch {
    /// A new database; `None` when there is no server.
    pub(crate) async fn on(server: Server) -> Option<Self> {
        let address = server.address()?;
        let scratch = Self { server, address, name: format!("security_{}", random_identity()) };
        scratch.administrate("CREATE DATABASE").await.expect("the database is made");
        Some(scratch)
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        let (server, options) = self.address.split_once('?').unwrap_or((&self.address, ""));
        let (server, _) = server.rsplit_once('/').expect("the address names a database");
        format!("{server}/{}?{options}", self.name)
    }

    pub(crate) async fn store(&self) -> SeaOrmDatastore {
        SeaOrmDatastore::connect(&self.url()).await.expect("the server answers")
    }

    pub(crate) async fn migrated(&self) -> SeaOrmDatastore {
        let store = self.store().await;
        store.migrate().await.expect("the tables are created");
        store
    }

    /// A connection of the test's own, to look behind the datastore.
    pub(crate) async fn connection(&self) -> DatabaseConnection {
        connect(&self.url()).await.expect("the server answers")
    }

    async fn administrate(&self, verb: &str) -> Result<(), DbErr> {
        let name = self.server.quoted(&self.name);
        let connection = connect(&self.address).await?;
        let force = if verb.starts_with("DROP") && connection.get_database_backend() == DbBackend::Postgres {
            " WITH (FORCE)"
        } else {
            ""
        };
        let done = connection.execute_unprepared(&format!("{verb} {name}{force}")).await.map(drop);
        connection.close().await?;
        done
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let this = &*self;
        let dropped = thread::scope(|scope| {
            let cleaning = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map(|runtime| runtime.block_on(this.administrate("DROP DATABASE")))
            });
            cleaning.join()
        });
        if !matches!(dropped, Ok(Ok(Ok(())))) {
            eprintln!("the database {} was not dropped", self.name);
        }
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await
}

/// An empty datastore with a second node. Without a server the one in memory takes its place, so that the rule passes
/// and proves nothing.
pub(crate) async fn fresh_store_on(server: Server) -> FreshStore {
    let Some(scratch) = Scratch::on(server).await else { return FreshStore::new(MemoryDatastore::new()) };
    let second = scratch.store().await;
    FreshStore::new(scratch.migrated().await).with_second(second).keeping(scratch)
}

/// The first column of every row, as text.
pub(crate) async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.expect("the statement is made");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}
