//! datastore-diesel on PostgreSQL against diesel-async.

use std::sync::Arc;

use async_trait::async_trait;
use datastore_diesel::diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use datastore_diesel::{DieselDatastore, PostgresPool};
use security_core::secret::random_identity;

use super::accounts::{self, Account};
use super::diesel_driver::ByUniquifier;
use super::plain_row::PlainRow;
use super::{Datastore, Finder, Found, Lack};
use crate::Failure;
use crate::contest::Contest;
use crate::options::Options;

pub(super) const NAME: &str = "datastore-diesel on PostgreSQL";

const VARIABLE: &str = "SECURITY_TEST_POSTGRES_URL";

/// In a database that is dropped at the end.
pub(super) async fn compare(options: &Options) -> Result<Result<Contest, Lack>, Failure> {
    let Some(server) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        return Ok(Err(Lack(format!("{NAME}: not measured, {VARIABLE} is not set"))));
    };
    let name = format!("security_bench_{}", random_identity());
    let mut administrator = AsyncPgConnection::establish(&server).await?;
    administrator.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    let contest = compare_in(&database(&server, &name)?, options).await;
    administrator.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    contest.map(Ok)
}

/// The server's address with another database.
fn database(server: &str, name: &str) -> Result<String, Failure> {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = address.rsplit_once('/').ok_or_else(|| format!("{VARIABLE} names no database"))?;
    Ok(format!("{host}/{name}?{parameters}"))
}

/// Both use one pool.
async fn compare_in(url: &str, options: &Options) -> Result<Contest, Failure> {
    let store = DieselDatastore::connect(url).await?;
    store.migrate().await?;
    let accounts = accounts::create(&store).await?;
    let pool = store.postgres_pool().cloned().ok_or("the database is not PostgreSQL")?;
    let ways: [(&str, Arc<dyn Finder>); 2] =
        [("diesel", Arc::new(Diesel(pool))), ("datastore", Arc::new(Datastore(store)))];
    super::contest(NAME, accounts, ways, options).await
}

struct Diesel(PostgresPool);

#[async_trait]
impl Finder for Diesel {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let mut connection = self.0.get().await?;
        Ok(PlainRow::found(ByUniquifier(&account.uniquifier).load(&mut connection).await?))
    }
}
