//! The values of a row that is about to be written, column by column.

use chrono::{DateTime, Utc};
use security_core::datastore::DatastoreError;

use crate::layout::Table;
use crate::statement::{Statement, Value};

/// Collects columns and expressions for an `INSERT` or an `UPDATE`.
pub(crate) struct RowValues<'t> {
    table: &'t Table,
    /// Quoted columns and what they become.
    columns: Vec<(String, Statement)>,
}

impl<'t> RowValues<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        Self { table, columns: Vec::new() }
    }

    /// Sets a value or null. A table without the column takes only null: what was given must not get lost unseen.
    pub(crate) fn set<V: Into<Value>>(
        &mut self,
        column: &str,
        value: Option<V>,
    ) -> Result<(), DatastoreError> {
        if value.is_some() && !self.table.has(column) {
            let problem = "the table has no such column".to_owned();
            return Err(DatastoreError::Unstorable { column: column.to_owned(), problem });
        }
        self.set_if_present(column, value);
        Ok(())
    }

    /// Sets a value or null where the table has the column.
    pub(crate) fn set_if_present<V: Into<Value>>(&mut self, column: &str, value: Option<V>) {
        let value = value.map_or_else(|| Statement::new("NULL"), |value| self.table.value(column, value));
        self.set_expression(column, value);
    }

    /// Sets an SQL expression where the table has the column.
    pub(crate) fn set_expression(&mut self, column: &str, expression: Statement) {
        if self.table.has(column) {
            self.columns.push((self.table.dialect.quoted(column), expression));
        }
    }

    /// Sets a time where the table has the column.
    pub(crate) fn set_time_if_present(&mut self, column: &str, at: DateTime<Utc>) {
        self.set_if_present(column, Some(self.table.dialect.time(at)));
    }

    /// Notes the time of the change, where the table does.
    pub(crate) fn touch(&mut self, now: DateTime<Utc>) {
        self.set_time_if_present("update_datetime", now);
    }

    /// Adds the row.
    pub(crate) fn insert(self) -> Statement {
        let (columns, values): (Vec<_>, Vec<_>) = self.columns.into_iter().unzip();
        let mut insert =
            Statement::new(format!("INSERT INTO {} ({}) VALUES (", self.table.name, columns.join(", ")));
        insert.append_all(values, ", ").push(")");
        insert
    }

    /// Changes the row for which a condition holds. The columns change in the order in which they were set.
    pub(crate) fn update(self, condition: Statement) -> Statement {
        let id = self.table.dialect.quoted("id");
        let mut assignments: Vec<Statement> = self
            .columns
            .into_iter()
            .map(|(column, value)| {
                let mut assignment = Statement::new(format!("{column} = "));
                assignment.append(value);
                assignment
            })
            .collect();
        if assignments.is_empty() {
            assignments.push(Statement::new(format!("{id} = {id}"))); // only the condition is asked for
        }
        let mut update = Statement::new(format!("UPDATE {} SET ", self.table.name));
        update.append_all(assignments, ", ").push(" WHERE ").append(condition);
        update
    }
}
