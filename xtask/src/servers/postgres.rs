//! PostgreSQL.

use std::path::{Path, PathBuf};

use super::account::Account;
use super::guarded::Place;
use super::{Started, debian, programs};

/// Where Debian keeps each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Starts a private server whose one account needs a password.
pub(super) fn start() -> Result<Started, String> {
    let programs = match programs_folder() {
        Some(folder) => folder,
        None => {
            debian::install(&["postgresql"])?;
            programs_folder().ok_or("postgresql is installed, but there is no `initdb`")?
        }
    };
    let place = Place::new("postgres", Account::unprivileged(&["postgres"])?)?;
    let password = programs::password()?;
    let password_file = place.write("password", &password)?;
    let data = place.folder.join("data");
    let initdb = programs.join("initdb");
    let initialise = |locale: &str| {
        let password_file = format!("--pwfile={}", password_file.display());
        let data = format!("--pgdata={}", data.display());
        place.prepare(
            &initdb,
            &[
                &data,
                &password_file,
                locale,
                "--username=portcullis",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-sync",
            ],
        )
    };
    // A locale that knows more letters than ASCII, as in most installations; not every system has this one.
    initialise("--locale=C.UTF-8").or_else(|_| initialise("--no-locale"))?;

    let (port, data) = (place.port, data.display().to_string());
    let server = place.start(
        &programs.join("postgres"),
        &[
            "-D",
            &data,
            "-p",
            &port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=400",
            // Nothing has to survive a failure of the machine.
            "-c",
            "fsync=off",
            "-c",
            "full_page_writes=off",
        ],
        "QUIT",
        is_ready,
    )?;
    let url = format!("postgres://portcullis:{password}@127.0.0.1:{port}/postgres");
    Ok(Started { server: Some(server), url, about: programs::version(&programs.join("postgres")) })
}

/// It accepts connections before it can serve them; its own note of its state tells.
fn is_ready(place: &Place) -> bool {
    let note = std::fs::read_to_string(place.folder.join("data/postmaster.pid")).unwrap_or_default();
    note.lines().last().is_some_and(|state| state.trim() == "ready") && place.accepts_connections()
}

/// The folder with `initdb` and `postgres`: Debian's newest version, else whatever the search path has.
fn programs_folder() -> Option<PathBuf> {
    let entries = std::fs::read_dir(VERSIONS).into_iter().flatten().filter_map(Result::ok);
    let debian = newest(entries.map(|entry| entry.path()).filter(|folder| has_programs(&folder.join("bin"))));
    let folder = debian.map(|version| version.join("bin"));
    folder.or_else(|| {
        let initdb = std::fs::canonicalize(programs::find("initdb")?).ok()?;
        initdb.parent().filter(|folder| has_programs(folder)).map(Path::to_owned)
    })
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file())
}

/// The folder whose name is the highest number.
fn newest(folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders.max_by_key(|folder| {
        folder.file_name().and_then(|name| name.to_string_lossy().parse::<u32>().ok()).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_17_is_newer_than_version_9() {
        let folders = ["versions/9", "versions/17", "versions/15"].map(PathBuf::from);
        assert_eq!(newest(folders.into_iter()), Some(PathBuf::from("versions/17")));
    }
}
