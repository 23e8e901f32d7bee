//! `security check-takeover`: what will work when a site moves here from Flask-Security.
//!
//! Reads the settings, the tables and every account, and writes nothing.

mod accounts;
mod database;
mod report;
mod settings;

use std::error::Error;

use crate::arguments::CheckTakeover;
use accounts::Accounts;
use database::Database;
pub(crate) use report::Report;
use settings::Settings;

/// Looks at everything and says what was found.
///
/// # Errors
///
/// When the file or the database cannot be read. What is wrong with their content is in the report.
pub(crate) async fn run(arguments: &CheckTakeover) -> Result<Report, Box<dyn Error>> {
    let settings = Settings::read(&arguments.config)?;
    let database = Database::open(&arguments.database).await?;
    let tables = database.tables().await?;
    let mut report = Report::default();
    report.settings(&settings);
    report.tables(&tables);
    if tables.hold_accounts() {
        let accounts = Accounts::read(&database, &tables, &settings).await?;
        report.accounts(&accounts, tables.passkeys, &settings);
    }
    Ok(report)
}
