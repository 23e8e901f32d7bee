//! MariaDB, else MySQL.

use std::path::{Path, PathBuf};

use super::account::Account;
use super::guarded::Place;
use super::{Started, debian, programs};

/// Starts a private server with one account that needs a password; nobody comes in over the network as root.
pub(super) fn start() -> Result<Started, String> {
    let server = match programs() {
        Some(server) => server,
        None => {
            // The server alone, without the service that the package `mariadb-server` wraps around it.
            debian::install(&["mariadb-server-core", "mariadb-client-core"])?;
            programs().ok_or("mariadb-server-core is installed, but there is no `mariadbd`")?
        }
    };
    let place = Place::new("mariadb", Account::unprivileged(&["mysql"])?)?;
    let data = format!("--datadir={}", place.folder.join("data").display());
    match &server.installer {
        Some(installer) => place.prepare(
            installer,
            &["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db"],
        )?,
        None => place.prepare(&server.program, &["--no-defaults", &data, "--initialize-insecure"])?,
    }
    let password = programs::password()?;
    let accounts = format!(
        "CREATE USER 'portcullis'@'%' IDENTIFIED BY '{password}';\n\
         GRANT ALL PRIVILEGES ON *.* TO 'portcullis'@'%' WITH GRANT OPTION;\n"
    );
    let accounts = place.write("accounts.sql", &accounts)?;
    let port = place.port;
    let arguments = [
        "--no-defaults".to_owned(),
        data,
        format!("--init-file={}", accounts.display()),
        format!("--socket={}", place.folder.join("socket").display()),
        format!("--pid-file={}", place.folder.join("pid").display()),
        format!("--port={port}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--skip-name-resolve".to_owned(),
        "--max-connections=400".to_owned(),
        // Nothing has to survive a failure of the machine.
        "--innodb-flush-log-at-trx-commit=0".to_owned(),
        "--innodb-fast-shutdown=2".to_owned(),
        "--skip-innodb-doublewrite".to_owned(),
        "--skip-log-bin".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Connections are accepted early and answered when the accounts are there.
    let running = place.start(&server.program, &arguments, "TERM", Place::accepts_connections)?;
    let url = format!("mysql://portcullis:{password}@127.0.0.1:{port}/mysql");
    Ok(Started { server: Some(running), url, about: programs::version(&server.program) })
}

struct Programs {
    program: PathBuf,
    /// What makes the system tables of MariaDB; MySQL makes them itself.
    installer: Option<PathBuf>,
}

fn programs() -> Option<Programs> {
    let program = programs::find_any(&["mariadbd", "mysqld"])?;
    if !is_mariadb(&program) {
        return Some(Programs { program, installer: None });
    }
    let installer = programs::find_any(&["mariadb-install-db", "mysql_install_db"])?;
    programs::find("my_print_defaults")?; // the installer calls it
    Some(Programs { program, installer: Some(installer) })
}

fn is_mariadb(program: &Path) -> bool {
    programs::version(program).contains("MariaDB")
}
