//! How many statements are made, and whether an index serves them.

use std::sync::{Arc, Mutex};

use datastore_diesel::{DieselDatastore, DieselOptions};
use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error, Pool};
use diesel::{Connection as _, SqliteConnection};
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::{column, opened, run};

/// Remembers statements, with a comment that shows their values.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panicked"))
    }
}

impl Instrumentation for Seen {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.0.lock().expect("no test panicked").push(query.to_string());
        }
    }
}

impl CustomizeConnection<SqliteConnection, Error> for Seen {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        connection.set_instrumentation(self.clone());
        Ok(())
    }
}

/// A datastore in memory, and the statements it makes.
async fn observed() -> (DieselDatastore, Seen) {
    let seen = Seen::default();
    let pool = Pool::builder().max_size(1).test_on_check_out(false);
    let pool = pool.connection_customizer(Box::new(seen.clone()));
    let pool = pool.build(ConnectionManager::new(":memory:")).expect("the database opens");
    let store = DieselDatastore::from_sqlite_pool(pool);
    store.migrate().await.expect("the tables are created");
    seen.take();
    (store, seen)
}

/// The text of a statement without the comment about its values.
fn text(statement: &str) -> &str {
    statement.split(" -- binds").next().unwrap_or_default()
}

#[tokio::test]
async fn a_user_is_found_with_roles_in_one_statement_that_an_index_serves() {
    let (store, seen) = observed().await;
    for name in ["clerk", "mate", "admin"] {
        store.create_role(NewRole::new(name, ["read", "write"])).await.unwrap();
    }
    let mut user = NewUser::new("ann@harbour.example");
    user.username = Some("ann".to_owned());
    user.us_phone_number = Some("+16502530000".to_owned());
    user.roles = vec!["clerk".to_owned(), "mate".to_owned()];
    let ann = store.create_user(user).await.unwrap();
    seen.take();

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
        let statements = seen.take();
        assert_eq!(statements.len(), 1, "{key:?}: {statements:?}");
        let plan = plan(&store, text(&statements[0]));
        assert!(!plan.contains("SCAN") && !plan.contains("AUTOMATIC"), "{key:?}: {plan}");
        seen.take();
    }
}

/// How SQLite goes about a statement.
fn plan(store: &DieselDatastore, sql: &str) -> String {
    use diesel::RunQueryDsl as _;
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let mut connection = store.sqlite_pool().expect("it is SQLite").get().expect("a connection");
    let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps: Vec<Step> = explain.load(&mut connection).expect("a plan");
    steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn two_datastores_on_one_pool_find_each_their_own_accounts() {
    let (store, seen) = observed().await;
    let members =
        DieselOptions::new().user_table("member").role_table("rank").roles_users_table("member_ranks");
    let members = members.from_sqlite_pool(store.sqlite_pool().cloned().unwrap());
    members.migrate().await.unwrap();
    let user = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let member = members.create_user(NewUser::new("bob@harbour.example")).await.unwrap();
    let keys = [&user, &member].map(|account| UserKey::Uniquifier(account.fs_uniquifier.clone()));
    seen.take();
    for _ in 0..2 {
        assert_eq!(store.find_user(&keys[0]).await.unwrap().as_ref(), Some(&user));
        assert_eq!(members.find_user(&keys[0]).await.unwrap(), None);
        assert_eq!(members.find_user(&keys[1]).await.unwrap().as_ref(), Some(&member));
        assert_eq!(store.find_user(&keys[1]).await.unwrap(), None);
    }
    assert!(seen.take().iter().all(|statement| statement.contains("WHERE u.\"fs_uniquifier\" = ?")));
}

#[tokio::test]
async fn a_column_that_comes_with_a_migration_is_read_from_then_on() {
    let store = opened("sqlite::memory:").await;
    let bare =
        "id INTEGER PRIMARY KEY, email TEXT NOT NULL, active BOOLEAN NOT NULL, fs_uniquifier TEXT NOT NULL";
    run(&store, &format!("CREATE TABLE user ({bare})"));
    store.migrate().await.unwrap();
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let key = UserKey::Uniquifier(ann.fs_uniquifier.clone());
    assert_eq!(store.find_user(&key).await.unwrap().unwrap().username, None);
    run(&store, "ALTER TABLE user ADD COLUMN username TEXT; UPDATE user SET username = 'ann'");
    store.migrate().await.unwrap();
    assert_eq!(store.find_user(&key).await.unwrap().unwrap().username.as_deref(), Some("ann"));
}

#[tokio::test]
async fn a_change_and_a_sign_in_are_one_statement_each() {
    let (store, seen) = observed().await;
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    seen.take();
    let mut change = UserChange::default();
    change.email = Some("anna@harbour.example".to_owned());
    change.password = Some(Some("hash".to_owned()));
    assert!(store.update_user(&ann.id, &Condition::PasswordIs(None), &change).await.unwrap());
    assert_eq!(seen.take().len(), 1);
    assert!(store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap());
    assert_eq!(seen.take().len(), 1);
    assert!(store.find_user(&UserKey::email("a\0")).await.unwrap().is_none());
    assert_eq!(seen.take().len(), 0, "a key that nobody can have needs no database");
}

#[tokio::test]
async fn no_statement_holds_a_value_in_its_text() {
    let (store, seen) = observed().await;
    store.create_role(NewRole::new("pearl-role", ["pearl-permission"])).await.unwrap();
    let mut user = NewUser::new("pearl@harbour.example");
    user.password = Some("pearl-hash".to_owned());
    user.roles = vec!["pearl-role".to_owned()];
    let user = store.create_user(user).await.unwrap();
    store.find_user(&UserKey::email("pearl@harbour.example")).await.unwrap();
    store.revoke_role(&user.id, "pearl-role").await.unwrap();
    store.delete_user(&user.id).await.unwrap();
    let statements = seen.take();
    assert!(statements.len() > 6);
    for statement in statements {
        assert!(!text(&statement).contains("pearl"), "{statement}");
    }
}

#[tokio::test]
async fn the_dry_run_tells_what_migrating_does_and_does_nothing() {
    let store = super::opened("sqlite::memory:").await;
    let told = store.migration_sql().await.unwrap();
    assert!(column(&store, "SELECT name FROM sqlite_master").is_empty());
    store.migrate().await.unwrap();
    let mut made = column(&store, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL");
    let mut expected = told;
    made.sort();
    expected.sort();
    assert_eq!(made, expected);
    assert!(store.migration_sql().await.unwrap().is_empty());
}
