//! Spans of time: `"15 minutes"` as the reference writes them, or a number of seconds.

use std::time::Duration;

use serde_json::Value;

use super::value::{Codec, Expected, Input, OptionValue};

/// Units and their length in microseconds. The reference knows the plural words only.
const UNITS: [(&str, i128); 7] = [
    ("weeks", 7 * 24 * 3600 * SECOND),
    ("days", 24 * 3600 * SECOND),
    ("hours", 3600 * SECOND),
    ("minutes", 60 * SECOND),
    ("seconds", SECOND),
    ("milliseconds", 1000),
    ("microseconds", 1),
];

/// Microseconds of a second.
const SECOND: i128 = 1_000_000;

/// Longest span: a thousand years, so that adding it to any date stays a date.
const LONGEST: i128 = 1000 * 366 * 24 * 3600 * SECOND;

impl OptionValue for Duration {
    fn kind() -> String {
        "duration".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        positive(microseconds(input, SECOND)?)
    }
}

/// A bare number counts milliseconds.
pub(super) struct Milliseconds;

impl Codec<Duration> for Milliseconds {
    fn kind() -> String {
        "duration, a bare number counts milliseconds".to_owned()
    }

    fn read(_before: Option<&Duration>, input: Input<'_>) -> Result<Duration, Expected> {
        positive(microseconds(input, 1000)?)
    }
}

/// A negative span switches the rule off.
pub(super) struct NegativeIsOff;

impl Codec<Option<Duration>> for NegativeIsOff {
    fn kind() -> String {
        "duration, negative switches the check off".to_owned()
    }

    fn read(_before: Option<&Option<Duration>>, input: Input<'_>) -> Result<Option<Duration>, Expected> {
        let microseconds = microseconds(input, SECOND)?;
        if microseconds < 0 { Ok(None) } else { positive(microseconds).map(Some) }
    }
}

fn positive(microseconds: i128) -> Result<Duration, Expected> {
    match u64::try_from(microseconds) {
        Ok(microseconds) if microseconds > 0 => Ok(Duration::from_micros(microseconds)),
        _ => Err(Expected::new("a duration longer than zero")),
    }
}

/// The span in microseconds. A bare number counts this many of them.
fn microseconds(input: Input<'_>, bare_unit: i128) -> Result<i128, Expected> {
    let span = match input {
        Input::Typed(Value::Number(number)) => bare(number, bare_unit),
        Input::Typed(Value::String(text)) => Some(spelled(text)?),
        Input::Typed(_) => None,
        Input::Text(text) => match text.trim().parse::<serde_json::Number>() {
            Ok(number) => bare(&number, bare_unit),
            Err(_) => Some(spelled(text)?),
        },
    };
    let span = span.ok_or_else(example)?;
    if span.abs() <= LONGEST {
        Ok(span)
    } else {
        Err(Expected::new("a duration of at most a thousand years"))
    }
}

fn bare(number: &serde_json::Number, unit: i128) -> Option<i128> {
    if let Some(whole) = number.as_i64() {
        return Some(i128::from(whole) * unit);
    }
    // Far longer than the longest span allowed, and small enough to be exact.
    const BOUND: f64 = 1e15;
    let seconds = number.as_f64().filter(|value| value.abs() < BOUND)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounded above")]
    Some((seconds * unit as f64).round() as i128)
}

/// `"<integer> <unit>"`.
fn spelled(text: &str) -> Result<i128, Expected> {
    let (number, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(example)?;
    let number: i64 = number.parse().map_err(|_| example())?;
    let unit = unit.trim();
    match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, length)) => Ok(i128::from(number) * length),
        None => match UNITS.iter().find(|(name, _)| name.strip_suffix('s') == Some(unit)) {
            Some((plural, _)) => Err(Expected::new(format!("the plural `{plural}`, also after 1"))),
            None => Err(Expected::new(format!("a unit among {}", UNITS.map(|(name, _)| name).join(", ")))),
        },
    }
}

fn example() -> Expected {
    Expected::new("a duration such as \"15 minutes\", or a number of seconds")
}

/// Writes a span the way people say it: `2 days`, `1 hour and 30 minutes`.
///
/// ```
/// use std::time::Duration;
/// use security_core::config::spell_duration;
///
/// assert_eq!(spell_duration(Duration::from_secs(2 * 24 * 3600)), "2 days");
/// assert_eq!(spell_duration(Duration::from_secs(5400)), "1 hour and 30 minutes");
/// ```
#[must_use]
pub fn spell_duration(duration: Duration) -> String {
    let parts = duration_parts(duration).into_iter();
    let parts: Vec<_> =
        parts.map(|(unit, count)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" })).collect();
    match parts.as_slice() {
        [] => "less than a second".to_owned(),
        [first, second] => format!("{first} and {second}"),
        parts => parts.join(", "),
    }
}

/// How many years, months, days and so on a span has, without those it has none of.
pub(crate) fn duration_parts(duration: Duration) -> Vec<(&'static str, u64)> {
    const PARTS: [(&str, u64); 6] = [
        ("year", 365 * 24 * 3600),
        ("month", 30 * 24 * 3600),
        ("day", 24 * 3600),
        ("hour", 3600),
        ("minute", 60),
        ("second", 1),
    ];
    let mut rest = duration.as_secs();
    let mut parts = Vec::new();
    for (unit, length) in PARTS {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push((unit, count));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<Duration, Expected> {
        Duration::read(Input::Typed(value))
    }

    #[test]
    fn a_duration_is_read_as_the_reference_writes_it() {
        for (text, seconds) in [
            ("2 weeks", 14.0 * 86400.0),
            ("1 days", 86400.0),
            ("5 minutes", 300.0),
            ("250 milliseconds", 0.25),
        ] {
            assert_eq!(read(&json!(text)), Ok(Duration::from_secs_f64(seconds)), "{text}");
            assert_eq!(Duration::read(Input::Text(text)), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        assert_eq!(read(&json!(900)), Ok(Duration::from_secs(900)));
        assert_eq!(read(&json!(0.5)), Ok(Duration::from_millis(500)));
        assert_eq!(Duration::read(Input::Text("900")), Ok(Duration::from_secs(900)));
    }

    #[test]
    fn a_singular_unit_is_refused_with_a_hint() {
        assert!(read(&json!("1 week")).unwrap_err().0.contains("`weeks`"));
    }

    #[test]
    fn what_is_not_a_positive_span_is_refused() {
        for value in [
            json!("0 days"),
            json!(0),
            json!(-5),
            json!("-1 days"),
            json!("15"),
            json!("days"),
            json!("1.5 days"),
            json!("1 fortnights"),
            json!(true),
            json!(null),
            json!("9223372036854775807 weeks"),
            json!(1e300),
        ] {
            assert!(read(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn freshness_is_off_when_negative_and_never_zero() {
        let read = |input: Input<'_>| NegativeIsOff::read(None, input);
        assert_eq!(read(Input::Text("-1 minutes")), Ok(None));
        assert_eq!(read(Input::Typed(&json!(-1))), Ok(None));
        assert!(read(Input::Typed(&json!(0))).is_err());
        assert_eq!(read(Input::Typed(&json!("1 hours"))), Ok(Some(Duration::from_secs(3600))));
    }

    #[test]
    fn a_span_is_spelled_for_people() {
        for (seconds, text) in [
            (0, "less than a second"),
            (1, "1 second"),
            (90_061, "1 day, 1 hour, 1 minute, 1 second"),
            (40 * 86400, "1 month and 10 days"),
        ] {
            assert_eq!(spell_duration(Duration::from_secs(seconds)), text);
        }
    }
}
