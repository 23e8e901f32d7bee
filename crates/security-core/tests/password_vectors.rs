//! Stored hashes and password rules against the answers of the reference implementation.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use security_core::account::identity::NormalizationForm;
use security_core::config::{BreachCheck, HashingConfig, PasswordConfig, SingleHash};
use security_core::message::MessageKey;
use security_core::password::{
    BreachChecker, BreachError, HasherSetupError, PasswordHasher, PasswordPolicy, PolicyViolation,
    PwnedRange, READ_ONLY_SCHEMES, SUPPORTED_SCHEMES, Verdict,
};
use security_core::secret::PlainPassword;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The version whose answers count.
const REFERENCE: &str = "5.9.2";

/// Stored texts the reference takes for plain-text passwords and we do not: `!`, nothing, a foreign hash.
const NOT_A_PASSWORD: [&str; 3] = ["v4-pw-107", "v4-pw-108", "v4-pw-109"];

/// Single-hashed bcrypt over 72 bytes: 5.9 raises, 4.0 cuts. Cutting keeps those users working.
const CUT_AT_72: [&str; 2] = ["v4-pw-122", "v4-pw-123"];

/// Fewer passes than new hashes get: the reference keeps such a hash, we renew it.
const TOO_FEW_PASSES: [&str; 2] = ["v4-pw-100", "v4-pw-104"];

fn vectors(name: &str) -> Value {
    let folder = std::env::var_os("TEST_VECTORS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn cases(vectors: &Value) -> &[Value] {
    vectors["cases"].as_array().expect("a list of cases")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|v| text(v).to_owned()).collect()
}

fn options(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// All cores, and room and time for everything at once.
fn patient() -> HashingConfig {
    HashingConfig { threads: 0, queue: 10_000, deadline: Duration::from_secs(3600) }
}

/// Takes passwords as they come: the vectors hold them in the form that was handed to the reference.
fn raw() -> PasswordConfig {
    PasswordConfig {
        normalize_form: None,
        hash_options: options(json!({"argon2__memory_cost": 65536, "argon2__parallelism": 4})),
        ..PasswordConfig::default()
    }
}

/// The hasher for the `config` of a case.
fn hasher_for(config: &Value, inputs: &Value) -> PasswordHasher {
    let schemes = config.get("password_schemes").unwrap_or(&inputs["default_schemes"]);
    let single_hash = match config.get("single_hash") {
        Some(Value::Bool(true)) => SingleHash::All,
        Some(Value::Bool(false)) => SingleHash::Only(Vec::new()),
        Some(list) => SingleHash::Only(texts(list)),
        None => SingleHash::Only(texts(&inputs["single_hash_default"])),
    };
    let salt = text(config.get("password_salt").unwrap_or(&inputs["password_salt"]));
    let config = PasswordConfig { schemes: texts(schemes), single_hash, ..raw() };
    PasswordHasher::new(&config, &patient(), Some(&SecretString::from(salt))).expect("a valid configuration")
}

/// What we should say to an attempt.
fn expected(case: &Value, attempt: &Value) -> bool {
    let id = text(&case["id"]);
    if NOT_A_PASSWORD.contains(&id) {
        return false;
    }
    match &attempt["verify"][REFERENCE] {
        Value::Bool(verified) => *verified,
        _ if CUT_AT_72.contains(&id) => attempt["verify"]["4.0.0"].as_bool().expect("4.0 did not raise"),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_hashes_are_judged_like_the_reference_judges_them() {
    let vectors = vectors("password_hashes.json");
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for case in cases(&vectors) {
        let mut config = case["config"].clone();
        // These two made the hash; the verdicts were taken with the version's defaults.
        let members = config.as_object_mut().expect("an object");
        members.remove("password_hash");
        members.remove("options");
        groups.entry(config.to_string()).or_default().push(case);
    }
    let (mut matches, mut mismatches, mut failures) = (0, 0, Vec::new());
    for (config, group) in groups {
        let hasher = hasher_for(&serde_json::from_str(&config).expect("it was JSON"), &vectors["inputs"]);
        let attempts: Vec<_> = group
            .iter()
            .flat_map(|case| {
                case["attempts"].as_array().expect("a list").iter().map(move |attempt| (case, attempt))
            })
            .map(|(case, attempt)| {
                let hasher = hasher.clone();
                let password = PlainPassword::new(text(&attempt["password"]));
                let stored = text(&case["hash"]).to_owned();
                let verdict = tokio::spawn(async move { hasher.verify(&password, Some(&stored)).await });
                (*case, attempt, verdict)
            })
            .collect();
        for (case, attempt, verdict) in attempts {
            let id = text(&case["id"]);
            let verdict = verdict.await.expect("no panic").expect("no error");
            if verdict.is_match() != expected(case, attempt) {
                failures.push(format!("{id}, {}: {verdict:?}", attempt["note"]));
            }
            match verdict {
                Verdict::Match { needs_rehash } => {
                    matches += 1;
                    let reference = case["needs_update"][REFERENCE].as_bool().expect("a verdict");
                    if needs_rehash != (reference || TOO_FEW_PASSES.contains(&id)) {
                        failures.push(format!("{id}: needs_rehash is {needs_rehash}"));
                    }
                }
                Verdict::Mismatch => mismatches += 1,
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(matches > 150 && mismatches > 200, "{matches} matches, {mismatches} mismatches");
}

#[test]
fn every_scheme_of_the_vectors_can_be_listed_and_those_of_old_make_no_new_hashes() {
    let vectors = vectors("password_hashes.json");
    let build = |scheme: &str, schemes: &[&str]| {
        let schemes = schemes.iter().map(|name| (*name).to_owned()).collect();
        let single_hash = SingleHash::All;
        let config = PasswordConfig { scheme: scheme.to_owned(), schemes, single_hash, ..raw() };
        PasswordHasher::new(&config, &HashingConfig { threads: 1, ..patient() }, None)
    };
    for case in cases(&vectors) {
        let scheme = text(&case["scheme"][REFERENCE]);
        assert!(SUPPORTED_SCHEMES.contains(&scheme) != READ_ONLY_SCHEMES.contains(&scheme), "{scheme}");
    }
    for scheme in READ_ONLY_SCHEMES {
        assert!(build("argon2", &["argon2", scheme]).is_ok(), "{scheme}");
        let refused = build(scheme, &[scheme]);
        assert!(matches!(refused, Err(HasherSetupError::UnsupportedScheme { scheme: s, .. }) if s == scheme));
    }
}

#[tokio::test]
async fn a_weak_scheme_is_off_unless_it_is_listed() {
    let vectors = vectors("password_hashes.json");
    let default = any_hasher(&raw());
    for case in cases(&vectors).iter().filter(|case| {
        let scheme = text(&case["scheme"][REFERENCE]);
        scheme == "plaintext" || READ_ONLY_SCHEMES.contains(&scheme)
    }) {
        let verdict =
            default.verify(&PlainPassword::new(text(&case["password"])), case["hash"].as_str()).await;
        assert_eq!(verdict.expect("no error"), Verdict::Mismatch, "{}", case["id"]);
    }
}

#[tokio::test]
async fn a_double_hash_starts_with_the_hmac_of_the_reference() {
    let vectors = vectors("hash_data.json");
    let rows: Vec<_> = cases(&vectors).iter().filter(|case| case["kind"] == "hmac").collect();
    assert!(rows.len() >= 18);
    for row in rows {
        // Plain text that is not exempt from the first step stores the HMAC as it is.
        let config = PasswordConfig {
            scheme: "plaintext".to_owned(),
            schemes: vec!["plaintext".to_owned()],
            single_hash: SingleHash::Only(vec!["argon2".to_owned()]),
            ..raw()
        };
        let salt = SecretString::from(text(&row["salt"]));
        let hasher = PasswordHasher::new(&config, &patient(), Some(&salt)).expect("a valid configuration");
        let hash = hasher.hash(&PlainPassword::new(text(&row["password"]))).await.expect("a hash");
        assert_eq!(hash, text(&row["hmac_base64"]), "{}", row["id"]);
    }
}

/// Cheap hashing for tests that are about something else.
fn any_hasher(config: &PasswordConfig) -> PasswordHasher {
    let hashing = HashingConfig { threads: 1, ..patient() };
    PasswordHasher::new(config, &hashing, Some(&SecretString::from("key"))).expect("a valid configuration")
}

#[tokio::test]
async fn new_passwords_are_judged_like_the_reference_judges_them() {
    let vectors = vectors("password_policy.json");
    let hints: Vec<&str> =
        vectors["inputs"]["user_info"].as_object().expect("an object").values().map(text).collect();
    let zxcvbn = Some("zxcvbn".to_owned());
    let nfkd = PasswordConfig { normalize_form: Some(NormalizationForm::Nfkd), ..raw() };
    let configs = [
        ("None", nfkd.clone()),
        ("zxcvbn", PasswordConfig { complexity_checker: zxcvbn.clone(), ..nfkd.clone() }),
        (
            "zxcvbn min 4",
            PasswordConfig { complexity_checker: zxcvbn, zxcvbn_minimum_score: 4, ..nfkd.clone() },
        ),
        ("min length 12", PasswordConfig { length_min: 12, ..nfkd.clone() }),
        ("no normalisation", raw()),
        ("NFC", PasswordConfig { normalize_form: Some(NormalizationForm::Nfc), ..nfkd }),
    ];
    let mut failures = Vec::new();
    for (name, config) in configs {
        let policy = PasswordPolicy::new(&config, any_hasher(&config)).expect("a valid configuration");
        for case in cases(&vectors) {
            let typed = PlainPassword::new(text(&case["password"]));
            let verdict = policy.check(&typed, &hints).await;
            let messages = &case["verdicts"][name]["messages"];
            let expected = match messages.get(0).map(text) {
                None => Ok(()),
                Some(message) if message.starts_with("Password must be at least") => {
                    Err(vec![PolicyViolation::Message {
                        key: MessageKey::PasswordInvalidLength,
                        variables: vec![("length", config.length_min.to_string())],
                    }])
                }
                Some(message) => Err(vec![PolicyViolation::Text(message.to_owned())]),
            };
            if verdict != expected {
                failures.push(format!("{}, {name}: {verdict:?} instead of {expected:?}", case["id"]));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Serves one answer on a loopback port, and returns the address to configure and the path that was asked for.
async fn serve(body: Option<String>) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/range/", listener.local_addr().expect("an address"));
    let path = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.expect("a request"));
        }
        let status = if body.is_some() { "200 OK" } else { "503 Service Unavailable" };
        let body = body.unwrap_or_default();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.expect("the client reads");
        let request = String::from_utf8(request).expect("UTF-8");
        request.split(' ').nth(1).expect("a path").to_owned()
    });
    (address, path)
}

/// Gives the same answer every time.
#[derive(Debug)]
struct Told(Option<u64>);

#[async_trait]
impl BreachChecker for Told {
    async fn count(&self, _: &PlainPassword) -> Result<u64, BreachError> {
        self.0.ok_or(BreachError::Malformed("for the test"))
    }
}

#[tokio::test]
async fn breached_passwords_are_counted_and_judged_like_the_reference_does() {
    let vectors = vectors("pwned.json");
    let hasher = any_hasher(&raw());
    for case in cases(&vectors) {
        let id = &case["id"];
        let typed = PlainPassword::new(text(&case["password"]));
        let (address, path) = serve(case["body"].as_str().map(str::to_owned)).await;
        let checker = PwnedRange::new(&address, Duration::from_secs(30)).expect("a usable address");
        let count = checker.count(&typed).await.ok();
        assert_eq!(count, case["count"].as_u64(), "{id}");
        assert_eq!(path.await.expect("no panic"), format!("/range/{}", text(&case["range_prefix"])), "{id}");

        for (name, verdict) in case["verdicts"].as_object().expect("an object") {
            let (mode, threshold) = name.split_once('/').expect("mode and threshold");
            let check_breached = if mode == "strict" { BreachCheck::Strict } else { BreachCheck::BestEffort };
            let breached_count = threshold.parse().expect("a number");
            let config = PasswordConfig { length_min: 0, check_breached, breached_count, ..raw() };
            let policy = PasswordPolicy::with_breach_checker(&config, hasher.clone(), Arc::new(Told(count)));
            let found = policy.expect("a valid configuration").check(&typed, &[]).await;
            let key = match verdict.get(0).map(text) {
                None => None,
                Some("Password on breached list") => Some(MessageKey::PasswordBreached),
                Some("Failed to contact breached passwords site") => {
                    Some(MessageKey::PasswordBreachedSiteError)
                }
                Some(other) => panic!("{other}"),
            };
            let expected = key.map(|key| PolicyViolation::Message { key, variables: Vec::new() });
            assert_eq!(found.err(), expected.map(|violation| vec![violation]), "{id}, {name}");
        }
    }
}

#[tokio::test]
async fn a_policy_without_breach_check_asks_nobody_and_the_first_stage_decides() {
    let off = PasswordConfig { check_breached: BreachCheck::Off, ..raw() };
    let policy = PasswordPolicy::with_breach_checker(&off, any_hasher(&off), Arc::new(Told(Some(9))));
    assert_eq!(policy.expect("valid").check(&PlainPassword::new("password"), &[]).await, Ok(()));

    let strict = PasswordConfig {
        check_breached: BreachCheck::Strict,
        complexity_checker: Some("zxcvbn".to_owned()),
        ..raw()
    };
    let policy = PasswordPolicy::with_breach_checker(&strict, any_hasher(&strict), Arc::new(Told(Some(9))));
    let policy = policy.expect("valid");
    for (typed, key) in
        [("short", MessageKey::PasswordInvalidLength), ("password", MessageKey::PasswordBreached)]
    {
        let violations = policy.check(&PlainPassword::new(typed), &[]).await.expect_err("it is bad");
        assert!(
            matches!(&violations[..], [PolicyViolation::Message { key: found, .. }] if *found == key),
            "{typed}"
        );
    }
}

#[tokio::test]
async fn a_password_made_of_the_persons_own_data_is_too_simple() {
    let config = PasswordConfig { complexity_checker: Some("zxcvbn".to_owned()), ..raw() };
    let policy = PasswordPolicy::new(&config, any_hasher(&config)).expect("valid");
    let typed = PlainPassword::new("bramblewick-hollow");
    assert_eq!(policy.check(&typed, &[]).await, Ok(()));
    assert!(policy.check(&typed, &["Bramblewick-Hollow"]).await.is_err());
    let unknown = PasswordConfig { complexity_checker: Some("dice".to_owned()), ..raw() };
    assert!(PasswordPolicy::new(&unknown, any_hasher(&unknown)).is_err());
}
