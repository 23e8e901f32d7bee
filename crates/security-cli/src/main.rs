//! `security`: what an operator asks of a site's accounts.

#![forbid(unsafe_code)]

mod arguments;
mod check_takeover;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match Arguments::parse().command {
        Command::CheckTakeover(arguments) => match runtime.block_on(check_takeover::run(&arguments)) {
            Ok(report) => {
                println!("{report}");
                if report.is_clear() { ExitCode::SUCCESS } else { ExitCode::from(1) }
            }
            Err(error) => failed(&*error),
        },
    }
}

/// It could not be found out. clap ends with the same code when it does not understand its arguments.
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("security: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    ExitCode::from(2)
}
