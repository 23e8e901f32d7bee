//! The refusals of SQLite.

use sea_orm::sqlx::error::DatabaseError as _;
use sea_orm::sqlx::sqlite::SqliteError;

use super::{MUST_NOT_BE_EMPTY, Refusal, column_of_index};

/// Result codes, the first ones without the extension in their upper bits.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const IO: i32 = 10;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANNOT_OPEN: i32 = 14;
    pub(super) const FOREIGN_KEY: i32 = 787;
    pub(super) const PRIMARY_KEY: i32 = 1555;
    pub(super) const UNIQUE: i32 = 2067;
    pub(super) const NOT_NULL: i32 = 1299;
}

pub(super) fn sorted(refusal: &SqliteError) -> Refusal {
    let code = refusal.code().and_then(|code| code.parse().ok()).unwrap_or_default();
    match (code, code & 0xff) {
        (code::UNIQUE | code::PRIMARY_KEY, _) => Refusal::Taken(column_in(refusal.message())),
        (code::NOT_NULL, _) => Refusal::Unfit(named_column(refusal.message()).to_owned(), MUST_NOT_BE_EMPTY),
        (code::FOREIGN_KEY, _) => Refusal::Outrun,
        (_, code::BUSY | code::LOCKED | code::IO | code::FULL | code::CANNOT_OPEN) => Refusal::Away,
        _ => Refusal::Other,
    }
}

/// The column in `… failed: user.email` or in `… failed: index 'uq_user_email_folded'`.
fn column_in(message: &str) -> String {
    match message.split_once("index '") {
        Some((_, index)) => column_of_index(index),
        None => named_column(message).to_owned(),
    }
}

/// The column of the first `table.column` in a message.
fn named_column(message: &str) -> &str {
    let names = message.rsplit_once("failed: ").map_or("", |(_, names)| names);
    let first = names.split(',').next().unwrap_or_default();
    first.rsplit_once('.').map_or("", |(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_read_from_the_message() {
        for (message, column) in [
            ("UNIQUE constraint failed: user.email", "email"),
            ("UNIQUE constraint failed: index 'uq_user_email_folded'", "email"),
            ("UNIQUE constraint failed: index 'uq_user_username_folded'", "username"),
            ("UNIQUE constraint failed: roles_users.user_id, roles_users.role_id", "user_id"),
            ("UNIQUE constraint failed: index 'somebody_else'", ""),
            ("something new", ""),
        ] {
            assert_eq!(column_in(message), column, "{message}");
        }
    }
}
