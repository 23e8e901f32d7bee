//! Rules of a site that takes as long for everybody: by the work it does, and by the clock.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const KNOWN: &str = "ann@harbour.example";
const UNKNOWN: &str = "bob@harbour.example";
const DISABLED: &str = "dora@harbour.example";
const WITHOUT_PASSWORD: &str = "pia@harbour.example";
const UNCONFIRMED: &str = "una@harbour.example";
const EVERYBODY: [&str; 5] = [KNOWN, UNKNOWN, DISABLED, WITHOUT_PASSWORD, UNCONFIRMED];

/// How often each is measured in one round.
const SAMPLES: usize = 25;
/// A real difference shows in every round; a busy machine does not disturb all of them.
const ROUNDS: usize = 6;

/// The forms of strangers that must not tell: where they are, and what is in them.
fn forms() -> [(&'static str, Value); 5] {
    [
        ("/login", json!({"password": "wrong horse"})),
        ("/register", json!({"password": PASSWORD, "password_confirm": PASSWORD})),
        ("/reset", json!({})),
        ("/confirm", json!({})),
        // Instead of the first one, where a link signs in.
        ("/login", json!({})),
    ]
}

async fn scene(adapter: &Adapter, is_passwordless: bool) -> Scene {
    let options = [
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_PASSWORDLESS", json!(is_passwordless)),
        ("SECURITY_THROTTLE_MAIL", json!(100_000)),
        ("SECURITY_THROTTLE_SIGN_IN", json!(100_000)),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(KNOWN).await;
    scene.account_with(DISABLED, |user| user.active = false).await;
    scene.account_with(WITHOUT_PASSWORD, |user| user.password = None).await;
    scene.account_with(UNCONFIRMED, |user| user.confirmed_at = None).await;
    scene
}

/// One request of somebody who has a token already.
async fn send(visitor: &Visitor, token: &str, path: &str, fields: &Value, email: &str) -> Answer {
    visitor.post(path).fields(fields.clone()).field("email", email).field("csrf_token", token).await
}

/// The same hashes, and the same questions to the datastore; for registering, where one of two accounts is written,
/// the same hashes.
pub async fn the_work_does_not_tell_who_has_an_account(adapter: &Adapter) {
    for (index, (path, fields)) in forms().into_iter().enumerate() {
        let scene = scene(adapter, index == 4).await;
        let visitor = scene.json_client();
        let token = visitor.csrf_token().await;
        let mut first = None;
        for email in EVERYBODY {
            let before = scene.security().hasher().load();
            drop(scene.queries());
            send(&visitor, &token, path, &fields, email).await;
            let after = scene.security().hasher().load();
            let jobs = (after.hashes - before.hashes, after.finished - before.finished);
            let queries = scene.queries();
            let queries = if path == "/register" { Vec::new() } else { queries };
            let first = first.get_or_insert_with(|| (jobs, queries.clone()));
            assert_eq!((jobs, queries), *first, "{path} {index} for {email}");
        }
    }
}

/// Medians of many, taken in turns.
pub async fn the_time_does_not_tell_who_has_an_account(adapter: &Adapter) {
    for (index, (path, fields)) in forms().into_iter().enumerate() {
        let scene = scene(adapter, index == 4).await;
        let visitor = scene.json_client();
        let token = visitor.csrf_token().await;
        let mut measured = Vec::new();
        let is_alike = async {
            for round in 0..ROUNDS {
                let medians = medians(&visitor, &token, path, &fields, round).await;
                // What a mail costs in the background does not belong to the next request.
                drop((scene.mails().await, scene.events().await));
                measured.push(medians);
                if are_alike(medians) {
                    return true;
                }
            }
            false
        };
        assert!(is_alike.await, "{path} {index}: known and unknown take {measured:?}");
    }
}

async fn medians(visitor: &Visitor, token: &str, path: &str, fields: &Value, round: usize) -> [Duration; 2] {
    let mut samples = [Vec::new(), Vec::new()];
    for number in 0..SAMPLES {
        // Whoever is registered once is known the next time.
        let unknown = match path {
            "/register" => format!("guest{round}x{number}@harbour.example"),
            _ => UNKNOWN.to_owned(),
        };
        // The mail of confirming goes to those who have not.
        let known = if path == "/confirm" { UNCONFIRMED } else { KNOWN };
        let mut people = [(0, known), (1, unknown.as_str())];
        if number % 2 == 1 {
            people.reverse();
        }
        for (kind, email) in people {
            let start = Instant::now();
            send(visitor, token, path, fields, email).await;
            samples[kind].push(start.elapsed());
        }
    }
    samples.map(|mut samples| {
        samples.sort();
        samples[samples.len() / 2]
    })
}

/// Within a quarter of each other, and a little more for very short times.
fn are_alike([known, unknown]: [Duration; 2]) -> bool {
    let (shorter, longer) = (known.min(unknown), known.max(unknown));
    longer <= shorter.mul_f64(1.25) + Duration::from_micros(100)
}
