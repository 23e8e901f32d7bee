//! One step of a run: a command or a check, timed.

use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::Workspace;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Passed,
    /// Something has to be mended; each line says what.
    Failed(Vec<String>),
    /// The machine lacks what the step needs; the text says what.
    Unavailable(String),
}

/// A step that has been run.
#[derive(Debug)]
pub(crate) struct Done {
    /// Its name in the summary.
    pub(crate) name: String,
    /// How long it took.
    pub(crate) took: Duration,
    /// What it came to.
    pub(crate) outcome: Outcome,
}

/// Announces a step, runs it and takes its time.
pub(crate) fn run(name: &str, step: impl FnOnce() -> Outcome) -> Done {
    println!("\n=== {name} ===");
    let start = Instant::now();
    let outcome = step();
    if let Outcome::Failed(lines) = &outcome {
        lines.iter().for_each(|line| println!("{line}"));
    }
    Done { name: name.to_owned(), took: start.elapsed(), outcome }
}

/// Runs a program in the workspace, its output on the terminal; it passes when the program says so.
pub(crate) fn program(
    workspace: &Workspace,
    program: impl Into<OsString>,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Outcome {
    let program = program.into();
    let shown = shown(&program, arguments, environment);
    println!("$ {shown}");
    let status = Command::new(&program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(workspace.root())
        .status();
    match status {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(vec![format!("{shown}: {status}")]),
        Err(error) => Outcome::Failed(vec![format!("{shown}: cannot be run: {error}")]),
    }
}

/// The command as one would type it, from the workspace root.
fn shown(program: &OsString, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let name = std::path::Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let mut words: Vec<String> =
        environment.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
    words.push(name);
    words.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::cargo;

    #[test]
    fn a_program_that_fails_fails_its_step() {
        let workspace = Workspace::of_this_program();
        assert_eq!(program(&workspace, cargo(), &["--version"], &[]), Outcome::Passed);
        #[cfg(unix)]
        assert!(matches!(program(&workspace, "false", &[], &[]), Outcome::Failed(_)));
        assert!(matches!(program(&workspace, "no-such-program", &[], &[]), Outcome::Failed(_)));
    }
}
