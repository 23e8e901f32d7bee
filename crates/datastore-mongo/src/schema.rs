//! The indexes that keep identities unique, and the fields that they need.

use futures_util::TryStreamExt as _;
use mongodb::Collection;
use mongodb::IndexModel;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::IndexOptions;
use security_core::config::IdentityAttribute;
use security_core::datastore::DatastoreError;
use tracing::warn;

use crate::MongoDatastore;
use crate::error::{from_driver, is_duplicate, is_index_conflict, is_unknown_collection};
use crate::folding::{fold, folded_field};

/// Fields that every account has. Their index is the one that MongoEngine would make.
const REQUIRED: [&str; 2] = ["email", "fs_uniquifier"];

/// Fields that are absent in some accounts; their index leaves these out.
const OPTIONAL: [&str; 6] = [
    "email_lower",
    "username",
    "username_lower",
    "us_phone_number",
    "fs_token_uniquifier",
    "fs_webauthn_user_handle",
];

/// Which identities the database itself keeps unique, an address and a user name in any case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guards {
    email: bool,
    username: bool,
    us_phone_number: bool,
}

impl Guards {
    /// Looks at the indexes, and at whether they cover every document.
    pub(crate) async fn read(store: &MongoDatastore) -> Result<Self, DatastoreError> {
        let indexes = indexes(store, store.users()).await?;
        let covers = async |attribute: IdentityAttribute| {
            let field = folded_field(attribute).unwrap_or(attribute.name());
            if !indexes.iter().any(|index| is_over(index, field) && is_unique(index)) {
                return Ok::<_, DatastoreError>(false);
            }
            match folded_field(attribute) {
                None => Ok(true),
                // No index serves this, but it is asked once in the life of a process.
                Some(folded) => {
                    let left_out = store.users().find_one(unfolded(attribute.name(), folded)).await;
                    Ok(left_out.map_err(from_driver)?.is_none())
                }
            }
        };
        Ok(Self {
            email: covers(IdentityAttribute::Email).await?,
            username: covers(IdentityAttribute::Username).await?,
            us_phone_number: covers(IdentityAttribute::UsPhoneNumber).await?,
        })
    }

    /// Whether the database refuses an identity of this kind that is taken, and finds it in any case by an index.
    pub(crate) fn cover(self, attribute: IdentityAttribute) -> bool {
        match attribute {
            IdentityAttribute::Email => self.email,
            IdentityAttribute::Username => self.username,
            IdentityAttribute::UsPhoneNumber => self.us_phone_number,
        }
    }
}

/// Creates missing indexes and fills in missing fields. There is no limit of time: indexes of a large collection take a
/// while.
pub(crate) async fn migrate(store: &MongoDatastore) -> Result<(), DatastoreError> {
    let users = store.users();
    for field in OPTIONAL {
        let null = doc! { field: { "$type": "null" } };
        users.update_many(null, doc! { "$unset": { field: "" } }).await.map_err(from_driver)?;
    }
    let present = indexes(store, users).await?;
    for field in REQUIRED {
        require_unique(users, &present, field, false).await?;
    }
    for field in OPTIONAL {
        require_unique(users, &present, field, true).await?;
    }
    let roles = store.roles();
    require_unique(roles, &indexes(store, roles).await?, "name", false).await?;
    // Each use looks for counts that are over.
    let over = IndexModel::builder().keys(doc! { "expires_at": 1 }).build();
    store.use_counts().create_index(over).await.map_err(from_driver)?;
    for attribute in IdentityAttribute::ALL {
        if let Some(folded) = folded_field(attribute) {
            fill_in(users, attribute.name(), folded).await?;
        }
    }
    Ok(())
}

/// Documents that have an identity, but not its folded value.
fn unfolded(field: &str, folded: &str) -> Document {
    doc! { field: { "$gt": "" }, folded: { "$exists": false } }
}

/// Adds the folded value where it is missing, in the order of the keys: of accounts that differ only in case, the oldest
/// gets it.
async fn fill_in(users: &Collection<Document>, field: &str, folded: &str) -> Result<(), DatastoreError> {
    let missing = users.find(unfolded(field, folded)).sort(doc! { "_id": 1 }).projection(doc! { field: 1 });
    let mut missing = missing.await.map_err(from_driver)?;
    let mut refused = 0_u64;
    while let Some(document) = missing.try_next().await.map_err(from_driver)? {
        let (Some(id), Some(Bson::String(value))) = (document.get("_id"), document.get(field)) else {
            continue;
        };
        let unchanged = doc! { "_id": id.clone(), field: value.as_str(), folded: { "$exists": false } };
        match users.update_one(unchanged, doc! { "$set": { folded: fold(value) } }).await {
            Ok(_) => {}
            Err(error) if is_duplicate(&error) => refused += 1,
            Err(error) => return Err(from_driver(error)),
        }
    }
    if refused > 0 {
        warn!(field, accounts = refused, "accounts differ only in the case of this field from older ones");
    }
    Ok(())
}

/// Creates a unique index over one field, unless there is an index over it already.
async fn require_unique(
    collection: &Collection<Document>,
    present: &[IndexModel],
    field: &str,
    sparse: bool,
) -> Result<(), DatastoreError> {
    if let Some(index) = present.iter().find(|index| is_over(index, field)) {
        if !is_unique(index) {
            warn!(field, "the index over this field is not unique: drop it and migrate again");
        }
        return Ok(());
    }
    let options = IndexOptions::builder().unique(true).sparse(sparse.then_some(true)).build();
    let index = IndexModel::builder().keys(doc! { field: 1 }).options(options).build();
    match collection.create_index(index).await {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => {
            warn!(field, "documents share values of this field, which ought to be unique");
            Ok(())
        }
        Err(error) if is_index_conflict(&error) => Ok(()), // another node was quicker
        Err(error) => Err(from_driver(error)),
    }
}

async fn indexes(
    store: &MongoDatastore,
    collection: &Collection<Document>,
) -> Result<Vec<IndexModel>, DatastoreError> {
    let listed = async { collection.list_indexes().await?.try_collect().await };
    match store.attempt(listed).await? {
        Err(error) if is_unknown_collection(&error) => Ok(Vec::new()),
        answer => answer.map_err(from_driver),
    }
}

/// Whether an index is over this field alone.
fn is_over(index: &IndexModel, field: &str) -> bool {
    index.keys.len() == 1 && index.keys.contains_key(field)
}

/// Whether an index is unique over all documents that have the field.
fn is_unique(index: &IndexModel) -> bool {
    index
        .options
        .as_ref()
        .is_some_and(|options| options.unique == Some(true) && options.partial_filter_expression.is_none())
}
