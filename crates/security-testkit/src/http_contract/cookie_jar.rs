//! The cookies of a browser.

use chrono::{DateTime, Utc};

use super::answer::SetCookie;

/// Keeps cookies as browsers do: a cookie is replaced only by one of the same name, path and domain, is sent only below
/// its path, and over HTTPS alone when it is secure.
#[derive(Debug, Clone, Default)]
pub struct CookieJar {
    cookies: Vec<SetCookie>,
}

impl CookieJar {
    /// Does what a response says.
    pub fn store(&mut self, cookie: SetCookie) {
        self.cookies.retain(|old| !old.replaces(&cookie));
        if !cookie.is_deletion() {
            self.cookies.push(cookie);
        }
    }

    /// Puts a cookie in that no response has set.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.store(SetCookie::plain(name, value));
    }

    /// Drops the cookies of this name, as somebody does who clears them by hand.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// The value of the cookie of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// The `Cookie` header of a request, or `None` when there is nothing to send.
    #[must_use]
    pub fn header(&self, path: &str, is_https: bool, now: DateTime<Utc>) -> Option<String> {
        let mut sent: Vec<&SetCookie> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.covers(path) && (is_https || !cookie.secure) && !cookie.is_past(now))
            .collect();
        // Longer paths first.
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> =
            sent.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(text: &str) -> SetCookie {
        SetCookie::parse(text, DateTime::UNIX_EPOCH).unwrap()
    }

    fn sent(jar: &CookieJar, path: &str, is_https: bool) -> String {
        jar.header(path, is_https, DateTime::UNIX_EPOCH).unwrap_or_default()
    }

    #[test]
    fn a_cookie_is_sent_below_its_path_and_a_secure_one_over_https_alone() {
        let mut jar = CookieJar::default();
        jar.store(cookie("a=1; Path=/"));
        jar.store(cookie("b=2; Path=/account; Secure"));
        assert_eq!(sent(&jar, "/account/x", true), "b=2; a=1");
        assert_eq!(sent(&jar, "/accounts", true), "a=1");
        assert_eq!(sent(&jar, "/account", false), "a=1");
    }

    #[test]
    fn a_deletion_counts_only_with_the_path_the_cookie_was_set_with() {
        let mut jar = CookieJar::default();
        jar.store(cookie("a=1; Path=/account"));
        jar.store(cookie("a=; Path=/; Max-Age=0"));
        assert_eq!(jar.value("a"), Some("1"));
        jar.store(cookie("a=; Path=/account; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
        assert_eq!(jar.value("a"), None);
    }

    #[test]
    fn a_cookie_ends_with_its_greatest_age() {
        let mut jar = CookieJar::default();
        jar.store(cookie("a=1; Path=/; Max-Age=60"));
        let after = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert!(jar.header("/", true, after(59)).is_some());
        assert!(jar.header("/", true, after(60)).is_none());
    }
}
