//! SQLite, in a file and in memory.

mod bare_table;
mod concurrency;
mod migration;
mod statements;
mod takeover;

use datastore_diesel::{DieselDatastore, DieselOptions};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _};
use tempfile::TempDir;

/// A folder for one database file, and the address of the file.
fn database_file() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display());
    (folder, url)
}

async fn opened(url: &str) -> DieselDatastore {
    DieselDatastore::connect(url).await.expect("the database opens")
}

async fn migrated(url: &str) -> DieselDatastore {
    let store = opened(url).await;
    store.migrate().await.expect("the tables are created");
    store
}

/// Makes statements without values.
fn run(store: &DieselDatastore, sql: &str) {
    let pool = store.sqlite_pool().expect("the database is SQLite");
    pool.get().expect("a free connection").batch_execute(sql).expect("the statements are made");
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

/// The first column of every row.
fn column(store: &DieselDatastore, sql: &str) -> Vec<String> {
    let mut connection =
        store.sqlite_pool().expect("the database is SQLite").get().expect("a free connection");
    let sql = format!("WITH answer(value) AS ({sql}) SELECT value FROM answer");
    let rows: Vec<Row> = diesel::sql_query(sql).load(&mut connection).expect("the statement is made");
    rows.into_iter().map(|row| row.value).collect()
}

mod in_a_file {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        let (folder, url) = super::database_file();
        let second = super::migrated(&url).await;
        FreshStore::new(super::migrated(&url).await).with_second(second).keeping(folder)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod in_memory {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        FreshStore::new(super::migrated("sqlite::memory:").await)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod in_other_tables {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        let options = super::DieselOptions::new();
        let options =
            options.user_table("a \"member\"").role_table("Rank?").roles_users_table("member ranks");
        let store = options.uses_table("uses").connect("sqlite::memory:").await.expect("the database opens");
        store.migrate().await.expect("the tables are created");
        FreshStore::new(store)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod with_text_keys {
    use security_testkit::datastore_contract::FreshStore;

    async fn fresh_store() -> FreshStore {
        let store = super::opened("sqlite::memory:").await;
        super::run(
            &store,
            "CREATE TABLE user (
                id CHAR(32) PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255), password VARCHAR(255),
                active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL, confirmed_at DATETIME,
                last_login_at DATETIME, current_login_at DATETIME, last_login_ip VARCHAR(64),
                current_login_ip VARCHAR(64), login_count INTEGER, us_phone_number VARCHAR(128), extra TEXT
            );
            CREATE TABLE role (
                id CHAR(32) PRIMARY KEY, name VARCHAR(80) UNIQUE, description VARCHAR(255), permissions TEXT
            );",
        );
        store.migrate().await.expect("the tables are created");
        FreshStore::new(store)
    }

    security_testkit::datastore_contract!(fresh_store);
}

mod on_a_pool_of_the_application {
    use datastore_diesel::DieselDatastore;
    use diesel::r2d2::{ConnectionManager, Pool};
    use security_testkit::datastore_contract::FreshStore;

    /// Without WAL mode, so that readers and writers get in each other's way.
    async fn fresh_store() -> FreshStore {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("app.db").display().to_string();
        let pool = Pool::builder().max_size(4).connection_customizer(Box::new(Patient));
        let pool = pool.build(ConnectionManager::new(file)).expect("the database opens");
        let store = DieselDatastore::from_sqlite_pool(pool);
        store.migrate().await.expect("the tables are created");
        FreshStore::new(store).keeping(folder)
    }

    #[derive(Debug)]
    struct Patient;

    impl diesel::r2d2::CustomizeConnection<diesel::SqliteConnection, diesel::r2d2::Error> for Patient {
        fn on_acquire(&self, connection: &mut diesel::SqliteConnection) -> Result<(), diesel::r2d2::Error> {
            use diesel::connection::SimpleConnection as _;
            let settings = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF";
            connection.batch_execute(settings).map_err(diesel::r2d2::Error::QueryError)
        }
    }

    security_testkit::datastore_contract!(fresh_store);
}
