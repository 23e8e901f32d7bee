//! What is wrong with a configuration. Names options and their sources, never their values.

use std::fmt;
use std::path::PathBuf;

/// Why a configuration is refused: every problem that was found, not just the first.
///
/// # Security
///
/// Holds names, sources and expected types; never a value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    /// The error of these problems; nothing when there are none.
    pub(super) fn of(problems: Vec<ConfigProblem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// The problems, at least one.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for ConfigError {}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A file cannot be read, or is neither TOML nor JSON.
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        problem: String,
    },
    /// There is no option of this name.
    UnknownOption {
        /// The name as it was given.
        name: String,
        /// Where it was given.
        source: ConfigSource,
        /// The known name that looks most like it.
        nearest: Option<String>,
    },
    /// The reference has or had an option of this name, and there is another way to say it here.
    ReplacedOption {
        /// The name as it was given.
        name: String,
        /// Where it was given.
        source: ConfigSource,
        /// What to do.
        instead: &'static str,
    },
    /// A value has the wrong type, or is out of range.
    WrongValue {
        /// The option.
        name: String,
        /// Where its value was given.
        source: ConfigSource,
        /// What should be there.
        expected: String,
    },
    /// Options that each are fine do not go together, or one that is needed is missing.
    Rule {
        /// The options, by their full names.
        options: Vec<&'static str>,
        /// The rule and how to follow it.
        explanation: String,
    },
    /// The option switches on a feature that is yet to come.
    NotAvailable {
        /// The option.
        name: &'static str,
    },
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, problem } => write!(f, "{}: {problem}", path.display()),
            Self::UnknownOption { name, source, nearest } => {
                write!(f, "{name} ({source}) is not an option")?;
                nearest.iter().try_for_each(|nearest| write!(f, "; did you mean {nearest}?"))
            }
            Self::ReplacedOption { name, source, instead } => {
                write!(f, "{name} ({source}) is not an option here: {instead}")
            }
            Self::WrongValue { name, source, expected } => {
                write!(f, "{name} ({source}): expected {expected}")
            }
            Self::Rule { options, explanation } => write!(f, "{}: {explanation}", options.join(", ")),
            Self::NotAvailable { name } => write!(f, "{name}: this version does not have the feature yet"),
        }
    }
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigSource {
    /// A key of this file.
    File(PathBuf),
    /// An environment variable of the option's name.
    Environment,
    /// The program itself.
    Code,
}

impl fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "in {}", path.display()),
            Self::Environment => f.write_str("in the environment"),
            Self::Code => f.write_str("in code"),
        }
    }
}
