//! What can be asked.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What an operator asks of a site's accounts.
#[derive(Debug, Parser)]
#[command(name = "security", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tells whether a Flask-Security database can be taken over as it is; changes nothing
    ///
    /// Ends with 0 when nothing stands in the way, with 1 when something does, with 2 when it could not be found out.
    CheckTakeover(CheckTakeover),
}

/// The database and the settings of a site.
#[derive(Args)]
pub(crate) struct CheckTakeover {
    /// Where the database is: sqlite://FILE, postgres://USER:PASSWORD@HOST/NAME or mysql://…
    #[arg(long, value_name = "URL")]
    pub(crate) database: String,
    /// The settings of the site, TOML or JSON, with the names they have in Flask
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

impl fmt::Debug for CheckTakeover {
    /// Without the address, which holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckTakeover").field("config", &self.config).finish_non_exhaustive()
    }
}
