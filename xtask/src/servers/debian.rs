//! Installs what is missing, where that can be done without asking anybody: as root on a Debian system.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::account::is_root;
use super::programs;

/// Keeps packages from starting a service of the whole machine, for as long as the installation takes.
///
/// Debian's own switch for that is a file; it is gone again however this script ends.
const INSTALL: &str = r#"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get install --yes --no-install-recommends "$@"
"#;

/// Installs packages.
///
/// # Errors
///
/// Says why they cannot be had.
pub(super) fn install(packages: &[&str]) -> Result<(), String> {
    let names = packages.join(" ");
    if !Path::new("/etc/debian_version").exists() || programs::find("apt-get").is_none() {
        return Err(format!("install {names}, or what your system calls it"));
    }
    if !is_root() {
        return Err(format!("install it: apt-get install {names}"));
    }
    static LISTS: OnceLock<bool> = OnceLock::new();
    LISTS.get_or_init(|| succeeds(Command::new("apt-get").arg("update")));
    println!("$ apt-get install {names}");
    let installed = succeeds(Command::new("sh").args(["-c", INSTALL, "install"]).args(packages));
    if installed { Ok(()) } else { Err(format!("apt-get cannot install {names}")) }
}

fn succeeds(command: &mut Command) -> bool {
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
