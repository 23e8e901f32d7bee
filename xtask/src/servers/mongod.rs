//! MongoDB itself, where the machine has it.

use super::account::Account;
use super::guarded::Place;
use super::{Started, programs};

/// Starts a private server; `None` where there is no `mongod`.
pub(super) fn start() -> Option<Result<Started, String>> {
    let program = programs::find("mongod")?;
    Some(Place::new("mongod", Account::own()).and_then(|place| {
        let port = place.port;
        let folder = place.folder.display().to_string();
        let arguments = ["--dbpath", &folder, "--port", &port.to_string(), "--bind_ip", "127.0.0.1"];
        let arguments = [&arguments[..], &["--nounixsocket"]].concat();
        let server = place.start(&program, &arguments, "TERM", Place::accepts_connections)?;
        let url = format!("mongodb://127.0.0.1:{port}/");
        Ok(Started { server: Some(server), url, about: programs::version(&program) })
    }))
}
