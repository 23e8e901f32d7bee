//! Nothing half done, nothing too long, no file whose name says nothing.

use super::Violation;
use crate::rust_source::RustSource;

const RULE: &str = "the tree is tidy";

/// Lines of one Rust file, everything counted.
const MOST_LINES: usize = 600;

/// Macros of unfinished work.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// File and folder names that could mean anything.
const MEANINGLESS: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc", "mod"];

pub(super) fn check(sources: &[RustSource]) -> Vec<Violation> {
    sources.iter().flat_map(check_file).collect()
}

fn check_file(source: &RustSource) -> Vec<Violation> {
    let mut found = Vec::new();
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        found.push(Violation::new(RULE, &source.path, format!("{lines} lines, more than {MOST_LINES}")));
    }
    let parts = source.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
    for part in parts.filter(|part| MEANINGLESS.contains(part)) {
        found.push(Violation::new(RULE, &source.path, format!("`{part}` says nothing about what is inside")));
    }
    for (index, line) in source.code.lines().enumerate() {
        for name in UNFINISHED.iter().filter(|name| calls_macro(line, name)) {
            found.push(Violation::at(RULE, &source.path, index + 1, format!("`{name}!` is left over")));
        }
        if line.replace(' ', "").contains("#[ignore") {
            found.push(Violation::at(RULE, &source.path, index + 1, "a test is ignored"));
        }
    }
    found
}

/// Whether the line calls this macro, and not one whose name ends like it.
fn calls_macro(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].trim_start();
        let is_word = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_word && after.starts_with('!') && !after.starts_with("!=")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        check(&[RustSource::sample(path, text)]).len()
    }

    #[test]
    fn unfinished_work_is_found_in_code_and_in_tests() {
        for text in [
            "fn f() { todo!() }",
            "fn f() { std::unimplemented!(\"later\") }",
            "fn f() { dbg!(1); }",
            "#[test] #[ignore] fn f() {}",
            "#[cfg(test)] mod tests { #[test]\n#[ignore = \"slow\"] fn f() {} }",
        ] {
            assert_eq!(problems("crates/a/src/b.rs", text), 1, "{text}");
        }
        assert_eq!(
            problems("crates/a/src/b.rs", "// todo!()\nfn f() { my_todo!(\"dbg!()\"); if dbg != x {} }"),
            0
        );
    }

    #[test]
    fn a_file_over_the_limit_is_found() {
        assert_eq!(problems("crates/a/src/b.rs", &"//\n".repeat(MOST_LINES)), 0);
        assert_eq!(problems("crates/a/src/b.rs", &"//\n".repeat(MOST_LINES + 1)), 1);
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        assert_eq!(problems("crates/a/src/utils.rs", ""), 1);
        assert_eq!(problems("crates/a/src/token/mod.rs", ""), 1);
        assert_eq!(problems("crates/a/tests/common/x.rs", ""), 1);
        assert_eq!(problems("crates/a/src/model.rs", ""), 0);
    }
}
