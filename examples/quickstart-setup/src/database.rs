//! Which datastore a database URL asks for.

use std::error::Error;
use std::sync::Arc;

use datastore_diesel::DieselDatastore;
use datastore_mongo::MongoDatastore;
use datastore_seaorm::SeaOrmDatastore;
use security_core::datastore::Datastore;

/// The crate that talks to a SQL database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SqlDatastore {
    /// `datastore-seaorm`.
    Seaorm,
    /// `datastore-diesel`.
    Diesel,
}

/// Opens the database and makes the tables that are missing. Nothing else in a quickstart depends on which it is.
pub(crate) async fn open(url: &str, sql: SqlDatastore) -> Result<Arc<dyn Datastore>, Box<dyn Error>> {
    let scheme = url.split(':').next().unwrap_or_default();
    match (scheme, sql) {
        ("mongodb", _) => {
            let users = MongoDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
        (_, SqlDatastore::Seaorm) => {
            let users = SeaOrmDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
        (_, SqlDatastore::Diesel) => {
            let users = DieselDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
    }
}
