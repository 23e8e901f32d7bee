//! A URL in its five pieces.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no URL may hold as it is. A percent sign is looked at separately.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The pieces of a URL or of a reference, cut at the delimiters and otherwise untouched.
///
/// The cuts are those of RFC 3986, and so of the reference. They are made by hand because a parser made for
/// browsers repairs what it reads, and a check has to see what was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split<'a> {
    pub(super) scheme: Option<&'a str>,
    /// What follows `//`; may be empty.
    pub(super) authority: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

impl<'a> Split<'a> {
    pub(super) fn of(url: &'a str) -> Self {
        let (rest, fragment) = cut(url, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, rest) = match rest.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, rest),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query, fragment }
    }

    /// The URL again, with whatever is not allowed in one escaped.
    pub(super) fn to_location(self) -> String {
        let mut location = String::new();
        if let Some(scheme) = self.scheme {
            location.push_str(&scheme.to_ascii_lowercase());
            location.push(':');
        }
        if let Some(authority) = self.authority {
            location.push_str("//");
            location.push_str(&escape_unsafe(authority));
            if !self.path.is_empty() && !self.path.starts_with('/') {
                location.push('/');
            }
        }
        location.push_str(&escape_unsafe(self.path));
        for (mark, piece) in [('?', self.query), ('#', self.fragment)] {
            if let Some(piece) = piece {
                location.push(mark);
                location.push_str(&escape_unsafe(piece));
            }
        }
        location
    }
}

fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Percent-encodes what no URL may hold, so that the result is ASCII. Existing escapes are kept; a percent sign
/// that begins none becomes one.
pub(super) fn escape_unsafe(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, piece) in text.split('%').enumerate() {
        if index > 0 {
            let is_escape = piece.len() >= 2 && piece.bytes().take(2).all(|b| b.is_ascii_hexdigit());
            escaped.push_str(if is_escape { "%" } else { "%25" });
        }
        // Writing to a string cannot fail.
        let _ = write!(escaped, "{}", utf8_percent_encode(piece, UNSAFE));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_kept_and_stray_percent_signs_become_escapes() {
        assert_eq!(escape_unsafe("/a%20b%2Fc"), "/a%20b%2Fc");
        assert_eq!(escape_unsafe("100%"), "100%25");
        assert_eq!(escape_unsafe("%zz%%41é"), "%25zz%25%41%C3%A9");
        assert_eq!(escape_unsafe("\\ \"\r\n\u{7f}"), "%5C%20%22%0D%0A%7F");
    }

    #[test]
    fn a_colon_in_a_path_or_query_makes_no_scheme() {
        for url in ["/a:b", "?a=http://x", "#a:b", "1a:b", "é:b", "a_b:c", ":x"] {
            assert_eq!(Split::of(url).scheme, None, "{url}");
            assert_eq!(Split::of(url).authority, None, "{url}");
        }
        assert_eq!(Split::of("a+b-c.1:x").scheme, Some("a+b-c.1"));
    }
}
