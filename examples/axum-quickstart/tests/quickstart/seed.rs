//! Users from a file.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{Desk, PASSWORD, signed_in, try_sign_in};

/// A hash the reference stored, with the password and the salt of its site.
fn stored_by_the_reference() -> (String, String, String) {
    let folder = std::env::var_os("TEST_VECTORS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join("password_hashes.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["id"] == "v4-pw-000").unwrap();
    let [hash, password] = ["hash", "password"].map(|key| case[key].as_str().unwrap().to_owned());
    (hash, password, vectors["inputs"]["password_salt"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_user_comes_with_a_plain_password_or_with_a_hash_from_elsewhere() {
    let desk = Desk::new();
    let (hash, password, salt) = stored_by_the_reference();
    let seed = json!({ "users": [
        { "email": "plain@example.com", "password": PASSWORD },
        { "email": "hash@example.com", "hash": hash },
        { "email": "neither@example.com" },
    ] });
    let seed = desk.file("seed.json", &seed.to_string());
    let site = desk.start(&[("--seed", &seed)], &[("SECURITY_PASSWORD_SALT", &salt)]).await;
    signed_in(&site, "plain@example.com", PASSWORD).await;
    // Once more: the first time put a hash of today in place of the old one.
    for _ in 0..2 {
        signed_in(&site, "hash@example.com", &password).await;
    }
    for (email, password) in [
        ("plain@example.com", password.as_str()),
        ("hash@example.com", PASSWORD),
        ("hash@example.com", hash.as_str()),
        ("neither@example.com", PASSWORD),
    ] {
        assert_eq!(try_sign_in(&site, email, password).await.1.status, 400, "{email}");
    }
}

#[tokio::test]
async fn roles_are_those_of_the_site_or_new_ones_without_permissions() {
    let desk = Desk::new();
    let site = desk
        .start_with_users(&json!([
            { "email": "admin@example.org", "password": PASSWORD, "roles": ["admin"] },
            { "email": "cook@example.org", "password": PASSWORD, "roles": ["member", "cook"] },
        ]))
        .await;
    let mut admin = signed_in(&site, "admin@example.org", PASSWORD).await;
    let mut cook = signed_in(&site, "cook@example.org", PASSWORD).await;
    for page in ["/admin", "/write"] {
        assert_eq!(admin.get(page).await.status, 200, "{page}");
        assert_eq!(cook.get(page).await.status, 403, "{page}");
    }
    assert_eq!(cook.get("/members").await.status, 200);
    assert!(cook.wanting_html().get("/account").await.body.contains("cook"));
}

#[tokio::test]
async fn an_inactive_or_unconfirmed_user_is_not_let_in() {
    let desk = Desk::new();
    let seed = desk.file(
        "seed.json",
        &json!([
            { "email": "good@example.com", "password": PASSWORD },
            { "email": "inactive@example.com", "password": PASSWORD, "active": false },
            { "email": "unconfirmed@example.com", "password": PASSWORD, "confirmed": false },
        ])
        .to_string(),
    );
    let site = desk.start(&[("--seed", &seed)], &[("SECURITY_CONFIRMABLE", "true")]).await;
    signed_in(&site, "good@example.com", PASSWORD).await;
    let refusals = ["inactive@example.com", "unconfirmed@example.com", "unknown@example.com"];
    let mut answers = Vec::new();
    for email in refusals {
        let (_, answer) = try_sign_in(&site, email, PASSWORD).await;
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 400);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "they can be told apart: {answers:#?}");
}

#[tokio::test]
async fn where_addresses_need_not_be_confirmed_an_unconfirmed_user_is_let_in() {
    let desk = Desk::new();
    let user = json!([{ "email": "new@example.com", "password": PASSWORD, "confirmed": false }]);
    let site = desk.start_with_users(&user).await;
    signed_in(&site, "new@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_second_start_with_the_same_seed_leaves_the_users_as_they_are() {
    let desk = Desk::new();
    let site = desk.start_with_users(&json!([{ "email": "ada@example.com", "password": PASSWORD }])).await;
    site.stop().await;
    let again = json!([{ "email": "Ada@EXAMPLE.com", "password": "another password", "roles": ["admin"] }]);
    let site = desk.start_with_users(&again).await;
    let mut ada = signed_in(&site, "ada@example.com", PASSWORD).await;
    assert_eq!(ada.get("/admin").await.status, 403);
}

#[tokio::test]
async fn a_seed_that_is_wrong_keeps_the_program_from_starting() {
    for (seed, told) in [
        ("[{ \"email\": \"ada@example.com\", \"pasword\": \"x\" }]", "seed.json"),
        ("not JSON", "seed.json"),
        ("[{ \"email\": \"no address\" }]", "seed user no address"),
    ] {
        let desk = Desk::new();
        let seed = desk.file("seed.json", seed);
        let complaint = desk.refused(&[("--seed", &seed)], &[]).await;
        assert!(complaint.contains(told), "{complaint}");
        assert!(!complaint.contains("panicked"), "{complaint}");
    }
    let desk = Desk::new();
    let missing = desk.data().join("seed.json");
    assert!(desk.refused(&[("--seed", &missing)], &[]).await.contains("seed.json"));
}
