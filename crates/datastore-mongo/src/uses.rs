//! The part of the port that counts uses.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;
use security_core::datastore::{DatastoreError, UseStore};

use crate::error::from_driver;
use crate::store::ATTEMPTS;
use crate::{MongoDatastore, update};

#[async_trait]
impl UseStore for MongoDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let counts = self.use_counts();
        let over = doc! { "expires_at": { "$lt": update::time(now) } };
        self.within(counts.delete_many(over)).await?;
        let until = update::time(until);
        for _ in 0..ATTEMPTS {
            let change = doc! { "$inc": { "count": 1_i64 }, "$setOnInsert": { "expires_at": until } };
            let counted = counts
                .find_one_and_update(doc! { "_id": mark }, change)
                .upsert(true)
                // The count before this use: a server may go on counting in the document that it is sending.
                .return_document(ReturnDocument::Before);
            match self.attempt(counted).await?.map_err(from_driver) {
                Ok(earlier) => return Ok(count(earlier.as_ref())? + 1),
                // Two first uses at once: one has made the document, the other counts on.
                Err(error) if error.is_duplicate() => {}
                Err(error) => return Err(error),
            }
        }
        Err(DatastoreError::unavailable("others kept counting"))
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        let current = doc! { "_id": mark, "expires_at": { "$gte": update::time(now) } };
        count(self.within(self.use_counts().find_one(current)).await?.as_ref())
    }
}

/// No document is none yet.
fn count(document: Option<&Document>) -> Result<u64, DatastoreError> {
    let Some(document) = document else { return Ok(0) };
    let count = match document.get("count") {
        Some(Bson::Int32(count)) => u64::try_from(*count).ok(),
        Some(Bson::Int64(count)) => u64::try_from(*count).ok(),
        _ => None,
    };
    count.ok_or_else(|| DatastoreError::backend("a count is not a number"))
}
