//! Rules of the language that people are spoken to in.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::time::Duration;

use http::Method;
use security_core::feature::register::RegistrationField;
use security_core::message::{Language, MailText, MessageKey, PageText, Wording};
use security_core::security::SecurityBuilder;
use security_views::{RequestContext, ResponsePolicy};
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));

/// What the browser of a visitor from Graz says.
const AUSTRIAN: &str = "de-AT,de;q=0.9,en;q=0.5";

fn wording<'s>(scene: &'s Scene, tag: &str) -> Wording<'s> {
    let language: Language = tag.parse().expect("the rules name languages");
    scene.security().messages().in_language(&language)
}

fn text(scene: &Scene, tag: &str, key: MessageKey) -> String {
    wording(scene, tag).text(key, &[])
}

fn speaking(scene: &Scene, accepted: &str) -> [Visitor; 2] {
    scene.both().map(|visitor| visitor.with_header("accept-language", accepted))
}

/// Whether the answer tells caches that it depends on the language.
fn varies(answer: &Answer) -> bool {
    let values = answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("accept-language"))
}

#[track_caller]
fn assert_language(answer: &Answer, tag: &str) {
    assert_eq!(answer.header("content-language"), Some(tag), "{answer:?}");
    assert!(varies(answer), "{answer:?}");
}

/// Pages, labels, errors, messages for the next page.
pub async fn a_visitor_is_spoken_to_in_their_language(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_USERNAME_ENABLE", json!(true))]);
    scene.account(ANN).await;
    let [browser, program] = speaking(&scene, AUSTRIAN);
    for visitor in [&browser, &program] {
        let answer = visitor.submit("/login", json!({"email": ANN, "password": "wrong horse"})).await;
        answer.assert_field_error("password", &text(&scene, "de", MessageKey::InvalidPassword));
        assert_language(&answer, "de");
        let answer = visitor.submit("/login", json!({})).await;
        answer.assert_field_error("password", &text(&scene, "de", MessageKey::PasswordNotProvided));
    }
    let page = browser.get("/register").await;
    assert_language(&page, "de");
    let german = wording(&scene, "de");
    for part in [
        "<html lang=\"de\">",
        &german.page_text(PageText::CreateAnAccount, &[]),
        &german.page_text(PageText::EmailAddress, &[]),
        &german.page_text(PageText::Username, &[]),
        &german.page_text(PageText::Optional, &[]),
        &german.page_text(PageText::PasswordHelp, &[("length", "8")]),
        &german.page_text(PageText::CreateAccount, &[]),
        &german.page_text(PageText::SkipToContent, &[]),
        ">Anmelden</a>",
    ] {
        page.assert_page(part);
    }
    for english in ["Create", "Email", "Password", "optional", "Sign in", "Skip"] {
        assert!(!page.page().contains(english), "{english:?} is on the page: {}", page.text());
    }
    browser.get("/auth").await.assert_status(302);
    assert_eq!(browser.flashes().await, [text(&scene, "de", MessageKey::Unauthenticated)]);
    let answer = browser.submit("/login", json!({"email": ANN, "password": PASSWORD})).await;
    answer.assert_status(302);
    browser.get("/change").await.assert_page(&german.page_text(PageText::ChangePasswordLead, &[]));
}

/// No header, another language, or nothing that can be read.
pub async fn whoever_understands_nothing_else_is_spoken_to_in_the_default_language(adapter: &Adapter) {
    for (default, other) in [("en", "de"), ("de", "en")] {
        let scene = Scene::with(adapter, [("BABEL_DEFAULT_LOCALE", json!(default))]);
        let wrong = json!({"email": ANN, "password": "wrong horse"});
        for accepted in [None, Some("fr"), Some("tlh, fr;q=0.5"), Some("*"), Some("?!"), Some("")] {
            for visitor in scene.both() {
                let visitor = match accepted {
                    Some(accepted) => visitor.with_header("accept-language", accepted),
                    None => visitor,
                };
                let answer = visitor.submit("/login", wrong.clone()).await;
                answer.assert_field_error("email", &text(&scene, default, MessageKey::UserDoesNotExist));
                assert_language(&answer, default);
            }
        }
        for visitor in speaking(&scene, &format!("fr, {other}-CH")) {
            let answer = visitor.submit("/login", wrong.clone()).await;
            answer.assert_field_error("email", &text(&scene, other, MessageKey::UserDoesNotExist));
            assert_language(&answer, other);
        }
    }
}

/// By `q`, not by place.
pub async fn the_language_that_is_liked_best_counts(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for (accepted, tag) in [
        ("en;q=0.4, de;q=0.6", "de"),
        ("en;q=0.6, de;q=0.4", "en"),
        ("de;q=0, en;q=0.1", "en"),
        ("en;q=0, *", "de"),
        ("fr, de, en", "de"),
    ] {
        let browser = scene.browser().with_header("accept-language", accepted);
        let page = browser.get("/login").await;
        page.assert_page(&format!("<html lang=\"{tag}\">"));
        page.assert_page(&wording(&scene, tag).page_text(PageText::SignIn, &[]));
    }
}

/// The answers that no view gives.
pub async fn refusals_are_in_the_language_of_the_visitor(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let [browser, program] = speaking(&scene, "de");
    for visitor in [&browser, &program] {
        let refused = [
            (403, MessageKey::Unauthorized, visitor.get("/roles/alone").await),
            (405, MessageKey::MethodNotAllowed, visitor.request(Method::PUT, "/login").await),
            (400, MessageKey::ApiError, visitor.post("/login").body("application/json", "{").await),
            (401, MessageKey::Unauthenticated, visitor.get("/auth/basic").await),
        ];
        for (status, key, answer) in refused {
            answer.assert_error(status, &text(&scene, "de", key));
            assert_language(&answer, "de");
        }
    }
    let page = browser.get("/roles/alone").await;
    assert!(page.page().contains(&wording(&scene, "de").page_text(PageText::Forbidden, &[])));
    program.sign_in(ANN).await;
    scene.advance_minutes(20);
    let answer = program.get("/fresh").await;
    answer.assert_error(401, &text(&scene, "de", MessageKey::ReauthenticationRequired));
    let scene = Scene::with(adapter, [("WTF_CSRF_CHECK_DEFAULT", json!(true))]);
    for visitor in speaking(&scene, "de") {
        let answer = visitor.post("/who").await;
        answer.assert_status(400);
        assert!(answer.page().contains(&text(&scene, "de", MessageKey::CsrfMissing)), "{}", answer.text());
        assert_language(&answer, "de");
    }
}

/// What core objects to is put into words where the language is known.
pub async fn what_is_wrong_with_a_new_password_is_told_in_the_language(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let length = wording(&scene, "de").text(MessageKey::PasswordInvalidLength, &[("length", "8")]);
    for visitor in speaking(&scene, "de") {
        let fields = json!({"email": BOB, "password": "short", "password_confirm": "short"});
        visitor.submit("/register", fields).await.assert_field_error("password", &length);
        let taken = wording(&scene, "de").text(MessageKey::EmailAlreadyAssociated, &[("email", ANN)]);
        let fields = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
        visitor.submit("/register", fields).await.assert_field_error("email", &taken);
        visitor.sign_in(ANN).await;
        let change = json!({"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"});
        visitor.submit("/change", change).await.assert_field_error("new_password", &length);
    }
}

/// Days and hours too, on the next page and in a redirect.
pub async fn the_outcome_of_a_link_is_told_in_the_language(adapter: &Adapter) {
    for spa in [false, true] {
        let mut options = vec![CONFIRMABLE, ("SECURITY_CONFIRM_EMAIL_WITHIN", json!("1 days"))];
        if spa {
            options.push(("SECURITY_REDIRECT_BEHAVIOR", json!("spa")));
            options.push(("SECURITY_POST_CONFIRM_VIEW", json!("https://app.harbour.example/done")));
            options.push(("SECURITY_CONFIRM_ERROR_VIEW", json!("https://app.harbour.example/sorry")));
            options.push(("SECURITY_LOGIN_ERROR_VIEW", json!("https://app.harbour.example/sorry")));
        }
        let scene = Scene::staged(adapter, &options, |views| views);
        scene.account_with(ANN, |user| user.confirmed_at = None).await;
        let browser = scene.browser().with_header("accept-language", "de");
        browser.submit("/confirm", json!({"email": ANN})).await;
        let link = scene.mails().await.first().map(link_in).expect("a link is mailed");
        scene.advance(Duration::from_secs(3 * 24 * 3600));
        let expired = wording(&scene, "de")
            .text(MessageKey::ConfirmationExpired, &[("within", "1 Tag"), ("email", "")]);
        let answer = browser.get(&link).await;
        answer.assert_status(302);
        assert!(varies(&answer));
        if spa {
            let location = url_decoded(answer.location().unwrap_or_default());
            assert!(location.contains(&expired), "{location}");
        } else {
            assert!(browser.flashes().await.contains(&expired), "{expired}");
        }
    }
}

/// The query string of a URL in plain text.
fn url_decoded(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

/// A text in another language tells no more about an account than the English one.
pub async fn answers_are_alike_in_every_language(adapter: &Adapter) {
    let options = [("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)), CONFIRMABLE];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    scene.account_with("una@harbour.example", |user| user.confirmed_at = None).await;
    let people = [ANN, BOB, "una@harbour.example"];
    for json in [false, true] {
        for (path, password) in [("/login", "wrong horse"), ("/confirm", "")] {
            let mut first = None;
            for person in people {
                let visitor = if json { scene.json_client() } else { scene.browser() };
                let visitor = visitor.with_header("accept-language", "de");
                let answer = visitor.submit(path, json!({"email": person, "password": password})).await;
                let flashes = visitor.flashes().await.concat();
                let body = without_tokens(&answer.page().replace(person, "IDENTITY"));
                let seen = (answer.status, body, flashes.replace(person, "IDENTITY"));
                assert_eq!(&seen, first.get_or_insert_with(|| seen.clone()), "{path} for {person}");
            }
        }
    }
    for visitor in speaking(&scene, "de") {
        let answer = visitor.submit("/login", json!({"email": BOB, "password": "wrong horse"})).await;
        answer.assert_field_error("", &text(&scene, "de", MessageKey::GenericAuthnFailed));
    }
}

/// The text without what differs by chance: the CSRF token, in a form or in JSON.
fn without_tokens(text: &str) -> String {
    let lines = text.split(['\n', ',']).filter(|line| !line.contains("csrf_token"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A program finds what it looks for whatever language its user speaks.
pub async fn the_shape_of_an_answer_is_the_same_in_every_language(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for fields in [json!({}), json!({"email": ANN, "password": "wrong"}), json!({"email": 1, "next": "//x"})]
    {
        let mut shapes = Vec::new();
        for tag in ["en", "de"] {
            let program = scene.json_client().with_header("accept-language", tag);
            let answer = program.submit("/login", fields.clone()).await;
            let response = answer.response();
            let by_field = response["field_errors"].as_object().map(|errors| {
                errors.iter().map(|(name, texts)| (name.clone(), texts.as_array().map(Vec::len))).collect()
            });
            let by_field: Vec<_> = by_field.unwrap_or_default();
            shapes.push((answer.status, answer.members(), by_field));
        }
        assert_eq!(shapes[0], shapes[1], "{fields}");
    }
}

/// And what does not depend on the language does not say it does.
pub async fn an_answer_that_depends_on_the_language_says_so(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let [browser, program] = speaking(&scene, "de");
    assert!(varies(&browser.get("/login").await));
    assert!(varies(&browser.get("/auth").await), "the message for the next page is in it");
    for path in ["/who", "/login"] {
        let answer = program.get(path).await;
        assert!(!varies(&answer) && answer.header("content-language").is_none(), "{path}: {answer:?}");
    }
    let scene = Scene::with(adapter, [("SECURITY_I18N_DIRNAME", json!([]))]);
    let page = scene.browser().with_header("accept-language", "de").get("/login").await;
    page.assert_page(&wording(&scene, "en").page_text(PageText::SignIn, &[]));
    assert_eq!(page.header("content-language"), Some("en"));
    assert!(!varies(&page), "a site of one language says the same to everybody");
}

/// The visitor's own setting, kept in a cookie.
#[derive(Debug)]
struct ByCookie;

impl ResponsePolicy for ByCookie {
    fn language(&self, request: &RequestContext) -> Option<Language> {
        let cookies = request.headers().get("cookie")?.to_str().ok()?;
        let mut cookies = cookies.split(';').map(str::trim);
        cookies.find_map(|cookie| cookie.strip_prefix("language="))?.parse().ok()
    }
}

/// What the browser says is a guess; the application may know better.
pub async fn an_application_may_know_the_language_better(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &[], |views| views.with_policy(ByCookie));
    for (cookie, tag, is_guess) in [
        ("language=de-DE", "de", false),
        ("language=en", "en", false),
        ("language=fr", "de", true),
        ("other=1", "de", true),
    ] {
        let visitor = scene.json_client().with_header("accept-language", "de").with_header("cookie", cookie);
        let answer = visitor.get("/auth").await;
        answer.assert_error(401, &text(&scene, tag, MessageKey::Unauthenticated));
        assert_eq!(answer.header("content-language"), Some(tag), "{cookie}");
        assert_eq!(varies(&answer), is_guess, "{cookie}");
    }
}

/// Subject, text and spans of time; who says no language, or one that is not there, is written to in the site's.
pub async fn a_mail_is_in_the_language_of_whoever_asks_for_it(adapter: &Adapter) {
    const NEW: &str = "compass rose garden";
    for (accepted, default, tag) in
        [(Some(AUSTRIAN), "en", "de"), (Some("fr"), "en", "en"), (None, "en", "en"), (None, "de", "de")]
    {
        let options = [
            CONFIRMABLE,
            ("SECURITY_RECOVERABLE", json!(true)),
            ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
            ("BABEL_DEFAULT_LOCALE", json!(default)),
        ];
        let scene = Scene::with(adapter, options);
        let visitor = match accepted {
            Some(accepted) => scene.json_client().with_header("accept-language", accepted),
            None => scene.json_client(),
        };
        let wording = wording(&scene, tag);
        let said = |text: MailText| wording.translate(text.english(), &[("email", ANN)]);
        let register = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
        let change = json!({"password": NEW, "new_password": PASSWORD, "new_password_confirm": PASSWORD});
        let mut link = String::new();
        for (path, fields, subject, sentence) in [
            ("/register", register.clone(), MailText::SubjectRegister, MailText::CreatedConfirm),
            ("/register", register, MailText::SubjectRegister, MailText::ExistingForgotten),
            ("/confirm", json!({"email": ANN}), MailText::SubjectConfirm, MailText::ConfirmNotYou),
            ("/reset", json!({"email": ANN}), MailText::SubjectPasswordReset, MailText::ResetNotYou),
            (
                "",
                json!({"password": NEW, "password_confirm": NEW}),
                MailText::SubjectPasswordNotice,
                MailText::WasYou,
            ),
            ("/change", change, MailText::SubjectPasswordChangeNotice, MailText::ChangedLead),
        ] {
            if path == "/change" {
                visitor.sign_in_with(json!({"email": ANN, "password": NEW})).await;
            }
            let answer = visitor.submit(if path.is_empty() { &link } else { path }, fields).await;
            answer.assert_status(200);
            assert!(!varies(&answer), "{path}: nothing in the answer is in a language");
            let mails = scene.mails().await;
            let mail = mails.first().expect("a mail is sent");
            let (text, html) = (mail.text.clone().unwrap_or_default(), mail.html.clone().unwrap_or_default());
            assert_eq!(mail.subject, said(subject), "{path} in {tag}");
            let sentence = said(sentence);
            let in_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(in_one_line.contains(&sentence), "{sentence:?}: {text}");
            assert!(html.contains(&format!("<html lang=\"{tag}\">")) && html.contains(&sentence), "{html}");
            match path {
                "/confirm" => {
                    let within = wording.duration(Duration::from_secs(2 * 24 * 3600));
                    assert!(in_one_line.contains(&format!("{within}.")), "{text}");
                    visitor.get(&link_in(mail)).await.assert_status(302);
                }
                "/reset" => link = link_in(mail),
                _ => {}
            }
        }
    }
    let scene = Scene::with(adapter, [("SECURITY_PASSWORDLESS", json!(true))]);
    scene.account(ANN).await;
    for (visitor, tag) in [(&speaking(&scene, "de")[0], "de"), (&scene.browser(), "en")] {
        visitor.submit("/login", json!({"email": ANN})).await.assert_status(200);
        let subject = wording(&scene, tag).translate(MailText::SubjectPasswordless.english(), &[]);
        assert_eq!(scene.mails().await[0].subject, subject);
    }
}

/// `EMAIL_SUBJECT_…` are in the language of the site; a sentence of a mail is changed where the language is.
pub async fn a_site_says_mails_in_its_own_words_in_each_language(adapter: &Adapter) {
    let options = [
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_EMAIL_SUBJECT_PASSWORD_RESET", json!("100% yours again")),
    ];
    let german = "mail-hello = Moin,\nmail-subject-password-reset = Wieder ganz Ihres";
    let assemble =
        |builder: SecurityBuilder| builder.translation("de", german).translation("en", "mail-hello = Ahoy,");
    let scene = Scene::assembled(adapter, &options, assemble, |views| views);
    scene.account(ANN).await;
    for (accepted, subject, hello) in [
        ("de", "Wieder ganz Ihres", "Moin,"),
        ("en", "100% yours again", "Ahoy,"),
        ("fr", "100% yours again", "Ahoy,"),
    ] {
        let [browser, _] = speaking(&scene, accepted);
        browser.submit("/reset", json!({"email": ANN})).await.assert_status(200);
        let mail = scene.mails().await.remove(0);
        assert_eq!(mail.subject, subject);
        assert!(mail.text.unwrap_or_default().starts_with(hello), "{accepted}");
    }
}

/// A language that the application brings, and what its files say instead: a file of the site has the last word.
pub async fn an_application_brings_languages_and_a_site_changes_words(adapter: &Adapter) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let locales = folder.path().join("security/locales");
    std::fs::create_dir_all(&locales).expect("a folder can be made");
    let files = [
        ("de.ftl", "INVALID_PASSWORD = Moin, das war das falsche."),
        ("fr.ftl", "NOT_FOUND = Rien.\npage-password = Mot de passe secret"),
    ];
    for (name, text) in files {
        std::fs::write(locales.join(name), text).expect("a file can be written");
    }
    let french = "INVALID_PASSWORD = Ce n’est pas le bon.\npage-password = Mot de passe";
    let assemble = |builder: SecurityBuilder| {
        let field = RegistrationField::text("berth", "app-berth");
        builder
            .translation("fr", french)
            .translation("de", "app-berth = Liegeplatz")
            .template_folder(folder.path())
            .registration_field(field)
    };
    let scene = Scene::assembled(adapter, &[], assemble, |views| views);
    scene.account(ANN).await;
    let wrong = json!({"email": ANN, "password": "wrong horse"});
    for (accepted, tag, text) in [
        ("fr-CA, en;q=0.5", "fr", "Ce n’est pas le bon."),
        ("de", "de", "Moin, das war das falsche."),
        ("en", "en", MessageKey::InvalidPassword.default_text()),
    ] {
        for visitor in speaking(&scene, accepted) {
            let answer = visitor.submit("/login", wrong.clone()).await;
            answer.assert_field_error("password", text);
            assert_language(&answer, tag);
        }
    }
    let [browser, _] = speaking(&scene, "fr");
    let page = browser.get("/login").await;
    page.assert_page("<html lang=\"fr\">");
    page.assert_page("Mot de passe secret");
    // What the translation leaves out is said in English.
    page.assert_page(PageText::Remember.english());
    speaking(&scene, "de")[0].get("/register").await.assert_page("Liegeplatz");
    // German keeps what nobody changed.
    let answer = speaking(&scene, "de")[1].submit("/login", json!({"email": ANN})).await;
    answer.assert_field_error("password", &text(&scene, "de", MessageKey::PasswordNotProvided));
}

/// `MSG_…` options are in the language of the site.
pub async fn a_site_says_it_in_its_own_words_in_its_own_language(adapter: &Adapter) {
    let options = [
        ("BABEL_DEFAULT_LOCALE", json!("de_DE")),
        ("SECURITY_MSG_INVALID_PASSWORD", json!(["Na, das war nichts.", "error"])),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let wrong = json!({"email": ANN, "password": "wrong horse"});
    for accepted in ["de", "de-CH, en;q=0.1", "fr"] {
        for visitor in speaking(&scene, accepted) {
            let answer = visitor.submit("/login", wrong.clone()).await;
            answer.assert_field_error("password", "Na, das war nichts.");
        }
    }
    for visitor in speaking(&scene, "en") {
        let answer = visitor.submit("/login", wrong.clone()).await;
        answer.assert_field_error("password", MessageKey::InvalidPassword.default_text());
    }
}
