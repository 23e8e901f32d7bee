//! Rules of choosing a password: the same when registering, changing and recovering.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use async_trait::async_trait;
use security_core::message::MessageKey;
use security_core::password::{BreachChecker, BreachError};
use security_core::secret::PlainPassword;
use security_core::security::SecurityBuilder;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const GOOD: &str = "compass rose garden";
/// What everybody has read by now.
const BREACHED: &str = "barnacle bill 1871";
/// What the list of breaches cannot be asked about.
const UNKNOWABLE: &str = "kelp and driftwood";

/// A list of breaches with one entry, which falls silent at times.
#[derive(Debug)]
struct ShortList;

#[async_trait]
impl BreachChecker for ShortList {
    async fn count(&self, password: &PlainPassword) -> Result<u64, BreachError> {
        match password.expose() {
            BREACHED => Ok(3),
            UNKNOWABLE => Err(BreachError::Status(503)),
            _ => Ok(0),
        }
    }
}

fn scene(adapter: &Adapter, more: &[(&'static str, Value)]) -> Scene {
    let mut options = vec![("SECURITY_RECOVERABLE", json!(true))];
    options.extend_from_slice(more);
    let assemble = |builder: SecurityBuilder| builder.breach_checker(ShortList);
    Scene::assembled(adapter, &options, assemble, |views| views)
}

/// Chooses a password on each page where one is chosen. Answers the field, and what came back.
async fn chosen(scene: &Scene, visitor: Visitor, password: &str) -> Vec<(&'static str, Answer)> {
    let stranger = visitor.copied();
    let number = scene.store().count_users().await.expect("the datastore answers");
    let email = format!("guest{number}@harbour.example");
    let registration = json!({"email": email, "password": password, "password_confirm": password});
    let mut answers = vec![("password", stranger.submit("/register", registration).await)];

    let email = format!("member{number}@harbour.example");
    scene.account(&email).await;
    scene.mails().await;
    let stranger = visitor.copied();
    stranger.submit("/reset", json!({"email": email})).await.assert_status(200);
    let link = link_in(&scene.mails().await[0]);
    let new = json!({"password": password, "password_confirm": password});
    answers.push(("password", stranger.submit(&link, new).await));

    let email = format!("owner{number}@harbour.example");
    scene.account(&email).await;
    visitor.sign_in(&email).await;
    let change = json!({"password": PASSWORD, "new_password": password, "new_password_confirm": password});
    answers.push(("new_password", visitor.submit("/change", change).await));
    answers
}

async fn assert_refused(scene: &Scene, password: &str, text: &str) {
    for visitor in scene.both() {
        for (field, answer) in chosen(scene, visitor, password).await {
            answer.assert_field_error(field, text);
            assert!(!answer.text().contains(password), "it is not shown again");
        }
    }
}

async fn assert_accepted(scene: &Scene, password: &str) {
    for visitor in scene.both() {
        for (_, answer) in chosen(scene, visitor.clone(), password).await {
            answer.assert_status(if visitor.is_json() { 200 } else { 302 });
        }
    }
}

/// `PASSWORD_CHECK_BREACHED`, from `PASSWORD_BREACHED_COUNT` occurrences on.
pub async fn a_breached_password_is_refused_wherever_one_is_chosen(adapter: &Adapter) {
    const CHECK: &str = "SECURITY_PASSWORD_CHECK_BREACHED";
    for mode in ["strict", "best-effort"] {
        let scene = scene(adapter, &[(CHECK, json!(mode))]);
        assert_refused(&scene, BREACHED, &scene.text(MessageKey::PasswordBreached)).await;
        assert_accepted(&scene, GOOD).await;
    }
    assert_accepted(&scene(adapter, &[]), BREACHED).await;
    let rare = [(CHECK, json!("strict")), ("SECURITY_PASSWORD_BREACHED_COUNT", json!(4))];
    assert_accepted(&scene(adapter, &rare), BREACHED).await;
}

/// `strict` refuses what could not be checked, `best-effort` lets it pass.
pub async fn a_site_decides_what_it_means_that_nobody_knows_of_breaches(adapter: &Adapter) {
    const CHECK: &str = "SECURITY_PASSWORD_CHECK_BREACHED";
    let strict = scene(adapter, &[(CHECK, json!("strict"))]);
    assert_refused(&strict, UNKNOWABLE, &strict.text(MessageKey::PasswordBreachedSiteError)).await;
    assert_accepted(&scene(adapter, &[(CHECK, json!("best-effort"))]), UNKNOWABLE).await;
}

/// `PASSWORD_COMPLEXITY_CHECKER`: easy to guess, also from what else was entered.
pub async fn an_easy_password_is_refused_wherever_one_is_chosen(adapter: &Adapter) {
    let scene = scene(adapter, &[("SECURITY_PASSWORD_COMPLEXITY_CHECKER", json!("zxcvbn"))]);
    for visitor in scene.both() {
        for (field, answer) in chosen(&scene, visitor.clone(), "password1").await {
            answer.assert_status(if visitor.is_json() { 400 } else { 200 });
            if visitor.is_json() {
                let errors = answer.response()["field_errors"][field].clone();
                assert!(errors.as_array().is_some_and(|errors| errors.len() == 1), "{errors}");
            }
        }
    }
    for visitor in scene.both() {
        let fields = json!({"email": ANN, "nickname": "hornblower", "password": "hornblower", "password_confirm": "hornblower"});
        let answer = visitor.submit("/register", fields).await;
        answer.assert_status(if visitor.is_json() { 400 } else { 200 });
    }
    assert!(scene.find(ANN).await.is_none());
    assert_accepted(&scene, GOOD).await;
}

/// Length, then breaches, then complexity: one reason is enough, and a short password is asked about nowhere.
pub async fn of_what_is_wrong_with_a_password_the_first_is_told(adapter: &Adapter) {
    let options = [
        ("SECURITY_PASSWORD_CHECK_BREACHED", json!("strict")),
        ("SECURITY_PASSWORD_COMPLEXITY_CHECKER", json!("zxcvbn")),
        ("SECURITY_PASSWORD_LENGTH_MIN", json!(BREACHED.len() + 1)),
    ];
    let scene = scene(adapter, &options);
    let length = (BREACHED.len() + 1).to_string();
    let told = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", &length)]);
    let program = scene.json_client();
    for (field, answer) in chosen(&scene, program, BREACHED).await {
        answer.assert_field_error(field, &told);
        assert_eq!(answer.response()["field_errors"][field].as_array().map(Vec::len), Some(1));
    }
}
