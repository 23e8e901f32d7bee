//! No file names a folder of the machine it was written on.

use std::path::{Path, PathBuf};

use super::Violation;
use crate::workspace::{TextFile, Workspace};

const RULE: &str = "no paths of one machine";

/// The folders that are particular to a machine, each with a slash at its end.
#[derive(Debug)]
pub(super) struct Machine {
    folders: Vec<String>,
}

impl Machine {
    /// This machine: the workspace, what lies beside it, the home folder and cargo's.
    pub(super) fn this(workspace: &Workspace) -> Self {
        let mut folders = vec![workspace.root().to_owned()];
        if let Some(parent) = workspace.root().parent().filter(|parent| depth(parent) > 0) {
            let beside = std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
            folders.extend(beside.map(|entry| entry.path()).filter(|path| path.is_dir()));
        }
        for variable in ["HOME", "USERPROFILE", "CARGO_HOME"] {
            folders.extend(std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()));
        }
        // A workspace right below the root, say in a container, has a name that may well be part of a web address.
        folders.retain(|folder| depth(folder) > 1 || folder.ends_with("root"));
        Self { folders: folders.iter().map(|folder| format!("{}/", folder.display())).collect() }
    }
}

/// How many folders deep a path is.
fn depth(path: &Path) -> usize {
    path.components().count().saturating_sub(1)
}

pub(super) fn check(files: &[TextFile], machine: &Machine) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(folder) = machine_path(line, machine) {
                found.push(Violation::at(
                    RULE,
                    &file.path,
                    index + 1,
                    format!("names the folder `{folder}`"),
                ));
            }
        }
    }
    found
}

/// The first path of a machine in the line: this machine's folders, anybody's home, or the temporary folder.
fn machine_path(line: &str, machine: &Machine) -> Option<String> {
    let own = machine.folders.iter().map(String::as_str);
    // Split, so that this file does not break its own rule.
    let anywhere = [concat!("/", "tmp/"), concat!("C:", "\\Users\\")];
    let homes = [concat!("/", "home/"), concat!("/", "Users/")];
    if let Some(folder) = own.chain(anywhere).find(|folder| stands_alone(line, folder).next().is_some()) {
        return Some(folder.to_owned());
    }
    homes.into_iter().find_map(|home| {
        let mut rests = stands_alone(line, home);
        let named = rests.find_map(|rest| {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect();
            (!name.is_empty() && rest[name.len()..].starts_with('/')).then_some(name)
        });
        named.map(|name| format!("{home}{name}/"))
    })
}

/// What follows the path, wherever it starts a path of its own and is not the tail of an address.
fn stands_alone<'a>(line: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(path).filter_map(move |(at, _)| {
        let before = line[..at].chars().next_back();
        let alone = before
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '~' | '}' | '>' | '/'));
        alone.then_some(&line[at + path.len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(line: &str) -> usize {
        let machine = Machine { folders: vec!["/srv/build/portcullis/".to_owned()] };
        check(&[TextFile { path: "docs/a.md".to_owned(), text: line.to_owned() }], &machine).len()
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        assert_eq!(problems("see /srv/build/portcullis/Cargo.toml"), 1);
        assert_eq!(problems(concat!("path = \"/", "home/ada/code\"")), 1);
        assert_eq!(problems(concat!("(/", "Users/ada/code)")), 1);
        assert_eq!(problems(concat!("C:", "\\Users\\ada")), 1);
        assert_eq!(problems(concat!("let file = \"/", "tmp/outbox\";")), 1);
    }

    #[test]
    fn an_address_is_not_a_path_of_a_machine() {
        assert_eq!(problems(concat!("https://example.com/", "home/ada/photos")), 0);
        assert_eq!(problems("redirect to /home"), 0);
        assert_eq!(problems(concat!("target/", "tmp/outbox")), 0);
    }
}
