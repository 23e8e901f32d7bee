//! Creates what is missing: tables with the names and types of Flask-Security, and the indexes that keep identities
//! unique.

mod tables;

use std::collections::BTreeMap;

use async_trait::async_trait;
use security_core::datastore::DatastoreError;
use tracing::warn;

use crate::catalog::{self, Column};
use crate::dialect::{Dialect, folded_column};
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::{
    Layout, REQUIRED_GRANT_COLUMNS, REQUIRED_ROLE_COLUMNS, REQUIRED_USER_COLUMNS, TableNames, no_table,
    require,
};
use crate::session::Session;
use crate::statement::{Statement, Value};
use tables::Tables;

/// The advisory lock under which one node at a time migrates on PostgreSQL.
const MIGRATING: i64 = 0x706f_7274_6375_0001;

/// How long a node waits on MariaDB and MySQL for another one that migrates, in seconds.
const PATIENCE: i64 = 60;

/// Columns that a unique index guards as they are.
const UNIQUE_COLUMNS: [&str; 4] =
    ["fs_uniquifier", "fs_token_uniquifier", "fs_webauthn_user_handle", "us_phone_number"];

/// Columns that a unique index guards without their case.
const FOLDED_COLUMNS: [&str; 2] = ["email", "username"];

/// Looks at the tables.
pub(crate) struct ReadLayout(pub(crate) TableNames);

#[async_trait]
impl Job for ReadLayout {
    type Answer = Layout;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Layout, Failure> {
        Layout::read(session, &self.0).await
    }
}

/// Refuses a database without the table that counts uses. Nothing else needs to be known of it.
pub(crate) struct RequireUses(pub(crate) TableNames);

#[async_trait]
impl Job for RequireUses {
    type Answer = ();

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<(), Failure> {
        let dialect = catalog::dialect(session).await?;
        match catalog::columns(session, dialect, &self.0.uses).await?.is_empty() {
            true => Err(no_table(&self.0.uses).into()),
            false => Ok(()),
        }
    }
}

/// Tells which statements [`Migrate`] would make.
pub(crate) struct PlanMigration(pub(crate) TableNames);

#[async_trait]
impl Job for PlanMigration {
    type Answer = Vec<String>;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Vec<String>, Failure> {
        let dialect = catalog::dialect(session).await?;
        plan(session, dialect, &self.0).await
    }
}

/// Creates what is missing.
pub(crate) struct Migrate(pub(crate) TableNames);

#[async_trait]
impl Job for Migrate {
    type Answer = ();

    fn mode(&self) -> Mode {
        Mode::Schema
    }

    async fn run(&self, session: &mut dyn Session) -> Result<(), Failure> {
        let dialect = catalog::dialect(session).await?;
        if dialect.is_mysql() {
            // Neither of them undoes a definition, so the steps are made one by one under a lock of the connection.
            take_lock(session).await?;
            let made = self.make(session, dialect).await;
            session.execute(&Statement::new(format!("DO release_lock({LOCK})"))).await?;
            return made;
        }
        if dialect == Dialect::Postgres {
            let mut lock = Statement::new("SELECT pg_advisory_xact_lock(");
            session.execute(lock.bind(Value::Int(MIGRATING)).push(")")).await?;
        }
        self.make(session, dialect).await
    }
}

impl Migrate {
    async fn make(&self, session: &mut dyn Session, dialect: Dialect) -> Result<(), Failure> {
        for sql in plan(session, dialect, &self.0).await? {
            session.define(&sql).await?;
        }
        Ok(())
    }
}

/// The name of the lock: one for each database of a server.
const LOCK: &str = "concat('portcullis.', md5(database()))";

async fn take_lock(session: &mut dyn Session) -> Result<(), Failure> {
    let mut lock = Statement::new(format!("SELECT get_lock({LOCK}, "));
    lock.bind(Value::Int(PATIENCE)).push(") = 1");
    match session.keys(&lock).await?.pop() {
        Some(security_core::account::UserId::Int(1)) => Ok(()),
        _ => Err(DatastoreError::unavailable("another node is migrating the database").into()),
    }
}

/// The statements that create what is missing.
async fn plan(
    session: &mut dyn Session,
    dialect: Dialect,
    names: &TableNames,
) -> Result<Vec<String>, Failure> {
    let users = catalog::columns(session, dialect, &names.user).await?;
    let roles = catalog::columns(session, dialect, &names.role).await?;
    let grants = catalog::columns(session, dialect, &names.roles_users).await?;
    let tables = Tables { dialect, names, user_key: users.get("id"), role_key: roles.get("id") };
    let mut plan = Plan { session, dialect, table: &names.user, is_new: users.is_empty(), steps: Vec::new() };

    match users.is_empty() {
        true => plan.steps.push(tables.user()),
        false => require(&names.user, &users, &REQUIRED_USER_COLUMNS)?,
    }
    match roles.is_empty() {
        true => plan.steps.push(tables.role()),
        false => require(&names.role, &roles, &REQUIRED_ROLE_COLUMNS)?,
    }
    match grants.is_empty() {
        true => plan.steps.push(tables.roles_users()),
        false => require(&names.roles_users, &grants, &REQUIRED_GRANT_COLUMNS)?,
    }
    if catalog::columns(plan.session, dialect, &names.uses).await?.is_empty() {
        plan.steps.push(tables.uses());
    }
    plan.guard_users(&users).await?;
    (plan.table, plan.is_new) = (&names.roles_users, grants.is_empty());
    plan.guard_grants().await?;
    Ok(plan.steps)
}

/// Collects the statements for the indexes of one table.
struct Plan<'a> {
    session: &'a mut dyn Session,
    dialect: Dialect,
    table: &'a str,
    /// Whether the table is about to be created.
    is_new: bool,
    steps: Vec<String>,
}

impl Plan<'_> {
    async fn guard_users(&mut self, columns: &BTreeMap<String, Column>) -> Result<(), Failure> {
        for column in UNIQUE_COLUMNS {
            // A new table comes with them.
            if columns.contains_key(column)
                && !catalog::has_unique_index(self.session, self.dialect, self.table, column).await?
            {
                let quoted = self.dialect.quoted(column);
                self.index(column, &quoted, &[&quoted]).await?;
            }
        }
        for column in FOLDED_COLUMNS {
            if !self.is_new && !columns.contains_key(column) {
                continue;
            }
            match self.dialect.is_mysql() {
                true => self.guard_folded_column(columns, column).await?,
                false => {
                    let expression = format!("lower({})", self.dialect.quoted(column));
                    self.index(&folded_column(column), &expression, &[&expression]).await?;
                }
            }
        }
        Ok(())
    }

    /// MariaDB indexes no expression, but a column that is generated from one.
    async fn guard_folded_column(
        &mut self,
        columns: &BTreeMap<String, Column>,
        column: &str,
    ) -> Result<(), Failure> {
        let folded = folded_column(column);
        let quoted = self.dialect.quoted(&folded);
        let expression = self.dialect.folded(&self.dialect.quoted(column));
        if !self.is_new && !columns.contains_key(&folded) {
            self.steps.push(format!(
                "ALTER TABLE {} ADD COLUMN {}",
                self.dialect.quoted(self.table),
                tables::folded_column_definition(self.dialect, column),
            ));
        }
        // The rows are compared by the expression, because the column may not be there yet.
        self.index(&folded, &quoted, &[&expression]).await
    }

    async fn guard_grants(&mut self) -> Result<(), Failure> {
        let [user, role] = ["user_id", "role_id"].map(|column| self.dialect.quoted(column));
        self.index("", &format!("{user}, {role}"), &[&user, &role]).await
    }

    /// A unique index where the rows allow it, else one that only makes finding quick.
    async fn index(&mut self, suffix: &str, over: &str, compared: &[&str]) -> Result<(), Failure> {
        let name = self.dialect.index_name("uq", self.table, suffix);
        if catalog::has_index(self.session, self.dialect, self.table, &name).await? {
            return Ok(());
        }
        let end = format!("ON {} ({over})", self.dialect.quoted(self.table));
        if self.is_new || !self.has_equal_rows(compared).await? {
            self.steps.push(format!("CREATE UNIQUE INDEX {} {end}", self.dialect.quoted(&name)));
            return Ok(());
        }
        warn!(
            table = self.table,
            index = name,
            "rows with equal values forbid a unique index; repair them and migrate again"
        );
        let plain = self.dialect.index_name("ix_uq", self.table, suffix);
        if !catalog::has_index(self.session, self.dialect, self.table, &plain).await? {
            self.steps.push(format!("CREATE INDEX {} {end}", self.dialect.quoted(&plain)));
        }
        Ok(())
    }

    async fn has_equal_rows(&mut self, compared: &[&str]) -> Result<bool, Failure> {
        let table = self.dialect.quoted(self.table);
        let query = Statement::new(format!(
            "SELECT '1' FROM {table} WHERE {} IS NOT NULL GROUP BY {} HAVING count(*) > 1 LIMIT 1",
            compared.join(" IS NOT NULL AND "),
            compared.join(", "),
        ));
        Ok(!self.session.texts(&query).await?.is_empty())
    }
}
