//! Adding parameters to a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Everything but the characters that RFC 3986 calls unreserved, and but the space, which becomes a plus sign.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b' ');

/// Adds query parameters to a URL, keeping its own parameters and its fragment.
///
/// A parameter that is there already gets the new value. Once parameters are added, those without a value are
/// dropped and of several with one name the last stays, as the reference has it. Without anything to add, the
/// URL keeps its parameters as they are.
///
/// ```
/// use security_views::redirect::with_query;
///
/// assert_eq!(with_query("/login?lang=en#form", &[("next", "/a b")]), "/login?lang=en&next=%2Fa+b#form");
/// ```
#[must_use]
pub fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query = if parameters.is_empty() { query.to_owned() } else { merge(query, parameters) };
    let mut merged = before.to_owned();
    for (mark, piece) in [('?', query.as_str()), ('#', fragment)] {
        if !piece.is_empty() {
            merged.push(mark);
            merged.push_str(piece);
        }
    }
    merged
}

fn merge(query: &str, parameters: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: String, value: String| match pairs.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => pairs.push((name, value)),
    };
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=').filter(|(_, value)| !value.is_empty()) {
            put(decode(name), decode(value));
        }
    }
    for (name, value) in parameters {
        put((*name).to_owned(), (*value).to_owned());
    }
    let encoded = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string().replace(' ', "+")
}
