//! Forms as templates see them, and what is wrong with what was submitted.

mod errors;
mod field;

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

pub use errors::FormErrors;
pub use field::{Field, FieldKind};

/// A form to be shown.
///
/// Templates see `{action, method, errors, fields, by_name}`; `errors` are those of the form as a whole. The
/// macro `render_form` of the built-in templates writes all of it.
///
/// ```
/// use security_views::form::{Field, Form};
///
/// let form = Form::post("/login?next=%2Finbox")
///     .hidden("csrf_token", "IjQ1…")
///     .field(Field::email("email", "E-mail address").required().autocomplete("email"))
///     .field(Field::password("password", "Password").required().autocomplete("current-password"))
///     .checkbox("remember", "Remember me", false);
/// let seen = serde_json::to_value(&form)?;
/// assert_eq!(seen["method"], "post");
/// assert_eq!(seen["by_name"]["email"]["label"], "E-mail address");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a form does nothing before a template shows it"]
pub struct Form {
    action: String,
    errors: Vec<String>,
    fields: Vec<Field>,
}

impl Form {
    /// A form that is submitted by POST to a URL of ours. Put `next` into the URL with
    /// [`with_query`](crate::redirect::with_query).
    pub fn post(action: impl Into<String>) -> Self {
        Self { action: action.into(), errors: Vec::new(), fields: Vec::new() }
    }

    /// Adds a field.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Adds a hidden field, such as the CSRF token.
    pub fn hidden(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.field(Field::hidden(name, value))
    }

    /// Adds a box to tick.
    pub fn checkbox(self, name: impl Into<String>, label: impl Into<String>, is_checked: bool) -> Self {
        self.field(Field::checkbox(name, label).checked(is_checked))
    }

    /// Adds a button. A form without one gets a button from the template.
    pub fn submit(self, name: impl Into<String>, label: impl Into<String>) -> Self {
        self.field(Field::submit(name, label))
    }

    /// Shows errors: each next to its field, or above the form if it belongs to the form as a whole, to a hidden
    /// field or to a field that this form does not have.
    pub fn with_errors(mut self, errors: &FormErrors) -> Self {
        for (name, texts) in errors.iter() {
            let shown = |field: &&mut Field| field.name() == name && field.kind().shows_errors();
            match self.fields.iter_mut().find(shown) {
                Some(field) => field.add_errors(texts),
                None => self.errors.extend_from_slice(texts),
            }
        }
        self
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by_name: BTreeMap<&str, &Field> = self.fields.iter().map(|field| (field.name(), field)).collect();
        let mut form = serializer.serialize_struct("Form", 5)?;
        form.serialize_field("action", &self.action)?;
        form.serialize_field("method", "post")?;
        form.serialize_field("errors", &self.errors)?;
        form.serialize_field("fields", &self.fields)?;
        form.serialize_field("by_name", &by_name)?;
        form.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Form {
        Form::post("/login")
            .hidden("csrf_token", "secret-token")
            .field(Field::email("email", "E-mail address").value("anna@example.org"))
            .field(Field::password("password", "Password").value("correct horse"))
            .field(Field::text("code", "Code").value("123456").autocomplete("one-time-code"))
    }

    #[test]
    fn a_password_or_code_is_never_shown_again() {
        let seen = serde_json::to_value(sample()).unwrap();
        assert_eq!(seen["by_name"]["email"]["value"], "anna@example.org");
        assert!(seen["by_name"]["password"]["value"].is_null());
        assert!(seen["by_name"]["code"]["value"].is_null());
        let later = Field::text("code", "Code").autocomplete("one-time-code").value("123456");
        assert!(serde_json::to_value(later).unwrap()["value"].is_null());
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", sample());
        for secret in ["secret-token", "anna@example.org", "correct horse", "123456"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("csrf_token"));
    }

    #[test]
    fn an_error_is_shown_next_to_its_field_or_above_the_form() {
        let mut errors = FormErrors::new();
        errors.add("email", "No such address.".to_owned());
        errors.add("csrf_token", "The form has expired.".to_owned());
        errors.add("unknown", "Elsewhere.".to_owned());
        errors.add("", "Nothing chosen.".to_owned());
        let seen = serde_json::to_value(sample().with_errors(&errors)).unwrap();
        assert_eq!(seen["by_name"]["email"]["errors"][0], "No such address.");
        assert_eq!(seen["fields"][1]["errors"][0], "No such address.");
        assert_eq!(
            seen["errors"],
            serde_json::json!(["The form has expired.", "Elsewhere.", "Nothing chosen."])
        );
    }
}
