//! Reads times that SQLite keeps as text, in the forms that several writers left there.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Reads a time with or without a fraction of a second, as two writers left them in one column; other ISO 8601 forms
/// are understood too.
pub(crate) fn from_text(text: &str) -> Option<DateTime<Utc>> {
    from_usual_text(text.as_bytes()).or_else(|| from_rare_text(text))
}

/// The two usual forms, read without the general parser: every request reads half a dozen times.
fn from_usual_text(text: &[u8]) -> Option<DateTime<Utc>> {
    let (seconds, fraction) = match text.len() {
        19 => (text, None),
        26 if text[19] == b'.' => (&text[..19], Some(&text[20..])),
        _ => return None,
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| seconds[*at] != *mark) {
        return None;
    }
    let part = |from: usize, to: usize| number(&seconds[from..to]);
    let date = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(5, 7)?, part(8, 10)?)?;
    let micros = fraction.map_or(Some(0), number)?;
    let at = date.and_hms_micro_opt(part(11, 13)?, part(14, 16)?, part(17, 19)?, micros)?;
    Some(at.and_utc())
}

fn from_rare_text(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    let without = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let offset = with_offset.iter().find_map(|form| DateTime::parse_from_str(text, form).ok());
    let naive = || without.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    offset.map(|at| at.to_utc()).or_else(|| naive().or_else(date).map(|at| at.and_utc()))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;
    use crate::times::to_text;

    #[test]
    fn both_forms_of_one_column_are_read() {
        let at = Utc.with_ymd_and_hms(2023, 1, 2, 3, 4, 5).unwrap();
        assert_eq!(from_text("2023-01-02 03:04:05"), Some(at));
        assert_eq!(from_text("2023-01-02 03:04:05.000006"), Some(at + chrono::TimeDelta::microseconds(6)));
    }

    #[test]
    fn rarer_forms_are_read_too() {
        let at = Utc.with_ymd_and_hms(2023, 1, 2, 3, 4, 5).unwrap();
        let half = at + chrono::TimeDelta::milliseconds(500);
        for (text, expected) in [
            ("2023-01-02 03:04:05.5", half),
            ("2023-01-02T03:04:05", at),
            ("2023-01-02T03:04:05.500Z", half),
            ("2023-01-02 05:04:05.500000+02:00", half),
            ("2023-01-02", Utc.with_ymd_and_hms(2023, 1, 2, 0, 0, 0).unwrap()),
        ] {
            assert_eq!(from_text(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_written_time_has_six_digits_and_reads_back() {
        for micros in [0, 1, 999_999] {
            let at = Utc.timestamp_opt(1_699_175_600, micros * 1000).unwrap();
            let text = to_text(at);
            assert_eq!(text.len(), 26, "{text}");
            assert_eq!(from_text(&text), Some(at));
        }
    }

    #[test]
    fn what_is_no_time_is_no_time() {
        for text in
            ["", "bad", "1672628645", "2023-13-01 00:00:00", "2023-01-02 03:04:0x", "2023/01/02 03:04:05"]
        {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}
