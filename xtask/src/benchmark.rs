//! `cargo xtask bench`: what account security costs a request, and what a datastore adds to its driver.

use std::process::ExitCode;

use crate::step::{self, Outcome};
use crate::workspace::{Workspace, cargo};

/// The program that measures, compiled with optimisations.
const PROGRAM: [&str; 7] = ["run", "--release", "--package", "portcullis-tests", "--bin", "benchmark", "--"];

/// SQLite as the manual recommends it for many requests at once. As its crate compiles it, all connections share the lock of
/// one page cache and that of the memory statistics; whether two threads fall into step there decides the result.
const SQLITE_FLAGS: (&str, &str) =
    ("LIBSQLITE3_FLAGS", "-USQLITE_ENABLE_MEMORY_MANAGEMENT -DSQLITE_DEFAULT_MEMSTATUS=0");

/// Runs the benchmark with these arguments; its output goes to the terminal.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = PROGRAM.into_iter().chain(arguments.iter().map(String::as_str)).collect();
    match step::program(workspace, cargo(), &words, &[SQLITE_FLAGS]) {
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
