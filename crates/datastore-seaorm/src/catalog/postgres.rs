//! The catalog of PostgreSQL, as far as the search path of the connection sees it.

use super::Kind;

pub(super) const COLUMNS: &str = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute \
    WHERE attrelid = to_regclass(quote_ident(?)) AND attnum > 0 AND NOT attisdropped";

pub(super) const UNIQUE_INDEX: &str = "SELECT 1 FROM pg_index \
    WHERE indrelid = to_regclass(quote_ident(?)) AND indisunique AND indisvalid AND indpred IS NULL \
    AND indnkeyatts = 1 AND pg_get_indexdef(indexrelid, 1, false) = ?";

pub(super) const INDEX: &str = "SELECT 1 FROM pg_index \
    JOIN pg_class ON pg_class.oid = indexrelid \
    WHERE indrelid = to_regclass(quote_ident(?)) AND relname = ?";

/// From the name that `format_type` gives.
pub(super) fn kind(declared: &str) -> Kind {
    match declared {
        "smallint" | "integer" | "bigint" => Kind::Integer,
        "uuid" => Kind::Converted("uuid"),
        "json" => Kind::Converted("json"),
        "jsonb" => Kind::Converted("jsonb"),
        _ => Kind::Plain,
    }
}

/// An index over a column, as the catalog writes it. None of our columns needs quotes.
pub(super) fn index_over_column(column: &str) -> String {
    column.to_owned()
}

/// An index over a folded column, as the catalog writes it for the types `varchar` and `text`.
pub(super) fn index_over_folded(column: &str) -> [String; 2] {
    [format!("lower(({column})::text)"), format!("lower({column})")]
}
