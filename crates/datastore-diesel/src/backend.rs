//! The databases and how work reaches them.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "server")]
pub(crate) mod server;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use security_core::datastore::DatastoreError;

use crate::error::Failure;
use crate::job::Job;

/// One of the databases.
#[derive(Clone)]
pub(crate) enum Backend {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::SqliteBackend),
    #[cfg(feature = "postgres")]
    Postgres(server::ServerBackend<diesel_async::AsyncPgConnection>),
    #[cfg(feature = "mysql")]
    MySql(server::ServerBackend<diesel_async::AsyncMysqlConnection>),
}

impl Backend {
    /// Makes a job on a connection of the pool.
    pub(crate) async fn run<J: Job>(&self, job: J) -> Result<J::Answer, DatastoreError> {
        let done: Result<J::Answer, Failure> = match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref backend) => backend.run(job).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(ref backend) => backend.run(job).await,
            #[cfg(feature = "mysql")]
            Self::MySql(ref backend) => backend.run(job).await,
        };
        done.map_err(Failure::into_error)
    }
}
