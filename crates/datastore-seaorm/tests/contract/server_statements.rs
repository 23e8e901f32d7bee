//! How many statements are made on a server, and whether an index serves them.

use std::sync::{Arc, Mutex};

use datastore_seaorm::SeaOrmDatastore;
use datastore_seaorm::sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement, TransactionTrait as _,
};
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::server::{Scratch, Server};

/// A datastore that remembers the statements it makes.
struct Observed {
    store: SeaOrmDatastore,
    seen: Arc<Mutex<Vec<Statement>>>,
}

impl Observed {
    async fn on(scratch: &Scratch) -> Self {
        let mut options = ConnectOptions::new(scratch.url());
        options.sqlx_logging(false).max_connections(2);
        let mut connection: DatabaseConnection =
            Database::connect(options).await.expect("the server answers");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        connection.set_metric_callback(move |info| {
            record.lock().expect("no test panicked").push(info.statement.clone())
        });
        let store = SeaOrmDatastore::from_connection(connection);
        store.migrate().await.expect("the tables are created");
        Self { store, seen }
    }

    /// The statements since the last call.
    fn statements(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.seen.lock().expect("no test panicked"))
    }
}

#[tokio::test]
async fn a_user_is_found_with_roles_in_one_statement_on_every_server() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let observed = Observed::on(&scratch).await;
        let store = &observed.store;
        for name in ["clerk", "mate"] {
            store.create_role(NewRole::new(name, ["read", "write"])).await.unwrap();
        }
        let mut user = NewUser::new("ann@harbour.example");
        user.username = Some("ann".to_owned());
        user.us_phone_number = Some("+16502530000".to_owned());
        user.roles = vec!["clerk".to_owned(), "mate".to_owned()];
        let ann = store.create_user(user).await.unwrap();
        let phone = UserKey::Identity {
            attribute: IdentityAttribute::UsPhoneNumber,
            value: "+16502530000".to_owned(),
            case_insensitive: false,
        };
        observed.statements();
        for key in [
            UserKey::Id(ann.id.clone()),
            UserKey::Uniquifier(ann.fs_uniquifier.clone()),
            UserKey::TokenUniquifier(ann.fs_token_uniquifier.clone().unwrap()),
            UserKey::email("ANN@harbour.example"),
            UserKey::username("ANN"),
            phone,
        ] {
            let found = store.find_user(&key).await.unwrap().unwrap();
            assert_eq!(found.roles.len(), 2, "{server:?}: {key:?}");
            let statements = observed.statements();
            assert_eq!(statements.len(), 1, "{server:?}: {key:?}: {statements:?}");
            assert!(!reads_everything(store, *server, statements[0].clone()).await, "{server:?}: {key:?}");
            observed.statements();
        }
        let mut change = UserChange::default();
        change.password = Some(Some("hash".to_owned()));
        assert!(store.update_user(&ann.id, &Condition::PasswordIs(None), &change).await.unwrap());
        assert!(store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap());
        assert_eq!(observed.statements().len(), 2, "{server:?}");
    }
}

/// Whether the server would go through a whole table, when it has the choice of an index.
async fn reads_everything(store: &SeaOrmDatastore, server: Server, statement: Statement) -> bool {
    let transaction = store.connection().begin().await.expect("a transaction");
    let rows = |explain: Statement| transaction.query_all_raw(explain);
    let explain = Statement { sql: format!("EXPLAIN {}", statement.sql), ..statement };
    match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            // A table of a few rows is read as a whole otherwise.
            transaction.execute_unprepared("SET LOCAL enable_seqscan = off").await.expect("a setting");
            let plan = rows(explain).await.expect("a plan");
            let lines: Vec<String> =
                plan.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect();
            lines.iter().any(|line| line.contains("Seq Scan on \"user\""))
        }
        #[cfg(feature = "mysql")]
        Server::MySql => {
            let plan = rows(explain).await.expect("a plan");
            let accesses = plan.iter().map(|row| {
                let table: Option<String> = row.try_get("", "table").expect("a text");
                let access: Option<String> = row.try_get("", "type").expect("a text");
                (table, access)
            });
            accesses.into_iter().any(|(table, access)| {
                table.as_deref() == Some("u") && access.as_deref().is_none_or(|access| access == "ALL")
            })
        }
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_pool_of_the_application_serves_its_accounts_and_its_transactions() {
    use datastore_seaorm::sea_orm::DatabaseConnection;
    use datastore_seaorm::sea_orm::sqlx::postgres::PgPoolOptions;

    let Some(scratch) = Scratch::on(Server::Postgres).await else { return };
    let pool = PgPoolOptions::new().max_connections(3).connect(&scratch.url()).await.unwrap();
    let store = SeaOrmDatastore::from_connection(pool.clone());
    store.migrate().await.unwrap();
    let connection: DatabaseConnection = pool.into();
    let transaction = connection.begin().await.unwrap();
    let ann = store.create_user_in(&transaction, NewUser::new("ann@harbour.example")).await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), None);
    transaction.rollback().await.unwrap();
    assert_eq!(store.count_users().await.unwrap(), 0);
    let transaction = connection.begin().await.unwrap();
    let ben = store.create_user_in(&transaction, NewUser::new("ben@harbour.example")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ben.id.clone())).await.unwrap(), Some(ben));
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn a_mysql_pool_of_the_application_serves_its_accounts() {
    use datastore_seaorm::sea_orm::sqlx::MySqlPool;

    let Some(scratch) = Scratch::on(Server::MySql).await else { return };
    let store = SeaOrmDatastore::from_connection(MySqlPool::connect(&scratch.url()).await.unwrap());
    store.migrate().await.unwrap();
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
}
