//! Options from a file and from the environment, and the features they switch on.

use std::path::Path;

use portcullis_tests::program::Program;
use serde_json::json;

use crate::{Desk, PASSWORD, register, signed_in, try_sign_in};

const EMAIL: &str = "ada@example.com";

/// Every option of these is another than the default.
const TOML: &str = r#"
SECURITY_RECOVERABLE = true
SECURITY_LOGIN_URL = "/sign-in"
SECURITY_PASSWORD_LENGTH_MIN = 20
SESSION_COOKIE_NAME = "berth"
SESSION_COOKIE_SAMESITE = "Strict"
REMEMBER_COOKIE_DURATION = 3600
"#;

/// What can be seen of those options: the length of passwords, the path of the sign-in page, the name of the session's
/// cookie, and how the page for forgotten passwords answers.
async fn observed(site: &Program) -> (bool, bool, bool, u16) {
    let mut visitor = site.visitor();
    let page = visitor.get("/register").await.body;
    let has_page = visitor.get("/sign-in").await.status == 200;
    let has_cookie = visitor.cookie("berth").is_some();
    (
        page.contains("At least 20 characters"),
        has_page,
        has_cookie,
        visitor.get("/reset").await.status.as_u16(),
    )
}

#[tokio::test]
async fn options_come_from_a_toml_file_or_a_json_file_alike() {
    let table = json!({
        "SECURITY_RECOVERABLE": true,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_PASSWORD_LENGTH_MIN": 20,
        "SESSION_COOKIE_NAME": "berth",
        "SESSION_COOKIE_SAMESITE": "Strict",
        "REMEMBER_COOKIE_DURATION": 3600,
    });
    for (name, text) in [("site.toml", TOML.to_owned()), ("site.json", table.to_string())] {
        let desk = Desk::new();
        let file = desk.file(name, &text);
        let site = desk.start(&[("--config", &file)], &[]).await;
        assert_eq!(observed(&site).await, (true, true, true, 200), "{name}");
        let cookie = site.visitor().get("/sign-in").await.header("set-cookie").to_owned();
        assert!(cookie.contains("SameSite=Strict"), "{cookie}");
    }
}

#[tokio::test]
async fn the_environment_wins_over_the_file() {
    let desk = Desk::new();
    let file = desk.file("site.toml", TOML);
    let variables = [
        ("SECURITY_RECOVERABLE", "false"),
        ("SECURITY_PASSWORD_LENGTH_MIN", "9"),
        ("SESSION_COOKIE_NAME", "mooring"),
    ];
    let site = desk.start(&[("--config", &file)], &variables).await;
    // What only the file says still counts.
    assert_eq!(observed(&site).await, (false, true, false, 404));
}

#[tokio::test]
async fn an_option_nobody_knows_keeps_the_program_from_starting_and_is_named() {
    let desk = Desk::new();
    let file = desk.file("site.toml", "SECURITY_REGISTRABLE = true\nSECURITY_TRACKABLE = \"perhaps\"\n");
    let complaint = desk.refused(&[("--config", &file)], &[("SECURITY_PASWORD_SALT", "x")]).await;
    for told in [
        "SECURITY_REGISTRABLE",
        "SECURITY_REGISTERABLE",
        "SECURITY_TRACKABLE",
        "SECURITY_PASWORD_SALT",
        "SECURITY_PASSWORD_SALT",
        "site.toml",
    ] {
        assert!(complaint.contains(told), "{told} in {complaint}");
    }
    assert!(!complaint.contains("perhaps"), "a wrong value may be a secret in the wrong place: {complaint}");
    let complaint = desk.refused(&[("--config", Path::new("nowhere.toml"))], &[]).await;
    assert!(complaint.contains("nowhere.toml"), "{complaint}");
}

#[tokio::test]
async fn with_confirmable_an_account_waits_for_the_link_in_its_mail() {
    let desk = Desk::new();
    let file = desk
        .file("site.json", r#"{"SECURITY_CONFIRMABLE": true, "SECURITY_CONFIRM_EMAIL_WITHIN": "1 hours"}"#);
    let site = desk.start(&[("--config", &file)], &[]).await;
    let (mut visitor, answer) = register(&site, EMAIL).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(visitor.get("/members").await.status, 401);
    assert_eq!(try_sign_in(&site, EMAIL, PASSWORD).await.1.status, 400);

    let link = desk.mailbox().link_below(&format!("{}/confirm/", site.url())).await;
    assert_eq!(site.visitor().get(&link).await.status, 302);
    signed_in(&site, EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn with_recoverable_a_mailed_link_sets_the_password_and_ends_the_old_sessions() {
    let desk = Desk::new();
    let site = desk.start(&[], &[("SECURITY_RECOVERABLE", "true")]).await;
    let (mut old, _) = register(&site, EMAIL).await;
    assert_eq!(old.get("/members").await.status, 200);

    let mut browser = site.visitor();
    let page = browser.get("/reset").await;
    let asked = browser.submit("/reset", &[("email", EMAIL), ("csrf_token", page.form_token())]).await;
    assert_eq!(asked.status, 200);
    let link = desk.mailbox().link_below(&format!("{}/reset/", site.url())).await;
    let page = browser.get(&link).await;
    let new = "a lighthouse without stairs";
    let fields = [("password", new), ("password_confirm", new), ("csrf_token", page.form_token())];
    assert_eq!(browser.submit(&link, &fields).await.status, 302);

    assert_eq!(old.get("/members").await.status, 401);
    assert_eq!(try_sign_in(&site, EMAIL, PASSWORD).await.1.status, 400);
    signed_in(&site, EMAIL, new).await;
}

#[tokio::test]
async fn with_passwordless_a_mailed_link_signs_in_once() {
    let desk = Desk::new();
    let user = json!([{ "email": EMAIL, "password": PASSWORD }]);
    let seed = desk.file("seed.json", &user.to_string());
    let site = desk.start(&[("--seed", &seed)], &[("SECURITY_PASSWORDLESS", "true")]).await;
    let mut browser = site.visitor();
    let page = browser.get("/login").await;
    let asked = browser.submit("/login", &[("email", EMAIL), ("csrf_token", page.form_token())]).await;
    assert!(asked.status.is_success() || asked.status.is_redirection(), "{}", asked.body);
    let link = desk.mailbox().link_below(&format!("{}/login/", site.url())).await;
    assert_eq!(browser.get(&link).await.status, 302);
    assert_eq!(browser.get("/members").await.status, 200);

    let mut second = site.visitor();
    second.get(&link).await;
    assert_eq!(second.get("/members").await.status, 302, "the link was used");
}

#[tokio::test]
async fn a_change_of_the_password_ends_the_other_sessions() {
    let desk = Desk::new();
    let site = desk.start(&[], &[]).await;
    let (mut here, _) = register(&site, EMAIL).await;
    let mut elsewhere = signed_in(&site, EMAIL, PASSWORD).await;
    let token = here.get("/change").await.json()["response"]["csrf_token"].clone();
    let new = "a lighthouse without stairs";
    let form = json!({
        "password": PASSWORD, "new_password": new, "new_password_confirm": new, "csrf_token": token,
    });
    let answer = here.post("/change", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(here.get("/members").await.status, 200);
    assert_eq!(elsewhere.get("/members").await.status, 401);
    desk.mailbox().mail_with("To: ada@example.com").await;
}

#[tokio::test]
async fn another_database_can_be_named() {
    let desk = Desk::new();
    let database = desk.folder.path().join("elsewhere.sqlite");
    let url = format!("sqlite://{}?mode=rwc", database.display());
    let site = desk.start(&[("--database", Path::new(&url))], &[]).await;
    assert!(site.greeting().contains("elsewhere.sqlite"), "{}", site.greeting());
    assert!(database.exists() && !desk.data().join("quickstart.sqlite").exists());
}
