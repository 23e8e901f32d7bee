//! CSRF protection, cookies, headers, tokens and freshness fit together.

use super::super::{CookieAttributes, SameSite, SecurityConfig};
use super::Findings;

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    check_csrf(config, findings);
    check_logout(config, findings);
    check_freshness(config, findings);
    check_cookies(config, findings);
    check_headers(config, findings);
}

fn check_csrf(config: &SecurityConfig, findings: &mut Findings) {
    let csrf = &config.csrf;
    if !csrf.enabled {
        return;
    }
    let is_selective = !csrf.protects_every_mechanism();
    let before_guards = csrf.application_layer && csrf.check_default;
    findings.refuse_if(
        is_selective && before_guards,
        &["SECURITY_CSRF_PROTECT_MECHANISMS", "WTF_CSRF_CHECK_DEFAULT"],
        "a check before every view knows no mechanism; set WTF_CSRF_CHECK_DEFAULT to false",
    );
    findings.refuse_if(
        is_selective && !csrf.application_layer,
        &["SECURITY_CSRF_PROTECT_MECHANISMS"],
        "needs the application layer of the CSRF protection, which code has switched off",
    );
    findings.refuse_if(
        csrf.ignore_unauth_endpoints && before_guards,
        &["SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS", "WTF_CSRF_CHECK_DEFAULT"],
        "a check before every view knows no caller; set WTF_CSRF_CHECK_DEFAULT to false",
    );
    findings.refuse_if(
        csrf.cookie_name.is_some() && !csrf.application_layer,
        &["SECURITY_CSRF_COOKIE_NAME"],
        "needs the application layer of the CSRF protection, which code has switched off",
    );
    findings.refuse_if(csrf.field_name.is_empty(), &["WTF_CSRF_FIELD_NAME"], "must not be empty");
    findings.refuse_if(
        csrf.methods.iter().any(|method| !is_token(method)),
        &["WTF_CSRF_METHODS"],
        "must be names of HTTP methods",
    );
}

fn check_logout(config: &SecurityConfig, findings: &mut Findings) {
    let general = &config.general;
    let Some(methods) = &general.logout_methods else { return };
    findings.refuse_if(
        methods.is_empty(),
        &["SECURITY_LOGOUT_METHODS"],
        "must not be empty; none removes the route",
    );
    findings.only("SECURITY_LOGOUT_METHODS", methods, &["GET", "POST"]);
    findings.refuse_if(
        general.logout_csrf && methods.iter().any(|method| method == "GET"),
        &["SECURITY_LOGOUT_CSRF", "SECURITY_LOGOUT_METHODS"],
        "a GET carries no CSRF token, so signing out by GET cannot be protected; leave GET out",
    );
}

fn check_freshness(config: &SecurityConfig, findings: &mut Findings) {
    let freshness = &config.freshness;
    findings.refuse_if(
        freshness.within.is_some_and(|within| freshness.grace > within),
        &["SECURITY_FRESHNESS_GRACE_PERIOD", "SECURITY_FRESHNESS"],
        "the grace period is longer than the time it prolongs",
    );
    findings.refuse_if(
        freshness.within.is_some_and(|within| within.is_zero()),
        &["SECURITY_FRESHNESS"],
        "is 0, which no proof satisfies; negative switches the check off",
    );
    findings.refuse_if(
        config.general.api_enabled_methods.is_empty(),
        &["SECURITY_API_ENABLED_METHODS"],
        "must not be empty, or nobody could use the account pages",
    );
    findings.refuse_if(
        config.token.key.is_empty(),
        &["SECURITY_TOKEN_AUTHENTICATION_KEY"],
        "must not be empty",
    );
}

/// A cookie that can be set: option of its name, name, option of its attributes, attributes.
type Cookie<'a> = (&'static str, &'a str, &'static str, &'a CookieAttributes);

fn cookies(config: &SecurityConfig) -> Vec<Cookie<'_>> {
    let mut cookies: Vec<Cookie<'_>> = vec![
        ("SESSION_COOKIE_NAME", &config.session.cookie_name, "SESSION_COOKIE_SECURE", &config.session.cookie),
        (
            "REMEMBER_COOKIE_NAME",
            &config.remember.cookie_name,
            "REMEMBER_COOKIE_SECURE",
            &config.remember.cookie,
        ),
        (
            "SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME",
            &config.two_factor.validity_cookie_name,
            "SECURITY_TWO_FACTOR_VALIDITY_COOKIE",
            &config.two_factor.validity_cookie,
        ),
    ];
    if let Some(name) = &config.csrf.cookie_name {
        cookies.push(("SECURITY_CSRF_COOKIE_NAME", name, "SECURITY_CSRF_COOKIE", &config.csrf.cookie));
    }
    if let Some(name) = &config.refresh.cookie_name {
        let cookie = &config.refresh.cookie;
        cookies.push(("SECURITY_REFRESH_TOKEN_COOKIE_NAME", name, "SECURITY_REFRESH_TOKEN_COOKIE", cookie));
    }
    cookies
}

fn check_cookies(config: &SecurityConfig, findings: &mut Findings) {
    let cookies = cookies(config);
    for (index, (name_option, name, option, attributes)) in cookies.iter().copied().enumerate() {
        findings.refuse_if(!is_token(name), &[name_option], "is not a name a cookie can have");
        for (other_option, other, ..) in &cookies[..index] {
            findings.refuse_if(
                *other == name,
                &[*other_option, name_option],
                "two cookies have the same name",
            );
        }
        findings.refuse_if(
            !attributes.secure && attributes.same_site == Some(SameSite::None),
            &[option],
            "browsers drop a cookie with SameSite=None that is not secure",
        );
        findings.refuse_if(
            !attributes.secure && attributes.partitioned,
            &[option],
            "browsers drop a partitioned cookie that is not secure",
        );
        // https://www.rfc-editor.org/rfc/rfc6265bis, section 4.1.3
        let is_host_only = attributes.secure && attributes.domain.is_none() && attributes.path == "/";
        let breaks_promise = (name.starts_with("__Secure-") && !attributes.secure)
            || (name.starts_with("__Host-") && !is_host_only);
        findings.refuse_if(
            breaks_promise,
            &[name_option, option],
            "browsers drop a cookie whose name begins with __Secure- or __Host- unless it is secure and, for \
             the second, without domain and with the path /",
        );
    }
}

fn check_headers(config: &SecurityConfig, findings: &mut Findings) {
    let is_bad = |name: &String| !is_token(name);
    const PROBLEM: &str = "is not a name a header can have";
    findings.refuse_if(is_bad(&config.token.header), &["SECURITY_TOKEN_AUTHENTICATION_HEADER"], PROBLEM);
    findings.refuse_if(is_bad(&config.csrf.header), &["SECURITY_CSRF_HEADER"], PROBLEM);
    let others = config.csrf.headers.iter().filter(|name| **name != config.csrf.header);
    findings.refuse_if(others.into_iter().any(is_bad), &["WTF_CSRF_HEADERS"], PROBLEM);
    let policy = config.general.content_security_policy.as_deref().unwrap_or_default();
    findings.refuse_if(
        policy.chars().any(|c| !matches!(c, ' '..='~')),
        &["SECURITY_CONTENT_SECURITY_POLICY"],
        "must be one line of ASCII",
    );
    findings.refuse_if(
        config
            .general
            .default_http_auth_realm
            .chars()
            .any(|c| !matches!(c, ' '..='~') || c == '"' || c == '\\'),
        &["SECURITY_DEFAULT_HTTP_AUTH_REALM"],
        "must be ASCII without quotation marks, backslashes and control characters",
    );
}

/// A token of HTTP (RFC 9110, section 5.6.2), which names of methods, headers and cookies are.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
