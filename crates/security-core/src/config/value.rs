//! How the value of an option is read: typed, from a file or from code, or as text, from the environment.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::account::identity::NormalizationForm;
use crate::session::Mechanism;

/// A value as its source holds it.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// From a file or from code, where `true` and `"true"` differ.
    Typed(&'a Value),
    /// From the environment, where everything is text.
    Text(&'a str),
}

/// What should have been there instead. Never holds the value itself, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected(pub(super) String);

impl Expected {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// A type an option can have.
pub(super) trait OptionValue: Sized {
    /// The words that mean "no value" for an optional option of this type, next to null.
    const NONE_WORDS: &'static [&'static str] = &["", "none", "null"];

    /// What the reference documentation calls the type.
    fn kind() -> String;

    /// Reads a value.
    fn read(input: Input<'_>) -> Result<Self, Expected>;
}

/// Another way to read the same Rust type, where an option gives a value a meaning of its own.
pub(super) trait Codec<T> {
    /// What the reference documentation calls the type.
    fn kind() -> String;

    /// Reads a value, given the one before it.
    fn read(before: Option<&T>, input: Input<'_>) -> Result<T, Expected>;
}

/// The usual way: [`OptionValue`].
pub(super) struct Plain;

impl<T: OptionValue> Codec<T> for Plain {
    fn kind() -> String {
        T::kind()
    }

    fn read(_before: Option<&T>, input: Input<'_>) -> Result<T, Expected> {
        T::read(input)
    }
}

/// The error of a value of another type, named by what it should be.
pub(super) fn wrong<T: OptionValue>() -> Expected {
    Expected::new(T::kind())
}

impl OptionValue for bool {
    fn kind() -> String {
        "true or false".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(Value::Bool(value)) => Ok(*value),
            Input::Typed(_) => Err(wrong::<Self>()),
            Input::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(true),
                "false" | "0" | "no" | "off" => Ok(false),
                _ => Err(Expected::new("true or false (or 1/0, yes/no, on/off)")),
            },
        }
    }
}

macro_rules! whole_number {
    ($($type:ty),+) => {$(
        impl OptionValue for $type {
            fn kind() -> String {
                "whole number".to_owned()
            }

            fn read(input: Input<'_>) -> Result<Self, Expected> {
                let number = match input {
                    Input::Typed(value) => value.as_u64(),
                    Input::Text(text) => text.trim().parse().ok(),
                };
                let fits = number.and_then(|number| Self::try_from(number).ok());
                fits.ok_or_else(|| Expected::new(format!("a whole number from 0 to {}", Self::MAX)))
            }
        }
    )+};
}

whole_number!(u8, u16, u64, usize);

impl OptionValue for String {
    fn kind() -> String {
        "text".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(Value::String(text)) => Ok(text.clone()),
            Input::Typed(_) => Err(wrong::<Self>()),
            Input::Text(text) => Ok(text.to_owned()),
        }
    }
}

impl OptionValue for SecretString {
    fn kind() -> String {
        "secret text".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(Value::String(text)) => Ok(text.as_str().into()),
            Input::Typed(_) => Err(wrong::<Self>()),
            Input::Text(text) => Ok(text.into()),
        }
    }
}

impl<T: OptionValue> OptionValue for Option<T> {
    fn kind() -> String {
        format!("{}, or none", T::kind())
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        let text = match input {
            Input::Typed(Value::Null) => return Ok(None),
            Input::Typed(value) => value.as_str(),
            Input::Text(text) => Some(text),
        };
        if text.is_some_and(|text| T::NONE_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))) {
            return Ok(None);
        }
        T::read(input).map(Some)
    }
}

impl<T: OptionValue> OptionValue for Vec<T> {
    fn kind() -> String {
        format!("list of {}", T::kind())
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(Value::Array(elements)) => {
                elements.iter().map(|element| T::read(Input::Typed(element))).collect::<Result<_, _>>()
            }
            Input::Typed(_) => return Err(wrong::<Self>()),
            Input::Text(text) if text.trim_start().starts_with('[') => {
                return match serde_json::from_str(text) {
                    Ok(list @ Value::Array(_)) => Self::read(Input::Typed(&list)),
                    _ => Err(wrong::<Self>()),
                };
            }
            Input::Text(text) if text.trim().is_empty() => return Ok(Vec::new()),
            Input::Text(text) => text.split(',').map(|part| T::read(Input::Text(part.trim()))).collect(),
        }
        .map_err(|Expected(element)| Expected(format!("a list, each element {element}")))
    }
}

impl OptionValue for Map<String, Value> {
    fn kind() -> String {
        "table".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(Value::Object(map)) => Ok(map.clone()),
            Input::Typed(_) => Err(wrong::<Self>()),
            Input::Text(text) => match serde_json::from_str(text) {
                Ok(Value::Object(map)) => Ok(map),
                _ => Err(Expected::new("a table, written as a JSON object")),
            },
        }
    }
}

impl<T: OptionValue> OptionValue for BTreeMap<String, T> {
    fn kind() -> String {
        format!("table of {}", T::kind())
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        Map::read(input)?
            .iter()
            .map(|(key, value)| Ok((key.clone(), T::read(Input::Typed(value))?)))
            .collect::<Result<_, _>>()
            .map_err(|Expected(element)| Expected(format!("a table, each value {element}")))
    }
}

impl OptionValue for Mechanism {
    fn kind() -> String {
        "`session`, `token` or `basic`".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        String::read(input)?.parse().map_err(|_| wrong::<Self>())
    }
}

impl OptionValue for NormalizationForm {
    fn kind() -> String {
        "`NFC`, `NFD`, `NFKC` or `NFKD`".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        String::read(input)?.parse().map_err(|_| wrong::<Self>())
    }
}

/// A name of a closed list, given as pairs of name and value.
pub(super) fn choice<T: OptionValue + Copy>(input: Input<'_>, choices: &[(&str, T)]) -> Result<T, Expected> {
    let text = String::read(input).map_err(|_| wrong::<T>())?;
    let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
    found.map(|(_, value)| *value).ok_or_else(wrong::<T>)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn typed<T: OptionValue>(value: &Value) -> Result<T, Expected> {
        T::read(Input::Typed(value))
    }

    fn text<T: OptionValue>(text: &str) -> Result<T, Expected> {
        T::read(Input::Text(text))
    }

    #[test]
    fn text_of_the_environment_becomes_what_the_option_is() {
        for (given, expected) in [("true", true), ("ON", true), ("1", true), ("no", false), ("Off", false)] {
            assert_eq!(text::<bool>(given), Ok(expected), "{given}");
        }
        assert_eq!(text::<usize>(" 12 "), Ok(12));
        assert_eq!(text::<Vec<String>>("a, b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(text::<Vec<String>>(r#"["a,b"]"#), Ok(vec!["a,b".to_owned()]));
        assert_eq!(text::<Vec<String>>(""), Ok(Vec::new()));
        assert_eq!(text::<Option<String>>("None"), Ok(None));
        assert_eq!(text::<Map<String, Value>>(r#"{"a": 1}"#).unwrap()["a"], 1);
    }

    #[test]
    fn a_file_must_use_the_type_itself() {
        assert!(typed::<bool>(&json!("true")).is_err());
        assert!(typed::<bool>(&json!(1)).is_err());
        assert!(typed::<usize>(&json!("12")).is_err());
        assert!(typed::<usize>(&json!(-1)).is_err());
        assert!(typed::<u8>(&json!(256)).is_err());
        assert!(typed::<String>(&json!(1)).is_err());
        assert!(typed::<Vec<String>>(&json!("a")).is_err());
        assert!(typed::<Vec<String>>(&json!([1])).is_err());
    }
}
