//! The refusals of PostgreSQL.

use sea_orm::sqlx::postgres::PgDatabaseError;

use super::{MUST_NOT_BE_EMPTY, Refusal, TOO_LONG, column_of_index};

pub(super) fn sorted(refusal: &PgDatabaseError) -> Refusal {
    let column = || refusal.column().unwrap_or_default().to_owned();
    match refusal.code() {
        "23505" => Refusal::Taken(column_of_index(refusal.constraint().unwrap_or_default())),
        "23502" => Refusal::Unfit(column(), MUST_NOT_BE_EMPTY),
        "22001" => Refusal::Unfit(column(), TOO_LONG),
        code if is_outrun(code) => Refusal::Outrun,
        code if is_away(code) => Refusal::Away,
        _ => Refusal::Other,
    }
}

/// Serialisation failure, deadlock, a row that was deleted meanwhile.
fn is_outrun(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "23503")
}

/// Connection exceptions, too many connections, out of memory or disk, a lock that is never free, a statement that took
/// too long, shutting down, starting up, and a standby that takes no writes.
fn is_away(code: &str) -> bool {
    let class = code.get(..2).unwrap_or_default();
    matches!(class, "08" | "53" | "57") || matches!(code, "25006" | "25P03" | "55P03")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_goes_down_is_away_and_a_missing_table_is_not() {
        for code in ["57P01", "57P03", "53300", "08006", "57014", "25006"] {
            assert!(is_away(code), "{code}");
        }
        for code in ["42P01", "28P01", "3D000", "23505", ""] {
            assert!(!is_away(code), "{code}");
        }
    }
}
