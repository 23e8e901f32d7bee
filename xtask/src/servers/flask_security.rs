//! Flask-Security itself, which the tests of taking over a site ask: a Python with everything in `tests/takeover`.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Started, programs};
use crate::workspace::Workspace;

/// Makes an environment of its own in `target/tools`, unless it is there already and the list of packages did not change.
/// What tests need is the path of its Python; they start the site themselves.
pub(super) fn prepare(workspace: &Workspace) -> Result<Started, String> {
    let wanted = workspace.root().join("tests/takeover/requirements.txt");
    let packages =
        std::fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let folder = workspace.root().join("target/tools/flask-security");
    let python = folder.join("bin/python");
    let installed = folder.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == packages) && python.is_file() {
        return Ok(started(&python));
    }
    let system = programs::find_any(&["python3", "python"]).ok_or("there is no Python")?;
    println!("$ python3 -m venv {}", folder.display());
    run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))?;
    println!("$ pip install -r {}", wanted.display());
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(quiet).arg(&wanted))?;
    std::fs::write(&installed, packages).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(started(&python))
}

fn started(python: &Path) -> Started {
    Started { server: None, url: python.display().to_string(), about: "Flask-Security".to_owned() }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("Flask-Security cannot be installed: {}", said.trim().lines().last().unwrap_or_default()))
}
