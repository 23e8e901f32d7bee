//! What can be asked of `cargo xtask`.

/// Shown by `cargo xtask help` and after a mistake.
pub(crate) const USAGE: &str = "\
Usage: cargo xtask <command>

  test [--fast]   everything a change has to pass: format, lints, house rules, tests, doctests, docs,
                  licences and sources of dependencies, ten seconds of every fuzzer;
                  --fast stops after the tests
  ci              the same, and what the machine lacks is a failure (as with CI=true)
  servers         starts the database servers of the tests and prints their addresses, until Enter
  house           the house rules alone
  bench [axum] [actix] [datastores] [--seconds N] [--rounds N] [--quick]
                  what account security costs a request, and what a datastore adds to its driver,
                  compiled with optimisations; everything unless something is named
  help            this text";

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// The whole suite, or its quick half.
    Test {
        /// Leaves out doctests, documentation, the audit of dependencies and the fuzzers.
        fast: bool,
    },
    /// The whole suite, strict about missing tools.
    Ci,
    /// The servers, for tests that are started by hand.
    Servers,
    /// The house rules alone.
    House,
    /// The benchmark.
    Bench {
        /// For the benchmark itself, which knows what they mean.
        arguments: Vec<String>,
    },
    /// The usage text.
    Help,
}

impl Command {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    ///
    /// A sentence that names the argument nobody knows.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.collect();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["test"] => Ok(Self::Test { fast: false }),
            ["test", "--fast"] => Ok(Self::Test { fast: true }),
            ["ci"] => Ok(Self::Ci),
            ["servers"] => Ok(Self::Servers),
            ["house"] => Ok(Self::House),
            ["bench", ..] => Ok(Self::Bench { arguments: arguments.into_iter().skip(1).collect() }),
            ["help" | "--help" | "-h"] => Ok(Self::Help),
            [] => Err("Which command?".to_owned()),
            ["test" | "ci" | "servers" | "house" | "help", extra, ..] => {
                Err(format!("`{extra}` is not an option here."))
            }
            [unknown, ..] => Err(format!("There is no command `{unknown}`.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Command, String> {
        Command::parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_fast_run_is_asked_for_by_name() {
        assert_eq!(parse("test"), Ok(Command::Test { fast: false }));
        assert_eq!(parse("test --fast"), Ok(Command::Test { fast: true }));
    }

    #[test]
    fn the_benchmark_gets_its_arguments() {
        let arguments = ["actix", "--seconds", "2"].map(str::to_owned).to_vec();
        assert_eq!(parse("bench actix --seconds 2"), Ok(Command::Bench { arguments }));
        assert_eq!(parse("bench"), Ok(Command::Bench { arguments: Vec::new() }));
    }

    #[test]
    fn a_misspelt_option_is_refused_and_not_ignored() {
        assert!(parse("test --fsat").unwrap_err().contains("--fsat"));
        assert!(parse("tset").is_err());
        assert!(parse("").is_err());
    }
}
