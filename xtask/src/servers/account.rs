//! As whom a server runs: database servers refuse to be root, and rightly so.

use std::path::Path;
use std::process::Command;

/// An account of this machine, or whoever runs this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Whoever runs this program.
    pub(super) fn own() -> Self {
        Self { ids: None }
    }

    /// Whoever runs this program, unless that is root: then the first of these accounts that exists, or `nobody`.
    pub(super) fn unprivileged(names: &[&str]) -> Result<Self, String> {
        if !is_root() {
            return Ok(Self::own());
        }
        let known =
            std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
        let mut names = names.iter().copied().chain(["nobody"]);
        let ids = names.find_map(|name| ids_of(name, &known));
        ids.map(|ids| Self { ids: Some(ids) }).ok_or_else(|| "there is no account but root".to_owned())
    }

    /// Lets a program run as this account.
    #[cfg(unix)]
    pub(super) fn run(self, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group).env("HOME", std::env::temp_dir());
        }
    }

    #[cfg(not(unix))]
    pub(super) fn run(self, _: &mut Command) {}

    /// Gives a file or folder to this account, and to nobody else.
    #[cfg(unix)]
    pub(super) fn give(self, path: &Path) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
        match self.ids {
            Some((user, group)) => std::os::unix::fs::chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn give(self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether this program runs as root.
pub(super) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// User and group of an account in the text of `/etc/passwd`.
fn ids_of(name: &str, known: &str) -> Option<(u32, u32)> {
    known.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user = fields.nth(1)?.parse().ok().filter(|id| *id != 0)?;
        Some((user, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_never_runs_as_root() {
        let known =
            "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";
        assert_eq!(ids_of("root", known), None);
        assert_eq!(ids_of("toor", known), None);
        assert_eq!(ids_of("nobody", known), Some((65534, 65534)));
        assert_eq!(ids_of("postgres", known), None);
        assert_eq!(Account::unprivileged(&["root"]).unwrap().ids.is_some(), is_root());
    }
}
