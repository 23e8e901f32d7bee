//! Tokens, sessions and cookies against the answers of the reference implementation.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use security_core::config::SecretsConfig;
use serde_json::Value;

mod browser_cookies;
mod sessions;
mod tokens;

/// The version whose answers count.
const REFERENCE: &str = "5.9.2";

fn vectors(name: &str) -> Value {
    let folder = std::env::var_os("TEST_VECTORS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn cases(vectors: &Value) -> impl Iterator<Item = &Value> {
    vectors["cases"].as_array().expect("a list of cases").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The time in a `now` of the vectors.
fn at(now: &Value) -> DateTime<Utc> {
    let micros = now.as_f64().expect("unix seconds") * 1_000_000.0;
    DateTime::from_timestamp_micros(micros as i64).expect("a time")
}

/// The keys the vectors were made with. The application `fallbacks` has retired ones as well.
fn secrets(vectors: &Value, app: &str) -> SecretsConfig {
    let inputs = &vectors["inputs"];
    let fallbacks = inputs["fallbacks"].as_array().filter(|_| app == "fallbacks");
    SecretsConfig {
        secret_key: text(&inputs["secret_key"]).into(),
        secret_key_fallbacks: fallbacks.into_iter().flatten().map(|key| text(key).into()).collect(),
        ..SecretsConfig::default()
    }
}
