//! A server process that cannot outlive this program.
//!
//! Between the two stands a shell that waits for the end of a pipe. However this program ends (well, by a panic, by
//! Ctrl+C, by a kill), the pipe ends with it, and the shell stops the server and removes its folder.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::account::Account;

/// How long a server may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often to look.
const PAUSE: Duration = Duration::from_millis(50);

/// Arguments: folder and log to remove at the end, signal that stops the server, the server and its arguments. The log
/// of a server that ends by itself stays, because somebody will want to know why.
const GUARD: &str = r#"
exec 3<&0 </dev/null
folder=$1 log=$2 signal=$3
shift 3
"$@" 3<&- &
server=$!
(
    cat <&3 >/dev/null
    rm -f "$log"
    kill -s "$signal" "$server"
    patience=50
    while [ "$patience" -gt 0 ] && kill -0 "$server"; do
        sleep 0.1
        patience=$((patience - 1))
    done
    [ "$patience" -gt 0 ] || kill -s KILL "$server"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
rm -rf "$folder"
exit "$code"
"#;

/// A folder of its own and a free port for a server that is about to be started.
#[derive(Debug)]
pub(super) struct Place {
    name: &'static str,
    /// Where the server keeps everything; only its account may look inside.
    pub(super) folder: PathBuf,
    /// A port of this machine that was free a moment ago.
    pub(super) port: u16,
    account: Account,
    /// Whether somebody else removes the folder.
    is_guarded: bool,
}

impl Place {
    /// Makes a folder for the server, owned by the account that it is to run as.
    pub(super) fn new(name: &'static str, account: Account) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("portcullis-{}-{name}", std::process::id()));
        let made = fs::create_dir(&folder).and_then(|()| account.give(&folder));
        made.map_err(|error| format!("no folder for {name}: {error}"))?;
        match free_port() {
            Ok(port) => Ok(Self { name, folder, port, account, is_guarded: false }),
            Err(error) => Err(format!("no port for {name}: {error}")),
        }
    }

    /// Runs a program that prepares the folder, to its end.
    pub(super) fn prepare(&self, program: &Path, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        self.account.run(&mut command);
        let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(format!("{}: {}: {}", program.display(), output.status, end_of(&String::from_utf8_lossy(&said))))
    }

    /// Writes a file that only the server's account may read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.folder.join(name);
        let written = fs::write(&path, text).and_then(|()| self.account.give(&path));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// Starts the server and waits until it is ready.
    pub(super) fn start(
        mut self,
        program: &Path,
        arguments: &[&str],
        stop_signal: &str,
        is_ready: impl Fn(&Self) -> bool,
    ) -> Result<Guarded, String> {
        let log = std::env::temp_dir().join(format!("portcullis-{}-{}.log", std::process::id(), self.name));
        let opened = File::create(&log).and_then(|output| {
            self.account.give(&log)?;
            Ok((output.try_clone()?, output))
        });
        let (output, errors) = opened.map_err(|error| format!("{}: {error}", log.display()))?;
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARD, self.name])
            .arg(&self.folder)
            .arg(&log)
            .arg(stop_signal)
            .arg(program)
            .args(arguments);
        command.current_dir(&self.folder).stdin(Stdio::piped()).stdout(output).stderr(errors);
        leave_terminal(&mut command);
        self.account.run(&mut command);
        let guard = command.spawn().map_err(|error| format!("{}: {error}", self.name))?;
        let mut guarded = Guarded { guard, log };
        let start = Instant::now();
        while !is_ready(&self) {
            if let Some(status) = guarded.has_ended() {
                return Err(format!("{} ended: {status}: {}", self.name, guarded.last_words()));
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("{} does not answer: {}", self.name, guarded.last_words()));
            }
            std::thread::sleep(PAUSE);
        }
        self.is_guarded = true;
        Ok(guarded)
    }

    /// Whether something accepts connections on the port.
    pub(super) fn accepts_connections(&self) -> bool {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], self.port));
        TcpStream::connect_timeout(&address, PAUSE).is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_guarded {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A server that runs until this value is dropped or this program ends.
#[derive(Debug)]
pub(super) struct Guarded {
    guard: Child,
    log: PathBuf,
}

impl Guarded {
    fn has_ended(&mut self) -> Option<ExitStatus> {
        self.guard.try_wait().ok().flatten()
    }

    fn last_words(&self) -> String {
        end_of(&String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
        let _ = fs::remove_file(&self.log);
    }
}

/// The last lines of what a program said.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join(" | ")
}

fn free_port() -> std::io::Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr().map(|address| address.port())
}

/// Ctrl+C is for this program; the server hears of it when this program is gone.
#[cfg(unix)]
fn leave_terminal(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn leave_terminal(_: &mut Command) {}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn place(name: &'static str) -> Place {
        Place::new(name, Account::unprivileged(&[]).unwrap()).unwrap()
    }

    #[test]
    fn a_server_is_stopped_and_its_folder_removed_when_its_owner_lets_go() {
        let place = place("letting-go");
        let folder = place.folder.clone();
        let started = folder.join("started");
        let script = "touch started; exec sleep 600";
        let server =
            place.start(Path::new("sh"), &["-c", script], "TERM", |_| started.exists()).expect("it starts");
        assert!(folder.exists());
        drop(server);
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_that_does_not_listen_to_the_signal_is_killed() {
        let place = place("stubborn");
        let folder = place.folder.clone();
        let started = folder.join("started");
        let script = "trap '' TERM; touch started; while :; do sleep 1; done";
        let server =
            place.start(Path::new("sh"), &["-c", script], "TERM", |_| started.exists()).expect("it starts");
        drop(server);
        assert!(!folder.exists());
    }

    #[test]
    fn the_last_words_of_a_server_that_cannot_start_are_told() {
        let place = place("dying");
        let folder = place.folder.clone();
        let error = place
            .start(Path::new("sh"), &["-c", "echo no disk left >&2; exit 3"], "TERM", |_| false)
            .expect_err("it ends");
        assert!(error.contains("no disk left") && error.contains('3'), "{error}");
        assert!(!folder.exists());
    }
}
