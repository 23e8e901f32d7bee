//! The refusals of MySQL and MariaDB.

use sea_orm::sqlx::mysql::MySqlDatabaseError;

use super::{MUST_NOT_BE_EMPTY, Refusal, TOO_LONG, column_of_index};

pub(super) fn sorted(refusal: &MySqlDatabaseError) -> Refusal {
    match refusal.number() {
        1062 => Refusal::Taken(column_of_index(index_in(refusal.message()))),
        // Null for a column without nulls; no value for a column without a default.
        1048 | 1364 => Refusal::Unfit(named_column(refusal.message()), MUST_NOT_BE_EMPTY),
        1406 => Refusal::Unfit(named_column(refusal.message()), TOO_LONG),
        number if is_outrun(number) => Refusal::Outrun,
        number if is_away(number) => Refusal::Away,
        _ => Refusal::Other,
    }
}

/// A deadlock, a row that was deleted or changed meanwhile.
fn is_outrun(number: u16) -> bool {
    matches!(number, 1213 | 1020 | 1216 | 1217 | 1451 | 1452)
}

/// Too many connections, no memory or disk, shutting down, a connection or statement that was killed or took too long, a
/// lock that is never free, network trouble, and a server that takes no writes.
fn is_away(number: u16) -> bool {
    matches!(
        number,
        1021 | 1037 | 1040 | 1041 | 1053 | 1129 | 1158
            ..=1161 | 1203 | 1205 | 1226 | 1290 | 1317 | 1836 | 1927 | 1969 | 3024 | 4031
    )
}

/// The index in `Duplicate entry '…' for key 'user.uq_user_email_folded'`. The entry may hold anything.
fn index_in(message: &str) -> &str {
    message.rsplit_once("for key '").map_or("", |(_, key)| key)
}

/// The first name in quotes.
fn named_column(message: &str) -> String {
    message.split('\'').nth(1).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_of_a_taken_value_is_read_behind_the_value() {
        for (message, column) in [
            ("Duplicate entry 'ann' for key 'uq_user_username_folded'", "username"),
            ("Duplicate entry 'x for key 'email' for key 'user.us_phone_number'", "us_phone_number"),
            ("something new", ""),
        ] {
            assert_eq!(column_of_index(index_in(message)), column, "{message}");
        }
        assert_eq!(named_column("Column 'password' cannot be null"), "password");
    }
}
