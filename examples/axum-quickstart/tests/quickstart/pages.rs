//! Who may see which page, in JSON and in HTML.

use portcullis_tests::program::Program;
use portcullis_tests::visitor::Visitor;
use serde_json::{Value, json};

use crate::{Desk, PASSWORD, signed_in};

const ADMIN: &str = "office@example.com";
const MEMBER: &str = "member@example.com";

/// The member's address and password as HTTP Basic sends them.
const BASIC: &str = "Basic bWVtYmVyQGV4YW1wbGUuY29tOmJhdHRlcnkgc3RhcGxlIG9yYml0";

/// Every page, whether anybody, a member and an administrator may see it with a session.
const PAGES: [(&str, &str, [bool; 3]); 8] = [
    ("/", "home", [true, true, true]),
    ("/account", "account", [true, true, true]),
    ("/members", "members", [false, true, true]),
    ("/fresh", "fresh", [false, true, true]),
    ("/admin", "admin", [false, false, true]),
    ("/write", "write", [false, false, true]),
    // These want something else than a session.
    ("/token", "token", [false, false, false]),
    ("/basic", "basic", [false, false, false]),
];

async fn site(desk: &Desk) -> Program {
    desk.start_with_users(&json!([
        { "email": ADMIN, "password": PASSWORD, "roles": ["admin"] },
        { "email": MEMBER, "password": PASSWORD, "roles": ["member"] },
    ]))
    .await
}

/// Nobody, a member and an administrator.
async fn visitors(site: &Program) -> [(Visitor, Option<&'static str>); 3] {
    let nobody = site.visitor().wanting_json();
    let member = signed_in(site, MEMBER, PASSWORD).await;
    let admin = signed_in(site, ADMIN, PASSWORD).await;
    [(nobody, None), (member, Some(MEMBER)), (admin, Some(ADMIN))]
}

#[tokio::test]
async fn in_json_a_page_says_who_sees_it_and_how_that_was_proven() {
    let desk = Desk::new();
    let site = site(&desk).await;
    for (index, (mut visitor, email)) in visitors(&site).await.into_iter().enumerate() {
        for (path, name, allowed) in PAGES {
            let answer = visitor.get(path).await;
            let who = format!("{path} for {email:?}: {}", answer.body);
            if allowed[index] {
                let via = email.map(|_| "session");
                assert_eq!(answer.status, 200, "{who}");
                assert_eq!(answer.json(), json!({ "page": name, "user": email, "via": via }), "{who}");
            } else {
                // A member who lacks something is refused; who has to prove something is asked to.
                let lacks = email.is_some() && matches!(path, "/admin" | "/write");
                let status = if lacks { 403 } else { 401 };
                assert_eq!(answer.status, status, "{who}");
                assert_eq!(answer.json()["meta"], json!({ "code": status }), "{who}");
                assert!(answer.json()["response"]["errors"][0].is_string(), "{who}");
            }
            assert_eq!(answer.header("content-type"), "application/json", "{who}");
        }
    }
}

#[tokio::test]
async fn in_a_browser_a_page_is_shown_refused_or_leads_to_the_sign_in_page() {
    let desk = Desk::new();
    let site = site(&desk).await;
    for (index, (visitor, email)) in visitors(&site).await.into_iter().enumerate() {
        let mut browser = visitor.wanting_html();
        for (path, _, allowed) in PAGES {
            let answer = browser.get(path).await;
            let who = format!("{path} for {email:?}");
            let lacks = email.is_some() && matches!(path, "/admin" | "/write");
            match (allowed[index], path) {
                (true, _) => {
                    assert_eq!(answer.status, 200, "{who}");
                    assert!(answer.body.contains("<h1"), "{who}: {}", answer.body);
                    assert!(email.is_none_or(|email| answer.body.contains(email)), "{who} is not greeted");
                    assert!(!answer.header("content-security-policy").is_empty(), "{who}");
                }
                (false, "/basic") => {
                    assert_eq!(answer.status, 401, "{who}");
                    assert!(answer.header("www-authenticate").starts_with("Basic realm="), "{who}");
                }
                (false, _) if lacks => assert_eq!(answer.status, 403, "{who}"),
                (false, _) => {
                    assert_eq!(answer.status, 302, "{who}");
                    let next = path.replace('/', "%2F");
                    let login = [format!("/login?next={path}"), format!("/login?next={next}")];
                    assert!(login.iter().any(|login| answer.location() == login), "{}", answer.location());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_visitor_signs_in_on_the_page_and_comes_back_to_where_the_way_began() {
    let desk = Desk::new();
    let site = site(&desk).await;
    let mut browser = site.visitor();
    let login = browser.get("/admin").await.location().to_owned();
    let page = browser.get(&login).await;
    let fields = [("email", ADMIN), ("password", PASSWORD), ("csrf_token", page.form_token())];
    let answer = browser.submit(&login, &fields).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (302, "/admin"));
    assert_eq!(browser.get("/admin").await.status, 200);
}

#[tokio::test]
async fn a_token_and_basic_credentials_open_their_own_pages() {
    let desk = Desk::new();
    let site = site(&desk).await;
    let mut client = site.visitor().wanting_json();
    let csrf = client.get("/login").await.json()["response"]["csrf_token"].clone();
    let form = json!({ "email": MEMBER, "password": PASSWORD, "csrf_token": csrf });
    let answer = client.post("/login?include_auth_token", &form).await.json();
    let token = answer["response"]["user"]["authentication_token"].as_str().unwrap().to_owned();

    let mut stranger = site.visitor().wanting_json();
    for (page, name) in [("/token", "token"), ("/members", "members")] {
        let answer = stranger.call("GET", page).header("Authentication-Token", &token).send().await;
        assert_eq!(answer.json(), json!({ "page": name, "user": MEMBER, "via": "token" }));
    }
    let answer = stranger.call("GET", "/token").header("Authentication-Token", "nonsense").send().await;
    assert_eq!(answer.status, 401);
    let answer = stranger.call("GET", "/basic").header("Authorization", BASIC).send().await;
    assert_eq!(answer.json(), json!({ "page": "basic", "user": MEMBER, "via": "basic" }));
    let answer = stranger.call("GET", "/members").header("Authorization", BASIC).send().await;
    assert_eq!(answer.status, 401, "basic credentials open pages that ask for them and no others");
}

#[tokio::test]
async fn who_is_only_remembered_is_not_fresh() {
    let desk = Desk::new();
    let site = site(&desk).await;
    let mut client = site.visitor().wanting_json();
    let csrf = client.get("/login").await.json()["response"]["csrf_token"].clone();
    let form = json!({ "email": MEMBER, "password": PASSWORD, "remember": true, "csrf_token": csrf });
    assert_eq!(client.post("/login", &form).await.status, 200);
    assert_eq!(client.get("/fresh").await.status, 200);
    client.forget_cookie("session");
    assert_eq!(client.get("/members").await.status, 200);
    let answer = client.get("/fresh").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["response"]["reauth_required"], Value::Bool(true));
    let page = client.wanting_html().get("/fresh").await;
    assert!(page.location().starts_with("/verify?next="), "{}", page.location());
}

#[tokio::test]
async fn the_account_page_links_to_what_is_switched_on() {
    let desk = Desk::new();
    let links = async |variables: &[(&str, &str)]| {
        let page = desk.start(&[], variables).await.visitor().get("/account").await.body;
        let page = page.replace("&#x2f;", "/");
        ["/login", "/register", "/change", "/verify", "/reset", "/confirm"]
            .map(|link| page.contains(&format!("href=\"{link}\"")))
    };
    assert_eq!(links(&[]).await, [true, true, true, true, false, false]);
    let more = [("SECURITY_RECOVERABLE", "true"), ("SECURITY_CONFIRMABLE", "true")];
    assert_eq!(links(&more).await, [true; 6]);
}

#[tokio::test]
async fn a_site_that_can_serve_says_so() {
    let desk = Desk::new();
    let site = desk.start(&[], &[]).await;
    let answer = site.visitor().get("/healthz").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "ok"));
}
