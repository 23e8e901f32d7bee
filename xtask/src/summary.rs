//! What is said at the end of a run.

use std::fmt::Write as _;
use std::time::Duration;

use crate::step::{Done, Outcome};

/// The table of steps, the failures in full, what could not be had, and the verdict.
pub(crate) fn summary(steps: &[Done], strict: bool) -> String {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
    let mut text = String::from("\n=== summary ===\n");
    for step in steps {
        let word = match &step.outcome {
            Outcome::Passed => "ok",
            Outcome::Failed(_) => "FAILED",
            Outcome::Unavailable(_) => "NOT RUN",
        };
        let _ = writeln!(text, "{:width$}  {:>8}  {word}", step.name, seconds(step.took));
    }
    let total: Duration = steps.iter().map(|step| step.took).sum();
    let _ = writeln!(text, "{:width$}  {:>8}", "all", seconds(total));

    for step in steps {
        match &step.outcome {
            Outcome::Passed => {}
            Outcome::Failed(lines) => {
                let _ = writeln!(text, "\n{} failed:", step.name);
                for line in lines {
                    let _ = writeln!(text, "  {line}");
                }
            }
            Outcome::Unavailable(reason) => {
                let _ = writeln!(text, "\n{} was not run: {reason}", step.name);
            }
        }
    }
    let verdict = match (passed(steps, strict), passed(steps, true)) {
        (true, true) => "All passed.",
        (true, false) => "Passed, except for what was not run. With CI=true that is a failure.",
        (false, _) => "FAILED.",
    };
    let _ = write!(text, "\n{verdict}");
    text
}

/// Whether the run as a whole is good; a strict one has to have run everything.
pub(crate) fn passed(steps: &[Done], strict: bool) -> bool {
    steps.iter().all(|step| match step.outcome {
        Outcome::Passed => true,
        Outcome::Failed(_) => false,
        Outcome::Unavailable(_) => !strict,
    })
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(name: &str, outcome: Outcome) -> Done {
        Done { name: name.to_owned(), took: Duration::from_millis(1_250), outcome }
    }

    #[test]
    fn one_failure_fails_the_run_and_is_told_in_full() {
        let steps = [
            done("lints", Outcome::Failed(vec!["cargo clippy: no".to_owned()])),
            done("docs", Outcome::Passed),
        ];
        assert!(!passed(&steps, false));
        let text = summary(&steps, false);
        assert!(text.contains("cargo clippy: no") && text.ends_with("FAILED."), "{text}");
    }

    #[test]
    fn what_could_not_be_had_is_named_and_fails_only_a_strict_run() {
        let steps = [done("audit", Outcome::Unavailable("no network".to_owned()))];
        assert!(passed(&steps, false) && !passed(&steps, true));
        assert!(summary(&steps, false).contains("audit was not run: no network"));
        assert!(summary(&steps, true).ends_with("FAILED."));
    }
}
