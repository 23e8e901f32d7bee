//! The table of users as a datastore found it.

/// Columns of a user that a table may lack. What needs one of them is then off.
const OPTIONAL_COLUMNS: [&str; 19] = [
    "username",
    "password",
    "fs_token_uniquifier",
    "confirmed_at",
    "last_login_at",
    "current_login_at",
    "last_login_ip",
    "current_login_ip",
    "login_count",
    "tf_primary_method",
    "tf_totp_secret",
    "tf_phone_number",
    "us_totp_secrets",
    "us_phone_number",
    "fs_webauthn_user_handle",
    "mf_recovery_codes",
    "create_datetime",
    "update_datetime",
    "extra",
];

/// The table of users: its name, and which of the optional columns it has.
///
/// A column that is not there reads as empty and is not written, so that a table that was taken over works as it is for
/// every feature that can do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTable {
    name: String,
    lacking: Vec<&'static str>,
}

impl UserTable {
    /// A table with every column, or a collection of documents, which take any.
    pub fn complete(name: impl Into<String>) -> Self {
        Self { name: name.into(), lacking: Vec::new() }
    }

    /// A table with the columns that `has` says are there.
    ///
    /// ```
    /// use security_core::datastore::UserTable;
    ///
    /// let table = UserTable::with_columns("member", |column| column != "confirmed_at");
    /// assert!(table.has("username") && !table.has("confirmed_at"));
    /// ```
    pub fn with_columns(name: impl Into<String>, has: impl Fn(&str) -> bool) -> Self {
        let lacking = OPTIONAL_COLUMNS.into_iter().filter(|column| !has(column)).collect();
        Self { name: name.into(), lacking }
    }

    /// Its name in the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has a column of the user record.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        !self.lacking.contains(&column)
    }
}
