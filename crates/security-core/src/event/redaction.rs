//! Taking secrets out of what a form was filled with.

use serde_json::{Map, Value};

/// Fields that hold a secret, besides those that have `password` in their name.
const SECRET: &[&str] = &["csrf_token", "passwd", "passphrase", "passcode", "code", "token"];

/// Takes out every field that holds a secret, at any depth.
pub(super) fn redact(fields: &mut Map<String, Value>) {
    fields.retain(|name, _| !is_secret(name));
    fields.values_mut().for_each(redact_value);
}

fn redact_value(value: &mut Value) {
    match value {
        Value::Object(fields) => redact(fields),
        Value::Array(values) => values.iter_mut().for_each(redact_value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("password") || SECRET.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_password_stays_whatever_its_field_is_called() {
        let mut value = json!({
            "email": "joe@example.com",
            "password": "s3cret",
            "password_confirm": "s3cret",
            "New_Password": "s3cret",
            "csrf_token": "s3cret",
            "profile": {"nickname": "joey", "oldPassword": "s3cret", "more": [{"password": "s3cret", "age": 7}]},
        });
        redact(value.as_object_mut().unwrap());
        let expected = json!({
            "email": "joe@example.com",
            "profile": {"nickname": "joey", "more": [{"age": 7}]},
        });
        assert_eq!(value, expected);
    }
}
