//! The project's own commands: `cargo xtask help`.
//!
//! Everything CI does is done here, so that it can be done on any machine with Rust and a C compiler.
//! This program has no dependencies, because it is compiled before everything else.

#![forbid(unsafe_code)]

mod benchmark;
mod command;
mod component;
mod dependency_audit;
mod fuzzers;
mod house;
mod rust_source;
mod servers;
mod step;
mod suite;
mod summary;
mod workspace;

use std::process::ExitCode;

use command::Command;
use workspace::Workspace;

fn main() -> ExitCode {
    let command = match Command::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", command::USAGE);
            return ExitCode::from(2);
        }
    };
    let workspace = Workspace::of_this_program();
    match command {
        Command::Help => {
            println!("{}", command::USAGE);
            ExitCode::SUCCESS
        }
        Command::Test { fast } => suite::run(&workspace, fast, suite::Strictness::from_environment()),
        Command::Ci => suite::run(&workspace, false, suite::Strictness::Ci),
        Command::Servers => servers::run(&workspace),
        Command::House => suite::run_house_rules(&workspace),
        Command::Bench { arguments } => benchmark::run(&workspace, &arguments),
    }
}
