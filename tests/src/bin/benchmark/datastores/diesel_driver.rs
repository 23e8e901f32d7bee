//! The query and its rows in diesel's own terms, for every database.

use std::marker::PhantomData;

use chrono::NaiveDateTime;
use datastore_diesel::diesel;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::row::{Field as _, Row};
use diesel::sql_types::{Bool, HasSqlType, Integer, Text, Timestamp, Untyped};
use diesel::sqlite::Sqlite;

use super::plain_row::{Columns, PlainRow, select};
use crate::Failure;

/// The query with its value.
///
/// `sql_query` would be prepared anew for every account. This is kept prepared, and known by its type, as are the
/// queries that diesel's own language makes.
pub(super) struct ByUniquifier<'k>(pub(super) &'k str);

impl<DB: Backend + HasSqlType<Text>> QueryFragment<DB> for ByUniquifier<'_>
where
    str: diesel::serialize::ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql(select!(""));
        pass.push_bind_param::<Text, str>(self.0)
    }
}

impl Query for ByUniquifier<'_> {
    type SqlType = Untyped;
}

impl QueryId for ByUniquifier<'_> {
    type QueryId = ByUniquifier<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> diesel::RunQueryDsl<C> for ByUniquifier<'_> {}

impl FromSqlRow<Untyped, Sqlite> for PlainRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> Result<Self, Failure> {
        Self::read(Cells { row, next: 0, database: PhantomData })
    }
}

impl FromSqlRow<Untyped, Pg> for PlainRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> Result<Self, Failure> {
        Self::read(Cells { row, next: 0, database: PhantomData })
    }
}

struct Cells<'r, R, DB> {
    row: &'r R,
    next: usize,
    database: PhantomData<fn() -> DB>,
}

impl<'r, 'a, DB: Backend, R: Row<'a, DB>> Cells<'r, R, DB> {
    fn value<ST, T: FromSql<ST, DB>>(&mut self) -> Result<Option<T>, Failure> {
        let field = self.row.get(self.next).ok_or("the row is too short")?;
        self.next += 1;
        field.value().map(T::from_sql).transpose()
    }
}

impl<'a, DB: Backend, R: Row<'a, DB>> Columns for Cells<'_, R, DB>
where
    i32: FromSql<Integer, DB>,
    bool: FromSql<Bool, DB>,
    String: FromSql<Text, DB>,
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn number(&mut self) -> Result<Option<i32>, Failure> {
        self.value::<Integer, _>()
    }

    fn flag(&mut self) -> Result<Option<bool>, Failure> {
        self.value::<Bool, _>()
    }

    fn text(&mut self) -> Result<Option<String>, Failure> {
        self.value::<Text, _>()
    }

    fn time(&mut self) -> Result<Option<NaiveDateTime>, Failure> {
        self.value::<Timestamp, _>()
    }
}
