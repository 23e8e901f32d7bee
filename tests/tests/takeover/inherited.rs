//! Databases that a running Flask-Security application left behind, opened through each SQL crate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datastore_diesel::DieselOptions;
use datastore_seaorm::SeaOrmOptions;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use security_core::config::{ConfigLoader, SecurityConfig};
use security_core::datastore::Datastore;
use security_testkit::clock::ManualClock;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Switches of the left-behind sites for what is not built; with them on, the product does not start.
pub(crate) const NOT_BUILT: [&str; 7] = [
    "SECURITY_TWO_FACTOR",
    "SECURITY_UNIFIED_SIGNIN",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES",
    "SECURITY_WEBAUTHN",
    "SECURITY_CHANGE_EMAIL",
    "SECURITY_REFRESH_TOKEN",
    "SECURITY_PASSWORD_REQUIRED",
];

/// Members of `config` in the vectors that are remarks, or say something in words of their own.
const REMARKS: [&str; 4] = [
    "SECURITY_PASSWORD_HASH",
    "SECURITY_USER_IDENTITY_ATTRIBUTES",
    "identity_case_insensitive",
    "SECURITY_TOKEN_MAX_AGE_seconds",
];

/// A crate that implements the datastore on SQL.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SqlCrate {
    SeaOrm,
    Diesel,
}

/// A file of the vectors.
pub(crate) fn vector_file(name: &str) -> PathBuf {
    let folder = std::env::var_os("TEST_VECTORS_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")), PathBuf::from);
    folder.join(name)
}

/// A file of the vectors, read.
pub(crate) fn vectors(name: &str) -> Value {
    let text = std::fs::read_to_string(vector_file(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

/// A list in the vectors.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A copy of the database of a version, in a folder that lasts as long as it.
#[derive(Debug)]
pub(crate) struct Inherited {
    folder: TempDir,
}

impl Inherited {
    pub(crate) fn from(version: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = vector_file("db").join(format!("flask_security_{version}.sqlite"));
        std::fs::copy(source, folder.path().join("app.db")).expect("the database is copied");
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    /// Opens it and adds what is missing.
    pub(crate) async fn open(&self, sql: SqlCrate, clock: &ManualClock) -> Arc<dyn Datastore> {
        let url = sqlite_url(&self.path());
        match sql {
            SqlCrate::SeaOrm => {
                let store = SeaOrmOptions::new().clock(clock.clone()).connect(&url).await.expect("it opens");
                store.migrate().await.expect("what is missing is added");
                Arc::new(store)
            }
            SqlCrate::Diesel => {
                let store = DieselOptions::new().clock(clock.clone()).connect(&url).await.expect("it opens");
                store.migrate().await.expect("what is missing is added");
                Arc::new(store)
            }
        }
    }

    /// The database itself, past every rule.
    pub(crate) async fn bare(&self) -> DatabaseConnection {
        Database::connect(sqlite_url(&self.path())).await.expect("it opens")
    }

    /// The rows of the table of users, by their keys, each an object of its columns.
    pub(crate) async fn users(&self) -> Map<String, Value> {
        let database = self.bare().await;
        let columns = texts(&database, "SELECT name FROM pragma_table_info('user')").await;
        let pairs: Vec<String> = columns.iter().map(|column| format!("'{column}', \"{column}\"")).collect();
        let rows = texts(&database, &format!("SELECT json_object({}) FROM user", pairs.join(", "))).await;
        database.close().await.expect("it closes");
        let rows = rows.iter().map(|row| serde_json::from_str::<Value>(row).expect("the row is JSON"));
        rows.map(|row| (row["id"].to_string(), row)).collect()
    }
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// The first column of every row.
pub(crate) async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let rows = database.query_all_raw(statement).await.expect("the statement is made");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// The settings of the site as it was, as far as they are for what is built.
///
/// Answers tell what is wrong, as the reference's did by default.
pub(crate) fn settings(inputs: &Value) -> Map<String, Value> {
    let given = inputs["config"].as_object().expect("an object");
    let is_kept = |name: &str| {
        let is_of_a_feature = NOT_BUILT.iter().any(|switch| {
            name == *switch
                || *switch != "SECURITY_PASSWORD_REQUIRED" && name.starts_with(&format!("{switch}_"))
        });
        !is_of_a_feature && !REMARKS.contains(&name) && name != "PHONE_REGION_DEFAULT"
    };
    let mut table: Map<String, Value> = given
        .iter()
        .filter(|(name, _)| is_kept(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let ignores_case = list(&given["identity_case_insensitive"]);
    let identities = list(&given["SECURITY_USER_IDENTITY_ATTRIBUTES"]).iter().map(
        |name| json!({ name.as_str().expect("a name"): {"case_insensitive": ignores_case.contains(name)} }),
    );
    table.insert("SECURITY_USER_IDENTITY_ATTRIBUTES".to_owned(), identities.collect());
    table.insert("SECURITY_PHONE_REGION_DEFAULT".to_owned(), given["PHONE_REGION_DEFAULT"].clone());
    if let Some(seconds) = given.get("SECURITY_TOKEN_MAX_AGE_seconds") {
        table.insert("SECURITY_TOKEN_MAX_AGE".to_owned(), seconds.clone());
    }
    table.insert("SERVER_NAME".to_owned(), inputs["host"].clone());
    table.insert("SECURITY_RETURN_GENERIC_RESPONSES".to_owned(), json!(false));
    table.insert("SECURITY_HASHING_QUEUE".to_owned(), json!(10_000));
    table.insert("SECURITY_HASHING_DEADLINE".to_owned(), json!("1 hours"));
    table.insert("SECURITY_HASHING_THREADS".to_owned(), json!(1));
    table
}

/// The same, read.
pub(crate) fn configuration(inputs: &Value) -> SecurityConfig {
    ConfigLoader::new()
        .table(settings(inputs))
        .load()
        .expect("the settings of the site as it was are understood")
}
