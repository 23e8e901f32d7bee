//! The new values of a document that is about to be written, field by field.

use chrono::{DateTime, Utc};
use mongodb::bson::{self, Bson, Document, doc};

/// Collects fields to set and fields to drop. An empty value is an absent field, never a null one: sparse indexes count
/// what is absent as different, what is null as equal.
#[derive(Default)]
pub(crate) struct Update {
    set: Document,
    unset: Document,
}

impl Update {
    /// Sets a field, or drops it.
    pub(crate) fn put<V: Into<Bson>>(&mut self, field: &str, value: Option<V>) {
        match value {
            Some(value) => self.set.insert(field, value),
            None => self.unset.insert(field, ""),
        };
    }

    /// Sets a time, or drops it.
    pub(crate) fn put_time(&mut self, field: &str, value: Option<DateTime<Utc>>) {
        self.put(field, value.map(time));
    }

    /// The operators for an update.
    pub(crate) fn operators(self) -> Document {
        let mut operators = doc! { "$set": self.set };
        if !self.unset.is_empty() {
            operators.insert("$unset", self.unset);
        }
        operators
    }

    /// The fields of a new document.
    pub(crate) fn document(self) -> Document {
        self.set
    }
}

/// A time as the database keeps it, to the millisecond.
pub(crate) fn time(at: DateTime<Utc>) -> bson::DateTime {
    bson::DateTime::from_millis(at.timestamp_millis())
}
