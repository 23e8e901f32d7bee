//! What account security costs: the same work with and without it, measured in turns.
//!
//! Run it with `cargo xtask bench`. Behind axum and behind actix-web three routes give the same text after looking up
//! the same account: one asks the datastore and knows nothing else of this library, one is behind a session, one behind
//! an authentication token. Without HTTP, each datastore finds an account with its roles, and so does its bare driver.
//! Whoever is compared takes short turns, so that whatever else the machine does meets all alike.

#![forbid(unsafe_code)]

mod contest;
mod datastores;
mod options;
mod processor;
mod report;
mod web;

use std::error::Error;
use std::process::ExitCode;

use options::{Options, Subject, USAGE};
use web::Framework;

/// Why nothing was measured.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match measure(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benchmark failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures one subject after the other, and prints each when it is done.
#[tokio::main]
async fn measure(options: &Options) -> Result<(), Failure> {
    println!("{}", report::preface());
    for subject in options.subjects() {
        match subject {
            Subject::Axum => web::compare(Framework::Axum, options).await?,
            Subject::Actix => web::compare(Framework::Actix, options).await?,
            Subject::Datastores => datastores::compare(options).await?,
        }
    }
    Ok(())
}
