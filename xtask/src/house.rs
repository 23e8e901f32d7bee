//! The house rules: what must never happen in which room. `CONTRIBUTING.md` tells them to people.
//!
//! Each rule is a file with tests that prove that it can fail.

mod account_rules;
mod crate_boundaries;
mod machine_paths;
mod ports;
mod tidiness;
mod unsafe_code;

use std::fmt;

use crate::workspace::Workspace;

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    rule: &'static str,
    place: String,
    problem: String,
}

impl Violation {
    fn new(rule: &'static str, place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { rule, place: place.into(), problem: problem.into() }
    }

    fn at(rule: &'static str, path: &str, line: usize, problem: impl Into<String>) -> Self {
        Self::new(rule, format!("{path}:{line}"), problem)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.problem, self.rule)
    }
}

/// Checks every rule on the workspace.
///
/// # Errors
///
/// When the files or the dependency trees cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Violation>, String> {
    let texts = workspace.text_files()?;
    let sources = workspace.rust_files()?;
    let crates = workspace.crate_names();

    let mut found = crate_boundaries::check(workspace, &crates, &sources)?;
    found.extend(ports::check(&sources));
    found.extend(account_rules::check(&sources));
    found.extend(unsafe_code::check(&texts));
    found.extend(tidiness::check(&sources));
    found.extend(machine_paths::check(&texts, &machine_paths::Machine::this(workspace)));
    Ok(found)
}
