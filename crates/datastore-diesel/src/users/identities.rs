//! Identities that no unique index guards, in a table that was taken over or not migrated.

use security_core::account::UserId;
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserChange};

use crate::dialect::Dialect;
use crate::error::Failure;
use crate::layout::{Layout, key_value};
use crate::session::Session;
use crate::statement::{Statement, Value};

/// The advisory lock under which PostgreSQL lets one writer at a time compare identities.
const COMPARING: i64 = 0x706f_7274_6375_0002;

/// New values of the identities, in the order of [`IdentityAttribute::ALL`].
pub(super) type Identities<'v> = [Option<&'v str>; 3];

pub(super) fn new_identities(change: &UserChange) -> Identities<'_> {
    let username = change.username.as_ref().and_then(Option::as_deref);
    let phone = change.us_phone_number.as_ref().and_then(Option::as_deref);
    [change.email.as_deref(), username, phone]
}

/// The new identities that no unique index guards.
pub(super) fn unguarded<'v>(
    layout: &Layout,
    identities: Identities<'v>,
) -> impl Iterator<Item = (IdentityAttribute, &'v str)> {
    let given = IdentityAttribute::ALL.into_iter().zip(identities);
    given.filter_map(|(attribute, value)| {
        let compare = !layout.guards(attribute) && layout.user.has(attribute.name());
        value.filter(|_| compare).map(|value| (attribute, value))
    })
}

/// Refuses an identity that another account has, where no unique index does so.
///
/// It leaves no race open: SQLite has one writer at a time, and the caller's transaction is it; PostgreSQL keeps others
/// waiting on a lock; MariaDB and MySQL keep them waiting on the rows that were compared.
pub(super) async fn require_free(
    session: &mut dyn Session,
    layout: &Layout,
    identities: Identities<'_>,
    owner: Option<&UserId>,
) -> Result<(), Failure> {
    let unguarded: Vec<_> = unguarded(layout, identities).collect();
    if layout.dialect == Dialect::Postgres && !unguarded.is_empty() {
        let mut lock = Statement::new("SELECT pg_advisory_xact_lock(");
        session.execute(lock.bind(Value::Int(COMPARING)).push(")")).await?;
    }
    for (attribute, value) in unguarded {
        let table = &layout.user;
        let id = table.column("id");
        let mut query = Statement::new(format!("SELECT {id} FROM {} WHERE ", table.name));
        query.append(match attribute {
            IdentityAttribute::UsPhoneNumber => table.equals("", attribute.name(), value),
            _ => table.equals_folded("", attribute.name(), value),
        });
        if let Some(owner) = owner {
            query.push(&format!(" AND {id} <> ")).append(table.value("id", key_value(owner)));
        }
        query.push(" LIMIT 1");
        if layout.dialect.is_mysql() {
            query.push(" FOR UPDATE");
        }
        if !session.keys(&query).await?.is_empty() {
            return Err(DatastoreError::Duplicate { column: attribute.name().to_owned() }.into());
        }
    }
    Ok(())
}
