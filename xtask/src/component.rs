//! Parts of the Rust toolchain that a small installation lacks.

use std::process::{Command, Stdio};

use crate::step::{self, Outcome};
use crate::workspace::Workspace;

/// Runs a step that needs `cargo <subcommand>`, after having rustup add its component when it is missing.
pub(crate) fn with(
    workspace: &Workspace,
    subcommand: &str,
    component: &str,
    step: impl FnOnce() -> Outcome,
) -> Outcome {
    if !answers(subcommand) {
        let added = step::program(workspace, "rustup", &["component", "add", component], &[]);
        if added != Outcome::Passed || !answers(subcommand) {
            return Outcome::Unavailable(format!(
                "`cargo {subcommand}` is missing and rustup cannot add {component}"
            ));
        }
    }
    step()
}

/// Asks the program behind the subcommand; `cargo <anything> --version` would answer for itself.
fn answers(subcommand: &str) -> bool {
    let mut command = Command::new(format!("cargo-{subcommand}"));
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_subcommand_is_noticed() {
        assert!(!answers("no-such-subcommand"));
    }
}
