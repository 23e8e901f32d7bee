//! What is wrong with what was submitted.

use serde_json::{Map, Value, json};

/// The errors of a form, field by field, in the order in which they were found. The empty name stands for the
/// form as a whole.
///
/// ```
/// use security_views::form::FormErrors;
///
/// let mut errors = FormErrors::new();
/// errors.add("email", "Not an email address.".to_owned());
/// assert!(errors.has("email"));
/// let answer = serde_json::Value::Object(errors.to_json());
/// assert_eq!(
///     answer.to_string(),
///     r#"{"errors":["Not an email address."],"field_errors":{"email":["Not an email address."]}}"#
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors {
    fields: Vec<(String, Vec<String>)>,
}

impl FormErrors {
    /// No errors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error to a field, or to the form as a whole if the name is empty.
    pub fn add(&mut self, field: &str, text: String) {
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, texts)) => texts.push(text),
            None => self.fields.push((field.to_owned(), vec![text])),
        }
    }

    /// Drops the errors of a field, and says whether there were any.
    pub fn remove(&mut self, field: &str) -> bool {
        let before = self.fields.len();
        self.fields.retain(|(name, _)| name != field);
        self.fields.len() < before
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Whether a field has errors.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == field)
    }

    /// The fields with errors and their texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.fields.iter().map(|(name, texts)| (name.as_str(), texts.as_slice()))
    }

    /// The texts of all fields, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.iter().flat_map(|(_, texts)| texts).map(String::as_str).collect()
    }

    /// The `response` of a JSON answer: `{"errors": [text], "field_errors": {field: [text]}}`.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let by_field: Map<String, Value> =
            self.iter().map(|(name, texts)| (name.to_owned(), json!(texts))).collect();
        Map::from_iter([
            ("errors".to_owned(), json!(self.texts())),
            ("field_errors".to_owned(), Value::Object(by_field)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> FormErrors {
        let mut errors = FormErrors::new();
        errors.add("password", "Too short.".to_owned());
        errors.add("email", "Not an address.".to_owned());
        errors.add("password", "Too simple.".to_owned());
        errors.add("", "Try again.".to_owned());
        errors
    }

    #[test]
    fn errors_keep_the_order_of_the_fields() {
        assert_eq!(sample().texts(), ["Too short.", "Too simple.", "Not an address.", "Try again."]);
    }

    #[test]
    fn the_form_as_a_whole_has_the_empty_name() {
        let json = sample().to_json();
        assert_eq!(json["field_errors"][""], json!(["Try again."]));
        assert_eq!(json["field_errors"]["password"], json!(["Too short.", "Too simple."]));
        assert_eq!(json["errors"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn the_errors_of_a_field_can_be_kept_to_oneself() {
        let mut errors = sample();
        assert!(errors.remove("password"));
        assert!(!errors.remove("password"));
        assert_eq!(errors.texts(), ["Not an address.", "Try again."]);
    }
}
