//! Rules of sessions and of the cookies around them.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::session::Session;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// As the site says, and as safe as the default where it says nothing.
pub async fn the_session_cookie_has_the_attributes_of_the_site(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let cookie = scene.browser().sign_in(ANN).await.cookie("session").expect("a session cookie is set");
    assert!(cookie.http_only && !cookie.secure && cookie.same_site.as_deref() == Some("Lax"), "{cookie:?}");
    assert_eq!((cookie.path.as_str(), &cookie.domain, cookie.ends), ("/", &None, None));

    let options = [
        ("SESSION_COOKIE_SECURE", json!(true)),
        ("SESSION_COOKIE_SAMESITE", json!("Strict")),
        ("SESSION_COOKIE_DOMAIN", json!("harbour.example")),
        ("SESSION_COOKIE_PATH", json!("/")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let visitor = scene.browser();
    let cookie = visitor.sign_in(ANN).await.cookie("session").expect("a session cookie is set");
    assert!(cookie.secure && cookie.same_site.as_deref() == Some("Strict"));
    assert_eq!(cookie.domain.as_deref(), Some("harbour.example"));
    assert_eq!(visitor.clone().over_http().who().await, None, "a secure cookie stays off an open line");

    let options = [
        ("SESSION_COOKIE_NAME", json!("berth")),
        ("SESSION_COOKIE_HTTPONLY", json!(false)),
        ("SESSION_COOKIE_SECURE", json!(true)),
        ("SESSION_COOKIE_PARTITIONED", json!(true)),
    ];
    let scene = Scene::with(adapter, options);
    let answer = scene.browser().get("/login").await;
    assert!(answer.cookie("session").is_none());
    let cookie = answer.cookie("berth").expect("the page has a session");
    assert!(!cookie.http_only && cookie.secure, "{cookie:?}");
    assert!(answer.header("set-cookie").is_some_and(|text| text.contains("Partitioned")));
}

/// Not a cookie, and not a query of the datastore either.
pub async fn a_visitor_who_does_nothing_gets_no_cookie(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        let answer = visitor.get("/who").await;
        assert!(answer.cookies().is_empty());
        visitor.post("/logout").await;
        assert!(visitor.cookie("session").is_none());
    }
}

/// What differs by visitor must not be kept for the next one.
pub async fn an_answer_that_depends_on_the_cookie_says_so(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        for path in ["/login", "/register", "/auth", "/who"] {
            assert_eq!(visitor.get(path).await.header("vary"), Some("Cookie"), "{path}");
        }
        let answer = visitor.sign_in(ANN).await;
        assert_eq!(answer.header("vary"), Some("Cookie"));
    }
}

/// P38 and session fixation: what was in the browser before belongs to whoever planted it.
pub async fn a_planted_session_does_not_become_the_victims(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let attacker = scene.browser();
    attacker.get("/login").await.assert_status(200);
    let victim = attacker.copied();
    victim.sign_in(ANN).await;
    assert_ne!(victim.cookie("session"), attacker.cookie("session"));
    assert_eq!(attacker.who().await, None);
    attacker.get("/auth").await.assert_status(302);
}

/// Signing in as somebody takes nothing over from a sign-in before.
pub async fn the_next_user_of_a_browser_inherits_nothing(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    visitor.get("/fresh").await.assert_status(200);
    let before = visitor.session().await;
    assert!(before.grace_until().is_some());
    let page = visitor.get("/change").await;
    page.assert_status(200);
    visitor.post("/logout").await.assert_redirect("/");
    visitor.sign_in(BOB).await;
    let after = visitor.session().await;
    assert_ne!(after.csrf_secret("csrf_token"), before.csrf_secret("csrf_token"));
    assert_eq!(after.grace_until(), None);
    assert_ne!(after.user(), before.user());
}

/// Whatever is in it: another key, another purpose, a damaged byte.
pub async fn a_session_cookie_that_is_not_ours_is_none(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let other = Scene::with(adapter, [("SECRET_KEY", json!("another key, of another lighthouse"))]);
    let mut forged = Session::default();
    forged.set_value("_user_id", ann.fs_uniquifier.as_str());
    forged.set_fresh(true);
    forged.set_value("fs_paa", security_core::clock::unix_seconds(scene.now()));
    let by_other_key = other.security().sessions().save(&forged, None, scene.now()).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let good = visitor.cookie("session").unwrap_or_default();
    let body = good.split('.').next().unwrap_or_default();
    let mut cookies = vec![
        by_other_key.expect("the session store answers"),
        body.to_owned(),
        format!("{body}.."),
        format!("{good}x"),
        format!("{}A{}", &good[..good.len() - 6], &good[good.len() - 4..]),
        format!("x{good}"),
        good.replace('.', ".."),
        String::new(),
        ".".repeat(4),
        "%00".to_owned(),
        "A".repeat(4000),
    ];
    // The same contents, signed for something else.
    for purpose in security_core::token::Purpose::ALL {
        let contents: Value = serde_json::from_str(&forged.to_tagged_json()).expect("a session is JSON");
        cookies.push(scene.security().tokens().signer(purpose).sign(&contents, scene.now()));
    }
    cookies.push(scene.security().remember_cookies().encode(&ann.fs_uniquifier));
    cookies.push(visitor.csrf_token().await);
    cookies.push(scene.token(ANN).await);
    for cookie in cookies {
        let thief = scene.json_client();
        thief.jar().plant("session", &cookie);
        assert_eq!(thief.get("/auth").await.status, 401, "{cookie:.200}");
    }
    visitor.get("/auth").await.assert_status(200);
}

/// Of two, the first is taken, and the other changes nothing.
pub async fn of_two_session_cookies_the_first_counts(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let (ann, bob) = (scene.json_client(), scene.json_client());
    ann.sign_in(ANN).await;
    bob.sign_in(BOB).await;
    let (ann, bob) = (ann.cookie("session").unwrap_or_default(), bob.cookie("session").unwrap_or_default());
    let visitor = scene.json_client().without_cookies();
    let who = |cookies: String| {
        let visitor = visitor.clone();
        async move { visitor.get("/who").header("cookie", &cookies).await.json()["user"].clone() }
    };
    assert_eq!(who(format!("session={ann}; session={bob}")).await, ANN);
    assert_eq!(who(format!("session={bob}; session={ann}")).await, BOB);
    assert_eq!(who(format!("session=forged; session={ann}")).await, Value::Null);
    assert_eq!(who(format!("x=1; session=\"{ann}\"; y")).await, ANN);
    assert_eq!(who(format!("Session={ann}; sessions={bob}; =; ;;")).await, Value::Null);
}

/// `SESSION_PROTECTION`: a session that appears at another address is stale, or ends.
pub async fn a_session_that_moved_to_another_client_is_treated_as_the_site_says(adapter: &Adapter) {
    for (protection, who) in [("strong", None), ("basic", Some(ANN)), ("none", Some(ANN))] {
        let scene = Scene::with(adapter, [("SESSION_PROTECTION", json!(protection))]);
        scene.account(ANN).await;
        let visitor = scene.browser();
        visitor.sign_in(ANN).await;
        let stolen = visitor.copied().at([203, 0, 113, 66].into()).with_header("user-agent", "Sextant/1");
        assert_eq!(stolen.who().await.as_deref(), who, "{protection}");
        if protection == "basic" {
            assert!(!stolen.session().await.is_fresh());
        }
        assert_eq!(visitor.who().await.as_deref(), Some(ANN), "the owner is not thrown out");
    }
}

/// A session cookie is good for `PERMANENT_SESSION_LIFETIME` at most.
pub async fn an_old_session_cookie_is_none(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("PERMANENT_SESSION_LIFETIME", json!("1 days"))]);
    scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    scene.advance_minutes(60 * 24 + 1);
    assert_eq!(visitor.who().await, None);
}

/// `SECRET_KEY_FALLBACKS` read what an old key signed.
pub async fn a_new_key_ends_no_session_while_the_old_one_is_a_fallback(adapter: &Adapter) {
    let old = "lighthouse keeper's own key, 1871";
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in_with(json!({"email": ANN, "password": PASSWORD, "remember": true})).await;
    let key = ("SECRET_KEY", json!("lighthouse keeper's new key, 1925"));
    for (options, is_good) in
        [(vec![key.clone(), ("SECRET_KEY_FALLBACKS", json!([old]))], true), (vec![key.clone()], false)]
    {
        let rotated = Scene::staged(adapter, &options, |views| views);
        rotated.account_with(ANN, |user| user.fs_uniquifier.clone_from(&ann.fs_uniquifier)).await;
        let again = rotated.browser();
        again.jar().plant("session", &visitor.cookie("session").unwrap_or_default());
        assert_eq!(again.who().await.is_some(), is_good);
    }
}
