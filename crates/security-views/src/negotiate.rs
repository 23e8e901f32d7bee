//! Whether a request wants JSON or a page.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

/// How a response speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// The JSON envelope, for programs.
    Json,
    /// Pages, redirects and messages for the next page, for people.
    Html,
}

/// Whether a request wants JSON: it sends JSON, or JSON is what it likes best.
///
/// "Sends JSON" means a `Content-Type` of `application/json` or `application/<x>+json`, with or without a body.
/// "Likes best" means that the best entry of `Accept` is `application/json` itself: entries without wildcards
/// beat those with, then the higher `q` wins, then the first in the list. An entry with `q=0` is not acceptable
/// and does not count.
#[must_use]
pub fn wants_json(headers: &HeaderMap) -> bool {
    sends_json(headers) || best_accepted(headers).is_some_and(|best| best == "application/json")
}

/// Whether the body is declared to be JSON.
pub(crate) fn sends_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| {
        media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    })
}

/// The declared type of the body in lower case, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
}

/// How many entries of `Accept` and of `Accept-Language` are read. Browsers send a handful; entries are compared with each
/// other, so a list without end would be work without end.
pub(crate) const MOST_ENTRIES: usize = 32;

/// The best entry of `Accept`, with its parameters but without `q`, in lower case.
fn best_accepted(headers: &HeaderMap) -> Option<String> {
    // Of equals, the first in the list stays.
    let best = entries(headers).reduce(|best, next| if next.rank() > best.rank() { next } else { best });
    best.map(|entry| entry.range)
}

/// The first [`MOST_ENTRIES`] entries of `Accept`, as far as they can be read.
fn entries(headers: &HeaderMap) -> impl Iterator<Item = Entry> {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| split_unquoted(line, ',')).take(MOST_ENTRIES).filter_map(Entry::parse)
}

/// One entry of `Accept`.
struct Entry {
    range: String,
    /// For type, subtype and every parameter, whether it is more than a star.
    specificity: Vec<bool>,
    /// `q` in thousandths.
    quality: u16,
}

impl Entry {
    /// `None` if the entry is empty, unreadable or not acceptable.
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = split_unquoted(text, ';').map(str::trim);
        let mut range = pieces.next()?.to_ascii_lowercase();
        if range.is_empty() {
            return None;
        }
        let mut specificity: Vec<bool> = range.split('/').map(|part| part != "*").collect();
        let mut quality = 1000;
        for parameter in pieces {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            if name.trim().eq_ignore_ascii_case("q") {
                quality = thousandths(value.trim())?;
            } else {
                specificity.push(true);
                range.push(';');
                range.push_str(parameter);
            }
        }
        (quality > 0).then_some(Self { range, specificity, quality })
    }

    fn rank(&self) -> (&[bool], u16) {
        (&self.specificity, self.quality)
    }
}

/// `0.85` as 850. `None` for anything but a number from 0 to 1.
pub(crate) fn thousandths(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f32 = if is_number { text.parse().ok()? } else { return None };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked just before"
    )]
    (0.0..=1.0).contains(&number).then(|| (number * 1000.0).round() as u16)
}

/// Splits at a separator that is not within quotation marks.
pub(crate) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let is_cut = c == separator && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        is_cut
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accepting(accept: &str) -> bool {
        wants_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]))
    }

    fn sending(content_type: &str) -> bool {
        wants_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap())]))
    }

    #[test]
    fn a_request_that_says_nothing_gets_a_page() {
        assert!(!wants_json(&HeaderMap::new()));
    }

    #[test]
    fn whoever_sends_json_gets_json() {
        for json in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON",
            "application/problem+json",
            "application/vnd.api+json;x=y",
        ] {
            assert!(sending(json), "{json}");
        }
        for other in [
            "text/json",
            "text/x+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
            "application/jsonp",
            "",
            "json",
        ] {
            assert!(!sending(other), "{other}");
        }
    }

    #[test]
    fn json_has_to_be_the_best_entry_of_accept() {
        for json in [
            "application/json",
            "application/json, */*;q=0.9",
            "*/*, application/json",
            "*/*;q=1, application/json;q=0.1",
            "application/*, application/json",
            "text/html;q=0.8, application/json;q=0.9",
            "application/json, text/html",
            "text/html;q=0, application/json;q=0.5",
            "text/html;q=2, application/json;q=0.5",
            " application/json ;q=0.5",
        ] {
            assert!(accepting(json), "{json}");
        }
        for html in [
            "*/*",
            "",
            ",",
            "text/html,application/json",
            "text/json",
            "application/vnd.api+json",
            "application/*",
            "application/json;q=0",
            "application/json;q=x",
            "application/json;version=1",
            "application/json;q=0.8, text/html;q=0.9",
            "text/html;level=1;q=0.1, application/json",
            "text/html;x=\",application/json\"",
        ] {
            assert!(!accepting(html), "{html}");
        }
    }

    #[test]
    fn a_quality_is_a_number_from_0_to_1() {
        assert_eq!(thousandths("0.85"), Some(850));
        assert_eq!(thousandths("1"), Some(1000));
        for bad in ["", ".", "-1", "1.1", "NaN", "inf", "1e-1", "+1", "0.5.5"] {
            assert_eq!(thousandths(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_without_end_is_not_read_to_its_end() {
        let long = "text/html;q=0.5,".repeat(MOST_ENTRIES);
        for endless in [long.repeat(100), ",".repeat(60_000)] {
            let headers = HeaderMap::from_iter([(ACCEPT, endless.parse().unwrap())]);
            assert!(entries(&headers).count() <= MOST_ENTRIES);
            assert!(!accepting(&format!("{endless}application/json")));
        }
        assert!(accepting(&format!("application/json,{long}")));
    }

    #[test]
    fn several_accept_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("text/html;q=0.5"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        assert!(wants_json(&headers));
    }
}
