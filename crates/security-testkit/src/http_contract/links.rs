//! Rules of all mailed links: for how long they are good, and what ends them.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";

/// The pages that send links: where they are, for how many days a link is good, and what is said afterwards.
const PAGES: [(&str, u64, MessageKey, MessageKey); 3] = [
    ("/confirm", 2, MessageKey::ConfirmationExpired, MessageKey::InvalidConfirmationToken),
    ("/reset", 1, MessageKey::PasswordResetExpired, MessageKey::InvalidResetPasswordToken),
    ("/login", 1, MessageKey::LoginExpired, MessageKey::InvalidLoginToken),
];

fn options() -> Vec<(&'static str, Value)> {
    vec![
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_PASSWORDLESS", json!(true)),
    ]
}

fn scene(adapter: &Adapter) -> Scene {
    Scene::staged(adapter, &options(), |views| views)
}

/// The link that a page mails to an account.
async fn link(scene: &Scene, page: &str) -> String {
    scene.json_client().submit(page, json!({"email": ANN})).await.assert_status(200);
    link_in(&scene.mails().await[0])
}

/// Opens a link and answers what is said; nothing is said by the form for a new password.
async fn opened(visitor: &Visitor, link: &str) -> Option<String> {
    let answer = visitor.get(link).await;
    assert!(matches!(answer.status.as_u16(), 200 | 302), "{}", answer.text());
    visitor.flashes().await.pop()
}

/// What a good link of a page says.
fn welcome(scene: &Scene, page: &str) -> Option<String> {
    match page {
        "/confirm" => Some(scene.text(MessageKey::EmailConfirmed)),
        "/login" => Some(scene.text(MessageKey::PasswordlessLoginSuccessful)),
        _ => None,
    }
}

/// Two days to confirm, one to recover, one to sign in, unless the site says otherwise.
pub async fn a_link_is_good_until_its_time_and_no_longer(adapter: &Adapter) {
    for (page, days, expired, _) in PAGES {
        let scene = scene(adapter);
        scene.account_with(ANN, |user| user.confirmed_at = None).await;
        let (used, late) = (link(&scene, page).await, link(&scene, page).await);
        scene.advance_minutes(60 * 24 * days - 1);
        assert_eq!(opened(&scene.browser(), &used).await, welcome(&scene, page), "{page}");
        scene.advance_minutes(2);
        let within = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        let told = scene.text_with(expired, &[("within", &within), ("email", "")]);
        assert_eq!(opened(&scene.browser(), &late).await, Some(told), "{page}");
    }
}

/// Not even whether there still is one.
pub async fn a_link_that_expired_tells_nothing_about_its_account(adapter: &Adapter) {
    for (page, days, expired, invalid) in PAGES {
        let scene = scene(adapter);
        let user = scene.account_with(ANN, |user| user.confirmed_at = None).await;
        let (young, old) = (link(&scene, page).await, link(&scene, page).await);
        assert!(scene.store().delete_user(&user.id).await.expect("the datastore answers"));
        assert_eq!(opened(&scene.browser(), &young).await, Some(scene.text(invalid)), "{page}");
        scene.advance_minutes(60 * 24 * days + 1);
        let told = opened(&scene.browser(), &old).await.unwrap_or_default();
        let beginning = scene.text_with(expired, &[("within", "\0"), ("email", "")]);
        let beginning = beginning.split('\0').next().unwrap_or_default();
        assert!(told.starts_with(beginning), "{page}: {told}");
    }
}

/// `SECRET_KEY_FALLBACKS` read what an old key signed.
pub async fn a_new_key_ends_links_unless_the_old_one_is_a_fallback(adapter: &Adapter) {
    for (page, _, _, invalid) in PAGES {
        let before = scene(adapter);
        let ann = before.account_with(ANN, |user| user.confirmed_at = None).await;
        let link = link(&before, page).await;
        let old = json!(["lighthouse keeper's own key, 1871"]);
        for fallbacks in [json!([]), old] {
            let is_good = fallbacks != json!([]);
            let mut options = options();
            options.push(("SECRET_KEY", json!("lighthouse keeper's new key, 1925")));
            options.push(("SECRET_KEY_FALLBACKS", fallbacks));
            let after = Scene::staged(adapter, &options, |views| views);
            let same = |user: &mut security_core::account::NewUser| {
                user.fs_uniquifier.clone_from(&ann.fs_uniquifier);
                user.confirmed_at = None;
            };
            after.account_with(ANN, same).await;
            let told = if is_good { welcome(&after, page) } else { Some(after.text(invalid)) };
            assert_eq!(opened(&after.browser(), &link).await, told, "{page}");
        }
    }
}

/// P14c: what a closed account had handed out stays worthless when it is opened again: links, sessions, tokens.
pub async fn a_deactivated_account_comes_back_without_what_was_handed_out_before(adapter: &Adapter) {
    let scene = scene(adapter);
    let user = scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let mut links = Vec::new();
    for (page, _, _, invalid) in PAGES {
        links.push((link(&scene, page).await, invalid));
    }
    let visitor = scene.browser();
    let own = link(&scene, "/login").await;
    visitor.get(&own).await.assert_redirect("/");
    let token = scene.token(ANN).await;
    let remembered = scene.browser();
    let cookie = scene.security().remember_cookies().encode(&scene.user(ANN).await.fs_uniquifier);
    remembered.jar().plant("remember_token", &cookie);

    let security = scene.security();
    assert!(security.deactivate(&user.id).await.expect("the datastore answers"));
    assert!(!security.deactivate(&user.id).await.expect("the datastore answers"), "it was closed already");
    assert!(security.activate(&user.id).await.expect("the datastore answers"));
    assert!(!security.activate(&user.id).await.expect("the datastore answers"), "it was open already");

    for (link, invalid) in links {
        assert_eq!(opened(&scene.browser(), &link).await, Some(scene.text(invalid)), "{link}");
    }
    for visitor in [visitor, remembered, scene.token_client(&token)] {
        assert_eq!(visitor.who().await, None);
    }
    let owner = scene.browser();
    let new = link(&scene, "/login").await;
    owner.get(&new).await.assert_redirect("/");
    assert_eq!(owner.who().await.as_deref(), Some(ANN), "the owner is let in again");
    assert!(scene.basic_client(ANN, PASSWORD).get("/auth/basic").await.status == 200, "by password too");
}
