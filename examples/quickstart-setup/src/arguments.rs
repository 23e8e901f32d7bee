//! What can be said on the command line. All quickstarts understand the same.

use std::path::PathBuf;

use crate::database::SqlDatastore;

/// A whole application with accounts, in one command.
#[derive(Debug, clap::Parser)]
#[command(about)]
pub struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// Folder for the database and the mails; it is made if it is missing.
    #[arg(long, default_value = "./quickstart-data")]
    pub data: PathBuf,
    /// Database to use instead of the SQLite file in the data folder: sqlite:, postgres:, mysql: or mongodb:.
    #[arg(long)]
    pub database: Option<String>,
    /// The crate that talks to a SQL database.
    #[arg(long, value_enum, default_value = "seaorm")]
    pub datastore: SqlDatastore,
    /// TOML or JSON file with options under their usual names. Environment variables of the same names win.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// JSON file with users to create: email, password or hash, roles, active, confirmed.
    #[arg(long)]
    pub seed: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line; ends the program when it asks for help or cannot be understood.
    #[must_use]
    pub fn from_command_line() -> Self {
        <Self as clap::Parser>::parse()
    }
}
