//! The configuration of a single-page application, and keys that outlive a restart.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use security_core::config::{ConfigLoader, ProcessEnvironment};
use security_core::secret::{fill_random, hex};
use serde_json::{Map, Value, json};
use web_axum::SecurityConfig;

/// The configuration; environment variables of the same names win. Makes the data folder.
pub(crate) fn load(data: &Path, address: SocketAddr) -> Result<SecurityConfig, Box<dyn Error>> {
    fs::create_dir_all(data)?;
    let options = [
        ("SECURITY_SITE_NAME", json!("Notice board")),
        ("SERVER_NAME", json!(address.to_string())),
        ("SECURITY_URL_PREFIX", json!("/api")),
        // What members can do.
        ("SECURITY_REGISTERABLE", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_PASSWORD_CONFIRM_REQUIRED", json!(false)),
        // Links in mails lead to the page, with the outcome in the query string.
        ("SECURITY_REDIRECT_BEHAVIOR", json!("spa")),
        ("SECURITY_RESET_VIEW", json!("/reset")),
        ("SECURITY_RESET_ERROR_VIEW", json!("/reset")),
        // The page reads the token from a cookie and sends it back in the header X-XSRF-Token. Guards check it, and
        // answer in JSON. Over HTTPS the cookie is to be secure, and so is the session's.
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_COOKIE_NAME", json!("XSRF-TOKEN")),
        ("SECURITY_CSRF_COOKIE", json!({ "samesite": "Strict", "httponly": false, "secure": false })),
        ("SECURITY_LOGOUT_CSRF", json!(true)),
    ];
    let options = options.map(|(name, value)| (name.to_owned(), value));
    let loader = ConfigLoader::new().table(Map::from_iter(options)).table(keys(&data.join("keys.json"))?);
    Ok(loader.environment(&ProcessEnvironment).load()?)
}

/// The database in the data folder.
pub(crate) fn database(data: &Path) -> String {
    format!("sqlite://{}?mode=rwc", data.join("spa.sqlite").display())
}

/// The keys of this data folder, made on the first start and readable by their owner only.
fn keys(path: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    if let Ok(text) = fs::read_to_string(path) {
        return Ok(serde_json::from_str(&text)?);
    }
    let keys = ["SECRET_KEY", "SECURITY_PASSWORD_SALT"].map(|name| (name.to_owned(), json!(random_text())));
    let keys = Map::from_iter(keys);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(serde_json::to_string(&keys)?.as_bytes())?;
    Ok(keys)
}

fn random_text() -> String {
    let mut buffer = [0_u8; 32];
    fill_random(&mut buffer);
    hex(&buffer)
}
