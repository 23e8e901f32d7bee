//! A statement whose text depends on the tables, with its values apart.

use std::fmt;

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text, Timestamp, Untyped};

/// A value of a statement. There is no null: a statement writes `NULL`, which fits every type.
#[derive(Clone)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
    Bool(bool),
    #[cfg_attr(not(feature = "server"), allow(dead_code, reason = "SQLite keeps times as text"))]
    Time(NaiveDateTime),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// SQL text with places for values.
///
/// Unlike diesel's `sql_query` it is prepared once per connection: equal texts are one prepared statement.
#[derive(Clone, Default)]
pub(crate) struct Statement {
    sql: String,
    /// Where in the text the values go, and which.
    values: Vec<(usize, Value)>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    /// Adds text.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push((self.sql.len(), value.into()));
        self
    }

    /// Adds another statement's text and values.
    pub(crate) fn append(&mut self, other: Self) -> &mut Self {
        let start = self.sql.len();
        self.sql.push_str(&other.sql);
        self.values.extend(other.values.into_iter().map(|(at, value)| (start + at, value)));
        self
    }

    /// Adds several, with a text between them.
    pub(crate) fn append_all(&mut self, parts: impl IntoIterator<Item = Self>, between: &str) -> &mut Self {
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                self.push(between);
            }
            self.append(part);
        }
        self
    }
}

/// Without the values, which may be secret.
impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

impl<DB: Binds> QueryFragment<DB> for Statement {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut done = 0;
        for (at, value) in &self.values {
            pass.push_sql(&self.sql[done..*at]);
            DB::bind(&mut pass, value)?;
            done = *at;
        }
        pass.push_sql(&self.sql[done..]);
        Ok(())
    }
}

impl Query for Statement {
    type SqlType = Untyped;
}

/// A statement that was written once, with another value in all of its places.
pub(crate) struct Lookup<'l> {
    text: &'l Statement,
    value: Value,
}

impl<'l> Lookup<'l> {
    pub(crate) fn new(text: &'l Statement, value: impl Into<Value>) -> Self {
        Self { text, value: value.into() }
    }

    /// The same, on its own.
    pub(crate) fn to_statement(&self) -> Statement {
        let values = self.text.values.iter().map(|(at, _)| (*at, self.value.clone())).collect();
        Statement { sql: self.text.sql.clone(), values }
    }
}

impl<DB: Binds> QueryFragment<DB> for Lookup<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut done = 0;
        for (at, _) in &self.text.values {
            pass.push_sql(&self.text.sql[done..*at]);
            DB::bind(&mut pass, &self.value)?;
            done = *at;
        }
        pass.push_sql(&self.text.sql[done..]);
        Ok(())
    }
}

impl Query for Lookup<'_> {
    type SqlType = Untyped;
}

#[cfg(feature = "sqlite")]
impl<C> diesel::RunQueryDsl<C> for &Lookup<'_> {}

impl QueryId for Lookup<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The lookup that every request makes. Diesel knows its prepared statement by this type, and neither writes nor hashes
/// its text.
///
/// A type stands for one text: see [`RequestText`].
#[cfg(feature = "sqlite")]
pub(crate) struct RequestLookup<'l>(Lookup<'l>);

#[cfg(feature = "sqlite")]
mod request {
    use std::sync::OnceLock;

    use super::{AstPass, Binds, Lookup, Query, QueryFragment, QueryId, QueryResult, RequestLookup, Untyped};

    /// The text that [`RequestLookup`] stands for: that of the first SQLite datastore of this process. One with other
    /// tables has another text, and does without.
    static TEXT: OnceLock<String> = OnceLock::new();

    /// That a text is the one for which [`RequestLookup`] stands.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct RequestText(());

    impl RequestText {
        pub(crate) fn of(statement: &super::Statement) -> Option<Self> {
            let text = TEXT.get_or_init(|| statement.sql.clone());
            (*text == statement.sql).then_some(Self(()))
        }

        pub(crate) fn lookup(self, lookup: Lookup<'_>) -> RequestLookup<'_> {
            RequestLookup(lookup)
        }
    }

    impl<DB: Binds> QueryFragment<DB> for RequestLookup<'_> {
        fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
            QueryFragment::<DB>::walk_ast(&self.0, pass)
        }
    }

    impl Query for RequestLookup<'_> {
        type SqlType = Untyped;
    }

    impl<C> diesel::RunQueryDsl<C> for &RequestLookup<'_> {}

    impl QueryId for RequestLookup<'_> {
        type QueryId = RequestLookup<'static>;
        const HAS_STATIC_QUERY_ID: bool = true;
    }
}
#[cfg(feature = "sqlite")]
pub(crate) use request::RequestText;

#[cfg(feature = "sqlite")]
impl<C> diesel::RunQueryDsl<C> for &Statement {}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// How a database takes values.
pub(crate) trait Binds: Backend {
    fn bind<'b>(pass: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()>;
}

macro_rules! binds {
    ($feature:literal, $database:ty) => {
        #[cfg(feature = $feature)]
        impl Binds for $database {
            fn bind<'b>(pass: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()> {
                match value {
                    Value::Int(value) => pass.push_bind_param::<BigInt, _>(value),
                    Value::Text(value) => pass.push_bind_param::<Text, _>(value),
                    Value::Bool(value) => pass.push_bind_param::<Bool, _>(value),
                    Value::Time(value) => pass.push_bind_param::<Timestamp, _>(value),
                }
            }
        }
    };
}

binds!("sqlite", diesel::sqlite::Sqlite);
binds!("postgres", diesel::pg::Pg);
binds!("mysql", diesel::mysql::Mysql);

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;

    #[test]
    fn values_stay_in_their_places_when_statements_are_joined() {
        let mut one = Statement::new("a = ");
        one.bind("x").push(" AND b = ").bind(Value::Int(2));
        let mut both = Statement::new("SELECT ");
        both.append_all([one.clone(), one], ", ");
        let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&both).to_string();
        assert!(sql.starts_with("SELECT a = ? AND b = ?, a = ? AND b = ? "), "{sql}");
        assert!(sql.ends_with("[\"x\", 2, \"x\", 2]"), "{sql}");
    }
}
