//! Every way in, with every control before it: side doors check what the main door checks.
//!
//! The table is [`Way::controls`]. A way that is added there does not compile here before it says how it is tried.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::feature::way::Way;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";

/// What is wrong with the account when the way is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Nothing,
    Disabled,
    Locked,
    Unconfirmed,
}

impl Trouble {
    const ALL: [Self; 4] = [Self::Nothing, Self::Disabled, Self::Locked, Self::Unconfirmed];

    /// Whether the controls of a way stop an account with this trouble.
    fn stops(self, way: Way) -> bool {
        let controls = way.controls();
        match self {
            Self::Nothing => false,
            Self::Disabled => controls.active,
            Self::Locked => controls.locked,
            Self::Unconfirmed => controls.confirmed,
        }
    }

    /// Whether an account with this trouble can be at the door of a way at all.
    fn can_meet(self, way: Way) -> bool {
        match (way, self) {
            // A new account is active, and the link is what confirms the address.
            (Way::Registration, Self::Disabled) | (Way::Confirmation | Way::Link, Self::Unconfirmed) => false,
            // Without `CONFIRMABLE` no address has to be confirmed; with it, a new one never is.
            _ => true,
        }
    }

    async fn befall(self, scene: &Scene, email: &str) {
        match self {
            Self::Nothing => {}
            Self::Disabled => scene.deactivate(email).await,
            Self::Locked => scene.lock(email),
            Self::Unconfirmed => scene.change(email, |change| change.confirmed_at = Some(None)).await,
        }
    }
}

/// The scene for a way: confirmation is asked for unless the way could not be walked then.
fn scene(adapter: &Adapter, way: Way, trouble: Trouble) -> Scene {
    let confirmable = way != Way::Registration || trouble == Trouble::Unconfirmed;
    let options = [
        ("SECURITY_CONFIRMABLE", json!(confirmable)),
        ("SECURITY_AUTO_LOGIN_AFTER_CONFIRM", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_AUTO_LOGIN_AFTER_RESET", json!(true)),
        ("SECURITY_PASSWORDLESS", json!(way == Way::Link)),
        ("SECURITY_DEFAULT_REMEMBER_ME", json!(true)),
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session"])),
    ];
    Scene::with(adapter, options)
}

/// A door, tried: who knocked, what was answered, and whether the way let them in.
struct Tried {
    visitor: Visitor,
    answer: Answer,
    is_in: bool,
}

/// Walks a way, with the account in trouble once everything is prepared.
async fn walk(scene: &Scene, way: Way, trouble: Trouble) -> Tried {
    let visitor = scene.json_client();
    match way {
        Way::Password => {
            scene.account(ANN).await;
            trouble.befall(scene, ANN).await;
            scene.forget_events().await;
            let fields = json!({"email": ANN, "password": PASSWORD});
            let answer = visitor.post("/login").fields(fields).csrf_header().await;
            by_session(visitor, answer).await
        }
        Way::Basic => {
            scene.account(ANN).await;
            trouble.befall(scene, ANN).await;
            let visitor = visitor.with_basic(ANN, PASSWORD);
            let answer = visitor.get("/auth/basic").await;
            by_answer(visitor, answer)
        }
        Way::Session => {
            signed_in(scene, &visitor, json!({})).await;
            trouble.befall(scene, ANN).await;
            let answer = visitor.get("/auth/session").await;
            by_answer(visitor, answer)
        }
        Way::Remember => {
            signed_in(scene, &visitor, json!({"remember": true})).await;
            visitor.jar().forget("session");
            trouble.befall(scene, ANN).await;
            let answer = visitor.get("/auth/session").await;
            by_answer(visitor, answer)
        }
        Way::Token => {
            scene.account(ANN).await;
            let visitor = visitor.with_header("authentication-token", &scene.token(ANN).await);
            trouble.befall(scene, ANN).await;
            let answer = visitor.get("/auth/token").await;
            by_answer(visitor, answer)
        }
        Way::Registration => {
            if trouble == Trouble::Locked {
                scene.lock(ANN);
            }
            let fields = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
            let answer = visitor.post("/register").fields(fields).csrf_header().await;
            by_session(visitor, answer).await
        }
        Way::Confirmation => {
            scene.account_with(ANN, |user| user.confirmed_at = None).await;
            visitor.post("/confirm").field("email", ANN).csrf_header().await.assert_status(200);
            let link = link_in(&scene.mails().await[0]);
            trouble.befall(scene, ANN).await;
            scene.forget_events().await;
            let answer = visitor.get(&link).await;
            by_session(visitor, answer).await
        }
        Way::Link => {
            scene.account(ANN).await;
            visitor.post("/login").field("email", ANN).csrf_header().await.assert_status(200);
            let link = link_in(&scene.mails().await[0]);
            trouble.befall(scene, ANN).await;
            scene.forget_events().await;
            let answer = visitor.get(&link).await;
            by_session(visitor, answer).await
        }
        Way::Reset => {
            scene.account(ANN).await;
            visitor.post("/reset").field("email", ANN).csrf_header().await.assert_status(200);
            let link = link_in(&scene.mails().await[0]);
            trouble.befall(scene, ANN).await;
            scene.forget_events().await;
            let new = "compass rose garden";
            let fields = json!({"password": new, "password_confirm": new});
            let answer = visitor.post(&link).fields(fields).csrf_header().await;
            by_session(visitor, answer).await
        }
        Way::PasswordChange => {
            signed_in(scene, &visitor, json!({})).await;
            trouble.befall(scene, ANN).await;
            let new = "compass rose garden";
            let fields = json!({"password": PASSWORD, "new_password": new, "new_password_confirm": new});
            let answer = visitor.post("/change").fields(fields).csrf_header().await;
            by_answer(visitor, answer)
        }
        Way::Verification => {
            signed_in(scene, &visitor, json!({})).await;
            trouble.befall(scene, ANN).await;
            let answer = visitor.post("/verify").field("password", PASSWORD).csrf_header().await;
            by_answer(visitor, answer)
        }
    }
}

/// Signs Ann in, well before the way is tried.
async fn signed_in(scene: &Scene, visitor: &Visitor, more: Value) {
    scene.account(ANN).await;
    let fields = json!({"email": ANN, "password": PASSWORD});
    visitor.post("/login").fields(fields).fields(more).csrf_header().await.assert_status(200);
    scene.advance_minutes(30);
    scene.forget_events().await;
}

async fn by_session(visitor: Visitor, answer: Answer) -> Tried {
    let is_in = visitor.session().await.user().is_some();
    Tried { visitor, answer, is_in }
}

fn by_answer(visitor: Visitor, answer: Answer) -> Tried {
    let is_in = answer.status == 200;
    Tried { visitor, answer, is_in }
}

/// A disabled account has no way in at all, and one that is locked or unconfirmed none that starts from nothing.
pub async fn the_table_of_controls_leaves_no_side_door(adapter: &Adapter) {
    for way in Way::ALL {
        assert!(Trouble::Disabled.stops(way), "{way:?}");
        let starts_from_nothing = !matches!(
            way,
            Way::Session | Way::Remember | Way::Token | Way::PasswordChange | Way::Verification
        );
        for trouble in [Trouble::Locked, Trouble::Unconfirmed] {
            assert!(!starts_from_nothing || trouble.stops(way), "{way:?}, {trouble:?}");
        }
    }
    // The main door, as a visitor sees it.
    let scene = scene(adapter, Way::Password, Trouble::Disabled);
    assert!(!walk(&scene, Way::Password, Trouble::Disabled).await.is_in);
}

/// Each control of each way, one at a time.
pub async fn no_way_in_skips_a_control_that_it_says_applies(adapter: &Adapter) {
    for way in Way::ALL {
        for trouble in Trouble::ALL.into_iter().filter(|trouble| trouble.can_meet(way)) {
            let scene = scene(adapter, way, trouble);
            let Tried { visitor, answer, is_in } = walk(&scene, way, trouble).await;
            assert_eq!(is_in, !trouble.stops(way), "{way:?}, {trouble:?}: {}", answer.text());
            if !is_in {
                assert!(!answer.text().contains("authentication_token"), "{way:?}, {trouble:?}");
                assert_ne!(visitor.get("/fresh").await.status, 200, "{way:?}, {trouble:?}");
                let events = scene.events().await;
                assert!(!events.contains(&"user-authenticated"), "{way:?}, {trouble:?}: {events:?}");
            }
        }
    }
}

/// A refusal counts no sign-in, remembers nobody and leaves nobody in the session.
pub async fn a_refused_way_in_leaves_no_trace(adapter: &Adapter) {
    for way in Way::ALL {
        for trouble in Trouble::ALL.into_iter().filter(|trouble| trouble.can_meet(way)) {
            if !trouble.stops(way) {
                continue;
            }
            let scene = scene(adapter, way, trouble);
            let is_from_session =
                matches!(way, Way::Session | Way::Remember | Way::PasswordChange | Way::Verification);
            let before = i64::from(is_from_session);
            let Tried { answer, .. } = walk(&scene, way, trouble).await;
            let user = scene.user(ANN).await;
            assert_eq!(user.login_count.unwrap_or(0), before, "{way:?}, {trouble:?}");
            let remembered = answer.cookie("remember_token").is_some_and(|cookie| !cookie.is_deletion());
            assert!(!remembered, "{way:?}, {trouble:?}");
        }
    }
}

/// Counted, announced, fresh, remembered: as the way says, and not otherwise.
pub async fn every_way_in_does_what_it_says(adapter: &Adapter) {
    for way in Way::ALL {
        let scene = scene(adapter, way, Trouble::Nothing);
        let controls = way.controls();
        let Tried { visitor, answer, is_in } = walk(&scene, way, Trouble::Nothing).await;
        assert!(is_in, "{way:?}: {}", answer.text());
        let events = scene.events().await;
        let announced = events.contains(&"user-authenticated");
        assert_eq!(announced, controls.announced, "{way:?}: {events:?}");
        let counted = scene.user(ANN).await.current_login_at == Some(scene.now());
        assert_eq!(counted, controls.tracked, "{way:?}");
        let has_session = answer.cookie("session").is_some();
        assert!(has_session || !controls.opens_session, "{way:?}");
        let is_fresh = visitor.get("/fresh/every").await.status == 200;
        // A token is as fresh as the proof it was made for, and this one was just made.
        assert_eq!(is_fresh, controls.proves_now || way == Way::Token, "{way:?}");
    }
}
