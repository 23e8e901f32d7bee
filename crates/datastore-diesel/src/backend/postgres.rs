//! PostgreSQL through diesel-async, without a client library of the system.

use diesel_async::pooled_connection::ManagerConfig;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _};
use security_core::datastore::DatastoreError;

use super::server::{ServerBackend, ServerConnection, Sessions};
use crate::DieselOptions;
use crate::session::{Family, Session, session};

/// A pool of connections to a PostgreSQL database.
pub type PostgresPool = Pool<AsyncPgConnection>;

session!(PostgresSession, AsyncPgConnection, Family::Postgres, [.await]);

impl Sessions for AsyncPgConnection {
    #[expect(private_interfaces, reason = "only this crate makes sessions")]
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(PostgresSession(self))
    }
}

impl ServerConnection for AsyncPgConnection {}

impl Sessions for Object<AsyncPgConnection> {
    #[expect(private_interfaces, reason = "only this crate makes sessions")]
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(PostgresSession(self))
    }
}

impl ServerConnection for Object<AsyncPgConnection> {}

pub(crate) async fn connect(
    url: &str,
    options: &DieselOptions,
) -> Result<ServerBackend<AsyncPgConnection>, DatastoreError> {
    ServerBackend::connect(url, ManagerConfig::default(), options).await
}
