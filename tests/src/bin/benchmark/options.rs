//! How long to measure.

use std::time::Duration;

pub(crate) const USAGE: &str = "\
Usage: benchmark [--seconds N] [--rounds N] [--quick]

  --seconds N   how long to measure one route in one round (1)
  --rounds N    how many rounds (15)
  --quick       a fraction of a second in all: shows that it works, measures nothing";

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// For one route in one round. Short turns: what else the machine does then meets all routes alike.
    pub(crate) time: Duration,
    /// How many rounds.
    pub(crate) rounds: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { time: Duration::from_secs(1), rounds: 5 }
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
                "--quick" => options = Self { time: Duration::from_millis(40), rounds: 2 },
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
                unknown => return Err(format!("`{unknown}` is not an option.")),
            }
        }
        Ok(Some(options))
    }

    /// How long each route runs before anything is measured.
    pub(crate) fn warm_up(self) -> Duration {
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
        assert_eq!(options, Options { time: Duration::from_millis(500), rounds: 3 });
        for endless in ["--seconds inf", "--seconds 1e9", "--seconds 0", "--seconds -1", "--rounds 0"] {
            assert!(parse(endless).is_err(), "{endless}");
        }
    }

    #[test]
    fn a_misspelt_option_is_refused_and_not_ignored() {
        assert!(parse("--qiuck").unwrap_err().contains("--qiuck"));
        assert!(parse("--seconds").is_err());
        assert_eq!(parse("--help"), Ok(None));
    }
}
