//! The benchmark keeps working. What it measures is another matter.

use std::process::Command;

/// What it prints about a subject.
fn benchmark(subject: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_benchmark"));
    let output = program.args(["--quick", subject]).output().expect("it starts");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    text.into_owned()
}

#[track_caller]
fn assert_mentions(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_benchmark_compares_the_routes_behind_axum() {
    let text = benchmark("axum");
    assert_mentions(&text, &["axum: ", "session: ", "token: ", "of floor", "Passwords hashed in a second"]);
    assert!(!text.contains("actix"), "{text}");
}

#[test]
fn the_benchmark_compares_the_routes_behind_actix_web() {
    assert_mentions(&benchmark("actix"), &["actix-web: ", "session: ", "token: ", "of floor"]);
}

#[test]
fn the_benchmark_compares_each_datastore_with_its_driver() {
    let text = benchmark("datastores");
    assert_mentions(&text, &["datastore-seaorm on SQLite: ", "of sqlx", "of sea-orm"]);
    assert_mentions(&text, &["datastore-diesel on SQLite: ", "of diesel"]);
    // Where there is no server, it says so.
    assert_mentions(&text, &["datastore-diesel on PostgreSQL: ", "datastore-mongo: "]);
}
