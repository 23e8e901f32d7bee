//! A site on Flask-Security, started for a test: `tests/takeover/site.py`.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use portcullis_tests::visitor::Visitor;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than Python takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The Python that has the reference installed; `None`, said aloud, where there is none and none is demanded.
pub(crate) fn python() -> Option<String> {
    let variable = "SECURITY_TEST_FLASK_PYTHON";
    let python = std::env::var(variable).ok().filter(|path| !path.is_empty());
    if python.is_none() {
        let required = std::env::var("SECURITY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!required, "{variable} is not set");
        let _ = writeln!(std::io::stderr(), "not tested: {variable} is not set");
    }
    python
}

/// A running site. It stops when this value is dropped.
#[derive(Debug)]
pub(crate) struct Reference {
    url: String,
    _program: Child,
}

impl Reference {
    /// Starts the site on a database, with settings in a file; `account` is made first, with its tables.
    pub(crate) async fn start(
        python: &str,
        database: &str,
        settings: &Path,
        account: Option<(&str, &str)>,
    ) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/takeover/site.py");
        let mut command = Command::new(python);
        command.arg(script).arg(database).arg(settings);
        if let Some((address, password)) = account {
            command.args(["--create", address, password]);
        }
        let mut program = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let mut lines = BufReader::new(program.stdout.take().expect("its output is piped")).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("the site starts in time");
        let url = line.expect("its output is text").expect("the site serves");
        Self { url, _program: program }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::of(&self.url)
    }

    /// The text of the last mail.
    pub(crate) async fn last_mail(&self) -> String {
        let mails = self.visitor().get("/mails").await.json();
        let last = mails.as_array().and_then(|mails| mails.last()).expect("there was a mail");
        last["body"].as_str().expect("the mail has a text").to_owned()
    }
}
