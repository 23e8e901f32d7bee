//! A database of its own for each test.

use std::io::Write as _;
use std::sync::Once;
use std::{env, io};

use datastore_diesel::DieselDatastore;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _, SimpleAsyncConnection as _};
use security_core::secret::random_identity;

/// A kind of server to test on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "mysql")]
    MariaDb,
}

impl Server {
    /// The servers that the features allow.
    pub(crate) const ALL: &[Self] = &[
        #[cfg(feature = "postgres")]
        Self::Postgres,
        #[cfg(feature = "mysql")]
        Self::MariaDb,
    ];

    /// Its address; says once that there is none.
    fn address(self) -> Option<String> {
        static SAID: [Once; 2] = [Once::new(), Once::new()];
        let (variable, said) = match self {
            #[cfg(feature = "postgres")]
            Self::Postgres => ("SECURITY_TEST_POSTGRES_URL", &SAID[0]),
            #[cfg(feature = "mysql")]
            Self::MariaDb => ("SECURITY_TEST_MYSQL_URL", &SAID[1]),
        };
        let address = env::var(variable).ok().filter(|value| !value.is_empty());
        if address.is_none() {
            let required = env::var("SECURITY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!required, "{variable} is not set");
            // Not by `eprintln!`, which is not shown for a test that passes.
            said.call_once(|| {
                let _ = writeln!(io::stderr(), "{self:?} is not tested: {variable} is not set");
            });
        }
        address
    }

    async fn define(self, url: &str, sql: &str) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres => {
                let mut connection =
                    diesel_async::AsyncPgConnection::establish(url).await.expect("it answers");
                connection.batch_execute(sql).await.expect("the statements are made");
            }
            #[cfg(feature = "mysql")]
            Self::MariaDb => {
                let mut connection =
                    diesel_async::AsyncMysqlConnection::establish(url).await.expect("it answers");
                connection.batch_execute(sql).await.expect("the statements are made");
            }
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
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
        let name = format!("security_{}", random_identity());
        server.define(&address, &format!("CREATE DATABASE {name}")).await;
        Some(Self { server, address, name })
    }

    /// A new database on each server there is.
    pub(crate) async fn everywhere() -> Vec<Self> {
        let mut all = Vec::new();
        for server in Server::ALL {
            all.extend(Self::on(*server).await);
        }
        all
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        let (server, options) = self.address.split_once('?').unwrap_or((&self.address, ""));
        let (server, _) = server.rsplit_once('/').expect("the address names a database");
        let separator = if options.is_empty() { "" } else { "?" };
        format!("{server}/{}{separator}{options}", self.name)
    }

    pub(crate) async fn store(&self) -> DieselDatastore {
        DieselDatastore::connect(&self.url()).await.expect("the server answers")
    }

    pub(crate) async fn migrated(&self) -> DieselDatastore {
        let store = self.store().await;
        store.migrate().await.expect("the tables are created");
        store
    }

    /// Makes statements without values.
    pub(crate) async fn run(&self, sql: &str) {
        self.server.define(&self.url(), sql).await;
    }

    /// What a statement selects as `value`.
    pub(crate) async fn column(&self, sql: &str) -> Vec<String> {
        let url = self.url();
        let rows: Vec<Row> = match self.server {
            #[cfg(feature = "postgres")]
            Server::Postgres => {
                let mut connection =
                    diesel_async::AsyncPgConnection::establish(&url).await.expect("it answers");
                diesel::sql_query(sql).load(&mut connection).await.expect("the statement is made")
            }
            #[cfg(feature = "mysql")]
            Server::MariaDb => {
                let mut connection =
                    diesel_async::AsyncMysqlConnection::establish(&url).await.expect("it answers");
                diesel::sql_query(sql).load(&mut connection).await.expect("the statement is made")
            }
        };
        rows.into_iter().map(|row| row.value).collect()
    }

    /// Ends every connection to the database but the one that asks.
    pub(crate) async fn kill_connections(&self) {
        match self.server {
            #[cfg(feature = "postgres")]
            Server::Postgres => {
                let name = &self.name;
                self.server
                    .define(
                        &self.address,
                        &format!(
                            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
                        ),
                    )
                    .await;
            }
            #[cfg(feature = "mysql")]
            Server::MariaDb => {
                let kill = format!(
                    "SELECT concat('KILL ', id) AS value FROM information_schema.processlist \
                     WHERE db = '{}' AND id <> connection_id()",
                    self.name
                );
                for sql in self.column(&kill).await {
                    let mut connection = diesel_async::AsyncMysqlConnection::establish(&self.address)
                        .await
                        .expect("it answers");
                    let _ = connection.batch_execute(&sql).await; // it may have ended by itself
                }
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let force = match self.server {
            #[cfg(feature = "postgres")]
            Server::Postgres => " WITH (FORCE)",
            #[cfg(feature = "mysql")]
            Server::MariaDb => "",
        };
        let drop = format!("DROP DATABASE {}{force}", self.name);
        let (server, address) = (self.server, self.address.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(server.define(&address, &drop));
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            eprintln!("the database {} is left behind", self.name);
        }
    }
}
