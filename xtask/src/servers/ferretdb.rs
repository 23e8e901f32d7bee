//! FerretDB: speaks the protocol of MongoDB and keeps what it is given in SQLite. Built from `tests/servers/ferretdb`.

use std::process::{Command, Stdio};

use super::account::Account;
use super::guarded::Place;
use super::{Started, programs};
use crate::workspace::Workspace;

/// Builds the server, unless `target/tools` has it already and its sources did not change, and starts it.
pub(super) fn start(workspace: &Workspace) -> Result<Started, String> {
    let source = workspace.root().join("tests/servers/ferretdb");
    if !source.is_dir() {
        return Err("there is no `tests/servers/ferretdb`".to_owned());
    }
    let go = programs::find_any(&["go", "/usr/local/go/bin/go"])
        .ok_or("there is no `mongod`, and no Go to build FerretDB with")?;
    let program = workspace.root().join("target/tools/ferretdb");
    println!("$ go build ({})", program.display());
    // Go knows itself whether there is anything to do.
    let mut command = Command::new(&go);
    command.args(["build", "-tags", "ferretdb_no_postgresql", "-o"]).arg(&program).arg(".");
    let built = command.current_dir(&source).stdin(Stdio::null()).output();
    let built = built.map_err(|error| format!("go: {error}"))?;
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        return Err(format!("FerretDB cannot be built: {}", said.trim().lines().last().unwrap_or_default()));
    }
    let place = Place::new("ferretdb", Account::own())?;
    let port = place.port;
    let (listen, folder) = (format!("127.0.0.1:{port}"), place.folder.display().to_string());
    let arguments = ["--listen", &listen, "--state", &folder];
    let server = place.start(&program, &arguments, "TERM", Place::accepts_connections)?;
    Ok(Started {
        server: Some(server),
        url: format!("mongodb://{listen}/"),
        about: "FerretDB over SQLite".to_owned(),
    })
}
