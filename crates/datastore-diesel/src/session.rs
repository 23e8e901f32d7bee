//! A connection as the jobs of this crate see it, whatever database is behind it.

use async_trait::async_trait;
use security_core::account::{Role, UserId};

use crate::error::Failure;
use crate::rows::UserRow;
use crate::statement::Statement;

/// Which driver is behind a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "its feature is off"))]
    Sqlite,
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "its feature is off"))]
    Postgres,
    #[cfg_attr(not(feature = "mysql"), allow(dead_code, reason = "its feature is off"))]
    MySql,
}

/// Makes statements on one connection.
#[async_trait]
pub(crate) trait Session: Send {
    fn family(&self) -> Family;
    /// Answers how many rows were changed, or would have been if they did not hold the values already.
    async fn execute(&mut self, statement: &Statement) -> Result<usize, Failure>;
    /// Makes a statement without values, such as one that creates a table.
    async fn define(&mut self, sql: &str) -> Result<(), Failure>;
    async fn users(&mut self, statement: &Statement) -> Result<Vec<UserRow>, Failure>;
    async fn roles(&mut self, statement: &Statement) -> Result<Vec<Role>, Failure>;
    async fn keys(&mut self, statement: &Statement) -> Result<Vec<UserId>, Failure>;
    async fn texts(&mut self, statement: &Statement) -> Result<Vec<Vec<Option<String>>>, Failure>;
}

/// Implements [`Session`] for one connection of diesel or diesel-async.
macro_rules! session {
    ($name:ident, $connection:ty, $family:expr, [$($wait:tt)*]) => {
        pub(crate) struct $name<'c>(pub(crate) &'c mut $connection);

        #[async_trait::async_trait]
        impl $crate::session::Session for $name<'_> {
            fn family(&self) -> $crate::session::Family {
                $family
            }

            async fn execute(
                &mut self,
                statement: &$crate::statement::Statement,
            ) -> Result<usize, $crate::error::Failure> {
                Ok(RunQueryDsl::execute(statement, self.0)$($wait)*?)
            }

            async fn define(&mut self, sql: &str) -> Result<(), $crate::error::Failure> {
                Ok(self.0.batch_execute(sql)$($wait)*?)
            }

            async fn users(
                &mut self,
                statement: &$crate::statement::Statement,
            ) -> Result<Vec<$crate::rows::UserRow>, $crate::error::Failure> {
                Ok(RunQueryDsl::load(statement, self.0)$($wait)*?)
            }

            async fn roles(
                &mut self,
                statement: &$crate::statement::Statement,
            ) -> Result<Vec<security_core::account::Role>, $crate::error::Failure> {
                let rows: Vec<$crate::rows::RoleRow> = RunQueryDsl::load(statement, self.0)$($wait)*?;
                Ok(rows.into_iter().map(|row| row.0).collect())
            }

            async fn keys(
                &mut self,
                statement: &$crate::statement::Statement,
            ) -> Result<Vec<security_core::account::UserId>, $crate::error::Failure> {
                let rows: Vec<$crate::rows::KeyRow> = RunQueryDsl::load(statement, self.0)$($wait)*?;
                Ok(rows.into_iter().map(|row| row.0).collect())
            }

            async fn texts(
                &mut self,
                statement: &$crate::statement::Statement,
            ) -> Result<Vec<Vec<Option<String>>>, $crate::error::Failure> {
                let rows: Vec<$crate::rows::TextRow> = RunQueryDsl::load(statement, self.0)$($wait)*?;
                Ok(rows.into_iter().map(|row| row.0).collect())
            }
        }
    };
}
pub(crate) use session;
