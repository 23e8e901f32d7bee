//! How many statements are made, and whether an index serves them.

use std::sync::{Arc, Mutex};

use datastore_seaorm::SeaOrmDatastore;
use datastore_seaorm::sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement};
use datastore_seaorm::sea_orm::{TransactionTrait as _, Value};
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

/// A datastore in memory that remembers the statements it makes.
struct Observed {
    store: SeaOrmDatastore,
    seen: Arc<Mutex<Vec<Statement>>>,
}

impl Observed {
    async fn new() -> Self {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.sqlx_logging(false);
        let mut connection = Database::connect(options).await.expect("the database opens");
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

    /// How SQLite goes about a statement.
    async fn plan(&self, statement: &Statement) -> String {
        let values = statement.values.clone().map_or_else(Vec::<Value>::new, |values| values.0);
        let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
        let explain = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        let rows = self.store.connection().query_all_raw(explain).await.expect("a plan");
        let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").expect("a text")).collect();
        self.statements();
        steps.join("; ")
    }
}

#[tokio::test]
async fn a_user_is_found_with_roles_in_one_statement_that_an_index_serves() {
    let observed = Observed::new().await;
    let store = &observed.store;
    for name in ["clerk", "mate", "admin"] {
        store.create_role(NewRole::new(name, ["read", "write"])).await.unwrap();
    }
    let mut user = NewUser::new("ann@harbour.example");
    user.username = Some("ann".to_owned());
    user.us_phone_number = Some("+16502530000".to_owned());
    user.roles = vec!["clerk".to_owned(), "mate".to_owned()];
    let ann = store.create_user(user).await.unwrap();
    observed.statements();

    let phone = UserKey::Identity {
        attribute: IdentityAttribute::UsPhoneNumber,
        value: "+16502530000".to_owned(),
        case_insensitive: false,
    };
    for key in [
        UserKey::Id(ann.id.clone()),
        UserKey::Uniquifier(ann.fs_uniquifier.clone()),
        UserKey::TokenUniquifier(ann.fs_token_uniquifier.clone().unwrap()),
        UserKey::email("ANN@harbour.example"),
        UserKey::username("ANN"),
        phone,
    ] {
        let found = store.find_user(&key).await.unwrap().unwrap();
        assert_eq!(found.roles.len(), 2, "{key:?}");
        let statements = observed.statements();
        assert_eq!(statements.len(), 1, "{key:?}: {statements:?}");
        let plan = observed.plan(&statements[0]).await;
        assert!(!plan.contains("SCAN") && !plan.contains("AUTOMATIC"), "{key:?}: {plan}");
    }
}

#[tokio::test]
async fn a_change_and_a_sign_in_are_one_statement_each() {
    let observed = Observed::new().await;
    let ann = observed.store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    observed.statements();
    let mut change = UserChange::default();
    change.email = Some("anna@harbour.example".to_owned());
    change.password = Some(Some("hash".to_owned()));
    assert!(observed.store.update_user(&ann.id, &Condition::PasswordIs(None), &change).await.unwrap());
    assert_eq!(observed.statements().len(), 1);
    assert!(observed.store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap());
    assert_eq!(observed.statements().len(), 1);
    assert!(observed.store.find_user(&UserKey::email("a\0")).await.unwrap().is_none());
    assert_eq!(observed.statements().len(), 0, "a key that nobody can have needs no database");
}

#[tokio::test]
async fn no_statement_holds_a_value_in_its_text() {
    let observed = Observed::new().await;
    observed.store.create_role(NewRole::new("pearl-role", ["pearl-permission"])).await.unwrap();
    let mut user = NewUser::new("pearl@harbour.example");
    user.password = Some("pearl-hash".to_owned());
    user.roles = vec!["pearl-role".to_owned()];
    let user = observed.store.create_user(user).await.unwrap();
    observed.store.find_user(&UserKey::email("pearl@harbour.example")).await.unwrap();
    observed.store.revoke_role(&user.id, "pearl-role").await.unwrap();
    observed.store.delete_user(&user.id).await.unwrap();
    for statement in observed.statements() {
        assert!(!statement.sql.contains("pearl"), "{}", statement.sql);
    }
}

#[tokio::test]
async fn an_account_of_a_transaction_that_is_rolled_back_never_was() {
    let observed = Observed::new().await;
    let store = &observed.store;
    let transaction = store.connection().begin().await.unwrap();
    let ann = store.create_user_in(&transaction, NewUser::new("ann@harbour.example")).await.unwrap();
    let mut change = UserChange::default();
    change.active = Some(false);
    assert!(store.update_user_in(&transaction, &ann.id, &Condition::Exists, &change).await.unwrap());
    transaction.rollback().await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ann.id)).await.unwrap(), None);

    let transaction = store.connection().begin().await.unwrap();
    let ben = store.create_user_in(&transaction, NewUser::new("ben@harbour.example")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.find_user(&UserKey::Id(ben.id.clone())).await.unwrap(), Some(ben));
}
