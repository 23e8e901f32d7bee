//! Host, paths, redirects and mail are usable.

use super::super::SecurityConfig;
use super::Findings;

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    check_paths(config, findings);
    check_routes(config, findings);
    check_hosts(config, findings);
    check_mail(config, findings);
    check_spa(config, findings);
}

fn check_paths(config: &SecurityConfig, findings: &mut Findings) {
    let general = &config.general;
    let is_path = |path: &str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains(['?', '#', '\\', ' ', '{', '}', '\n'])
    };
    findings.refuse_if(
        !is_path(&general.application_root),
        &["APPLICATION_ROOT"],
        "must be a path that starts with /",
    );
    findings.refuse_if(
        general.url_prefix.as_deref().is_some_and(|prefix| !is_path(prefix) || prefix.ends_with('/')),
        &["SECURITY_URL_PREFIX"],
        "must be a path that starts with / and does not end with it, or none",
    );
    findings.refuse_if(
        !is_path(&general.static_folder_url) || general.static_folder_url.ends_with('/'),
        &["SECURITY_STATIC_FOLDER_URL"],
        "must be a path that starts with / and does not end with it",
    );
    findings.refuse_if(
        general.max_content_length == 0,
        &["MAX_CONTENT_LENGTH"],
        "is 0, which refuses every form",
    );
    findings.refuse_if(
        general.login_disabled,
        &["LOGIN_DISABLED"],
        "guards cannot be switched off; a test signs in instead",
    );
}

/// A router knows one page per path.
fn check_routes(config: &SecurityConfig, findings: &mut Findings) {
    let routes = &config.routes;
    let paths: [(&'static str, &str); 8] = [
        ("SECURITY_LOGIN_URL", &routes.login),
        ("SECURITY_LOGOUT_URL", &routes.logout),
        ("SECURITY_VERIFY_URL", &routes.verify),
        ("SECURITY_REGISTER_URL", &routes.register),
        ("SECURITY_CONFIRM_URL", &routes.confirm),
        ("SECURITY_RESET_URL", &routes.reset),
        ("SECURITY_CHANGE_URL", &routes.change),
        ("SECURITY_STATIC_FOLDER_URL", &config.general.static_folder_url),
    ];
    for (index, (option, path)) in paths.iter().enumerate() {
        let is_same = |(_, other): &&(&str, &str)| other.trim_end_matches('/') == path.trim_end_matches('/');
        if let Some((other, _)) = paths[..index].iter().find(is_same) {
            findings.refuse_if(true, &[*other, *option], "two pages have the same path");
        }
    }
}

fn check_hosts(config: &SecurityConfig, findings: &mut Findings) {
    let (general, redirect) = (&config.general, &config.redirect);
    const HOST: &str = "must be a host, with a port if needed, such as example.com or localhost:8000";
    for (option, host) in [
        ("SERVER_NAME", &general.server_name),
        ("SECURITY_REDIRECT_HOST", &redirect.host),
        ("SECURITY_REDIRECT_BASE_DOMAIN", &redirect.base_domain),
    ] {
        findings.refuse_if(host.as_deref().is_some_and(|host| !is_host(host)), &[option], HOST);
    }
    findings.refuse_if(
        !matches!(general.preferred_url_scheme.as_str(), "http" | "https"),
        &["PREFERRED_URL_SCHEME"],
        "must be `http` or `https`",
    );
    findings.refuse_if(
        redirect.allow_subdomains && general.server_name.is_none(),
        &["SECURITY_REDIRECT_ALLOW_SUBDOMAINS", "SERVER_NAME"],
        "subdomains of what? Set SERVER_NAME",
    );
    findings.refuse_if(
        !redirect.allowed_subdomains.is_empty() && redirect.base_domain.is_none(),
        &["SECURITY_REDIRECT_ALLOWED_SUBDOMAINS", "SECURITY_REDIRECT_BASE_DOMAIN"],
        "subdomains of what? Set SECURITY_REDIRECT_BASE_DOMAIN",
    );
    // A mail is read far from the request that caused it, and the Host header of a request is anybody's.
    let features = &config.features;
    for (is_on, option) in [
        (features.confirmable, "SECURITY_CONFIRMABLE"),
        (features.recoverable, "SECURITY_RECOVERABLE"),
        (features.passwordless, "SECURITY_PASSWORDLESS"),
        (features.change_email, "SECURITY_CHANGE_EMAIL"),
    ] {
        findings.refuse_if(
            is_on && general.server_name.is_none(),
            &[option, "SERVER_NAME"],
            "links in mails need a host that no visitor can choose; set SERVER_NAME",
        );
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // An IPv6 address in brackets.
        Some((address, rest)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            ("ipv6", rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("80")).unwrap_or("none"))
        }
        None => host.split_once(':').unwrap_or((host, "80")),
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    name.split('.').all(is_label) && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

fn check_mail(config: &SecurityConfig, findings: &mut Findings) {
    let mail = &config.mail;
    findings.refuse_if(
        !mail.plaintext && !mail.html,
        &["SECURITY_EMAIL_PLAINTEXT", "SECURITY_EMAIL_HTML"],
        "a mail with neither part is empty",
    );
    findings.refuse_if(
        mail.use_tls && mail.use_ssl,
        &["MAIL_USE_TLS", "MAIL_USE_SSL"],
        "a connection is encrypted from the start or later, not both",
    );
    findings.refuse_if(
        mail.ca_file.is_some() && !mail.use_tls && !mail.use_ssl,
        &["MAIL_CA_FILE", "MAIL_USE_TLS", "MAIL_USE_SSL"],
        "nobody vouches for a server whose connection is not encrypted; set MAIL_USE_TLS or MAIL_USE_SSL",
    );
    findings.refuse_if(
        mail.password.is_some() && mail.username.is_none(),
        &["MAIL_PASSWORD", "MAIL_USERNAME"],
        "a password without a name",
    );
    findings.refuse_if(mail.port == 0, &["MAIL_PORT"], "must be from 1 to 65535");
}

/// A single-page application has to say where each link in a mail leads.
fn check_spa(config: &SecurityConfig, findings: &mut Findings) {
    let (redirect, features) = (&config.redirect, &config.features);
    if !redirect.spa {
        return;
    }
    let signs_in_elsewhere = features.passwordless || features.unified_signin || features.oauth_enable;
    for (is_on, option, view) in [
        (signs_in_elsewhere, "SECURITY_LOGIN_ERROR_VIEW", &redirect.login_error_view),
        (features.confirmable, "SECURITY_CONFIRM_ERROR_VIEW", &redirect.confirm_error_view),
        (features.confirmable, "SECURITY_POST_CONFIRM_VIEW", &redirect.post_confirm_view),
        (features.recoverable, "SECURITY_RESET_VIEW", &redirect.reset_view),
        (features.recoverable, "SECURITY_RESET_ERROR_VIEW", &redirect.reset_error_view),
        (features.change_email, "SECURITY_CHANGE_EMAIL_ERROR_VIEW", &redirect.change_email_error_view),
        (features.change_email, "SECURITY_POST_CHANGE_EMAIL_VIEW", &redirect.post_change_email_view),
        (features.oauth_enable, "SECURITY_POST_OAUTH_LOGIN_VIEW", &redirect.post_oauth_login_view),
        (features.oauth_enable, "SECURITY_POST_OAUTH_VERIFY_VIEW", &redirect.post_oauth_verify_view),
        (features.oauth_enable, "SECURITY_VERIFY_ERROR_VIEW", &redirect.verify_error_view),
    ] {
        findings.refuse_if(
            is_on && view.is_none(),
            &[option, "SECURITY_REDIRECT_BEHAVIOR"],
            "a single-page application has to say where this leads",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_and_perhaps_a_port() {
        for host in ["example.com", "localhost:8000", "127.0.0.1", "bücher.example", "[::1]:80", "[::1]"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            "https://example.com",
            "example.com/",
            "a..b",
            "example.com:",
            "example.com:x",
            "a b",
            "u@h",
            "[x]",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
