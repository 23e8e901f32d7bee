//! From the driver's errors to those of the port.

use mongodb::error::{Error, ErrorKind, WriteFailure};
use security_core::datastore::DatastoreError;

/// Fields with a unique index; the ones whose name ends like another's come first.
const UNIQUE_FIELDS: [&str; 7] = [
    "fs_token_uniquifier",
    "fs_uniquifier",
    "fs_webauthn_user_handle",
    "us_phone_number",
    "username",
    "email",
    "name",
];

/// The server's codes.
mod code {
    pub(super) const INTERNAL: i32 = 1;
    pub(super) const NAMESPACE_NOT_FOUND: i32 = 26;
    pub(super) const INDEX_CONFLICTS: [i32; 2] = [85, 86];
    pub(super) const NOT_IMPLEMENTED: i32 = 238;
    pub(super) const UNKNOWN_STAGE: i32 = 40324;
    pub(super) const DUPLICATE_KEY: [i32; 2] = [11000, 11001];
    /// No primary, going down, out of time, cut off: the same operation may succeed later.
    pub(super) const UNAVAILABLE: [i32; 13] =
        [6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];
}

/// An operation that the server refused.
///
/// The server's own text stays out: it repeats the values of a document or of the whole operation.
#[derive(Debug, thiserror::Error)]
#[error("the server refused the operation: {name} (code {code})")]
struct Refusal {
    code: i32,
    name: String,
}

/// Sorts an error of the driver.
pub(crate) fn from_driver(error: Error) -> DatastoreError {
    if let Some(index) = duplicate_index(&error) {
        return DatastoreError::Duplicate { column: field_of(index).to_owned() };
    }
    if let Some(refusal) = refusal(&error) {
        return match code::UNAVAILABLE.contains(&refusal.code) {
            true => DatastoreError::unavailable(refusal),
            false => DatastoreError::backend(refusal),
        };
    }
    match *error.kind {
        ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Shutdown
        // The write was made, but not as safely as was asked for.
        | ErrorKind::Write(WriteFailure::WriteConcernError(_)) => DatastoreError::unavailable(error),
        _ => DatastoreError::backend(error),
    }
}

/// Whether a unique index refused a document, or could not be made over the documents there are.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    duplicate_index(error).is_some()
}

/// Whether an aggregation has a stage that the server does not know.
pub(crate) fn is_unknown_stage(error: &Error) -> bool {
    matches!(code_and_text(error), Some((code::NOT_IMPLEMENTED | code::UNKNOWN_STAGE, _, _)))
}

/// Whether a collection does not exist yet.
pub(crate) fn is_unknown_collection(error: &Error) -> bool {
    matches!(code_and_text(error), Some((code::NAMESPACE_NOT_FOUND, _, _)))
}

/// Whether an index of this name or over these fields exists with other options.
pub(crate) fn is_index_conflict(error: &Error) -> bool {
    code_and_text(error).is_some_and(|(code, _, _)| code::INDEX_CONFLICTS.contains(&code))
}

fn refusal(error: &Error) -> Option<Refusal> {
    let (code, name, _) = code_and_text(error)?;
    Some(Refusal { code, name: name.unwrap_or("unnamed").to_owned() })
}

fn code_and_text(error: &Error) -> Option<(i32, Option<&str>, &str)> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => {
            Some((command.code, Some(command.code_name.as_str()), command.message.as_str()))
        }
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            Some((write.code, write.code_name.as_deref(), write.message.as_str()))
        }
        _ => None,
    }
}

/// The name of the index that refused a document; empty where the server does not tell.
fn duplicate_index(error: &Error) -> Option<&str> {
    let (code, _, text) = code_and_text(error)?;
    let told = code::DUPLICATE_KEY.contains(&code);
    // FerretDB hands the words of its own database through when an update, not an insertion, is refused.
    let handed_through = code == code::INTERNAL && text.contains("UNIQUE constraint failed");
    (told || handed_through).then(|| index_in(text))
}

/// The index in `… index: email_lower_1 dup key: …` or in `… failed: index 'user_60785ef2_email_lower_1'`.
fn index_in(text: &str) -> &str {
    let quoted = || text.split_once("index '").and_then(|(_, rest)| rest.split('\'').next());
    let bare = || text.split_once("index: ").and_then(|(_, rest)| rest.split(' ').next());
    bare().or_else(quoted).unwrap_or_default()
}

fn field_of(index: &str) -> &'static str {
    UNIQUE_FIELDS.into_iter().find(|field| index.contains(field)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_read_from_the_name_of_the_index_and_not_from_the_value() {
        for (text, field) in [
            (
                "E11000 duplicate key error collection: a.user index: email_1 dup key: { email: \"x\" }",
                "email",
            ),
            (
                "E11000 duplicate key error collection: a.user index: username_lower_1 dup key: { : 1 }",
                "username",
            ),
            ("E11000 duplicate key error collection: name.email index: _id_ dup key: { _id: \"email\" }", ""),
            ("E11000 duplicate key error collection: a.user", ""),
            (
                "constraint failed: UNIQUE constraint failed: index 'user_60785ef2_email_lower_1' (2067)",
                "email",
            ),
            (
                "E11000 duplicate key error collection: a.role index: name_1 dup key: { name: \"email\" }",
                "name",
            ),
        ] {
            assert_eq!(field_of(index_in(text)), field, "{text}");
        }
    }
}
