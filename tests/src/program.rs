//! A program under test, started as its user would start it.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::visitor::Visitor;

/// How the last line begins that a program prints before it serves.
const READY: &str = "Stop with Ctrl+C";

/// Longer than any program takes to start or to refuse to.
const PATIENCE: Duration = Duration::from_secs(60);

/// A site that runs until this value is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    greeting: String,
    url: String,
}

impl Program {
    /// Starts a program and waits until it has printed where it is. Variables are all it finds in its environment.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start<A: AsRef<OsStr>>(path: &str, arguments: &[A], variables: &[(&str, &str)]) -> Self {
        let mut child = command(path, arguments, variables).spawn().expect("the program can be run");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let mut greeting = String::new();
        let read = async {
            while !greeting.contains(READY) {
                let line = lines.next_line().await.expect("its output is text");
                greeting.push_str(&line.unwrap_or_else(|| panic_with(&greeting)));
                greeting.push('\n');
            }
        };
        timeout(PATIENCE, read).await.expect("the program starts in time");
        let url = greeting.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.expect("it prints its address").to_owned();
        // What it prints from now on has to be read by somebody, or it would stand still in the end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, greeting, url }
    }

    /// Runs a program that is expected to refuse its arguments, and answers what it says about them.
    ///
    /// # Panics
    ///
    /// When it does not end by itself, or ends well.
    pub async fn refused<A: AsRef<OsStr>>(path: &str, arguments: &[A], variables: &[(&str, &str)]) -> String {
        let mut child = command(path, arguments, variables)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be run");
        let mut complaint = String::new();
        let mut errors = child.stderr.take().expect("its errors are piped");
        let ended = async {
            errors.read_to_string(&mut complaint).await.expect("its errors are text");
            child.wait().await.expect("it ends")
        };
        let status = timeout(PATIENCE, ended).await.expect("the program ends in time");
        assert!(!status.success(), "the program did not refuse");
        complaint
    }

    /// What it printed while it started.
    #[must_use]
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Somebody who has never been here.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::of(&self.url)
    }

    /// Ends the program, and waits until it is gone.
    ///
    /// # Panics
    ///
    /// When it cannot be ended.
    pub async fn stop(mut self) {
        self.child.kill().await.expect("the program can be ended");
    }
}

fn command<A: AsRef<OsStr>>(path: &str, arguments: &[A], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

/// The program ended before it was ready.
#[expect(clippy::panic, reason = "a test cannot go on without its program")]
fn panic_with(greeting: &str) -> String {
    panic!("the program ended after printing {greeting:?}")
}
