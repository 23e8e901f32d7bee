//! The catalog of SQLite.

use super::Kind;

pub(super) const COLUMNS: &str = "SELECT name, type FROM pragma_table_info(?)";

pub(super) const UNIQUE_INDEX: &str = "SELECT 1 FROM pragma_index_list(?1) AS list \
    WHERE list.\"unique\" = 1 AND list.partial = 0 \
    AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1 \
    AND (SELECT name FROM pragma_index_info(list.name)) = ?2";

pub(super) const INDEX: &str =
    "SELECT 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE AND name = ?";

/// A declared type with `INT` in it stands for whole numbers.
pub(super) fn kind(declared: &str) -> Kind {
    if declared.to_ascii_uppercase().contains("INT") { Kind::Integer } else { Kind::Plain }
}
