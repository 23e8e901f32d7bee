//! Cookies of a request and of its response.

use std::borrow::Cow;
use std::time::Duration;

use cookie::{Cookie, Expiration};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use security_core::config::{CookieAttributes, SameSite};

/// The cookies a request carries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestCookies<'a> {
    headers: &'a HeaderMap,
}

impl<'a> RequestCookies<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        Self { headers }
    }

    /// The value of the first cookie of this name. An empty value counts as none: it is what a deleted cookie leaves.
    pub(crate) fn value(self, name: &str) -> Option<Cow<'a, str>> {
        // As bytes: a cookie of somebody else may hold anything, and must not hide ours.
        let headers = self.headers.get_all(COOKIE).into_iter();
        let pairs = headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
        let mut values = pairs.filter_map(|pair| value_of(pair, name.as_bytes()));
        let value = unquote(std::str::from_utf8(values.next()?).ok()?);
        (!value.is_empty()).then_some(value)
    }
}

/// The value, if the pair has this name.
fn value_of<'p>(pair: &'p [u8], name: &[u8]) -> Option<&'p [u8]> {
    let at = pair.iter().position(|byte| *byte == b'=')?;
    (pair[..at].trim_ascii() == name).then(|| pair[at + 1..].trim_ascii())
}

/// Undoes the quotes and octal escapes that Python's cookie writer puts around unusual characters.
fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(value);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match tail {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', tail @ ..] => {
                bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = tail;
            }
            [escaped, tail @ ..] => {
                bytes.push(*escaped);
                rest = tail;
            }
            [] => {}
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Life {
    /// Until the browser is closed.
    Browser,
    /// This long.
    For(Duration),
}

/// Adds a `Set-Cookie` header.
pub(crate) fn set(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    life: Life,
    attributes: &CookieAttributes,
) {
    let mut cookie = build(name, value, attributes);
    if let Life::For(duration) = life {
        cookie.set_max_age(cookie::time::Duration::try_from(duration).unwrap_or(cookie::time::Duration::MAX));
    }
    append(headers, &cookie);
}

/// Adds a `Set-Cookie` header that deletes a cookie; browsers insist on the attributes it was set with.
pub(crate) fn delete(headers: &mut HeaderMap, name: &str, attributes: &CookieAttributes) {
    let mut cookie = build(name, "", attributes);
    cookie.set_max_age(cookie::time::Duration::ZERO);
    cookie.set_expires(Expiration::from(cookie::time::OffsetDateTime::UNIX_EPOCH));
    append(headers, &cookie);
}

fn build<'c>(name: &'c str, value: &'c str, attributes: &'c CookieAttributes) -> Cookie<'c> {
    let mut cookie = Cookie::build((name, value)).path(attributes.path.as_str()).build();
    // An attribute that is off is left out.
    cookie.set_secure(attributes.secure.then_some(true));
    cookie.set_http_only(attributes.http_only.then_some(true));
    cookie.set_partitioned(attributes.partitioned.then_some(true));
    cookie.set_same_site(attributes.same_site.map(|same_site| match same_site {
        SameSite::Strict => cookie::SameSite::Strict,
        SameSite::Lax => cookie::SameSite::Lax,
        SameSite::None => cookie::SameSite::None,
    }));
    if let Some(domain) = &attributes.domain {
        cookie.set_domain(domain.as_str());
    }
    cookie
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Names and attributes were checked at start-up, values are our own base64 and hex.
    if let Ok(header) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(SET_COOKIE, header);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        cookies.iter().map(|cookie| (COOKIE, HeaderValue::from_str(cookie).unwrap())).collect()
    }

    #[test]
    fn the_first_cookie_of_a_name_counts() {
        let headers = headers(&["a=1; session=x; session=y", "b=2"]);
        assert_eq!(RequestCookies::of(&headers).value("session").as_deref(), Some("x"));
        assert_eq!(RequestCookies::of(&headers).value("b").as_deref(), Some("2"));
        assert_eq!(RequestCookies::of(&headers).value("c"), None);
    }

    #[test]
    fn a_cookie_of_somebody_else_with_odd_bytes_hides_nothing() {
        let odd = HeaderValue::from_bytes(b"name=Jos\xe9; session=x").unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, odd)]);
        assert_eq!(RequestCookies::of(&headers).value("session").as_deref(), Some("x"));
        assert_eq!(RequestCookies::of(&headers).value("name"), None);
    }

    #[test]
    fn quoted_values_are_read_as_the_reference_writes_them() {
        let headers = headers(&[r#"remember_token="abc\174def"; odd="\"; plain="q""#]);
        assert_eq!(RequestCookies::of(&headers).value("remember_token").as_deref(), Some("abc|def"));
        assert_eq!(RequestCookies::of(&headers).value("plain").as_deref(), Some("q"));
    }

    #[test]
    fn deleting_repeats_the_attributes() {
        let attributes =
            CookieAttributes { domain: Some("example.com".to_owned()), ..CookieAttributes::default() };
        let mut headers = HeaderMap::new();
        delete(&mut headers, "x", &attributes);
        let text = headers[SET_COOKIE].to_str().unwrap();
        for part in
            ["x=;", "Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Domain=example.com", "Max-Age=0"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
