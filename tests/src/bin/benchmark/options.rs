//! What to measure, and how long.

use std::time::Duration;

pub(crate) const USAGE: &str = "\
Usage: benchmark [axum] [actix] [datastores] [--only NAME] [--seconds N] [--rounds N] [--quick]

  axum          sessions and tokens behind axum, and hashes of passwords
  actix         sessions and tokens behind actix-web
  datastores    finding an account with its roles; on servers where SECURITY_TEST_POSTGRES_URL,
                SECURITY_TEST_MONGODB_URL or SECURITY_TEST_MONGODB_RACES_URL names one
                (all three unless some are named)
  --only NAME   of the datastores, only those with this in their name, such as `diesel on SQLite`
  --seconds N   how long one turn in one round takes (1)
  --rounds N    how many rounds (5)
  --quick       a few seconds in all: shows that it works, measures nothing";

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Requests that axum serves.
    Axum,
    /// Requests that actix-web serves.
    Actix,
    /// Accounts that the datastores find.
    Datastores,
}

impl Subject {
    const ALL: [Self; 3] = [Self::Axum, Self::Actix, Self::Datastores];

    fn named(name: &str) -> Option<Self> {
        match name {
            "axum" => Some(Self::Axum),
            "actix" => Some(Self::Actix),
            "datastores" => Some(Self::Datastores),
            _ => None,
        }
    }
}

/// What to measure, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// For one turn in one round. Short turns: what else the machine does then meets all alike.
    pub(crate) time: Duration,
    /// How many rounds.
    pub(crate) rounds: usize,
    /// Named subjects; none stands for all.
    named: Vec<Subject>,
    /// What the name of a datastore has in it; nothing stands for all.
    only: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { time: Duration::from_secs(1), rounds: 5, named: Vec::new(), only: None }
    }
}

impl Options {
    /// Reads the arguments; `None` is a request for help.
    ///
    /// # Errors
    ///
    /// A sentence that names the argument that cannot be read.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => (options.time, options.rounds) = (Duration::from_millis(40), 2),
                "--seconds" => {
                    let seconds: f64 = number(&argument, arguments.next())?;
                    let time = Duration::try_from_secs_f64(seconds).ok();
                    let time = time.filter(|time| !time.is_zero() && time.as_secs() <= 600);
                    options.time = time.ok_or("--seconds is more than 0 and at most 600")?;
                }
                "--rounds" => {
                    options.rounds = number(&argument, arguments.next())?;
                    if !(1..=100).contains(&options.rounds) {
                        return Err("--rounds is between 1 and 100".to_owned());
                    }
                }
                "--only" => {
                    let name = arguments.next().filter(|name| !name.is_empty());
                    options.only = Some(name.ok_or("--only needs a name.")?);
                }
                name => match Subject::named(name) {
                    Some(subject) => options.named.push(subject),
                    None => return Err(format!("`{name}` is not an option.")),
                },
            }
        }
        Ok(Some(options))
    }

    /// What to measure, each once.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Subject> {
        Subject::ALL.into_iter().filter(|subject| self.named.is_empty() || self.named.contains(subject))
    }

    /// Whether to measure the datastore of this name.
    pub(crate) fn wants(&self, datastore: &str) -> bool {
        self.only.as_ref().is_none_or(|name| datastore.to_lowercase().contains(&name.to_lowercase()))
    }

    /// How long each one runs before anything is measured.
    pub(crate) fn warm_up(&self) -> Duration {
        self.time
    }
}

fn number<T: std::str::FromStr>(name: &str, value: Option<String>) -> Result<T, String> {
    let value = value.ok_or_else(|| format!("{name} needs a number."))?;
    value.parse().map_err(|_| format!("{name} needs a number, not `{value}`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Option<Options>, String> {
        Options::parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_run_is_bounded_in_time() {
        assert_eq!(parse(""), Ok(Some(Options::default())));
        let options = parse("--seconds 0.5 --rounds 3").unwrap().unwrap();
        assert_eq!((options.time, options.rounds), (Duration::from_millis(500), 3));
        for endless in ["--seconds inf", "--seconds 1e9", "--seconds 0", "--seconds -1", "--rounds 0"] {
            assert!(parse(endless).is_err(), "{endless}");
        }
    }

    #[test]
    fn everything_is_measured_unless_something_is_named() {
        let subjects = |words: &str| parse(words).unwrap().unwrap().subjects().collect::<Vec<_>>();
        assert_eq!(subjects("--quick"), Subject::ALL);
        assert_eq!(subjects("datastores --quick axum axum"), [Subject::Axum, Subject::Datastores]);
    }

    #[test]
    fn one_datastore_can_be_measured_by_itself() {
        let options = parse("datastores --only DIESEL").unwrap().unwrap();
        assert!(options.wants("datastore-diesel on SQLite") && !options.wants("datastore-mongo"));
        assert!(Options::default().wants("datastore-mongo"));
        assert!(parse("--only").is_err());
    }

    #[test]
    fn a_misspelt_option_is_refused_and_not_ignored() {
        assert!(parse("--qiuck").unwrap_err().contains("--qiuck"));
        assert!(parse("axmu").unwrap_err().contains("axmu"));
        assert!(parse("--seconds").is_err());
        assert_eq!(parse("--help"), Ok(None));
    }
}
