//! The built program, started and called as its user would.

#![expect(clippy::unwrap_used, reason = "what helpers of tests cannot do fails the test")]

mod configuration;
mod first_start;
mod pages;
mod seed;

use std::fs;
use std::path::{Path, PathBuf};

use portcullis_tests::mailbox::Mailbox;
use portcullis_tests::program::Program;
use portcullis_tests::visitor::{Answer, Visitor};
use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_axum-quickstart");
const PASSWORD: &str = "battery staple orbit";

/// A folder for one test, with the program's own files in `data` and those it is given beside it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The data folder, which the program makes.
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file to hand to the program.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn mailbox(&self) -> Mailbox {
        Mailbox::of(self.data().join("outbox"))
    }

    /// What the program is started with: a free port, the data folder, and these flags with their files.
    fn arguments(&self, flags: &[(&str, &Path)]) -> Vec<String> {
        let mut arguments = vec!["--port".to_owned(), "0".to_owned(), "--data".to_owned()];
        arguments.push(self.data().display().to_string());
        for (flag, file) in flags {
            arguments.extend([(*flag).to_owned(), file.display().to_string()]);
        }
        arguments
    }

    async fn start(&self, flags: &[(&str, &Path)], variables: &[(&str, &str)]) -> Program {
        Program::start(PROGRAM, &self.arguments(flags), variables).await
    }

    async fn refused(&self, flags: &[(&str, &Path)], variables: &[(&str, &str)]) -> String {
        Program::refused(PROGRAM, &self.arguments(flags), variables).await
    }

    /// Starts the program with these users.
    async fn start_with_users(&self, users: &Value) -> Program {
        let seed = self.file("seed.json", &users.to_string());
        self.start(&[("--seed", &seed)], &[]).await
    }
}

/// A JSON client that tries to sign in.
async fn try_sign_in(site: &Program, email: &str, password: &str) -> (Visitor, Answer) {
    let mut visitor = site.visitor().wanting_json();
    let token = visitor.get("/login").await.json()["response"]["csrf_token"].clone();
    let form = json!({ "email": email, "password": password, "csrf_token": token });
    let answer = visitor.post("/login", &form).await;
    (visitor, answer)
}

/// A JSON client that is signed in.
async fn signed_in(site: &Program, email: &str, password: &str) -> Visitor {
    let (visitor, answer) = try_sign_in(site, email, password).await;
    assert_eq!(answer.status, 200, "{email}: {}", answer.body);
    visitor
}

/// A JSON client that registers, and what it is answered.
async fn register(site: &Program, email: &str) -> (Visitor, Answer) {
    let mut visitor = site.visitor().wanting_json();
    let token = visitor.get("/register").await.json()["response"]["csrf_token"].clone();
    let form =
        json!({ "email": email, "password": PASSWORD, "password_confirm": PASSWORD, "csrf_token": token });
    let answer = visitor.post("/register", &form).await;
    (visitor, answer)
}

/// Email and password of the administrator, as the first start prints them.
fn administrator(greeting: &str) -> Option<(String, String)> {
    let word_after = |name: &str| {
        let line = greeting.lines().find_map(|line| line.trim().strip_prefix(name))?;
        Some(line.trim().to_owned())
    };
    Some((word_after("Email ")?, word_after("Password ")?))
}
