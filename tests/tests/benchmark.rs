//! The benchmark keeps working. What it measures is another matter.

use std::process::Command;

#[test]
fn the_benchmark_compares_the_routes() {
    let output = Command::new(env!("CARGO_BIN_EXE_benchmark")).arg("--quick").output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    for part in ["floor", "session  serves", "token    serves", "Passwords hashed in a second"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
