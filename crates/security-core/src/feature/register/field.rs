//! Fields an application adds to the registration form.

use serde_json::Value;

use crate::error::FieldError;
use crate::message::MessageKey;

/// What a field of an application holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A box to tick. Required means ticked.
    Checkbox,
}

/// A field an application adds to the registration form. Its value goes into [`User::extra`](crate::account::User).
///
/// Nothing else that a request sends reaches the account.
///
/// ```
/// use security_core::feature::register::RegistrationField;
///
/// let field = RegistrationField::text("full_name", "Your name").required().at_most(100);
/// assert_eq!(field.name(), "full_name");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationField {
    name: &'static str,
    label: String,
    kind: FieldKind,
    is_required: bool,
    longest: usize,
}

/// Longest text unless a field says otherwise, in characters.
const LONGEST: usize = 255;

impl RegistrationField {
    /// A line of text, at most 255 characters.
    #[must_use]
    pub fn text(name: &'static str, label: impl Into<String>) -> Self {
        Self { name, label: label.into(), kind: FieldKind::Text, is_required: false, longest: LONGEST }
    }

    /// A box to tick.
    #[must_use]
    pub fn checkbox(name: &'static str, label: impl Into<String>) -> Self {
        Self { kind: FieldKind::Checkbox, ..Self::text(name, label) }
    }

    /// The field must be filled in, or the box ticked.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The longest text, in characters.
    #[must_use]
    pub fn at_most(mut self, characters: usize) -> Self {
        self.longest = characters;
        self
    }

    /// Name in forms, in JSON bodies and in the account's `extra`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the page calls it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Whether it must be filled in.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// The value to store, if any.
    pub(super) fn check(&self, value: Option<&Value>) -> Result<Option<Value>, FieldError> {
        let error = |key| FieldError::new(self.name, key);
        match (self.kind, value) {
            (FieldKind::Checkbox, value) => {
                let is_ticked = value.is_some_and(|value| value == &Value::Bool(true));
                if self.is_required && !is_ticked {
                    return Err(error(MessageKey::Required));
                }
                Ok(Some(Value::Bool(is_ticked)))
            }
            (FieldKind::Text, None | Some(Value::Null)) if self.is_required => {
                Err(error(MessageKey::Required))
            }
            (FieldKind::Text, None | Some(Value::Null)) => Ok(None),
            (FieldKind::Text, Some(Value::String(text))) => {
                let text = text.trim();
                if text.chars().count() > self.longest || text.chars().any(char::is_control) {
                    return Err(error(MessageKey::InvalidInput));
                }
                match (text.is_empty(), self.is_required) {
                    (true, true) => Err(error(MessageKey::Required)),
                    (true, false) => Ok(None),
                    (false, _) => Ok(Some(Value::String(text.to_owned()))),
                }
            }
            (FieldKind::Text, Some(_)) => Err(error(MessageKey::ApiError)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_required_field_is_filled_in_and_a_required_box_is_ticked() {
        let name = RegistrationField::text("name", "Name").required();
        assert!(name.check(None).is_err());
        assert!(name.check(Some(&json!("  "))).is_err());
        assert_eq!(name.check(Some(&json!(" Ada "))), Ok(Some(json!("Ada"))));
        let terms = RegistrationField::checkbox("terms", "I agree").required();
        assert!(terms.check(Some(&json!(false))).is_err());
        assert_eq!(terms.check(Some(&json!(true))), Ok(Some(json!(true))));
    }

    #[test]
    fn a_text_is_text_of_one_line_and_not_too_long() {
        let name = RegistrationField::text("name", "Name").at_most(3);
        assert!(name.check(Some(&json!("Adam"))).is_err());
        assert!(name.check(Some(&json!("A\nB"))).is_err());
        assert!(name.check(Some(&json!(7))).is_err());
        assert_eq!(name.check(Some(&json!(""))), Ok(None));
    }
}
