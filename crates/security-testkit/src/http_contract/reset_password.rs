//! Rules of setting a new password by a mailed link.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use security_core::event::Event;
use security_core::message::MessageKey;
use security_core::secret::PlainPassword;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const NEW: &str = "compass rose garden";
const RECOVERABLE: (&str, Value) = ("SECURITY_RECOVERABLE", Value::Bool(true));
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));
const UNCONFIRMED_MAY_SIGN_IN: (&str, Value) = ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", Value::Bool(true));
const AUTO_LOGIN: (&str, Value) = ("SECURITY_AUTO_LOGIN_AFTER_RESET", Value::Bool(true));

fn form() -> Value {
    json!({"password": NEW, "password_confirm": NEW})
}

/// The link that was mailed to whoever asked for one.
async fn asked(scene: &Scene, email: &str) -> String {
    scene.json_client().submit("/reset", json!({"email": email})).await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails.len(), 1);
    scene.forget_events().await;
    link_in(&mails[0])
}

/// An account, and the link that was mailed to its owner.
async fn forgotten(scene: &Scene, email: &str) -> String {
    scene.account(email).await;
    asked(scene, email).await
}

/// Checks that a link is refused, to look at and to use, and that nothing else happens.
async fn assert_dead(scene: &Scene, link: &str, key: MessageKey) {
    let text = scene.text_with(key, &[("within", "1 days")]);
    for visitor in scene.both() {
        assert_refused(&visitor, link, &text).await;
    }
    assert!(scene.mails().await.is_empty(), "{link}");
    assert!(scene.events().await.is_empty(), "{link}");
}

/// Checks that a link is refused with this text, to look at and to use.
async fn assert_refused(visitor: &Visitor, link: &str, text: &str) {
    let looking = visitor.copied();
    looking.get(link).await.assert_redirect("/reset");
    assert_eq!(looking.flashes().await, [text], "{link}");
    assert_form_refused(visitor, visitor.submit(link, form()).await, text).await;
    assert_eq!(visitor.who().await, None);
}

/// Checks the answer to a form behind a link that does not work.
async fn assert_form_refused(visitor: &Visitor, answer: Answer, text: &str) {
    if visitor.is_json() {
        answer.assert_field_error("", text);
    } else {
        answer.assert_redirect("/reset");
        assert_eq!(visitor.flashes().await, [text]);
    }
}

/// Whether this is the password of the account.
async fn is_password_of(scene: &Scene, email: &str, password: &str) -> bool {
    let hash = scene.user(email).await.password;
    let verdict = scene.security().hasher().verify(&PlainPassword::new(password), hash.as_deref()).await;
    verdict.expect("a password can be checked").is_match()
}

/// The owner signs in with the new one.
pub async fn a_good_link_sets_the_password_and_signs_nobody_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, BOB]) {
        let link = forgotten(&scene, email).await;
        let before = scene.user(email).await;
        scene.advance_minutes(1);
        let page = visitor.get(&link).await;
        page.assert_page(&format!("action=\"{link}\""));
        page.assert_page("name=\"password\"");
        page.assert_page("name=\"password_confirm\"");
        assert!(scene.events().await.is_empty(), "looking at it uses nothing up");

        let answer = visitor.submit(&link, form()).await;
        if visitor.is_json() {
            answer.assert_status(200);
            assert!(answer.members().is_empty(), "{}", answer.text());
        } else {
            answer.assert_redirect("/login");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordResetNoLogin)]);
        }
        assert_eq!(visitor.who().await, None);
        assert_eq!(scene.events().await, ["password-reset"]);
        let mails = scene.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [email]);
        let after = scene.user(email).await;
        assert_ne!(after.fs_uniquifier, before.fs_uniquifier);
        assert_eq!((after.login_count, after.confirmed_at), (before.login_count, before.confirmed_at));

        let stranger = scene.json_client();
        let old = stranger.submit("/login", json!({"email": email, "password": PASSWORD})).await;
        old.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
        stranger.sign_in_with(json!({"email": email, "password": NEW})).await;
        scene.forget_events().await;
    }
}

/// `POST_RESET_VIEW`, for people; programs are told in JSON.
pub async fn a_reset_leads_where_the_site_says(adapter: &Adapter) {
    let view = ("SECURITY_POST_RESET_VIEW", json!("/recovered"));
    for options in [vec![RECOVERABLE, view.clone()], vec![RECOVERABLE, view, AUTO_LOGIN]] {
        let scene = Scene::staged(adapter, &options, |views| views);
        let link = forgotten(&scene, ANN).await;
        scene.browser().submit(&link, form()).await.assert_redirect("/recovered");
        assert_eq!(scene.mails().await.len(), 1, "the notice");
        let link = asked(&scene, ANN).await;
        scene.json_client().submit(&link, form()).await.assert_status(200);
    }
}

/// `AUTO_LOGIN_AFTER_RESET`: counted, announced, with a token for those who ask for one.
pub async fn a_reset_signs_in_where_the_site_says_so(adapter: &Adapter) {
    let options = [RECOVERABLE, AUTO_LOGIN, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))];
    let scene = Scene::with(adapter, options);
    for (visitor, email) in scene.both().into_iter().zip([ANN, BOB]) {
        let link = forgotten(&scene, email).await;
        let answer = visitor.submit(&format!("{link}?include_auth_token"), form()).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token", "tf_required", "user"]);
            assert_eq!(answer.response()["tf_required"], json!(false));
            let token = answer.response()["user"]["authentication_token"].clone();
            let token = token.as_str().expect("a token is handed out on request");
            assert_eq!(scene.token_client(token).who().await.as_deref(), Some(email));
        } else {
            answer.assert_redirect("/deck");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordReset)]);
        }
        assert_eq!(visitor.who().await.as_deref(), Some(email));
        let events = scene.full_events().await;
        assert_eq!(
            events.iter().map(Event::name).collect::<Vec<_>>(),
            ["password-reset", "user-authenticated"]
        );
        assert!(matches!(&events[1], Event::UserAuthenticated { way, .. } if way == "reset"), "{events:?}");
        let user = scene.user(email).await;
        assert_eq!((user.login_count, user.current_login_at), (Some(1), Some(scene.now())));
        assert_eq!(scene.mails().await.len(), 1, "the notice");
    }
}

/// The password is set, and who may not sign in is not signed in by that.
pub async fn a_reset_signs_nobody_in_whom_a_sign_in_would_refuse(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE, CONFIRMABLE, AUTO_LOGIN]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, BOB]) {
        let link = forgotten(&scene, email).await;
        scene.change(email, |change| change.confirmed_at = Some(None)).await;
        let answer = visitor.submit(&link, form()).await;
        if visitor.is_json() {
            answer.assert_status(200);
            assert!(answer.members().is_empty(), "{}", answer.text());
        } else {
            answer.assert_redirect("/login");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordResetNoLogin)]);
        }
        assert_eq!(visitor.who().await, None);
        assert_eq!(scene.events().await, ["password-reset"]);
        assert!(scene.mails().await.len() == 1 && is_password_of(&scene, email, NEW).await);
    }
}

/// Whoever reads the mail has shown that it arrives; whose account it is was asked in another mail.
pub async fn a_reset_does_not_confirm_the_address(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE, CONFIRMABLE, UNCONFIRMED_MAY_SIGN_IN]);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let link = asked(&scene, ANN).await;
    scene.json_client().submit(&link, form()).await.assert_status(200);
    assert_eq!(scene.user(ANN).await.confirmed_at, None);
    assert_eq!(scene.events().await, ["password-reset"]);
}

/// To look at as well as to use.
pub async fn a_used_reset_link_is_dead(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let link = forgotten(&scene, ANN).await;
    scene.json_client().submit(&link, form()).await.assert_status(200);
    assert_eq!((scene.mails().await.len(), scene.events().await.len()), (1, 1));
    assert_dead(&scene, &link, MessageKey::InvalidResetPasswordToken).await;
}

/// Of 32 people with the same link one sets the password, and 31 are told that it does not work.
pub async fn of_many_uses_of_a_reset_link_at_once_one_succeeds(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE, ("SECURITY_HASHING_QUEUE", json!(256))]);
    let link = forgotten(&scene, ANN).await;
    let visitor = scene.json_client();
    let token = visitor.csrf_token().await;
    let racing = (0..32).map(|number| {
        let (visitor, link, token) = (visitor.copied(), link.clone(), token.clone());
        tokio::spawn(async move {
            let new = format!("compass rose garden {number}");
            let fields = json!({"password": new, "password_confirm": new, "csrf_token": token});
            (new, visitor.post(&link).fields(fields).await)
        })
    });
    let outcomes: Vec<_> =
        join_all(racing).await.into_iter().map(|outcome| outcome.expect("no request panics")).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, answer)| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 31));
    for (_, answer) in lost {
        answer.assert_field_error("", &scene.text(MessageKey::InvalidResetPasswordToken));
    }
    assert!(is_password_of(&scene, ANN, &won[0].0).await, "the winner's is the one");
    assert_eq!(scene.events().await, ["password-reset"]);
    assert_eq!(scene.mails().await.len(), 1);
}

/// And triggers no mail: whoever holds an old link may be anybody.
pub async fn an_expired_reset_link_says_so_and_nothing_more(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE, ("SECURITY_RESET_PASSWORD_WITHIN", json!("2 hours"))]);
    let link = forgotten(&scene, ANN).await;
    scene.advance_minutes(119);
    scene.browser().get(&link).await.assert_status(200);
    scene.advance_minutes(2);
    let text = scene.text_with(MessageKey::PasswordResetExpired, &[("within", "2 hours"), ("email", "")]);
    assert!(!text.contains("ann"), "whose link it was is not said");
    for visitor in scene.both() {
        assert_refused(&visitor, &link, &text).await;
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
    assert!(is_password_of(&scene, ANN, PASSWORD).await);
}

/// Damaged, made up, or made for something else.
pub async fn a_reset_link_that_is_none_is_refused(adapter: &Adapter) {
    let options = [RECOVERABLE, CONFIRMABLE, UNCONFIRMED_MAY_SIGN_IN];
    let scene = Scene::with(adapter, options);
    let link = forgotten(&scene, ANN).await;
    scene.account_with(BOB, |user| user.confirmed_at = None).await;
    let visitor = scene.json_client();
    visitor.submit("/confirm", json!({"email": BOB})).await.assert_status(200);
    let confirmation = link_in(&scene.mails().await[0]).replace("/confirm/", "/reset/");
    let token = format!("/reset/{}", scene.token(ANN).await);
    scene.forget_events().await;
    let tampered = format!("{}{}", &link[..link.len() - 2], if link.ends_with("AA") { "BB" } else { "AA" });
    let cut = link[..link.len() - 1].to_owned();
    for link in [&confirmation, &token, &tampered, &cut, "/reset/forged", "/reset/a.b.c", "/reset/%00"] {
        assert_dead(&scene, link, MessageKey::InvalidResetPasswordToken).await;
    }
    // Nor is a reset link good for anything else.
    let value = link.trim_start_matches("/reset/");
    let answer = scene.browser().get(&format!("/confirm/{value}")).await;
    answer.assert_redirect("/confirm");
    scene.token_client(value).get("/auth/token").await.assert_status(401);
    assert!(is_password_of(&scene, ANN, PASSWORD).await && is_password_of(&scene, BOB, PASSWORD).await);
}

/// A link sets the password of the account it was made for, whoever is signed in where it is opened.
pub async fn a_reset_link_is_for_one_account_alone(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let link = forgotten(&scene, ANN).await;
    scene.account(BOB).await;
    for visitor in scene.both() {
        let link = if visitor.is_json() { asked(&scene, ANN).await } else { link.clone() };
        visitor.sign_in(BOB).await;
        let fields = json!({"password": NEW, "password_confirm": NEW, "email": BOB, "user_id": 2});
        visitor.submit(&link, fields).await.assert_status(if visitor.is_json() { 200 } else { 302 });
        assert!(is_password_of(&scene, ANN, NEW).await && is_password_of(&scene, BOB, PASSWORD).await);
        assert_eq!(visitor.who().await.as_deref(), Some(BOB), "his own session is none of its business");
        assert_eq!(scene.mails().await.len(), 1);
    }
}

/// Here and elsewhere, remembered or not; tokens too, unless the table keeps an identity for them alone.
pub async fn a_reset_ends_every_session_of_the_account(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let ann = scene.account(ANN).await;
    let token = scene.token(ANN).await;
    let remembered = json!({"email": ANN, "password": PASSWORD, "remember": true});
    let (here, elsewhere, program) = (scene.browser(), scene.browser(), scene.json_client());
    here.sign_in_with(remembered.clone()).await;
    elsewhere.sign_in_with(remembered).await;
    program.sign_in(ANN).await;
    let stolen = here.copied();
    let link = asked(&scene, ANN).await;
    here.submit(&link, form()).await.assert_redirect("/login");
    assert_eq!(here.who().await, None);
    assert_eq!(here.cookie("remember_token"), None);
    for ended in [&elsewhere, &program, &stolen] {
        assert_eq!(ended.who().await, None);
        ended.jar().forget("session");
        assert_eq!(ended.who().await, None, "the remember-me cookie is worthless");
    }
    let survives = ann.fs_token_uniquifier.is_some();
    assert_eq!(scene.token_client(&token).who().await.is_some(), survives);
}

/// Other links to reset, to confirm and to sign in.
pub async fn a_reset_ends_every_other_link_of_the_account(adapter: &Adapter) {
    let options = [RECOVERABLE, CONFIRMABLE, UNCONFIRMED_MAY_SIGN_IN, ("SECURITY_PASSWORDLESS", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let older = asked(&scene, ANN).await;
    scene.advance_minutes(1);
    let newer = asked(&scene, ANN).await;
    assert_ne!(older, newer);
    let visitor = scene.json_client();
    for path in ["/confirm", "/login"] {
        visitor.submit(path, json!({"email": ANN})).await.assert_status(200);
    }
    let others: Vec<_> = scene.mails().await.iter().map(link_in).collect();
    scene.forget_events().await;
    visitor.submit(&older, form()).await.assert_status(200);
    assert_eq!((scene.mails().await.len(), scene.events().await.len()), (1, 1));
    assert_dead(&scene, &newer, MessageKey::InvalidResetPasswordToken).await;
    for link in others {
        let visitor = scene.browser();
        visitor.get(&link).await.assert_status(302);
        assert_eq!(visitor.who().await, None, "{link}");
    }
    assert_eq!(scene.user(ANN).await.confirmed_at, None);
}

/// It was mailed to who owned the account then, as it was then.
pub async fn a_reset_link_is_dead_after_the_account_was_changed(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let link = forgotten(&scene, ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let fields = json!({"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW});
    visitor.submit("/change", fields).await.assert_status(200);
    scene.mails().await;
    scene.forget_events().await;
    assert_dead(&scene, &link, MessageKey::InvalidResetPasswordToken).await;

    let link = asked(&scene, ANN).await;
    scene.change(ANN, |change| change.email = Some("anna@harbour.example".to_owned())).await;
    assert_dead(&scene, &link, MessageKey::InvalidResetPasswordToken).await;
    scene.change("anna@harbour.example", |change| change.email = Some(ANN.to_owned())).await;

    let link = asked(&scene, ANN).await;
    let id = scene.user(ANN).await.id;
    assert!(scene.store().delete_user(&id).await.expect("the datastore answers"));
    assert_dead(&scene, &link, MessageKey::InvalidResetPasswordToken).await;
}

/// Looking at the page does not open a door that the form would close.
pub async fn a_reset_link_does_not_open_a_disabled_or_locked_account(adapter: &Adapter) {
    for options in [vec![RECOVERABLE], vec![RECOVERABLE, AUTO_LOGIN]] {
        let scene = Scene::staged(adapter, &options, |views| views);
        let disabled = forgotten(&scene, ANN).await;
        scene.deactivate(ANN).await;
        let locked = forgotten(&scene, BOB).await;
        scene.lock(BOB);
        for (link, email) in [(disabled, ANN), (locked, BOB)] {
            let before = scene.user(email).await;
            assert_dead(&scene, &link, MessageKey::InvalidResetPasswordToken).await;
            assert_eq!(scene.user(email).await, before);
        }
    }
}

/// The user is told next to the field, and the link stays good.
pub async fn each_slip_in_the_new_password_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let link = forgotten(&scene, ANN).await;
    let missing = scene.text(MessageKey::PasswordNotProvided);
    let length = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", "8")]);
    let rows = [
        (json!({"password_confirm": NEW}), "password", missing.clone()),
        (json!({"password": "", "password_confirm": NEW}), "password", missing.clone()),
        (json!({"password": NEW}), "password_confirm", missing),
        (json!({"password": "short", "password_confirm": "short"}), "password", length),
        (
            json!({"password": NEW, "password_confirm": "other"}),
            "password_confirm",
            scene.text(MessageKey::RetypePasswordMismatch),
        ),
    ];
    for visitor in scene.both() {
        for (fields, field, text) in &rows {
            let answer = visitor.submit(&link, fields.clone()).await;
            answer.assert_field_error(field, text);
            if !visitor.is_json() {
                answer.assert_page(&format!("action=\"{link}\""));
                assert!(!answer.text().contains(NEW), "a password is not shown again");
            }
        }
        let forged = visitor.post(&link).fields(form()).await;
        forged.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
    assert!(is_password_of(&scene, ANN, PASSWORD).await);
    scene.json_client().submit(&link, form()).await.assert_status(200);
}

/// There is nothing to correct in a form whose link does not work.
pub async fn a_bad_link_is_told_before_any_slip(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let text = scene.text(MessageKey::InvalidResetPasswordToken);
    for fields in [json!({}), json!({"password": "short", "password_confirm": "other"})] {
        for visitor in scene.both() {
            let answer = visitor.submit("/reset/forged", fields.clone()).await;
            assert_form_refused(&visitor, answer, &text).await;
        }
    }
}

/// `SEND_PASSWORD_RESET_NOTICE_EMAIL` gates the mail alone.
pub async fn a_site_may_send_no_notice_of_a_reset(adapter: &Adapter) {
    let options = [RECOVERABLE, ("SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL", json!(false))];
    let scene = Scene::with(adapter, options);
    let link = forgotten(&scene, ANN).await;
    scene.json_client().submit(&link, form()).await.assert_status(200);
    assert!(scene.mails().await.is_empty());
    assert_eq!(scene.events().await, ["password-reset"]);
}
