//! The rules of the configuration: what is read, from where, and what stops the program at start-up.

mod documentation;
mod messages;
mod secrets;
mod sources;
mod startup_rules;
mod takeover;
mod values;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use security_core::config::{ConfigError, ConfigLoader, ConfigProblem, Environment, SecurityConfig};
use serde_json::Value;

const KEY: &str = "a key of more than sixteen bytes";
const SALT: &str = "a salt nobody should ever read";

/// Variables and files that exist only in a test.
#[derive(Debug, Default)]
struct Given {
    variables: Vec<(String, String)>,
    files: BTreeMap<PathBuf, String>,
}

impl Given {
    fn variables(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { variables: pairs.iter().map(own).collect(), files: BTreeMap::new() }
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.into(), text.to_owned());
        self
    }
}

impl Environment for Given {
    fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A loader that has what every configuration needs.
fn loader<'e>() -> ConfigLoader<'e> {
    ConfigLoader::new().set("SECRET_KEY", KEY).set("SECURITY_PASSWORD_SALT", SALT)
}

fn set(options: Value) -> Result<SecurityConfig, ConfigError> {
    loader().table(serde_json::from_value(options).expect("a table of options")).load()
}

fn environment(pairs: &[(&str, &str)]) -> Result<SecurityConfig, ConfigError> {
    loader().environment(&Given::variables(pairs)).load()
}

/// Whether a rule about this option, and perhaps others, was broken.
fn breaks_rule(options: Value, option: &str) -> bool {
    let Err(error) = set(options) else { return false };
    error.problems().iter().any(|problem| match problem {
        ConfigProblem::Rule { options, .. } => options.contains(&option),
        _ => false,
    })
}

#[track_caller]
fn assert_rule(option: &str, broken: Value) {
    let shown = broken.to_string();
    assert!(breaks_rule(broken, option), "{option} in {shown}");
}

#[track_caller]
fn assert_wrong_value(option: &str, value: Value) {
    let shown = format!("{option} = {value}");
    let error = set(Value::from_iter([(option.to_owned(), value)])).expect_err(&shown);
    let about =
        |problem: &ConfigProblem| matches!(problem, ConfigProblem::WrongValue { name, .. } if name == option);
    assert!(error.problems().iter().any(about), "{shown}: {error}");
}
