//! What account security costs a request: the same answer with and without it, measured over real sockets.
//!
//! Run it with `cargo xtask bench`. Three routes give the same text after looking up the same account: one asks the
//! datastore and knows nothing of this library, one is behind a session, one behind an authentication token. They are
//! measured in turns, so that whatever else the machine does meets all three.

#![forbid(unsafe_code)]

mod load;
mod options;
mod processor;
mod report;
mod site;

use std::error::Error;
use std::process::ExitCode;

use options::{Options, USAGE};
use report::Report;
use site::{Site, Variant};

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
    match measure(options) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the benchmark failed: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn measure(options: Options) -> Result<Report, Box<dyn Error + Send + Sync>> {
    let site = Site::open().await?;
    // What is compiled, cached or connected lazily is so before the first round.
    for variant in Variant::ALL {
        load::ask(&site, variant, options.warm_up()).await?;
    }
    let mut report = Report::default();
    for round in 0..options.rounds {
        // Each round begins with another route, so that none always follows the same one.
        for turn in 0..Variant::ALL.len() {
            let variant = Variant::ALL[(round + turn) % Variant::ALL.len()];
            report.add(variant, load::ask(&site, variant, options.time).await?);
        }
    }
    report.hashes = load::hashes_per_second(site.security(), options.time).await?;
    Ok(report)
}
