//! `cargo xtask bench`: what account security costs a request, and what a datastore adds to its driver.

use std::process::ExitCode;

use crate::step::{self, Outcome};
use crate::workspace::{Workspace, cargo};

/// The program that measures, compiled with optimisations.
const PROGRAM: [&str; 7] = ["run", "--release", "--package", "portcullis-tests", "--bin", "benchmark", "--"];

/// Runs the benchmark with these arguments; its output goes to the terminal.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = PROGRAM.into_iter().chain(arguments.iter().map(String::as_str)).collect();
    match step::program(workspace, cargo(), &words, &[]) {
        Outcome::Passed => ExitCode::SUCCESS,
        Outcome::Failed(lines) => {
            lines.iter().for_each(|line| eprintln!("{line}"));
            ExitCode::FAILURE
        }
        Outcome::Unavailable(lack) => {
            eprintln!("{lack}");
            ExitCode::FAILURE
        }
    }
}
