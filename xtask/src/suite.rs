//! `cargo xtask test`: everything a change has to pass, in the order in which mistakes are cheapest to find.

use std::process::ExitCode;

use crate::servers::Servers;
use crate::step::{self, Outcome};
use crate::summary;
use crate::workspace::{Workspace, cargo};
use crate::{component, dependency_audit, fuzzers, house};

/// Whether a tool that could not be had fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// It is named at the end.
    Desk,
    /// It fails the run, and `Cargo.lock` must be up to date.
    Ci,
}

impl Strictness {
    /// Strict with `CI` set to anything but nothing, `0` or `false`.
    pub(crate) fn from_environment() -> Self {
        match std::env::var("CI").as_deref() {
            Err(_) | Ok("" | "0" | "false") => Self::Desk,
            Ok(_) => Self::Ci,
        }
    }
}

/// Runs the suite; a failed step does not stop the others.
pub(crate) fn run(workspace: &Workspace, fast: bool, strictness: Strictness) -> ExitCode {
    let strict = strictness == Strictness::Ci;
    let cargo_step = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut all = arguments.to_vec();
        if strict && arguments.first() != Some(&"fmt") {
            all.insert(1, "--locked");
        }
        step::program(workspace, cargo(), &all, environment)
    };

    let mut steps = vec![
        step::run("format", || {
            component::with(workspace, "fmt", "rustfmt", || cargo_step(&["fmt", "--all", "--check"], &[]))
        }),
        step::run("house rules", || house_rules(workspace)),
        step::run("lints", || {
            let all = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
            component::with(workspace, "clippy", "clippy", || cargo_step(&all, &[]))
        }),
    ];
    let (servers, started) = Servers::start(workspace, strict);
    steps.extend(started);
    steps.push(step::run("tests", || {
        let all = ["test", "--workspace", "--all-features", "--all-targets", "--no-fail-fast"];
        cargo_step(&all, &servers.environment())
    }));
    if !fast {
        steps.push(step::run("doctests", || {
            let all = ["test", "--workspace", "--all-features", "--doc", "--no-fail-fast"];
            cargo_step(&all, &servers.environment())
        }));
    }
    drop(servers);
    if !fast {
        steps.push(step::run("documentation", || {
            let warnings_are_errors = [("RUSTDOCFLAGS", "-D warnings")];
            cargo_step(&["doc", "--workspace", "--no-deps", "--all-features"], &warnings_are_errors)
        }));
        steps.push(step::run("dependencies", || dependency_audit::run(workspace)));
        steps.push(step::run("fuzzers", || fuzzers::run(workspace)));
    }
    println!("{}", summary::summary(&steps, strict));
    exit(summary::passed(&steps, strict))
}

/// Runs the house rules alone.
pub(crate) fn run_house_rules(workspace: &Workspace) -> ExitCode {
    let steps = [step::run("house rules", || house_rules(workspace))];
    println!("{}", summary::summary(&steps, true));
    exit(summary::passed(&steps, true))
}

fn house_rules(workspace: &Workspace) -> Outcome {
    match house::check(workspace) {
        Ok(violations) if violations.is_empty() => Outcome::Passed,
        Ok(violations) => Outcome::Failed(violations.iter().map(ToString::to_string).collect()),
        Err(problem) => Outcome::Failed(vec![problem]),
    }
}

fn exit(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
