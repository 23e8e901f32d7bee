//! datastore-seaorm on SQLite against sqlx, and against sea-orm without a datastore.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDateTime;
use datastore_seaorm::SeaOrmDatastore;
use sea_orm::sqlx::sqlite::{SqlitePool, SqliteRow};
use sea_orm::sqlx::{self, Row as _};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use super::accounts::{self, Account};
use super::plain_row::{Columns, PlainRow, select};
use super::{Datastore, Finder, Found};
use crate::Failure;
use crate::contest::Contest;
use crate::options::Options;

pub(super) const NAME: &str = "datastore-seaorm on SQLite";

const SELECT: &str = select!("?");

/// All three use one pool.
pub(super) async fn compare(options: &Options) -> Result<Contest, Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("bench.sqlite").display());
    let store = SeaOrmDatastore::connect(&url).await?;
    store.migrate().await?;
    let accounts = accounts::create(&store).await?;
    let connection = store.connection().clone();
    let pool = connection.get_sqlite_connection_pool().clone();
    let ways: [(&str, Arc<dyn Finder>); 3] = [
        ("sqlx", Arc::new(Sqlx(pool))),
        ("sea-orm", Arc::new(SeaOrm(connection))),
        ("datastore", Arc::new(Datastore(store))),
    ];
    super::contest(NAME, accounts, ways, options).await
}

struct Sqlx(SqlitePool);

#[async_trait]
impl Finder for Sqlx {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let rows = sqlx::query(SELECT).bind(&account.uniquifier).fetch_all(&self.0).await?;
        let rows = rows.iter().map(|row| PlainRow::read(Cells { row, next: 0 })).collect::<Result<_, _>>()?;
        Ok(PlainRow::found(rows))
    }
}

struct SeaOrm(DatabaseConnection);

#[async_trait]
impl Finder for SeaOrm {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let key = account.uniquifier.as_str().into();
        let select = Statement::from_sql_and_values(DbBackend::Sqlite, SELECT, [key]);
        let rows = self.0.query_all_raw(select).await?;
        let rows = rows.iter().filter_map(|row| row.try_as_sqlite_row());
        let rows = rows.map(|row| PlainRow::read(Cells { row, next: 0 })).collect::<Result<_, _>>()?;
        Ok(PlainRow::found(rows))
    }
}

struct Cells<'r> {
    row: &'r SqliteRow,
    next: usize,
}

impl<'r> Cells<'r> {
    fn value<T>(&mut self) -> Result<Option<T>, Failure>
    where
        T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        self.next += 1;
        Ok(self.row.try_get(self.next - 1)?)
    }
}

impl Columns for Cells<'_> {
    fn number(&mut self) -> Result<Option<i32>, Failure> {
        self.value()
    }

    fn flag(&mut self) -> Result<Option<bool>, Failure> {
        self.value()
    }

    fn text(&mut self) -> Result<Option<String>, Failure> {
        self.value()
    }

    fn time(&mut self) -> Result<Option<NaiveDateTime>, Failure> {
        self.value()
    }
}
