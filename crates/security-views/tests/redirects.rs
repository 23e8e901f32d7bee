//! Redirect targets: every answer of the reference implementation, every row of the specification, and what a
//! browser would make of a target that was accepted.

use std::path::PathBuf;

use proptest::prelude::*;
use security_core::config::SecurityConfig;
use security_views::redirect::{RedirectRules, with_query};
use serde_json::Value;
use url::Url;

const HOST: &str = "app.harbour.example";
const DOMAIN: &str = "harbour.example";

/// Targets that the reference accepts and we refuse: configuration (`*` for all), target, reason.
const STRICTER: &[(&str, &str, &str)] = &[
    ("*", "\\\\evil.example", "browsers read it as //evil.example"),
    ("*", "\\/evil.example", "browsers read it as //evil.example"),
    ("*", "/\\evil.example", "browsers read it as //evil.example"),
    ("*", "\u{19}////evil.example", "control character"),
    ("*", "\u{200a}//evil.example", "leading white space"),
    ("subdomains", "https://user@app.harbour.example/x", "user information"),
    ("subdomains", "https://evil.example\\@app.harbour.example/", "user information, backslash in the host"),
];

/// Locations that differ from the reference, which escapes escapes once more.
const KEPT_ESCAPES: &[(&str, &str)] = &[
    ("%2F%2Fevil.example", "%2F%2Fevil.example"),
    ("%5C%5Cevil.example", "%5C%5Cevil.example"),
    ("/%2Fevil.example", "/%2Fevil.example"),
    ("/%5Cevil.example", "/%5Cevil.example"),
];

fn vectors(name: &str) -> Vec<Value> {
    let folder = std::env::var_os("TEST_VECTORS_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors").into(), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name)).expect("the vectors are there");
    let mut file: Value = serde_json::from_str(&text).expect("the vectors are JSON");
    serde_json::from_value(file["cases"].take()).expect("the cases are a list")
}

fn rules(configuration: &str) -> RedirectRules {
    let mut config = SecurityConfig::default();
    match configuration {
        "default" => {}
        "subdomains" => {
            config.general.server_name = Some(DOMAIN.to_owned());
            config.redirect.allow_subdomains = true;
        }
        "side_domains" => {
            config.redirect.base_domain = Some(DOMAIN.to_owned());
            config.redirect.allowed_subdomains = ["login", "www", "."].map(str::to_owned).to_vec();
        }
        "side_domains_none" => config.redirect.base_domain = Some(DOMAIN.to_owned()),
        other => unreachable!("{other}"),
    }
    RedirectRules::new(&config)
}

fn stricter(configuration: &str, url: &str) -> bool {
    STRICTER.iter().any(|(name, target, _)| *target == url && ["*", configuration].contains(name))
}

#[test]
fn targets_are_judged_as_by_the_reference_or_more_strictly() {
    let cases = vectors("redirects.json");
    assert_eq!(cases.len(), 62);
    let mut refused = 0;
    for case in &cases {
        let url = case["url"].as_str().unwrap();
        for (configuration, verdict) in case["verdicts"].as_object().unwrap() {
            // An exception of the reference is a refusal here.
            let by_reference = verdict.as_bool().unwrap_or(false);
            let is_stricter = stricter(configuration, url);
            refused += usize::from(is_stricter && by_reference);
            let accepted = rules(configuration).accept(url, Some(HOST));
            let expected = by_reference && !is_stricter;
            assert_eq!(accepted.is_some(), expected, "{} {configuration}: {url:?}", case["id"]);
        }
    }
    assert_eq!(refused, 5 * 4 + 2, "every stricter row is still in the vectors");
}

#[test]
fn accepted_targets_lead_where_the_reference_leads() {
    for case in vectors("redirects.json") {
        let url = case["url"].as_str().unwrap();
        for (configuration, way) in
            [("default", "query"), ("default", "form"), ("subdomains", "query_subdomains")]
        {
            let Some(location) = rules(configuration).accept(url, Some(HOST)) else { continue };
            let kept = KEPT_ESCAPES.iter().find(|(target, _)| *target == url).map(|(_, kept)| *kept);
            let expected = kept.or(case["after_login"][way]["location"].as_str());
            assert_eq!(Some(location.as_str()), expected, "{} {way}", case["id"]);
        }
    }
}

#[test]
fn what_earlier_versions_let_through_is_refused() {
    let lp = |allow_subdomains| {
        let mut config = SecurityConfig::default();
        config.general.server_name = Some("lp.com".to_owned());
        config.redirect.allow_subdomains = allow_subdomains;
        RedirectRules::new(&config)
    };
    for target in [
        "//evil.com",
        "http://evil.com",
        "http:evil.com",
        "http:///evil.com",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.com",
        "/\t/evil.com",
        "///evil.com",
        "////evil.com",
        "/\\/evil.com",
        "\\/\\/evil.com",
        "\\\\evil.com",
        "/\\evil.com",
        "ftp://app.lp.com/",
        "https://app.lp.com:8443/",
        "https://evil.com\\@sub.lp.com/",
        "https://evil.com\\.lp.com",
        "https://evil.com%2f.lp.com",
        "https://a:b@sub.lp.com/",
        "/x\r\nSet-Cookie: a=b",
        "/x ",
        "\u{a0}/x",
        "/x\u{7f}",
        "",
        "   ",
        "//",
        "//?x",
        "https://",
        "https:",
        "https:///app.lp.com",
        "//app.lp.com\\x",
        "http://app.lp.com\\@evil.com/",
        "https://[app.lp.com",
        "https://app.lp.com]/",
        "vbscript:x",
        "https://ev\u{ff0e}lp.com/",
        "https://münchen.lp.com/",
        "//evil.com\\app.lp.com",
    ] {
        for allow_subdomains in [false, true] {
            assert_eq!(lp(allow_subdomains).accept(target, Some("app.lp.com")), None, "{target:?}");
        }
    }
    assert_eq!(lp(false).accept("https://sub.lp.com/", Some("app.lp.com")), None);
    assert!(lp(true).accept("https://sub.lp.com/", Some("app.lp.com")).is_some());
}

#[test]
fn targets_within_the_site_are_kept() {
    for (target, location) in [
        ("/foo?x=1#y", "/foo?x=1#y"),
        ("foo", "foo"),
        ("security.login", "security.login"),
        (".login", ".login"),
        ("https://APP.harbour.example/a b", "https://APP.harbour.example/a%20b"),
        ("http://app.harbour.example/x", "http://app.harbour.example/x"),
        ("/café?q=ü&p=\\#é", "/caf%C3%A9?q=%C3%BC&p=%5C#%C3%A9"),
        ("/a%20b%2Fc?d=%26", "/a%20b%2Fc?d=%26"),
        ("/100%", "/100%25"),
        ("/\\app.harbour.example/x", "/%5Capp.harbour.example/x"),
        ("?u=https://evil.example", "?u=https://evil.example"),
        ("/a:b@c//d", "/a:b@c//d"),
    ] {
        let accepted = rules("default").accept(target, Some(HOST));
        assert_eq!(accepted.as_deref(), Some(location), "{target:?}");
    }
}

#[test]
fn the_port_belongs_to_the_host() {
    let rules = rules("default");
    let accepts = |target, host| rules.accept(target, Some(host)).is_some();
    assert!(accepts("http://localhost:5000/x", "localhost:5000"));
    assert!(accepts("http://[::1]:5000/x", "[::1]:5000"));
    assert!(!accepts("http://localhost:5001/x", "localhost:5000"));
    assert!(!accepts("http://localhost/x", "localhost:5000"));
    assert!(!accepts("http://localhost:5000/x", "localhost"));
}

#[test]
fn a_target_from_outside_never_gets_the_redirect_host() {
    let mut config = SecurityConfig::default();
    config.redirect.host = Some("localhost:8081".to_owned());
    let rules = RedirectRules::new(&config);
    assert_eq!(rules.accept("/x", Some(HOST)).as_deref(), Some("/x"));
    assert_eq!(rules.accept("//localhost:8081/x", Some(HOST)), None);
    assert_eq!(rules.view("/", &|_| None), "//localhost:8081/");
}

#[test]
fn the_location_of_a_configured_view_fits_a_header() {
    let view = rules("default").view("https://spa.example/café\r\nX: y", &|_| None);
    assert_eq!(view, "https://spa.example/caf%C3%A9%0D%0AX:%20y");
}

/// The routes of the application that made the vectors.
fn route(name: &str) -> Option<String> {
    match name {
        "security.login" => Some("/login".to_owned()),
        "whoami" => Some("/whoami".to_owned()),
        _ => None,
    }
}

fn parameters(case: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        other => other.to_string(),
    };
    let given = case["qparams"].as_object().into_iter().flatten();
    given.map(|(name, value)| (name.clone(), text(value))).collect()
}

#[test]
fn configured_views_and_their_parameters_are_written_as_by_the_reference() {
    let mut checked = [0, 0];
    for case in vectors("urls.json") {
        let pairs = parameters(&case);
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut config = SecurityConfig::default();
        let url = match case["kind"].as_str().unwrap() {
            // Other pieces are replaced nowhere but for the redirect host, which `get_url` covers.
            "transform_url" if case["replace"].as_object().unwrap().is_empty() => {
                checked[0] += 1;
                case["url"].as_str().unwrap().to_owned()
            }
            "get_url" => {
                checked[1] += 1;
                config.redirect.host = case["redirect_host"].as_str().map(str::to_owned);
                RedirectRules::new(&config).view(case["endpoint_or_url"].as_str().unwrap(), &route)
            }
            _ => continue,
        };
        assert_eq!(with_query(&url, &pairs), case["result"].as_str().unwrap(), "{}", case["id"]);
    }
    assert_eq!(checked, [24, 13]);
}

/// Reads a link on a page of ours as a browser does.
fn in_a_browser(link: &str) -> Option<Url> {
    let page = Url::parse(&format!("https://{HOST}/account/login?next=x")).expect("a plain URL");
    page.join(link).ok()
}

fn may_lead_to(configuration: &str, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_allowed = match configuration {
        "subdomains" => host == DOMAIN || host.ends_with(".harbour.example"),
        "side_domains" => ["login.harbour.example", "www.harbour.example", DOMAIN, HOST].contains(&host),
        _ => host == HOST,
    };
    is_allowed
        && url.port().is_none()
        && ["http", "https"].contains(&url.scheme())
        && url.username().is_empty()
        && url.password().is_none()
}

/// Text that looks like a target: a beginning, hosts, and what might make a reader mistake one for another.
fn target() -> impl Strategy<Value = String> {
    let opening = proptest::sample::select(vec![
        "",
        "/",
        "//",
        "///",
        "https://",
        "HTTP://",
        "http:",
        "https:/",
        "https:///",
        "ftp://",
        "javascript:",
        "/\\",
        "\\\\",
        "\\/",
        "/\t/",
        "https:\\\\",
        "ht\ntps://",
        "\u{19}//",
        " //",
        "\u{a0}//",
        "?",
        "#",
        "./",
        "/.//",
    ]);
    let host = proptest::sample::select(vec![
        "",
        "evil.example",
        HOST,
        DOMAIN,
        "www.harbour.example",
        ".harbour.example",
        "user@www.harbour.example",
        "evil.example\\@www.harbour.example",
        "[::1]",
        "a",
    ]);
    let trick = proptest::sample::select(vec![
        "",
        "",
        "",
        "/",
        "//",
        "\\",
        ":",
        "@",
        ":80",
        ":443",
        "?",
        "#",
        "%",
        "%2f",
        "%5C",
        "%40",
        ".",
        "..",
        "[",
        "]",
        " ",
        "\t",
        "\r\n",
        "\0",
        "\u{7f}",
        "\u{3002}",
        "\u{ff0f}",
        "é",
        "&=;",
        "<|^",
        "//evil.example",
    ]);
    let pieces = (opening, proptest::collection::vec((trick, host), 0..4));
    let likely = pieces.prop_map(|(opening, rest)| {
        rest.into_iter().fold(opening.to_owned(), |target, (trick, host)| target + trick + host)
    });
    prop_oneof![9 => likely, 1 => ".{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8000))]

    #[test]
    fn an_accepted_target_never_leaves_the_allowed_hosts(target in target(), which in 0..4_usize) {
        let configuration = ["default", "subdomains", "side_domains", "side_domains_none"][which];
        if let Some(location) = rules(configuration).accept(&target, Some(HOST)) {
            prop_assert!(location.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\'), "{location:?}");
            // Neither what we send nor what was asked for, should a page show it as a link.
            for link in [&location, &target] {
                if let Some(url) = in_a_browser(link) {
                    prop_assert!(may_lead_to(configuration, &url), "{configuration}: {target:?} leads to {url}");
                }
            }
            // What was accepted once is accepted again unchanged, as when it travels through several pages.
            prop_assert_eq!(rules(configuration).accept(&location, Some(HOST)), Some(location.clone()));
        }
    }

    #[test]
    fn a_parameter_cannot_change_where_a_url_leads(name in ".{0,20}", value in ".{0,40}") {
        let url = with_query("/login?x=1#form", &[(&name, &value)]);
        let read = in_a_browser(&url).unwrap();
        prop_assert_eq!((read.host_str(), read.path(), read.fragment()), (Some(HOST), "/login", Some("form")));
        let found = read.query_pairs().any(|(key, text)| key == name && text == value);
        prop_assert!(found, "{url}");
    }
}
