//! MariaDB and MySQL through diesel-async, without a client library of the system.

use diesel::ConnectionError;
use diesel_async::pooled_connection::ManagerConfig;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use security_core::datastore::DatastoreError;

use super::server::{ServerBackend, ServerConnection, Sessions};
use crate::DieselOptions;
use crate::session::{Family, Session, session};

/// A pool of connections to a MariaDB or MySQL database.
pub type MysqlPool = Pool<AsyncMysqlConnection>;

/// Fewer waits for each other than by default, and messages that can be told apart.
const SETTINGS: [&str; 2] =
    ["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET lc_messages = 'en_US'"];

session!(MysqlSession, AsyncMysqlConnection, Family::MySql, [.await]);

impl Sessions for AsyncMysqlConnection {
    #[expect(private_interfaces, reason = "only this crate makes sessions")]
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(MysqlSession(self))
    }
}

impl ServerConnection for AsyncMysqlConnection {}

impl Sessions for Object<AsyncMysqlConnection> {
    #[expect(private_interfaces, reason = "only this crate makes sessions")]
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(MysqlSession(self))
    }
}

impl ServerConnection for Object<AsyncMysqlConnection> {}

pub(crate) async fn connect(
    url: &str,
    options: &DieselOptions,
) -> Result<ServerBackend<AsyncMysqlConnection>, DatastoreError> {
    // The driver knows one name for both.
    let url = match url.strip_prefix("mariadb://") {
        Some(rest) => format!("mysql://{rest}"),
        None => url.to_owned(),
    };
    let mut config = ManagerConfig::default();
    config.custom_setup = Box::new(|url| open(url).boxed());
    ServerBackend::connect(&url, config, options).await
}

async fn open(url: &str) -> Result<AsyncMysqlConnection, ConnectionError> {
    let mut connection = AsyncMysqlConnection::establish(url).await?;
    for setting in SETTINGS {
        connection.batch_execute(setting).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(connection)
}
