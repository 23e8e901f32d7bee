//! Licences, bans and sources of the dependencies, by cargo-deny and `deny.toml`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::step::{self, Outcome};
use crate::workspace::{Workspace, cargo};

/// The version that is installed when the machine has none.
const VERSION: &str = "0.20.2";

/// Older ones cannot read the lock file or the package identifiers of this cargo: 0.14 stops with a panic.
const OLDEST: (u32, u32) = (0, 18);

/// Runs `cargo deny check licenses bans sources`, with a cargo-deny of its own when need be.
///
/// That is compiled once, into `target/tools`: two to three minutes on two cores. (The Python package index has
/// ready-made ones, but none that is new enough.)
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let own = workspace.root().join("target/tools").join(format!("cargo-deny-{VERSION}"));
    let own_program = own.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let program = match [PathBuf::from("cargo-deny"), own_program.clone()].into_iter().find(is_recent) {
        Some(found) => found,
        None => {
            let root = own.to_string_lossy();
            let install =
                ["install", "cargo-deny", "--locked", "--version", VERSION, "--root", root.as_ref()];
            if step::program(workspace, cargo(), &install, &[]) != Outcome::Passed {
                return Outcome::Unavailable(format!("cargo-deny {VERSION} could not be installed"));
            }
            own_program
        }
    };
    step::program(workspace, program, &["--all-features", "check", "licenses", "bans", "sources"], &[])
}

fn is_recent(program: &PathBuf) -> bool {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output();
    output.is_ok_and(|output| version_is_recent(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads the likes of `cargo-deny 0.20.2`.
fn version_is_recent(line: &str) -> bool {
    let Some(version) = line.split_whitespace().nth(1) else { return false };
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_cargo_deny_is_not_used() {
        assert!(version_is_recent("cargo-deny 0.20.2\n"));
        assert!(version_is_recent("cargo-deny 1.0.0"));
        assert!(!version_is_recent("cargo-deny 0.14.2"));
        assert!(!version_is_recent(""));
        assert!(!version_is_recent("error: no such command"));
    }
}
