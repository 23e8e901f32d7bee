//! Configuration files: TOML or JSON, told apart by the ending.

use std::path::Path;

use serde_json::{Map, Number, Value};

use super::environment::Environment;

/// The top-level table of a file, or what is wrong with it in words that quote nothing from it.
pub(super) fn read(path: &Path, environment: &dyn Environment) -> Result<Map<String, Value>, String> {
    let parse = match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => parse_toml,
        Some("json") => parse_json,
        _ => return Err("the name of a configuration file ends in .toml or .json".to_owned()),
    };
    let text = environment.read(path).map_err(|error| format!("cannot be read: {error}"))?;
    parse(&text)
}

fn parse_json(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(table)) => Ok(table),
        Ok(_) => Err("is not a JSON object".to_owned()),
        // The text of the error could quote a value; its place cannot.
        Err(error) => Err(format!("is not JSON, from line {} column {} on", error.line(), error.column())),
    }
}

fn parse_toml(text: &str) -> Result<Map<String, Value>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("is not TOML, from line {} on", before.matches('\n').count() + 1)
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, to_json(value))).collect())
}

fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        // Infinity and not-a-number become text, which no option takes for a number.
        toml::Value::Float(number) => {
            Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
        }
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(elements) => elements.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, to_json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = parse_toml("A = true\nB = 5\nC = ['x']\nD = {y = 1.5}\n").unwrap();
        let json = parse_json(r#"{"A": true, "B": 5, "C": ["x"], "D": {"y": 1.5}}"#).unwrap();
        assert_eq!(toml, json);
    }

    #[test]
    fn a_broken_file_is_reported_by_line_and_without_its_text() {
        for problem in [
            parse_toml("A = 1\nSECRET_KEY = hush-hush\n").unwrap_err(),
            parse_json("{\"A\": 1,\n\"SECRET_KEY\": hush-hush}").unwrap_err(),
        ] {
            assert!(problem.contains("line 2") && !problem.contains("hush"), "{problem}");
        }
        assert!(parse_json("[]").is_err());
    }
}
