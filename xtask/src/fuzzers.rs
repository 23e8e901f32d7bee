//! A smoke run of every fuzzer in `fuzz/`: compiled once, then each is given ten seconds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::step::{self, Outcome};
use crate::workspace::{Workspace, cargo};

/// The cargo-fuzz that is installed.
const VERSION: &str = "0.13.2";

/// How long each fuzzer may look.
const SECONDS: u32 = 10;

/// Where each begins to look, so that a run tells of the change at hand; a long run by hand begins anywhere.
const SEED: u32 = 1;

/// How many run at once.
const AT_ONCE: usize = 2;

/// Builds the fuzzers with a cargo-fuzz of the workspace's own, and runs them.
///
/// They carry no sanitizer: without `unsafe` there is little for one to find, and everything below would have to be
/// compiled again. The instrumentation is an unstable part of the compiler, which a stable one has too.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    if !compiles_cpp() {
        return Outcome::Unavailable("the fuzzers need a C++ compiler, for libFuzzer".to_owned());
    }
    let tools = workspace.root().join("target/tools").join(format!("cargo-fuzz-{VERSION}"));
    let program = tools.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        let root = tools.to_string_lossy();
        let install = ["install", "cargo-fuzz", "--locked", "--version", VERSION, "--root", root.as_ref()];
        if step::program(workspace, cargo(), &install, &[]) != Outcome::Passed {
            return Outcome::Unavailable(format!("cargo-fuzz {VERSION} could not be installed"));
        }
    }
    let target = workspace.root().join("target/fuzz");
    let folder = target.to_string_lossy();
    let build = ["build", "--sanitizer", "none", "--target-dir", folder.as_ref()];
    let built = step::program(workspace, &program, &build, &[("RUSTC_BOOTSTRAP", "1")]);
    if built != Outcome::Passed {
        return built;
    }
    match programs(workspace, &target) {
        Ok(fuzzers) => run_all(fuzzers),
        Err(problem) => Outcome::Failed(vec![problem]),
    }
}

fn compiles_cpp() -> bool {
    let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let asked = Command::new(compiler).arg("--version").stdin(Stdio::null()).output();
    asked.is_ok_and(|answer| answer.status.success())
}

/// Every fuzzer, by the names of the files in `fuzz/fuzz_targets`.
fn programs(workspace: &Workspace, target: &Path) -> Result<Vec<PathBuf>, String> {
    let sources = workspace.root().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut names: Vec<PathBuf> = paths.filter_map(|path| path.file_stem().map(PathBuf::from)).collect();
    names.sort();
    let folders = fs::read_dir(target).into_iter().flatten().filter_map(Result::ok);
    // Below the name of the platform, which only the compiler knows.
    let built = folders
        .map(|entry| entry.path().join("release"))
        .find(|folder| names.iter().all(|name| folder.join(name).is_file()));
    let built = built.ok_or("not every file in fuzz/fuzz_targets is a fuzzer in fuzz/Cargo.toml")?;
    Ok(names.iter().map(|name| built.join(name)).collect())
}

fn run_all(fuzzers: Vec<PathBuf>) -> Outcome {
    let (open, failures) = (Mutex::new(fuzzers), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                // A lock that is poisoned belongs to a thread that panicked, and the scope tells of that.
                while let Some(fuzzer) = open.lock().ok().and_then(|mut open| open.pop()) {
                    if let (Err(problem), Ok(mut failures)) = (look(&fuzzer), failures.lock()) {
                        failures.push(problem);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    if failures.is_empty() { Outcome::Passed } else { Outcome::Failed(failures) }
}

/// Runs one fuzzer. What it fails on is kept next to its log.
fn look(fuzzer: &Path) -> Result<(), String> {
    let name = fuzzer.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let folder = fuzzer.with_file_name(format!("{name}.smoke"));
    fs::create_dir_all(&folder).map_err(failed)?;
    let log = folder.join("log.txt");
    let output = File::create(&log).map_err(failed)?;
    println!("$ {name} -max_total_time={SECONDS}");
    let status = Command::new(fuzzer)
        .args([format!("-max_total_time={SECONDS}"), format!("-seed={SEED}")])
        .args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", folder.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .status()
        .map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}; see {}", log.display())) }
}
