//! Identities that no unique index guards, in a table that was taken over or not migrated.

use sea_orm::{ConnectionTrait, Value};
use security_core::account::UserId;
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserChange};

use crate::SeaOrmDatastore;
use crate::dialect::Dialect;
use crate::layout::Layout;
use crate::table::key_value;

/// New values of the identities, in the order of [`IdentityAttribute::ALL`].
pub(crate) type Identities<'v> = [Option<&'v str>; 3];

pub(crate) fn new_identities(change: &UserChange) -> Identities<'_> {
    let username = change.username.as_ref().and_then(Option::as_deref);
    let phone = change.us_phone_number.as_ref().and_then(Option::as_deref);
    [change.email.as_deref(), username, phone]
}

/// The new identities that no unique index guards.
pub(crate) fn unguarded<'v>(
    layout: &Layout,
    identities: Identities<'v>,
) -> impl Iterator<Item = (IdentityAttribute, &'v str)> {
    let given = IdentityAttribute::ALL.into_iter().zip(identities);
    given.filter_map(|(attribute, value)| {
        let compare = !layout.guards(attribute) && layout.user.has(attribute.name());
        value.filter(|_| compare).map(|value| (attribute, value))
    })
}

impl SeaOrmDatastore {
    /// Refuses an identity that another account has, where no unique index does so.
    ///
    /// It leaves no race open as long as the connection is in a transaction: SQLite has one writer at a time, PostgreSQL
    /// is made to have one here, and MySQL lets nobody add what was looked for and not found.
    pub(crate) async fn require_free(
        &self,
        connection: &impl ConnectionTrait,
        layout: &Layout,
        identities: Identities<'_>,
        owner: Option<&UserId>,
    ) -> Result<(), DatastoreError> {
        let (dialect, users) = (layout.dialect, &layout.user);
        if dialect == Dialect::Postgres && unguarded(layout, identities).next().is_some() {
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
            let name = format!("portcullis identities of {}", users.name);
            self.rows(connection, dialect.statement(lock, [name.into()])).await?;
        }
        for (attribute, value) in unguarded(layout, identities) {
            let (condition, times) = match attribute {
                IdentityAttribute::UsPhoneNumber => users.is("", attribute.name()),
                IdentityAttribute::Email | IdentityAttribute::Username => {
                    (users.is_folded("", attribute.name()), 1)
                }
            };
            let mut values = vec![Value::from(value); times];
            let id = dialect.quoted("id");
            let mut sql = format!("SELECT {id} FROM {} WHERE {condition}", users.name);
            if let Some(owner) = owner {
                sql.push_str(&format!(" AND {id} <> {}", users.placeholder("id")));
                values.push(key_value(owner));
            }
            sql.push_str(" LIMIT 1");
            sql.push_str(dialect.for_update());
            if !self.rows(connection, dialect.statement(sql, values)).await?.is_empty() {
                return Err(DatastoreError::Duplicate { column: attribute.name().to_owned() });
            }
        }
        Ok(())
    }
}
