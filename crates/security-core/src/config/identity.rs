//! What a user may be known by.

use serde_json::{Map, Value};

use super::section::section;
use super::value::{Expected, Input, OptionValue};
use crate::account::identity::NormalizationForm;

section! {
    /// What a user may be known by, and how it is written the same way every time.
    pub struct IdentityConfig "Identities" {
        /// What users sign in with, tried in this order.
        attributes: Vec<IdentityRule>, "SECURITY_USER_IDENTITY_ATTRIBUTES"
            = [{"email": {"case_insensitive": true}}];
        /// Unicode form of usernames and passkey names.
        input_normalize_form: Option<NormalizationForm>, "SECURITY_INPUT_NORMALIZE_FORM" = "NFKD";
        /// Offer usernames. Adds `username` to the identities.
        username_enable: bool, "SECURITY_USERNAME_ENABLE" = false;
        /// Insist on a username when somebody registers.
        username_required: bool, "SECURITY_USERNAME_REQUIRED" = false;
        /// Fewest characters of a username.
        username_min_length: usize, "SECURITY_USERNAME_MIN_LENGTH" = 4;
        /// Most characters of a username.
        username_max_length: usize, "SECURITY_USERNAME_MAX_LENGTH" = 32;
        /// Unicode general categories a username may use, by prefix (`L`: every letter); none allows all.
        username_allowed_chars: Option<Vec<String>>, "SECURITY_USERNAME_ALLOWED_CHARS" = ["L", "N"];
        /// Give out usernames that mix scripts, say Latin with Cyrillic letters, and so may look like another name. Who has one
        /// signs in with it either way.
        username_mixed_scripts: bool, "SECURITY_USERNAME_MIXED_SCRIPTS" = false, ours;
        /// Country of phone numbers without a country code.
        phone_region_default: String, "SECURITY_PHONE_REGION_DEFAULT" = "US";
        /// Arguments of the check of e-mail addresses.
        email_validator_args: Option<Map<String, Value>>, "SECURITY_EMAIL_VALIDATOR_ARGS" = null;
    }
}

/// One kind of identity a user may sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityRule {
    /// The column of the user record.
    pub attribute: IdentityAttribute,
    /// Whether upper and lower case are the same.
    pub case_insensitive: bool,
}

/// A column of the user record that identifies its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityAttribute {
    /// The e-mail address.
    Email,
    /// The username.
    Username,
    /// The phone number of unified sign-in.
    UsPhoneNumber,
}

impl IdentityAttribute {
    /// Every attribute.
    pub const ALL: [Self; 3] = [Self::Email, Self::Username, Self::UsPhoneNumber];

    /// The name of the column: `email`, `username` or `us_phone_number`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::UsPhoneNumber => "us_phone_number",
        }
    }

    /// The names the reference gives the function that normalises this attribute.
    const fn mappers(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["uia_email_mapper", "email"],
            Self::Username => &["uia_username_mapper", "username"],
            Self::UsPhoneNumber => &["uia_phone_mapper", "us_phone_number"],
        }
    }

    /// Whether the reference ignores case here by default.
    const fn usually_ignores_case(self) -> bool {
        match self {
            Self::Email | Self::Username => true,
            Self::UsPhoneNumber => false,
        }
    }

    fn from_name(name: &str) -> Result<Self, Expected> {
        let found = Self::ALL.into_iter().find(|attribute| attribute.name() == name);
        found.ok_or_else(|| Expected::new("one of `email`, `username` and `us_phone_number`"))
    }
}

impl OptionValue for IdentityRule {
    fn kind() -> String {
        "identity".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        let table = match input {
            Input::Typed(Value::String(name)) => return Self::plain(name),
            Input::Text(name) => return Self::plain(name),
            Input::Typed(Value::Object(table)) => table,
            Input::Typed(_) => return Err(example()),
        };
        let mut entries = table.iter();
        let (Some((name, settings)), None) = (entries.next(), entries.next()) else { return Err(example()) };
        let attribute = IdentityAttribute::from_name(name)?;
        // Where a table says nothing about case, case counts, as in the reference.
        let mut rule = Self { attribute, case_insensitive: false };
        for (key, value) in settings.as_object().ok_or_else(example)? {
            match (key.as_str(), value) {
                ("case_insensitive", Value::Bool(value)) => rule.case_insensitive = *value,
                ("mapper", Value::String(mapper)) if attribute.mappers().contains(&mapper.as_str()) => {}
                ("mapper", _) => {
                    return Err(Expected::new(format!(
                        "the mapper `{}`, or none at all",
                        attribute.mappers()[0]
                    )));
                }
                _ => return Err(example()),
            }
        }
        Ok(rule)
    }
}

impl IdentityRule {
    fn plain(name: &str) -> Result<Self, Expected> {
        let attribute = IdentityAttribute::from_name(name)?;
        Ok(Self { attribute, case_insensitive: attribute.usually_ignores_case() })
    }
}

fn example() -> Expected {
    Expected::new("a name, or a table of one key such as {\"email\": {\"case_insensitive\": true}}")
}

impl IdentityConfig {
    /// The rule for an attribute, if users may sign in with it.
    #[must_use]
    pub fn rule(&self, attribute: IdentityAttribute) -> Option<&IdentityRule> {
        self.attributes.iter().find(|rule| rule.attribute == attribute)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<IdentityRule, Expected> {
        IdentityRule::read(Input::Typed(value))
    }

    #[test]
    fn an_identity_is_a_name_or_a_table_of_one_key() {
        let email = IdentityRule { attribute: IdentityAttribute::Email, case_insensitive: true };
        for value in [
            json!("email"),
            json!({"email": {"case_insensitive": true}}),
            json!({"email": {"mapper": "uia_email_mapper", "case_insensitive": true}}),
        ] {
            assert_eq!(read(&value), Ok(email), "{value}");
        }
        assert_eq!(read(&json!({"email": {}})), Ok(IdentityRule { case_insensitive: false, ..email }));
        for value in [
            json!({"email": {}, "username": {}}),
            json!({}),
            json!({"email": true}),
            json!({"email": {"mapper": "my_own"}}),
            json!({"email": {"case": true}}),
            json!("shoe_size"),
            json!(1),
        ] {
            assert!(read(&value).is_err(), "{value}");
        }
    }
}
