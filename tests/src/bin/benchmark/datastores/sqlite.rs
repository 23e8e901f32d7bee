//! datastore-diesel on SQLite against diesel.

use std::sync::Arc;

use async_trait::async_trait;
use datastore_diesel::diesel::RunQueryDsl as _;
use datastore_diesel::{DieselDatastore, SqlitePool};

use super::accounts::{self, Account};
use super::diesel_driver::ByUniquifier;
use super::plain_row::PlainRow;
use super::{Datastore, Finder, Found};
use crate::Failure;
use crate::contest::Contest;
use crate::options::Options;

pub(super) const NAME: &str = "datastore-diesel on SQLite";

/// Both use one pool.
pub(super) async fn compare(options: &Options) -> Result<Contest, Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("bench.sqlite").display());
    let store = DieselDatastore::connect(&url).await?;
    store.migrate().await?;
    let accounts = accounts::create(&store).await?;
    let pool = store.sqlite_pool().cloned().ok_or("the database is not SQLite")?;
    let ways: [(&str, Arc<dyn Finder>); 2] =
        [("diesel", Arc::new(Diesel(pool))), ("datastore", Arc::new(Datastore(store)))];
    super::contest(NAME, accounts, ways, options).await
}

/// On the thread that asks, as the datastore does.
struct Diesel(SqlitePool);

#[async_trait]
impl Finder for Diesel {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let mut connection = self.0.get()?;
        Ok(PlainRow::found(ByUniquifier(&account.uniquifier).load(&mut connection)?))
    }
}
