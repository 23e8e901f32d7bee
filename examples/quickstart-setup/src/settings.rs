//! The configuration of the quickstart: the defaults of a demonstration, the file, the environment.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use security_core::SecurityConfig;
use security_core::config::{ConfigLoader, ProcessEnvironment};
use security_core::secret::{fill_random, hex};
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::first_start::Administrator;

/// Everything the program needs to know before it starts.
pub(crate) struct Settings {
    pub(crate) config: SecurityConfig,
    pub(crate) database: String,
    pub(crate) outbox: PathBuf,
    pub(crate) sender: String,
}

impl Settings {
    /// Reads the configuration and makes the data folder.
    pub(crate) fn read(arguments: &Arguments, address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let outbox = arguments.data.join("outbox");
        fs::create_dir_all(&outbox)?;
        let defaults = defaults(&arguments.data, address)?;
        let mut loader = ConfigLoader::new().table(defaults);
        if let Some(file) = &arguments.config {
            loader = loader.file(file);
        }
        let config = loader.environment(&ProcessEnvironment).load()?;
        let sender = [&config.mail.sender, &config.mail.default_sender].into_iter().flatten().next();
        let sender = sender.cloned().unwrap_or_else(|| "no-reply@localhost".to_owned());
        let database = match &arguments.database {
            Some(url) => url.clone(),
            None => format!("sqlite://{}?mode=rwc", arguments.data.join("quickstart.sqlite").display()),
        };
        Ok(Self { config, database, outbox, sender })
    }
}

/// What a demonstration switches on, and keys that outlive a restart.
fn defaults(data: &Path, address: SocketAddr) -> Result<Map<String, Value>, Box<dyn Error>> {
    let keys = keys(&data.join("keys.json"))?;
    let mut options = json!({
        "SECURITY_SITE_NAME": "Portcullis quickstart",
        "SERVER_NAME": address.to_string(),
        "SECURITY_REGISTERABLE": true,
        "SECURITY_CHANGEABLE": true,
        "SECURITY_TRACKABLE": true,
        "SECURITY_POST_LOGIN_VIEW": "/members",
        "SECURITY_POST_REGISTER_VIEW": "/",
        "SECURITY_POST_CHANGE_VIEW": "/account",
    });
    if let (Some(options), Value::Object(keys)) = (options.as_object_mut(), keys) {
        options.extend(keys);
    }
    match options {
        Value::Object(options) => Ok(options),
        _ => Ok(Map::new()),
    }
}

/// The keys of this data folder, made on the first start and readable by its owner only.
fn keys(path: &Path) -> Result<Value, Box<dyn Error>> {
    if let Ok(text) = fs::read_to_string(path) {
        return Ok(serde_json::from_str(&text)?);
    }
    let keys = json!({ "SECRET_KEY": random_text(32), "SECURITY_PASSWORD_SALT": random_text(32) });
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(keys.to_string().as_bytes())?;
    Ok(keys)
}

/// Random hex digits for this many bytes.
pub(crate) fn random_text(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    fill_random(&mut buffer);
    hex(&buffer)
}

/// Tells where everything is.
pub(crate) fn announce(
    url: &str,
    arguments: &Arguments,
    outbox: &Path,
    database: &str,
    administrator: Option<&Administrator>,
) {
    println!("Portcullis quickstart\n");
    println!("  URL        {url}");
    println!("  Data       {}", arguments.data.display());
    println!("  Database   {}", without_password(database));
    println!("  Mails      {}", outbox.display());
    match administrator {
        Some(Administrator { email, password }) => {
            println!("\nThe first administrator, shown only this once:\n");
            println!("  Email      {email}");
            println!("  Password   {password}");
            println!("\nSign in at {url}/login, or open an account at {url}/register. Stop with Ctrl+C.");
        }
        None => {
            println!("\nSign in at {url}/login with the account of an earlier start, or open one at");
            println!("{url}/register. Start with another --data for a new administrator. Stop with Ctrl+C.");
        }
    }
    let _ = std::io::stdout().flush();
}

/// A database URL for the screen.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_is_not_shown() {
        assert_eq!(without_password("postgres://me:secret@db/x"), "postgres://…@db/x");
        assert_eq!(without_password("sqlite://a.db?mode=rwc"), "sqlite://a.db?mode=rwc");
    }

    #[test]
    fn keys_are_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let first = keys(&path).unwrap();
        assert_eq!(keys(&path).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        }
    }
}
