//! The settings of the site, and what of them is needed to judge its accounts.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use security_core::config::{ConfigLoader, ConfigProblem};

/// A file of settings that was read.
#[derive(Debug)]
pub(super) struct Settings {
    /// What would keep the product from starting with this file, one line each.
    pub(super) problems: Vec<String>,
    /// How many settings were understood.
    pub(super) understood: usize,
    /// `SECURITY_PASSWORD_SCHEMES`.
    pub(super) password_schemes: Vec<String>,
    /// The tags of `SECURITY_TOTP_SECRETS`.
    pub(super) totp_tags: BTreeSet<String>,
    /// Whether accounts with a second factor are asked for it.
    pub(super) asks_for_codes: bool,
    /// Whether accounts with a passkey are asked for it.
    pub(super) asks_for_passkeys: bool,
}

impl Settings {
    /// Reads a file of settings.
    ///
    /// # Errors
    ///
    /// When it cannot be read at all. Settings that are not understood are no error: they are what is looked for.
    pub(super) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let (config, problems) = ConfigLoader::new().file(path).inspect();
        if let Some(ConfigProblem::File { path, problem }) = problems.first() {
            return Err(format!("{}: {problem}", path.display()).into());
        }
        Ok(Self {
            problems: problems.iter().map(ToString::to_string).collect(),
            understood: config.set_options.len(),
            password_schemes: config.password.schemes,
            asks_for_codes: config.features.two_factor,
            asks_for_passkeys: config.features.webauthn,
            totp_tags: config.totp.secrets.iter().flat_map(|secrets| secrets.keys().cloned()).collect(),
        })
    }
}
