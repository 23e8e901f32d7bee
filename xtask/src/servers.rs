//! What tests talk to: private database servers on temporary folders and free ports of this machine, and the reference.
//!
//! A server whose address is given in the environment is used as it is, and nothing is started in its place.

mod account;
mod debian;
mod ferretdb;
mod flask_security;
mod guarded;
mod mariadb;
mod mongo_java;
mod mongod;
mod postgres;
mod programs;

use std::io::BufRead as _;
use std::process::ExitCode;

use crate::step::{self, Done, Outcome};
use crate::summary;
use crate::workspace::Workspace;
use guarded::Guarded;

/// With this variable a test that finds no address of its server fails instead of passing with a remark.
const REQUIRED: &str = "SECURITY_TEST_REQUIRE_SERVERS";

/// What the tests need: a name for people, the variable with the address, and how to start one.
const NEEDS: [Need; 5] = [
    Need { name: "PostgreSQL", variable: "SECURITY_TEST_POSTGRES_URL", start: |_| postgres::start() },
    Need { name: "MariaDB", variable: "SECURITY_TEST_MYSQL_URL", start: |_| mariadb::start() },
    Need { name: "MongoDB", variable: "SECURITY_TEST_MONGODB_URL", start: start_mongodb },
    Need {
        name: "MongoDB races",
        variable: "SECURITY_TEST_MONGODB_RACES_URL",
        start: start_mongodb_for_races,
    },
    Need { name: "Flask-Security", variable: "SECURITY_TEST_FLASK_PYTHON", start: flask_security::prepare },
];

struct Need {
    name: &'static str,
    variable: &'static str,
    start: fn(&Workspace) -> Result<Started, String>,
}

/// A server that accepts connections, or a program that tests start themselves.
#[derive(Debug)]
struct Started {
    server: Option<Guarded>,
    /// The address of the server, or the path of the program.
    url: String,
    /// Name and version, as it says itself.
    about: String,
}

/// Servers that run until this value is dropped, or this program ends in whatever way.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    running: Vec<Guarded>,
    environment: Vec<(&'static str, String)>,
}

impl Servers {
    /// Starts what the environment does not name. Each server is a step; one that cannot be had is unavailable.
    pub(crate) fn start(workspace: &Workspace, strict: bool) -> (Self, Vec<Done>) {
        let mut servers = Self::default();
        if strict {
            servers.environment.push((REQUIRED, "1".to_owned()));
        }
        let steps = NEEDS.iter().map(|need| step::run(need.name, || servers.provide(workspace, need)));
        let steps = steps.collect();
        (servers, steps)
    }

    /// Variables for the tests, beyond those that are set already.
    pub(crate) fn environment(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn provide(&mut self, workspace: &Workspace, need: &Need) -> Outcome {
        if is_given(need.variable) {
            println!("{} is given", need.variable);
            return Outcome::Passed;
        }
        match (need.start)(workspace) {
            Ok(started) => {
                println!("{} on {}", started.about, started.url);
                self.environment.push((need.variable, started.url));
                self.running.extend(started.server);
                Outcome::Passed
            }
            Err(reason) => Outcome::Unavailable(reason),
        }
    }
}

/// Runs the servers until Enter is pressed, for tests that are started by hand.
pub(crate) fn run(workspace: &Workspace) -> ExitCode {
    let (servers, steps) = Servers::start(workspace, false);
    if !summary::passed(&steps, true) {
        println!("{}", summary::summary(&steps, false));
    }
    println!();
    for (name, value) in servers.environment() {
        println!("export {name}='{value}'");
    }
    println!("\nEnter or Ctrl+C stops them.");
    let _ = std::io::stdin().lock().read_until(b'\n', &mut Vec::new());
    ExitCode::SUCCESS
}

/// MongoDB itself, else a server that speaks its protocol and keeps what it is given.
fn start_mongodb(workspace: &Workspace) -> Result<Started, String> {
    mongod::start().unwrap_or_else(|| ferretdb::start(workspace))
}

/// MongoDB itself, else a server that speaks its protocol and changes a document atomically.
fn start_mongodb_for_races(workspace: &Workspace) -> Result<Started, String> {
    mongod::start().unwrap_or_else(|| mongo_java::start(workspace))
}

fn is_given(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
