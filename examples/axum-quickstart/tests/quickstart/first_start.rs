//! What the first start makes and prints, and what a second one does not.

use std::fs;

use crate::{Desk, administrator, register, signed_in, try_sign_in};

#[tokio::test]
async fn the_first_start_prints_an_administrator_s_password_once() {
    let desk = Desk::new();
    let site = desk.start(&[], &[]).await;
    let greeting = site.greeting().to_owned();
    let (email, password) = administrator(&greeting).expect("it prints the administrator");
    assert_eq!(greeting.matches(&password).count(), 1, "{greeting}");
    for said in [site.url(), &desk.data().display().to_string(), "quickstart.sqlite", "outbox", "/login"] {
        assert!(greeting.contains(said), "{said} in {greeting}");
    }
    assert!(password.len() >= 20, "too short to be left as it is");
    let mut administrator = signed_in(&site, &email, &password).await;
    for page in ["/members", "/fresh", "/admin", "/write"] {
        assert_eq!(administrator.get(page).await.status, 200, "{page}");
    }
    // The password is a secret of the visitor: no file has it.
    for entry in fs::read_dir(desk.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(password.len()).any(|window| window == password.as_bytes());
            assert!(!found, "{} holds the password", path.display());
        }
    }
}

#[tokio::test]
async fn a_second_start_keeps_everything_and_prints_no_password() {
    let desk = Desk::new();
    let site = desk.start(&[], &[]).await;
    let first = site.greeting().to_owned();
    let (email, password) = administrator(&first).unwrap();
    let before = signed_in(&site, &email, &password).await;
    site.stop().await;

    let site = desk.start(&[], &[]).await;
    assert_eq!(administrator(site.greeting()), None);
    assert!(!site.greeting().contains(&password), "{}", site.greeting());
    signed_in(&site, &email, &password).await;
    // The keys are the same, so the session of yesterday is still good.
    let mut after = site.visitor().wanting_json();
    after.set_cookie("session", before.cookie("session").unwrap());
    assert_eq!(after.get("/admin").await.status, 200);
}

#[tokio::test]
async fn another_data_folder_is_another_site() {
    let (desk, other) = (Desk::new(), Desk::new());
    let (site, others) = (desk.start(&[], &[]).await, other.start(&[], &[]).await);
    let (email, password) = administrator(site.greeting()).unwrap();
    assert_ne!(administrator(others.greeting()).unwrap().1, password);
    let (_, answer) = try_sign_in(&others, &email, &password).await;
    assert_eq!(answer.status, 400);
    let foreign = signed_in(&site, &email, &password).await;
    let mut visitor = others.visitor().wanting_json();
    visitor.set_cookie("session", foreign.cookie("session").unwrap());
    assert_eq!(visitor.get("/members").await.status, 401);
}

#[tokio::test]
async fn a_registration_is_welcomed_by_a_mail_in_the_outbox() {
    let desk = Desk::new();
    let site = desk.start(&[], &[]).await;
    let (mut visitor, answer) = register(&site, "ada@example.com").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(visitor.get("/members").await.json()["user"], "ada@example.com");
    let mail = desk.mailbox().mail_with("To: ada@example.com").await;
    assert!(mail.contains("From: no-reply@localhost"), "{mail}");
    assert_eq!(desk.mailbox().all().len(), 1);
    // Nobody becomes more than a member by registering.
    assert_eq!(visitor.get("/admin").await.status, 403);
    assert_eq!(visitor.get("/write").await.status, 403);
}
