//! Which values a datastore may store: the checks every backend makes before it writes.
//!
//! Databases disagree about an embedded NUL and about text that is too long: one refuses, one cuts, one stores it and
//! cannot find it again. A backend calls these functions first, so that all of them answer alike.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Utc};

use super::{DatastoreError, UserChange};
use crate::account::{NewRole, NewUser};

/// The most characters of each column of limited length.
const LIMITS: [(&str, usize); 11] = [
    ("current_login_ip", 64),
    ("description", 255),
    ("email", 255),
    ("fs_token_uniquifier", 64),
    ("fs_uniquifier", 64),
    ("fs_webauthn_user_handle", 64),
    ("last_login_ip", 64),
    ("name", 80),
    ("password", 255),
    ("us_phone_number", 128),
    ("username", 255),
];

/// Checks the values of a new account.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] names the first column whose value cannot be stored.
pub fn new_user(user: &NewUser) -> Result<(), DatastoreError> {
    text("email", &user.email)?;
    optional_text("username", user.username.as_deref())?;
    optional_text("password", user.password.as_deref())?;
    text("fs_uniquifier", &user.fs_uniquifier)?;
    text("fs_token_uniquifier", &user.fs_token_uniquifier)?;
    text("fs_webauthn_user_handle", &user.fs_webauthn_user_handle)?;
    optional_text("us_phone_number", user.us_phone_number.as_deref())?;
    user.confirmed_at.map_or(Ok(()), |at| time("confirmed_at", at))
}

/// Checks the new values of a change.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] names the first column whose value cannot be stored.
pub fn user_change(change: &UserChange) -> Result<(), DatastoreError> {
    optional_text("email", change.email.as_deref())?;
    optional_text("username", flat(&change.username))?;
    optional_text("password", flat(&change.password))?;
    optional_text("fs_uniquifier", change.fs_uniquifier.as_deref())?;
    optional_text("fs_token_uniquifier", change.fs_token_uniquifier.as_deref())?;
    optional_text("us_phone_number", flat(&change.us_phone_number))?;
    change.confirmed_at.flatten().map_or(Ok(()), |at| time("confirmed_at", at))
}

/// Checks the values of a new role.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] names the first column whose value cannot be stored.
pub fn new_role(role: &NewRole) -> Result<(), DatastoreError> {
    text("name", &role.name)?;
    optional_text("description", role.description.as_deref())?;
    permissions(&role.permissions)
}

/// Checks names of permissions. They lie in one column, joined with commas.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] when a name is empty or holds a comma or a NUL.
pub fn permissions(names: &BTreeSet<String>) -> Result<(), DatastoreError> {
    names.iter().try_for_each(|name| {
        if name.is_empty() {
            return Err(refused("permissions", "the name of a permission is empty"));
        }
        if name.contains(',') {
            return Err(refused("permissions", "the name of a permission holds a comma"));
        }
        text("permissions", name)
    })
}

/// Checks one text: no NUL, and no more characters than the column holds.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] with the name of the column.
///
/// ```
/// use security_core::datastore::storable;
///
/// assert!(storable::text("email", "ann@harbour.example").is_ok());
/// assert!(storable::text("email", "ann@harbour.example\0.evil.example").is_err());
/// ```
pub fn text(column: &str, value: &str) -> Result<(), DatastoreError> {
    if is_impossible(value) {
        return Err(refused(column, "it holds a NUL character"));
    }
    let limit = LIMITS.iter().find(|(name, _)| *name == column).map(|(_, limit)| *limit);
    match limit {
        Some(limit) if value.len() > limit && value.chars().count() > limit => {
            Err(refused(column, &format!("it has more than {limit} characters")))
        }
        _ => Ok(()),
    }
}

/// Whether a text holds a NUL, so that no stored value can equal it.
///
/// # Security
///
/// Some databases cut a text at the NUL when they fold its case and would then find somebody else's account. A
/// backend answers "nobody" for such a key without asking the database.
#[must_use]
pub fn is_impossible(value: &str) -> bool {
    value.contains('\0')
}

/// Checks one time: the text form has four digits for the year.
///
/// # Errors
///
/// [`DatastoreError::Unstorable`] with the name of the column.
pub fn time(column: &str, value: DateTime<Utc>) -> Result<(), DatastoreError> {
    if (1..=9999).contains(&value.year()) {
        Ok(())
    } else {
        Err(refused(column, "its year is not between 1 and 9999"))
    }
}

fn optional_text(column: &str, value: Option<&str>) -> Result<(), DatastoreError> {
    value.map_or(Ok(()), |value| text(column, value))
}

fn flat(change: &Option<Option<String>>) -> Option<&str> {
    change.as_ref()?.as_deref()
}

fn refused(column: &str, problem: &str) -> DatastoreError {
    DatastoreError::Unstorable { column: column.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn column_of(result: Result<(), DatastoreError>) -> Option<String> {
        match result {
            Err(DatastoreError::Unstorable { column, .. }) => Some(column),
            _ => None,
        }
    }

    #[test]
    fn a_length_is_counted_in_characters() {
        assert!(text("name", &"é".repeat(80)).is_ok());
        assert_eq!(column_of(text("name", &"é".repeat(81))), Some("name".to_owned()));
        assert!(text("us_totp_secrets", &"x".repeat(100_000)).is_ok());
    }

    #[test]
    fn a_nul_is_refused_wherever_it_stands() {
        let mut user = NewUser::new("ann@harbour.example");
        assert!(new_user(&user).is_ok());
        user.username = Some("ann\0".to_owned());
        assert_eq!(column_of(new_user(&user)), Some("username".to_owned()));
        let change = UserChange { password: Some(Some("\0".to_owned())), ..UserChange::default() };
        assert_eq!(column_of(user_change(&change)), Some("password".to_owned()));
    }

    #[test]
    fn the_problem_does_not_repeat_the_value() {
        let error = text("password", &"hunter2".repeat(100)).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_permission_needs_a_name_without_comma() {
        for name in ["", "read,write", "re\0ad"] {
            let role = NewRole::new("clerk", [name]);
            assert_eq!(column_of(new_role(&role)), Some("permissions".to_owned()), "{name:?}");
        }
        assert!(new_role(&NewRole::new("clerk", ["read all", "écrire"])).is_ok());
    }

    #[test]
    fn a_time_has_a_year_of_four_digits() {
        let year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
        assert!(time("confirmed_at", year(1969)).is_ok());
        assert!(time("confirmed_at", year(10_000)).is_err());
    }
}
