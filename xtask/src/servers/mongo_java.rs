//! mongo-java-server: speaks the protocol of MongoDB and changes a document under a lock, so that races have one winner.
//! Built from `tests/servers/mongo-java`, in memory.

use std::process::{Command, Stdio};

use super::account::Account;
use super::guarded::Place;
use super::{Started, programs};
use crate::workspace::Workspace;

/// Builds the server, unless `target/tools` has it already, and starts it.
pub(super) fn start(workspace: &Workspace) -> Result<Started, String> {
    let source = workspace.root().join("tests/servers/mongo-java");
    if !source.is_dir() {
        return Err("there is no `tests/servers/mongo-java`".to_owned());
    }
    let java = programs::find("java").ok_or("there is no `mongod`, and no Java for mongo-java-server")?;
    let archive = workspace.root().join("target/tools/mongo-java/mongo-java.jar");
    let sources = ["pom.xml", "src/main/java/Main.java"].map(|file| source.join(file));
    if !sources.iter().all(|file| is_newer(&archive, file)) {
        let maven =
            programs::find("mvn").ok_or("there is no `mongod`, and no Maven for mongo-java-server")?;
        println!("$ mvn package ({})", archive.display());
        let mut command = Command::new(maven);
        command.args(["--quiet", "--batch-mode", "package"]).current_dir(&source).stdin(Stdio::null());
        let built = command.output().map_err(|error| format!("mvn: {error}"))?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stdout);
            return Err(format!(
                "mongo-java-server cannot be built: {}",
                said.lines().next().unwrap_or_default()
            ));
        }
    }
    let place = Place::new("mongo-java", Account::own())?;
    let port = place.port;
    let archive = archive.display().to_string();
    let port_text = port.to_string();
    let arguments = ["-jar", &archive, "127.0.0.1", &port_text];
    let server = place.start(&java, &arguments, "TERM", Place::accepts_connections)?;
    let about = "mongo-java-server in memory".to_owned();
    Ok(Started { server: Some(server), url: format!("mongodb://127.0.0.1:{port}/"), about })
}

/// Whether a file was made after another one.
fn is_newer(made: &std::path::Path, source: &std::path::Path) -> bool {
    let time = |path: &std::path::Path| std::fs::metadata(path).and_then(|about| about.modified());
    matches!((time(made), time(source)), (Ok(made), Ok(source)) if made > source)
}
