//! SQLite's journal.

use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use security_core::datastore::DatastoreError;
use tracing::warn;

use crate::error::{from_db, is_busy};

/// How often to try to change the journal of a file that others are using.
const ATTEMPTS: usize = 20;

/// Keeps a database file in WAL mode from now on, so that readers and a writer do not wait for each other.
///
/// It is a matter of speed: a file that may only be read, or that is never free, stays as it is.
pub(crate) async fn prefer_wal(connection: &DatabaseConnection) -> Result<(), DatastoreError> {
    for _ in 0..ATTEMPTS {
        match connection.execute_unprepared("PRAGMA journal_mode = WAL").await {
            Ok(_) => return Ok(()),
            // The change of mode does not queue for the lock; an empty transaction does.
            Err(error) if is_busy(&error) => {
                connection.execute_unprepared("BEGIN IMMEDIATE; COMMIT").await.map_err(from_db)?;
            }
            Err(error) => {
                warn!(error = %error, "the database file is not in WAL mode");
                return Ok(());
            }
        }
    }
    warn!("the database file is not in WAL mode: others are using it");
    Ok(())
}
