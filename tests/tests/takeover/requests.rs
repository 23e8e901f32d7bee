//! Requests that were put to the reference, put to this product: with the passwords, links, tokens and cookies that the
//! reference handed out, on a copy of the database it left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use portcullis_tests::application;
use security_core::Security;
use security_core::session::Mechanism;
use security_testkit::clock::ManualClock;
use security_testkit::http_contract::{GuardedRoute, Peer, TestApp};
use security_testkit::outbox::MemoryOutbox;
use security_views::{Guard, Views};
use serde_json::{Map, Value};

use crate::inherited::{Inherited, SqlCrate, configuration, list, vectors};

/// First segments of paths that nothing is built for yet.
const NOT_BUILT: [&str; 9] = [
    "tf-validate",
    "us-signin",
    "us-setup",
    "us-verify-link",
    "mf-recovery",
    "mf-recovery-codes",
    "change-email",
    "wan-signin",
    "refresh-token",
];

/// The reference lets a disabled account set a new password, and refuses it at the sign-in. Here it is refused at once.
const REFUSED_EARLIER: [&str; 2] = ["v4-db-108", "v5-db-127"];

/// Hashes with other argon2 settings than ours are made anew at the next sign-in. The reference has other defaults.
const REHASHED: &str = "argon2";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_4_0_serves_through_axum_and_sea_orm() {
    put("4_0", application::axum::build, SqlCrate::SeaOrm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_4_0_serves_through_actix_web_and_diesel() {
    put("4_0", application::actix::build, SqlCrate::Diesel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_5_9_serves_through_axum_and_sea_orm() {
    put("5_9", application::axum::build, SqlCrate::SeaOrm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_5_9_serves_through_axum_and_diesel() {
    put("5_9", application::axum::build, SqlCrate::Diesel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_5_9_serves_through_actix_web_and_sea_orm() {
    put("5_9", application::actix::build, SqlCrate::SeaOrm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_5_9_serves_through_actix_web_and_diesel() {
    put("5_9", application::actix::build, SqlCrate::Diesel).await;
}

/// Puts every request of a version, each case on a fresh copy of the database.
async fn put<A: TestApp + 'static>(version: &str, build: fn(Views, Vec<GuardedRoute>) -> A, sql: SqlCrate) {
    let about = vectors(&format!("db/flask_security_{version}.json"));
    let second_factors: BTreeSet<&str> = list(&about["users"])
        .iter()
        .filter(|user| !user["two_factor_method"].is_null() || user["label"] == "wan")
        .filter_map(|user| user["email"].as_str())
        .collect();
    let (mut failures, mut checked) = (Vec::new(), 0);
    for case in list(&about["cases"]) {
        if is_built(case, &second_factors) {
            failures.extend(check(version, &about, case, build, sql).await);
            checked += 1;
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(checked >= 70, "{checked} of {} cases", list(&about["cases"]).len());
}

/// What 5.9.2 answered; where another version made the database, that is told apart.
fn verdict(case: &Value) -> &Value {
    case.get("with_5_9_2").unwrap_or(case)
}

fn is_built(case: &Value, second_factors: &BTreeSet<&str>) -> bool {
    list(&case["steps"]).iter().zip(list(&verdict(case)["steps"])).all(|(step, answer)| {
        let request = &step["request"];
        let feature = path(request).split(['/', '?']).nth(1).unwrap_or_default();
        let asks_for_more = answer["json"]["tf_required"] == true;
        let has_more = request["json"]["email"].as_str().is_some_and(|email| second_factors.contains(email));
        !NOT_BUILT.contains(&feature) && !asks_for_more && (!has_more || answer["status"] == 400)
    })
}

fn path(request: &Value) -> &str {
    request["path"].as_str().expect("a path")
}

async fn check<A: TestApp + 'static>(
    version: &str,
    about: &Value,
    case: &Value,
    build: fn(Views, Vec<GuardedRoute>) -> A,
    sql: SqlCrate,
) -> Vec<String> {
    let inputs = &about["inputs"];
    let database = Inherited::from(version);
    let before = database.users().await;
    let clock = ManualClock::at_unix(case["now"].as_i64().expect("a time"));
    let store = database.open(sql, &clock).await;
    let security = Security::builder(configuration(inputs), Arc::clone(&store))
        .clock(clock.clone())
        .mail_sender(MemoryOutbox::new())
        .build()
        .expect("the product can be assembled");
    let app = build(Views::new(&security), routes());
    let mut client = Client { app: &app, inputs, cookies: BTreeMap::new() };
    for (name, value) in case["cookies"].as_object().into_iter().flatten() {
        client.cookies.insert(name.clone(), value.as_str().expect("a text").to_owned());
    }

    let expected = verdict(case);
    let is_refused_earlier = case["id"].as_str().is_some_and(|id| REFUSED_EARLIER.contains(&id));
    let mut failures = Vec::new();
    for (step, answer) in list(&case["steps"]).iter().zip(list(&expected["steps"])) {
        if let Some(now) = step["now"].as_i64() {
            clock.set(chrono::DateTime::from_timestamp(now, 0).expect("a time"));
        }
        let (status, body) = client.send(&step["request"]).await;
        let expected_status = if is_refused_earlier { &Value::from(400) } else { &answer["status"] };
        if *expected_status != status {
            failures.push(format!("{}: {status} instead of {expected_status}: {body}", step["request"]));
        }
        let email = &answer["json"]["email"];
        if email.is_string() && *email != body["user"] {
            failures.push(format!("{}: {} instead of {email}", step["request"], body["user"]));
        }
    }
    let (_, who) = client.send(&serde_json::json!({"method": "GET", "path": "/whoami"})).await;
    if who["user"] != expected["afterwards"]["user"] {
        failures.push(format!("signed in is {} instead of {}", who["user"], expected["afterwards"]["user"]));
    }
    drop((app, security, store));
    let changes = if is_refused_earlier { &[] } else { list(&expected["row_changes"]) };
    failures.extend(compare_rows(&before, &database.users().await, changes));
    failures.into_iter().map(|failure| format!("{} ({}): {failure}", case["id"], case["note"])).collect()
}

/// Whether the rows changed as the reference changed them.
fn compare_rows(before: &Map<String, Value>, after: &Map<String, Value>, expected: &[Value]) -> Vec<String> {
    let mut failures = Vec::new();
    let mut open: Vec<&Value> = expected.iter().filter(|change| change["table"] == "user").collect();
    for (id, row) in after {
        for (column, new) in row.as_object().expect("a row") {
            let old = &before[id][column];
            if old == new || column == "update_datetime" {
                continue;
            }
            let told =
                open.iter().position(|change| change["id"] == row["id"] && change["column"] == **column);
            let is_expected = match told.map(|at| open.remove(at)) {
                Some(change) if change["new_scheme"].is_string() => is_of_scheme(new, &change["new_scheme"]),
                Some(change) => change["new"] == *new || change["new"] == "another random value",
                None => {
                    column == "password"
                        && is_of_scheme(old, &REHASHED.into())
                        && is_of_scheme(new, &REHASHED.into())
                }
            };
            if !is_expected {
                failures.push(format!("{column} of {id} is {new}, and was {old}"));
            }
        }
    }
    failures.extend(open.iter().map(|change| format!("not changed: {change}")));
    failures
}

fn is_of_scheme(hash: &Value, scheme: &Value) -> bool {
    hash.as_str().zip(scheme.as_str()).is_some_and(|(hash, scheme)| hash.starts_with(&format!("${scheme}")))
}

/// The routes of the application that the vectors were made with.
fn routes() -> Vec<GuardedRoute> {
    vec![
        GuardedRoute { path: "/whoami", guards: Vec::new() },
        GuardedRoute { path: "/token-only", guards: vec![Guard::auth_token_required()] },
        GuardedRoute {
            path: "/session-only",
            guards: vec![Guard::auth_required().methods([Mechanism::Session])],
        },
    ]
}

/// Whoever sent the requests.
struct Client<'a> {
    app: &'a dyn TestApp,
    inputs: &'a Value,
    cookies: BTreeMap<String, String>,
}

impl Client<'_> {
    async fn send(&mut self, request: &Value) -> (u16, Value) {
        let method: Method = request["method"].as_str().and_then(|name| name.parse().ok()).expect("a method");
        let accept = if request["accept"] == "html" { "text/html" } else { "application/json" };
        let mut built = Request::builder()
            .method(method)
            .uri(path(request))
            .header("host", self.inputs["host"].as_str().expect("a host"))
            .header("user-agent", self.inputs["user_agent"].as_str().expect("a client"))
            .header("accept", accept);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            built = built.header("cookie", pairs.join("; "));
        }
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            built = built.header(name, value.as_str().expect("a text"));
        }
        let body = match &request["json"] {
            Value::Null => Bytes::new(),
            json => {
                built = built.header("content-type", "application/json");
                json.to_string().into()
            }
        };
        let mut built = built.body(body).expect("the request can be built");
        let peer =
            self.inputs["remote_addr"].as_str().and_then(|peer| peer.parse().ok()).expect("an address");
        built.extensions_mut().insert(Peer(peer));
        let response = self.app.send(built).await;
        for header in response.headers().get_all("set-cookie") {
            self.keep(header.to_str().expect("our cookies are ASCII"));
        }
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        (response.status().as_u16(), body)
    }

    fn keep(&mut self, header: &str) {
        let (name, value) = header.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
        if header.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
