//! The catalog of MySQL and MariaDB, of the database that the connection uses.

use super::Kind;

/// The catalog's own texts have types that differ between versions; converted they are texts everywhere.
pub(super) const COLUMNS: &str = "SELECT CONVERT(column_name USING utf8mb4), CONVERT(data_type USING utf8mb4), \
    CONVERT(coalesce(collation_name, '') USING utf8mb4), CONVERT(extra USING utf8mb4) \
    FROM information_schema.columns WHERE table_schema = database() AND table_name = ?";

pub(super) const UNIQUE_INDEX: &str = "SELECT 1 FROM information_schema.statistics \
    WHERE table_schema = database() AND table_name = ? AND non_unique = 0 GROUP BY index_name \
    HAVING count(*) = 1 AND max(sub_part) IS NULL AND lower(max(column_name)) = ?";

pub(super) const INDEX: &str = "SELECT 1 FROM information_schema.statistics \
    WHERE table_schema = database() AND table_name = ? AND index_name = ? LIMIT 1";

pub(super) const VERSION: &str = "SELECT CONVERT(version() USING utf8mb4)";

/// From the type, the collation and what else is noted of a column.
pub(super) fn kind(declared: &str, collation: &str, extra: &str) -> Kind {
    // `DEFAULT_GENERATED` is a default value, and not a computed one.
    if extra.to_ascii_uppercase().split([' ', ',']).any(|word| word == "GENERATED") {
        return Kind::Generated;
    }
    match declared.to_ascii_lowercase().as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Kind::Integer,
        "json" => Kind::Converted("json"),
        "uuid" => Kind::Converted("uuid"),
        _ if collation.is_empty() || is_exact(collation) => Kind::Plain,
        _ => Kind::LooseText,
    }
}

/// Whether a collation compares letter by letter, blanks at the end included.
fn is_exact(collation: &str) -> bool {
    collation.ends_with("_nopad_bin") || collation == "utf8mb4_0900_bin" || collation == "binary"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collation_that_ignores_accents_case_or_blanks_is_loose() {
        for loose in ["utf8mb4_general_ci", "utf8mb4_0900_ai_ci", "utf8mb4_bin", "latin1_swedish_ci"] {
            assert_eq!(kind("varchar", loose, ""), Kind::LooseText, "{loose}");
        }
        for exact in ["utf8mb4_nopad_bin", "utf8mb4_0900_bin"] {
            assert_eq!(kind("varchar", exact, ""), Kind::Plain, "{exact}");
        }
    }

    #[test]
    fn a_column_with_a_default_is_not_a_computed_one() {
        assert_eq!(kind("datetime", "", "DEFAULT_GENERATED"), Kind::Plain);
        assert_eq!(kind("varbinary", "", "VIRTUAL GENERATED, INVISIBLE"), Kind::Generated);
    }
}
