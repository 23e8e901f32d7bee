//! The values of a row that is about to be written, column by column.

use chrono::{DateTime, Utc};
use sea_orm::{Statement, Value};
use security_core::datastore::DatastoreError;

use crate::table::Table;
use crate::times;

/// Collects columns, expressions and values for an `INSERT` or an `UPDATE`.
pub(crate) struct RowValues<'t> {
    table: &'t Table,
    columns: Vec<&'static str>,
    expressions: Vec<String>,
    values: Vec<Value>,
}

impl<'t> RowValues<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        Self { table, columns: Vec::new(), expressions: Vec::new(), values: Vec::new() }
    }

    /// Sets a text or null. A table without the column takes only null: what was given must not get lost unseen.
    pub(crate) fn set(&mut self, column: &'static str, value: Option<String>) -> Result<(), DatastoreError> {
        self.require(column, value.is_some())?;
        self.set_if_present(column, value);
        Ok(())
    }

    fn require(&self, column: &str, is_given: bool) -> Result<(), DatastoreError> {
        if is_given && !self.table.has(column) {
            let problem = "the table has no such column".to_owned();
            return Err(DatastoreError::Unstorable { column: column.to_owned(), problem });
        }
        Ok(())
    }

    /// Sets a value where the table has the column.
    pub(crate) fn set_if_present(&mut self, column: &'static str, value: impl Into<Value>) {
        self.set_expression(column, self.table.placeholder(column), Some(value.into()));
    }

    /// Sets a time or null. A table without the column takes only null.
    pub(crate) fn set_time(
        &mut self,
        column: &'static str,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), DatastoreError> {
        self.require(column, at.is_some())?;
        self.set_if_present(column, times::to_value(self.table.dialect, at));
        Ok(())
    }

    /// Sets an SQL expression with at most one value where the table has the column.
    pub(crate) fn set_expression(&mut self, column: &'static str, expression: String, value: Option<Value>) {
        if self.table.has(column) {
            self.columns.push(column);
            self.expressions.push(expression);
            self.values.extend(value);
        }
    }

    /// Notes the time of the change, where the table does.
    pub(crate) fn touch(&mut self, now: DateTime<Utc>) {
        self.set_if_present("update_datetime", times::to_value(self.table.dialect, Some(now)));
    }

    /// Adds the row and returns this selection of it, where the database can.
    pub(crate) fn insert(self, returning: &str) -> Statement {
        let dialect = self.table.dialect;
        let columns =
            self.columns.into_iter().map(|column| dialect.quoted(column)).collect::<Vec<_>>().join(", ");
        let expressions = self.expressions.join(", ");
        let mut sql = format!("INSERT INTO {} ({columns}) VALUES ({expressions})", self.table.name);
        if dialect.returns_rows() {
            sql = format!("{sql} RETURNING {returning}");
        }
        dialect.statement(sql, self.values)
    }

    /// Changes the row for which a condition holds.
    pub(crate) fn update(self, condition: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        let dialect = self.table.dialect;
        let mut assignments: Vec<String> = self
            .columns
            .into_iter()
            .zip(self.expressions)
            .map(|(column, expression)| format!("{} = {expression}", dialect.quoted(column)))
            .collect();
        if assignments.is_empty() {
            let id = dialect.quoted("id");
            assignments.push(format!("{id} = {id}")); // only the condition is asked for
        }
        let sql = format!("UPDATE {} SET {} WHERE {condition}", self.table.name, assignments.join(", "));
        dialect.statement(sql, self.values.into_iter().chain(values))
    }
}
