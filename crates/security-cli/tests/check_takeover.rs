//! `security check-takeover` tells what will work, and changes nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use datastore_seaorm::sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;

/// A copy of a database of the reference, and a file of settings next to it.
struct Site {
    folder: TempDir,
}

impl Site {
    fn of(version: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let vectors = std::env::var_os("TEST_VECTORS_DIR").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
            PathBuf::from,
        );
        let source = vectors.join("db").join(format!("flask_security_{version}.sqlite"));
        std::fs::copy(source, folder.path().join("app.db")).expect("the database is copied");
        std::fs::write(folder.path().join("site.toml"), settings).expect("the settings are written");
        Self { folder }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    /// Takes away what is not built.
    fn without_second_factors(self) -> Self {
        let address = format!("sqlite://{}", self.database().display());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let database = Database::connect(address).await.expect("the database opens");
            let factors = "UPDATE user SET tf_totp_secret = NULL, tf_primary_method = NULL";
            database.execute_unprepared(factors).await.expect("there are such columns");
            // Older releases have no passkeys.
            let _ = database.execute_unprepared("DELETE FROM web_authn").await;
            database.close().await.expect("it closes");
        });
        self
    }

    fn check(&self) -> (i32, String) {
        let output =
            check(&format!("sqlite://{}", self.database().display()), &self.folder.path().join("site.toml"));
        (
            output.status.code().expect("it ends by itself"),
            String::from_utf8(output.stdout).expect("it is text"),
        )
    }
}

fn check(database: &str, config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_security"));
    command.args(["check-takeover", "--database", database, "--config"]).arg(config).env_clear();
    command.output().expect("the program runs")
}

const GOOD: &str = r#"
SECRET_KEY = "pl8-Qv_3x!Wren.Otter/Basalt=17"
SECURITY_PASSWORD_SALT = "Salt-of-the-harbour-4471"
SECURITY_PASSWORD_SCHEMES = ["bcrypt", "argon2", "des_crypt", "pbkdf2_sha256", "pbkdf2_sha512", "sha256_crypt",
    "sha512_crypt", "django_pbkdf2_sha256", "plaintext"]
SECURITY_TOTP_SECRETS = { "1" = "TjQ9Qa31VOrfEzuPy4VHQWPCTmRzCnFzMKLxXYiZu9B", "2" = "second-wallet-secret-Juniper" }
SECURITY_TRACKABLE = true
"#;

#[test]
fn a_site_whose_every_account_can_sign_in_has_nothing_in_the_way() {
    for (version, count) in [("4_0", 16), ("5_9", 19)] {
        let (code, report) = Site::of(version, GOOD).without_second_factors().check();
        assert_eq!(code, 0, "{report}");
        assert!(report.contains(&format!("{count} accounts")), "{report}");
        assert!(report.contains("password hash of des_crypt, which is read"), "{report}");
        assert!(report.contains("migration  CREATE TABLE"), "{report}");
        assert!(report.ends_with("Nothing stands in the way.\n"), "{report}");
    }
}

#[test]
fn accounts_that_would_be_kept_out_are_named() {
    let settings = "SECRET_KEY = 'pl8-Qv_3x!Wren.Otter/Basalt=17'\nSECURITY_PASSWORD_SALT = 'Salt-of-the-harbour-4471'\n";
    let (code, report) = Site::of("4_0", settings).check();
    assert_eq!(code, 1, "{report}");
    for scheme in ["des_crypt", "django_pbkdf2_sha256"] {
        assert!(
            report.contains(&format!("OBSTACLE   1 with a password hash of {scheme}, which")),
            "{report}"
        );
    }
    assert!(report.contains("1 with a password of no known form; "), "{report}");
    assert!(report.contains("with a secret that no key of SECURITY_TOTP_SECRETS opens: "), "{report}");
    assert!(report.contains("lotus@harbour.example"), "{report}");
    for secret in ["Wren.Otter", "harbour-4471", "enckey", "$2b$", "-secret-"] {
        assert!(!report.contains(secret), "{secret} in {report}");
    }
}

#[test]
fn second_factors_that_nobody_would_ask_for_stand_in_the_way() {
    let (code, report) = Site::of("5_9", GOOD).check();
    assert_eq!(code, 1, "{report}");
    assert!(
        report.contains("with a second factor, which SECURITY_TWO_FACTOR does not ask for: "),
        "{report}"
    );
    assert!(report.contains("passkeys, which SECURITY_WEBAUTHN does not ask for"), "{report}");
}

#[test]
fn settings_that_are_not_understood_stand_in_the_way() {
    let settings = format!("{GOOD}SECURITY_DATETIME_FACTORY = 'now'\nSECURITY_TRAKCABLE = true\n");
    let (code, report) = Site::of("5_9", &settings).check();
    assert_eq!(code, 1, "{report}");
    assert!(
        report.contains("SECURITY_DATETIME_FACTORY") && report.contains("SECURITY_TRACKABLE"),
        "{report}"
    );
    // The accounts are judged all the same.
    assert!(report.contains("19 accounts") && !report.contains("does not list"), "{report}");
}

#[test]
fn nothing_is_changed() {
    let site = Site::of("5_9", GOOD);
    let read = || std::fs::read(site.database()).expect("the database is there");
    let before = read();
    site.check();
    assert!(before == read(), "the file is another one");
    let files = std::fs::read_dir(site.folder.path()).expect("the folder is there").count();
    assert_eq!(files, 2, "a file came into being");
}

#[test]
fn what_cannot_be_found_out_is_no_answer() {
    let site = Site::of("5_9", GOOD);
    let settings = site.folder.path().join("site.toml");
    let database = format!("sqlite://{}", site.database().display());
    let missing = site.folder.path().join("missing.db");
    for (database, config, word) in [
        (format!("sqlite://{}", missing.display()), settings.clone(), ""),
        ("mongodb://127.0.0.1/app".to_owned(), settings.clone(), "sqlite://"),
        (database.clone(), site.folder.path().join("missing.toml"), "missing.toml"),
        (database, site.database(), ".toml or .json"),
    ] {
        let output = check(&database, &config);
        assert_eq!(output.status.code(), Some(2), "{database}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(word), "{database}: {output:?}");
    }
    assert!(!missing.exists());
}

#[test]
fn a_database_without_accounts_cannot_be_taken_over() {
    let site = Site::of("5_9", GOOD);
    std::fs::write(site.database(), "").expect("the database is emptied");
    let (code, report) = site.check();
    assert_eq!(code, 1, "{report}");
    assert!(report.contains("there is no table user, role, roles_users"), "{report}");
}

#[test]
fn an_address_that_cannot_be_read_is_not_told_with_its_password() {
    let site = Site::of("5_9", GOOD);
    let output = check("postgres://bob:hunter2 kiln@[bad/x", &site.folder.path().join("site.toml"));
    assert_eq!(output.status.code(), Some(2));
    let told = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&told).contains("hunter2"), "{}", String::from_utf8_lossy(&told));
}
