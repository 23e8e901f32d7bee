//! No crate of ours contains `unsafe`, and the compiler is told so.

use super::Violation;
use crate::workspace::TextFile;

const RULE: &str = "every crate forbids unsafe code";

pub(super) fn check(files: &[TextFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    let root = files.iter().find(|file| file.path == "Cargo.toml");
    if !root.is_some_and(|file| has_entry(&file.text, "[workspace.lints.rust]", "unsafe_code", "\"forbid\""))
    {
        found.push(Violation::new(
            RULE,
            "Cargo.toml",
            "`unsafe_code = \"forbid\"` is missing in [workspace.lints.rust]",
        ));
    }
    for manifest in files.iter().filter(|file| file.path.ends_with("/Cargo.toml") && has_package(&file.text))
    {
        // The fuzzing crate is a workspace of its own and cannot inherit.
        let inherits = has_entry(&manifest.text, "[lints]", "workspace", "true");
        let forbids = has_entry(&manifest.text, "[lints.rust]", "unsafe_code", "\"forbid\"");
        if !inherits && !forbids {
            found.push(Violation::new(RULE, &manifest.path, "`[lints] workspace = true` is missing"));
        }
    }
    let libraries =
        files.iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs"));
    let unmarked =
        libraries.filter(|file| !file.text.lines().any(|line| line.trim() == "#![forbid(unsafe_code)]"));
    found.extend(
        unmarked.map(|file| Violation::new(RULE, &file.path, "`#![forbid(unsafe_code)]` is missing")),
    );
    found
}

fn has_package(manifest: &str) -> bool {
    manifest.lines().any(|line| line.trim() == "[package]")
}

/// Whether a section of a manifest has this key with this value.
fn has_entry(manifest: &str, section: &str, key: &str, value: &str) -> bool {
    let lines = manifest.lines().map(str::trim);
    let inside = lines.skip_while(|line| *line != section).skip(1).take_while(|line| !line.starts_with('['));
    let mut entries = inside.filter_map(|line| line.split_once('='));
    entries
        .any(|(name, rest)| name.trim() == key && rest.split('#').next().unwrap_or_default().trim() == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\" # always\n";
    const MEMBER: &str = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";
    const LIBRARY: &str = "//! A.\n\n#![forbid(unsafe_code)]\n";

    fn violations(root: &str, member: &str, library: &str) -> usize {
        let files = [("Cargo.toml", root), ("crates/a/Cargo.toml", member), ("crates/a/src/lib.rs", library)];
        check(&files.map(|(path, text)| TextFile { path: path.to_owned(), text: text.to_owned() })).len()
    }

    #[test]
    fn each_of_the_three_places_is_needed() {
        assert_eq!(violations(ROOT, MEMBER, LIBRARY), 0);
        assert_eq!(violations("[workspace.lints.rust]\nunsafe_code = \"warn\"\n", MEMBER, LIBRARY), 1);
        assert_eq!(violations(ROOT, "[package]\nname = \"a\"\n", LIBRARY), 1);
        assert_eq!(violations(ROOT, MEMBER, "//! A.\n// #![forbid(unsafe_code)] later\n"), 1);
    }

    #[test]
    fn an_entry_of_another_section_does_not_count() {
        assert_eq!(violations(ROOT, "[package]\n[lints]\n[other]\nworkspace = true\n", LIBRARY), 1);
    }
}
