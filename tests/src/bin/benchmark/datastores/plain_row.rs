//! What an application that asks its SQL driver itself would read: the same columns, into plain values.

use chrono::NaiveDateTime;

use super::Found;
use crate::Failure;

/// The statement of the SQL datastores; the value of the uniquifier, or its place, follows.
macro_rules! select {
    ($place:literal) => {
        concat!(
            "SELECT u.\"id\", u.\"email\", u.\"username\", u.\"password\", u.\"active\", u.\"fs_uniquifier\", ",
            "u.\"fs_token_uniquifier\", u.\"confirmed_at\", u.\"last_login_at\", u.\"current_login_at\", ",
            "u.\"last_login_ip\", u.\"current_login_ip\", u.\"login_count\", u.\"tf_primary_method\", ",
            "u.\"tf_totp_secret\", u.\"tf_phone_number\", u.\"us_totp_secrets\", u.\"us_phone_number\", ",
            "u.\"fs_webauthn_user_handle\", u.\"mf_recovery_codes\", u.\"create_datetime\", ",
            "u.\"update_datetime\", u.\"extra\", ",
            "r.\"id\", r.\"name\", r.\"description\", r.\"permissions\", r.\"update_datetime\" ",
            "FROM \"user\" AS u LEFT JOIN \"roles_users\" AS g ON g.\"user_id\" = u.\"id\" ",
            "LEFT JOIN \"role\" AS r ON r.\"id\" = g.\"role_id\" WHERE u.\"fs_uniquifier\" = ",
            $place
        )
    };
}
pub(super) use select;

/// One row: a user with one role.
#[expect(dead_code, reason = "most of it is read from the database and looked at no further")]
pub(super) struct PlainRow {
    id: Option<i32>,
    email: Option<String>,
    username: Option<String>,
    password: Option<String>,
    active: Option<bool>,
    fs_uniquifier: Option<String>,
    fs_token_uniquifier: Option<String>,
    confirmed_at: Option<NaiveDateTime>,
    last_login_at: Option<NaiveDateTime>,
    current_login_at: Option<NaiveDateTime>,
    last_login_ip: Option<String>,
    current_login_ip: Option<String>,
    login_count: Option<i32>,
    tf_primary_method: Option<String>,
    tf_totp_secret: Option<String>,
    tf_phone_number: Option<String>,
    us_totp_secrets: Option<String>,
    us_phone_number: Option<String>,
    fs_webauthn_user_handle: Option<String>,
    mf_recovery_codes: Option<String>,
    create_datetime: Option<NaiveDateTime>,
    update_datetime: Option<NaiveDateTime>,
    extra: Option<String>,
    role_id: Option<i32>,
    role_name: Option<String>,
    role_description: Option<String>,
    role_permissions: Option<String>,
    role_update_datetime: Option<NaiveDateTime>,
}

/// Reads the columns of a row one after the other.
pub(super) trait Columns {
    fn number(&mut self) -> Result<Option<i32>, Failure>;
    fn flag(&mut self) -> Result<Option<bool>, Failure>;
    fn text(&mut self) -> Result<Option<String>, Failure>;
    fn time(&mut self) -> Result<Option<NaiveDateTime>, Failure>;
}

impl PlainRow {
    /// Reads them in the order of the statement.
    pub(super) fn read(mut columns: impl Columns) -> Result<Self, Failure> {
        Ok(Self {
            id: columns.number()?,
            email: columns.text()?,
            username: columns.text()?,
            password: columns.text()?,
            active: columns.flag()?,
            fs_uniquifier: columns.text()?,
            fs_token_uniquifier: columns.text()?,
            confirmed_at: columns.time()?,
            last_login_at: columns.time()?,
            current_login_at: columns.time()?,
            last_login_ip: columns.text()?,
            current_login_ip: columns.text()?,
            login_count: columns.number()?,
            tf_primary_method: columns.text()?,
            tf_totp_secret: columns.text()?,
            tf_phone_number: columns.text()?,
            us_totp_secrets: columns.text()?,
            us_phone_number: columns.text()?,
            fs_webauthn_user_handle: columns.text()?,
            mf_recovery_codes: columns.text()?,
            create_datetime: columns.time()?,
            update_datetime: columns.time()?,
            extra: columns.text()?,
            role_id: columns.number()?,
            role_name: columns.text()?,
            role_description: columns.text()?,
            role_permissions: columns.text()?,
            role_update_datetime: columns.time()?,
        })
    }

    /// What the rows say of the account. All of their values count as used.
    pub(super) fn found(rows: Vec<Self>) -> Option<Found> {
        let rows = std::hint::black_box(rows);
        let roles = rows.iter().filter(|row| row.role_id.is_some()).count();
        let email = rows.into_iter().next()?.email?;
        Some(Found { email, roles })
    }
}
