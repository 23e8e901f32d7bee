//! Rules of the mails that the features send.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::collections::BTreeMap;

use security_core::hooks::AccountHooks;
use security_core::mail::{Email, MailKind};
use security_core::security::SecurityBuilder;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const NEW: &str = "compass rose garden";

/// Everything that sends mail.
fn options() -> Vec<(&'static str, Value)> {
    vec![
        ("SERVER_NAME", json!("ships.example")),
        ("PREFERRED_URL_SCHEME", json!("https")),
        ("SECURITY_URL_PREFIX", json!("/account")),
        ("WTF_CSRF_ENABLED", json!(false)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_USERNAME_ENABLE", json!(true)),
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ("SECURITY_EMAIL_SUBJECT_REGISTER", json!("Subject of registering")),
        ("SECURITY_EMAIL_SUBJECT_CONFIRM", json!("Subject of confirming")),
        ("SECURITY_EMAIL_SUBJECT_PASSWORD_RESET", json!("Subject of recovering")),
        ("SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE", json!("Subject of the reset")),
        ("SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE", json!("Subject of the change")),
        ("SECURITY_EMAIL_SUBJECT_PASSWORDLESS", json!("Subject of signing in")),
    ]
}

/// What somebody sends who wants the mails to lead elsewhere.
async fn forged(visitor: &Visitor, path: &str, fields: Value) {
    let draft = visitor.post(path).fields(fields).host("evil.example");
    let draft = draft.header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "gopher");
    let draft = draft.header("forwarded", "host=evil.example;proto=gopher");
    let answer =
        draft.header("x-original-host", "evil.example").header("origin", "https://evil.example").await;
    answer.assert_status(200);
}

/// The one mail that was sent since the last time.
async fn only_mail(scene: &Scene) -> Email {
    let mut mails = scene.mails().await;
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

/// Every link in a text or page.
fn links(text: &str) -> Vec<&str> {
    let ends = |character: char| character.is_whitespace() || matches!(character, '"' | '<' | '>');
    text.match_indices("://")
        .filter_map(|(at, _)| {
            let start =
                text[..at].rfind(|character: char| !character.is_ascii_alphabetic()).map_or(0, |at| at + 1);
            text[start..].split(ends).next()
        })
        .collect()
}

/// Checks recipient and subject, and that both parts lead to the given page of the site and nowhere else. Answers the
/// path of the link.
fn assert_mail(mail: &Email, to: &str, subject: &str, below: &str) -> String {
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (to, subject));
    let text = mail.text.as_deref().expect("there is a plain text");
    let html = mail.html.as_deref().expect("there is HTML").replace("&#x2f;", "/");
    let html = html.as_str();
    assert!(html.contains("</html>") && html.contains(to), "{html}");
    let wanted = format!("https://ships.example{below}");
    for part in [text, html] {
        assert!(!part.contains("evil") && !part.contains("gopher"), "{part}");
        let links = links(part);
        for link in &links {
            let is_ours = *link == "https://ships.example" || link.starts_with("https://ships.example/");
            assert!(is_ours, "{link} in {part}");
        }
        assert!(below.is_empty() || links.iter().any(|link| link.starts_with(&wanted)), "{below}: {part}");
    }
    let link = links(text).into_iter().find(|link| link.starts_with(&wanted)).unwrap_or_default();
    assert!(below.is_empty() || html.contains(link), "both parts have the same link");
    link.trim_start_matches("https://ships.example").to_owned()
}

/// Recipient, subject, plain text and HTML; links to the configured host, whatever the request says.
pub async fn every_mail_is_what_its_feature_says(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    let visitor = scene.json_client();
    let register = |email: &str, username: &str| json!({"email": email, "username": username, "password": PASSWORD, "password_confirm": PASSWORD});
    forged(&visitor, "/account/register", register(ANN, "annie")).await;
    let welcome = only_mail(&scene).await;
    let confirm = assert_mail(&welcome, ANN, "Subject of registering", "/account/confirm/");

    forged(&visitor, "/account/register", register(ANN, "other")).await;
    let existing = only_mail(&scene).await;
    assert_mail(&existing, ANN, "Subject of registering", "/account/confirm/");
    assert_mail(&existing, ANN, "Subject of registering", "/account/reset");

    forged(&visitor, "/account/register", register(BOB, "annie")).await;
    let taken = only_mail(&scene).await;
    assert_mail(&taken, BOB, "Subject of registering", "");
    let text = taken.text.unwrap_or_default();
    assert!(text.contains("annie") && !text.contains(ANN), "whose name it is, is not said: {text}");

    forged(&visitor, "/account/confirm", json!({"email": ANN})).await;
    assert_mail(&only_mail(&scene).await, ANN, "Subject of confirming", "/account/confirm/");
    visitor.get(&confirm).await.assert_status(302);
    assert!(scene.user(ANN).await.confirmed_at.is_some(), "the link in the mail works");

    forged(&visitor, "/account/reset", json!({"email": ANN})).await;
    let reset = assert_mail(&only_mail(&scene).await, ANN, "Subject of recovering", "/account/reset/");
    forged(&visitor, &reset, json!({"password": NEW, "password_confirm": NEW})).await;
    assert_mail(&only_mail(&scene).await, ANN, "Subject of the reset", "/account/reset");

    forged(&visitor, "/account/login", json!({"email": ANN, "password": NEW})).await;
    let change = json!({"password": NEW, "new_password": PASSWORD, "new_password_confirm": PASSWORD});
    forged(&visitor, "/account/change", change).await;
    assert_mail(&only_mail(&scene).await, ANN, "Subject of the change", "/account/reset");

    let mut passwordless = options();
    passwordless.push(("SECURITY_PASSWORDLESS", json!(true)));
    let scene = Scene::staged(adapter, &passwordless, |views| views);
    scene.account(ANN).await;
    forged(&scene.json_client(), "/account/login", json!({"email": ANN})).await;
    let link = assert_mail(&only_mail(&scene).await, ANN, "Subject of signing in", "/account/login/");
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/");
    assert_eq!(visitor.who().await.as_deref(), Some(ANN), "the link in the mail works");
}

/// `EMAIL_PLAINTEXT` and `EMAIL_HTML`.
pub async fn a_site_chooses_the_parts_of_its_mails(adapter: &Adapter) {
    for (text, html) in [(true, false), (false, true)] {
        let mut options = options();
        options.extend([("SECURITY_EMAIL_PLAINTEXT", json!(text)), ("SECURITY_EMAIL_HTML", json!(html))]);
        let scene = Scene::staged(adapter, &options, |views| views);
        scene.account(ANN).await;
        scene.json_client().post("/account/reset").field("email", ANN).await.assert_status(200);
        let mail = only_mail(&scene).await;
        assert_eq!((mail.text.is_some(), mail.html.is_some()), (text, html));
    }
}

/// An application that adds a variable to each of its mails.
#[derive(Debug)]
struct Piers;

impl AccountHooks for Piers {
    fn extend_mail(&self, kind: MailKind, variables: &mut BTreeMap<&'static str, minijinja::Value>) {
        variables.insert("pier", minijinja::Value::from(format!("<pier of {}>", kind.name())));
    }
}

/// Option, name and text of a template for each mail, and what it says in the end.
const OWN_MAILS: [(&str, &str, &str, &str); 8] = [
    (
        "REGISTER_EMAIL_TEMPLATE",
        "welcome",
        "{{ user.email }} {{ confirmation_link == site.url ~ '/account/confirm/' ~ confirmation_token }}",
        "ann@harbour.example True",
    ),
    (
        "REGISTER_EMAIL_EXISTING_TEMPLATE",
        "welcome_existing",
        "{{ user.username }} {{ confirmation_link == site.url ~ '/account/confirm/' ~ confirmation_token }} \
         {{ recovery_link }}",
        "annie True https://ships.example/account/reset",
    ),
    (
        "REGISTER_EMAIL_EXISTING_USERNAME_TEMPLATE",
        "welcome_existing_username",
        "{{ email }} {{ username }} {{ user is defined }}",
        "bob@harbour.example annie False",
    ),
    (
        "EMAIL_TEMPLATE_CONFIRM",
        "confirmation_instructions",
        "{{ confirmation_link == site.url ~ '/account/confirm/' ~ confirmation_token }} {{ within }}",
        "True 2 days",
    ),
    (
        "EMAIL_TEMPLATE_PASSWORD_RESET",
        "reset_instructions",
        "{{ reset_link == site.url ~ '/account/reset/' ~ reset_token }} {{ within }} {{ reset_link }}",
        "True 1 day https://ships.example/account/reset/",
    ),
    ("EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE", "reset_notice", "{{ user.email }}", ANN),
    ("EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE", "change_notice", "{{ user.email }}", ANN),
    (
        "EMAIL_TEMPLATE_PASSWORDLESS",
        "login_instructions",
        "{{ login_link == site.url ~ '/account/login/' ~ login_token }} {{ within }}",
        "True 1 day",
    ),
];

/// `…_TEMPLATE` names another file, which has the same variables, and those that the application adds.
pub async fn a_site_puts_its_own_mails_in_the_place_of_ours(adapter: &Adapter) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut named: Vec<(String, Value)> =
        options().into_iter().map(|(option, value)| (option.to_owned(), value)).collect();
    named.push(("SECURITY_LOGIN_WITHOUT_CONFIRMATION".to_owned(), json!(true)));
    for (option, name, text, _) in OWN_MAILS {
        for extension in ["txt", "html"] {
            let path = folder.path().join(format!("own_{name}.{extension}"));
            std::fs::write(path, format!("{{{{ pier }}}} {text}")).expect("a file can be written");
        }
        named.push((format!("SECURITY_{option}"), json!(format!("own_{name}"))));
    }
    let assemble = |is_passwordless: bool| {
        let mut named = named.clone();
        named.push(("SECURITY_PASSWORDLESS".to_owned(), json!(is_passwordless)));
        let named: Vec<_> = named.iter().map(|(option, value)| (option.as_str(), value.clone())).collect();
        let builder = |builder: SecurityBuilder| builder.template_folder(folder.path()).hooks(Piers);
        Scene::assembled(adapter, &named, builder, |views| views)
    };
    let scene = assemble(false);
    let visitor = scene.json_client();
    let register = |email: &str, username: &str| json!({"email": email, "username": username, "password": PASSWORD, "password_confirm": PASSWORD});
    let change = json!({"password": NEW, "new_password": PASSWORD, "new_password_confirm": PASSWORD});
    let mut mails = Vec::new();
    for (path, fields) in [
        ("/account/register", register(ANN, "annie")),
        ("/account/register", register(ANN, "other")),
        ("/account/register", register(BOB, "annie")),
        ("/account/confirm", json!({"email": ANN})),
        ("/account/reset", json!({"email": ANN})),
        ("reset link", json!({"password": NEW, "password_confirm": NEW})),
        ("/account/change", change),
    ] {
        // Registering signs in; whoever registers again is somebody else.
        let visitor = if path == "/account/register" { scene.json_client() } else { visitor.clone() };
        if path == "/account/change" {
            visitor
                .post("/account/login")
                .fields(json!({"email": ANN, "password": NEW}))
                .await
                .assert_status(200);
        }
        let link = mails.last().and_then(|mail: &Email| mail.text.clone()).unwrap_or_default();
        let link = link.rsplit("https://ships.example").next().unwrap_or_default().to_owned();
        let path = if path == "reset link" { link.as_str() } else { path };
        visitor.post(path).fields(fields).await.assert_status(200);
        mails.push(only_mail(&scene).await);
    }
    let scene = assemble(true);
    scene.account(ANN).await;
    scene.json_client().post("/account/login").field("email", ANN).await.assert_status(200);
    mails.push(only_mail(&scene).await);

    assert_eq!(mails.len(), OWN_MAILS.len());
    for (mail, (_, name, _, said)) in mails.iter().zip(OWN_MAILS) {
        let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
        let expected = format!("<pier of {name}> {said}");
        assert!(text.is_some_and(|text| text.starts_with(&expected)), "{expected:?}: {text:?}");
        let escaped = format!("&lt;pier of {name}&gt; ");
        assert!(html.is_some_and(|html| html.starts_with(&escaped)), "{escaped:?}: {html:?}");
    }
}

/// An address is one address, on one line.
pub async fn nothing_typed_becomes_a_header_or_a_second_recipient(adapter: &Adapter) {
    let mut options = options();
    options.push(("SECURITY_RETURN_GENERIC_RESPONSES", json!(false)));
    let scene = Scene::staged(adapter, &options, |views| views);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    for email in [
        "ann@harbour.example\r\nBcc: eve@evil.example",
        "ann@harbour.example\nBcc: eve@evil.example",
        "ann@harbour.example,eve@evil.example",
        "ann@harbour.example;eve@evil.example",
        "ann@harbour.example eve@evil.example",
        "Ann <ann@harbour.example>",
        "<ann@harbour.example>",
        "ann@harbour.example\u{0}",
        "ann@harbour.example\u{2028}Bcc: eve@evil.example",
    ] {
        let fields = json!({
            "email": email, "username": "annie", "password": PASSWORD, "password_confirm": PASSWORD
        });
        for path in ["/account/register", "/account/reset", "/account/confirm"] {
            visitor.post(path).fields(fields.clone()).await.assert_status(400);
        }
    }
    assert!(scene.mails().await.is_empty());
    assert_eq!(scene.store().count_users().await.expect("the datastore answers"), 1);
}

/// The same mail, at the same moment, differs in nothing but its link.
pub async fn a_mail_holds_a_new_link_every_time_it_is_asked_for(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    let mut found = Vec::new();
    for _ in 0..3 {
        visitor.post("/account/reset").field("email", ANN).await.assert_status(200);
        found.push(assert_mail(&only_mail(&scene).await, ANN, "Subject of recovering", "/account/reset/"));
        scene.advance_minutes(1);
    }
    found.dedup();
    assert_eq!(found.len(), 3);
    for link in &found {
        assert!(!link.contains("ann") && !link.contains("harbour"), "an opaque token: {link}");
    }
}
