//! What the quickstarts have in common, whatever web framework they use: flags, settings, the first administrator, users
//! from a file, and the content of their pages.
//!
//! A quickstart binds its address, calls [`Quickstart::prepare`], serves [`Quickstart::views`] next to pages made by
//! [`page::show`], and is done.

#![forbid(unsafe_code)]

mod arguments;
mod database;
mod first_start;
pub mod page;
mod seed;
mod settings;

use std::error::Error;
use std::net::SocketAddr;

use security_core::Security;
use security_core::mail::FileOutbox;
use security_views::Views;

pub use arguments::Arguments;
pub use database::SqlDatastore;
use settings::Settings;

/// A quickstart that is ready to be served.
#[derive(Debug)]
pub struct Quickstart {
    security: Security,
}

impl Quickstart {
    /// Reads the settings, opens the database, makes what a first start needs, and says on the terminal where everything
    /// is. `address` is where the quickstart listens; it becomes part of links in mails.
    ///
    /// # Errors
    ///
    /// When a setting is wrong, or the data folder or the database cannot be used.
    pub async fn prepare(arguments: &Arguments, address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let filter = tracing_subscriber::EnvFilter::try_from_default_env();
        // In a test several quickstarts may share one process.
        let _ =
            tracing_subscriber::fmt().with_env_filter(filter.unwrap_or_else(|_| "warn".into())).try_init();
        let settings = Settings::read(arguments, address)?;
        let users = database::open(&settings.database, arguments.datastore).await?;
        let security = Security::builder(settings.config, users)
            .mail_sender(FileOutbox::new(&settings.outbox, &settings.sender)?)
            .build()?;
        let administrator = first_start::prepare(&security).await?;
        if let Some(file) = &arguments.seed {
            seed::plant(&security, file).await?;
        }
        let url = format!("http://{address}");
        settings::announce(&url, arguments, &settings.outbox, &settings.database, administrator.as_ref());
        Ok(Self { security })
    }

    /// The account pages, with the quickstart's own templates.
    #[must_use]
    pub fn views(&self) -> Views {
        Views::new(&self.security).with_templates(page::TEMPLATES)
    }

    /// Waits until the last mails are sent, before the program ends.
    pub async fn finish(&self) {
        self.security.mailer().idle().await;
    }
}
