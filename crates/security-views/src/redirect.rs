//! Where a visitor may be sent: targets that arrive from outside, and views named in the configuration.
//!
//! The two are never mixed. A target from outside is checked by [`RedirectRules::accept`] and is never read as
//! the name of a route. A configured view is trusted; only it is subject to `SECURITY_REDIRECT_HOST`.

mod query;
mod split;

use security_core::config::SecurityConfig;

pub use query::with_query;
use split::{Split, escape_unsafe};

/// The hosts that redirects may lead to besides the one of the request.
///
/// ```
/// use security_core::config::SecurityConfig;
/// use security_views::redirect::RedirectRules;
///
/// let rules = RedirectRules::new(&SecurityConfig::default());
/// let host = Some("app.example");
/// assert_eq!(rules.accept("/inbox?page=2", host).as_deref(), Some("/inbox?page=2"));
/// assert_eq!(rules.accept("https://app.example/inbox", host).as_deref(), Some("https://app.example/inbox"));
/// assert_eq!(rules.accept("https://evil.example/", host), None);
/// assert_eq!(rules.accept("/\\evil.example", host), None);
/// ```
#[derive(Debug, Clone)]
pub struct RedirectRules {
    /// Put before configured views.
    view_host: Option<String>,
    /// In lower case: it and everything below it is allowed.
    domain: Option<String>,
    /// In lower case: allowed exactly as they are.
    hosts: Vec<String>,
}

impl RedirectRules {
    /// The rules of a configuration.
    #[must_use]
    pub fn new(config: &SecurityConfig) -> Self {
        let redirect = &config.redirect;
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let domain = given(&config.general.server_name).filter(|_| redirect.allow_subdomains);
        let hosts = given(&redirect.base_domain).map(|base| {
            let below = redirect.allowed_subdomains.iter();
            let host = |sub: &String| if sub == "." { base.clone() } else { format!("{sub}.{base}") };
            below.map(|sub| host(sub).to_ascii_lowercase()).collect()
        });
        Self {
            view_host: given(&redirect.host),
            domain: domain.map(|domain| domain.to_ascii_lowercase()),
            hosts: hosts.unwrap_or_default(),
        }
    }

    /// Checks a target that somebody sent, such as `next`. `host` is the `Host` of this request as text, with
    /// the port if the request names one.
    ///
    /// Returns what to put into `Location`, or `None` if the target is missing, leads elsewhere or could be read
    /// in two ways. A path is accepted as it is, relative to the current page. An absolute target is accepted
    /// when its host **and port** are those of the request, or one of those the configuration allows.
    ///
    /// # Security
    ///
    /// Browsers treat `\` like `/` and drop tabs and line breaks, so the target has to pass in both spellings
    /// and must not hold control characters. User information in front of a host is always refused. What is
    /// returned is ASCII and safe to use as a header. The result depends on `host`, so let a proxy in front of
    /// the application pin it.
    #[must_use]
    pub fn accept(&self, target: &str, host: Option<&str>) -> Option<String> {
        let is_blank = target.trim().is_empty();
        if is_blank || target.trim() != target || target.chars().any(|c| c.is_ascii_control()) {
            return None;
        }
        let in_a_browser = target.replace('\\', "/");
        let stays = [target, &in_a_browser].iter().all(|spelling| self.stays_with_us(spelling, host));
        stays.then(|| Split::of(target).to_location())
    }

    fn stays_with_us(&self, target: &str, host: Option<&str>) -> bool {
        let url = Split::of(target);
        let has_web_scheme = url
            .scheme
            .is_none_or(|scheme| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)));
        if target.starts_with("///") || !has_web_scheme {
            return false;
        }
        match url.authority {
            None => url.scheme.is_none(),
            Some(authority) => is_plain_authority(authority) && self.allows(authority, host),
        }
    }

    fn allows(&self, authority: &str, host: Option<&str>) -> bool {
        let authority = authority.to_ascii_lowercase();
        let is_below = |domain: &str| {
            let sub = authority.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
            authority == domain || sub.is_some_and(|sub| !sub.is_empty())
        };
        host.is_some_and(|host| host.eq_ignore_ascii_case(&authority))
            || self.domain.as_deref().is_some_and(is_below)
            || self.hosts.contains(&authority)
    }

    /// The location of a view that the configuration names: the name of a route, a URL or a path.
    ///
    /// `resolve` knows the routes; what it does not know is taken as a URL. `SECURITY_REDIRECT_HOST`, if set,
    /// replaces the host of such a URL, here and nowhere else. An empty view stays empty.
    #[must_use]
    pub fn view(&self, view: &str, resolve: &dyn Fn(&str) -> Option<String>) -> String {
        if let Some(path) = resolve(view) {
            return escape_unsafe(&path);
        }
        let mut url = Split::of(view);
        if let Some(host) = self.view_host.as_deref().filter(|_| !view.is_empty()) {
            url.authority = Some(host);
        }
        url.to_location()
    }
}

/// Whether the text is a host, with or without a port, that everybody reads alike: no user information, no
/// escapes, nothing but ASCII letters, digits, `-` and `.`, or an address in brackets.
fn is_plain_authority(authority: &str) -> bool {
    let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else { return false };
        let is_address =
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b":.".contains(&b));
        return is_address && (after.is_empty() || after.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_name = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    is_name && is_port(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_that_everybody_reads_alike_counts_as_a_host() {
        for good in ["app.example", "app.example:8080", "127.0.0.1", "[::1]", "[::1]:8080", "localhost"] {
            assert!(is_plain_authority(good), "{good}");
        }
        for bad in [
            "",
            ":80",
            "user@app.example",
            "a\\b",
            "a%2eb",
            "a_b",
            "münchen.example",
            "[::1",
            "::1",
            "[]",
            "[::1]x",
            "app.example:80a",
            "a:1:2",
            "a b",
        ] {
            assert!(!is_plain_authority(bad), "{bad}");
        }
    }

    #[test]
    fn a_subdomain_needs_a_name() {
        let mut config = SecurityConfig::default();
        config.general.server_name = Some("LP.com".to_owned());
        config.redirect.allow_subdomains = true;
        let rules = RedirectRules::new(&config);
        assert!(rules.accept("https://Sub.lp.COM/", None).is_some());
        assert!(rules.accept("https://lp.com/", None).is_some());
        assert_eq!(rules.accept("https://.lp.com/", None), None);
        assert_eq!(rules.accept("https://notlp.com/", None), None);
    }

    #[test]
    fn an_empty_option_allows_no_host() {
        let mut config = SecurityConfig::default();
        config.general.server_name = Some(String::new());
        config.redirect.allow_subdomains = true;
        config.redirect.base_domain = Some(String::new());
        config.redirect.allowed_subdomains = vec![".".to_owned(), "evil.example".to_owned()];
        let rules = RedirectRules::new(&config);
        for target in ["https://evil.example/", "https://evil.example./", "https:///", "//"] {
            assert_eq!(rules.accept(target, None), None, "{target}");
        }
    }

    #[test]
    fn without_a_known_host_only_paths_are_accepted() {
        let rules = RedirectRules::new(&SecurityConfig::default());
        assert_eq!(rules.accept("/x", None).as_deref(), Some("/x"));
        assert_eq!(rules.accept("https://app.example/x", None), None);
    }
}
