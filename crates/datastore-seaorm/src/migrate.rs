//! Brings the tables up to date, one node at a time.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use security_core::datastore::DatastoreError;

use crate::SeaOrmDatastore;
use crate::dialect::Dialect;
use crate::error::from_db;
use crate::schema;

/// How long one node waits for another one that migrates, where that cannot be forever.
const LONGEST_WAIT: &str = "3600";

impl SeaOrmDatastore {
    /// Creates the tables and indexes that are missing. Calling it again, also from two nodes at once, does no harm.
    ///
    /// Existing tables keep their rows and columns. An index over the folded address, the folded user name or the
    /// phone number is unique unless existing rows forbid it; then a warning is logged, and new values are compared
    /// by the datastore, until the rows are repaired and `migrate` is called again.
    ///
    /// On SQLite and PostgreSQL all of it happens or nothing. MySQL and MariaDB keep each step; there the tables of users
    /// get computed columns, `email_folded` and `username_folded`, that a `SELECT *` does not show.
    ///
    /// Call it again, or open the datastore anew, after the application has added columns to the tables.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Backend`] when an existing table lacks a column that cannot be done without, or when the account
    /// of the database may not create tables.
    pub async fn migrate(&self) -> Result<(), DatastoreError> {
        let migrated = self.migrate_once().await;
        if matches!(&migrated, Err(error) if error.is_duplicate()) {
            self.migrate_once().await?; // rows came in between the look at them and the index over them
        } else {
            migrated?;
        }
        self.inspect().await
    }

    /// The SQL that [`migrate`](Self::migrate) would run now, statement by statement; none when nothing is missing.
    ///
    /// # Errors
    ///
    /// Those of [`migrate`](Self::migrate).
    ///
    /// ```
    /// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
    /// use datastore_seaorm::SeaOrmDatastore;
    ///
    /// let users = SeaOrmDatastore::connect("sqlite::memory:").await?;
    /// for statement in users.migration_sql().await? {
    ///     println!("{statement};");
    /// }
    /// # users.migrate().await?;
    /// # assert!(users.migration_sql().await?.is_empty());
    /// # Ok(())
    /// # }
    /// # fn main() {
    /// #     let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    /// #     runtime.block_on(example()).expect("the example works");
    /// # }
    /// ```
    pub async fn migration_sql(&self) -> Result<Vec<String>, DatastoreError> {
        schema::missing(self.connection(), self.dialect()?, &self.options().tables).await
    }

    async fn migrate_once(&self) -> Result<(), DatastoreError> {
        let dialect = self.dialect()?;
        let work = self.begin().await?;
        lock(&work.transaction, dialect).await?;
        let created = self.create_missing(&work.transaction, dialect).await;
        // The lock of MySQL outlives the transaction.
        let unlocked = unlock(&work.transaction, dialect).await;
        created?;
        unlocked?;
        work.commit().await
    }

    async fn create_missing(
        &self,
        transaction: &DatabaseTransaction,
        dialect: Dialect,
    ) -> Result<(), DatastoreError> {
        for statement in schema::missing(transaction, dialect, &self.options().tables).await? {
            run(transaction, &statement).await?;
        }
        Ok(())
    }
}

/// Waits until no other node migrates. SQLite's transaction has the only write lock anyway.
async fn lock(transaction: &DatabaseTransaction, dialect: Dialect) -> Result<(), DatastoreError> {
    match dialect {
        Dialect::Sqlite => {}
        Dialect::Postgres => {
            run(transaction, "SET LOCAL lock_timeout = 0").await?;
            run(transaction, "SELECT pg_advisory_xact_lock(hashtextextended('portcullis migration', 0))")
                .await?;
            run(transaction, "SET LOCAL lock_timeout TO DEFAULT").await?;
        }
        Dialect::MySql => {
            let name = "sha1(concat('portcullis migration ', database()))";
            run(transaction, &format!("DO get_lock({name}, {LONGEST_WAIT})")).await?;
        }
    }
    Ok(())
}

async fn unlock(transaction: &DatabaseTransaction, dialect: Dialect) -> Result<(), DatastoreError> {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => Ok(()),
        Dialect::MySql => {
            run(transaction, "DO release_lock(sha1(concat('portcullis migration ', database())))").await
        }
    }
}

/// Takes as long as it takes: an index over many rows is not made in a moment.
async fn run(transaction: &DatabaseTransaction, sql: &str) -> Result<(), DatastoreError> {
    transaction.execute_unprepared(sql).await.map(drop).map_err(from_db)
}
