//! How many statements are made, whether an index serves them, and transactions of the application.

use std::sync::{Arc, Mutex};

use datastore_diesel::DieselDatastore;
use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel_async::AsyncConnection;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use futures_util::FutureExt as _;
use security_core::account::{NewRole, NewUser, User};
use security_core::datastore::{
    Condition, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::scratch::{Scratch, Server};

/// Remembers statements, with a comment that shows their values.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panicked"))
    }

    /// A pool's configuration whose connections are observed.
    fn config<C: AsyncConnection + 'static>(&self) -> ManagerConfig<C> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        let seen = self.clone();
        config.custom_setup = Box::new(move |url| {
            let seen = seen.clone();
            async move {
                let mut connection = C::establish(url).await?;
                connection.set_instrumentation(seen);
                Ok(connection)
            }
            .boxed()
        });
        config
    }
}

impl Instrumentation for Seen {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.0.lock().expect("no test panicked").push(query.to_string());
        }
    }
}

/// A datastore on a pool of the application, and the statements it makes.
async fn observed(scratch: &Scratch) -> (DieselDatastore, Seen) {
    let seen = Seen::default();
    let store = match scratch.server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            let manager = AsyncDieselConnectionManager::new_with_config(scratch.url(), seen.config());
            let pool = datastore_diesel::PostgresPool::builder(manager).max_size(2).build();
            DieselDatastore::from_postgres_pool(pool.expect("a pool"))
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => {
            let manager = AsyncDieselConnectionManager::new_with_config(scratch.url(), seen.config());
            let pool = datastore_diesel::MysqlPool::builder(manager).max_size(2).build();
            DieselDatastore::from_mysql_pool(pool.expect("a pool"))
        }
    };
    store.migrate().await.expect("the tables are created");
    seen.take();
    (store, seen)
}

async fn ann(store: &DieselDatastore) -> User {
    for name in ["clerk", "mate", "admin"] {
        store.create_role(NewRole::new(name, ["read", "write"])).await.expect("it is created");
    }
    let mut user = NewUser::new("ann@harbour.example");
    user.username = Some("ann".to_owned());
    user.us_phone_number = Some("+16502530000".to_owned());
    user.roles = vec!["clerk".to_owned(), "mate".to_owned()];
    store.create_user(user).await.expect("it is created")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_is_found_with_roles_in_one_statement_that_an_index_serves() {
    for scratch in Scratch::everywhere().await {
        let (store, seen) = observed(&scratch).await;
        let ann = ann(&store).await;
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
            assert_eq!(statements.len(), 1, "{:?} {key:?}: {statements:?}", scratch.server);
            let sql = statements[0].split(" -- binds").next().unwrap_or_default();
            assert!(!sql.contains("harbour"), "{sql}");
            check_plan(&scratch, sql).await;
        }
    }
}

/// Checks that no table is read as a whole. The planner is told that reading a table as a whole is dear: the tables are
/// small.
async fn check_plan(scratch: &Scratch, sql: &str) {
    match scratch.server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

            #[derive(diesel::QueryableByName)]
            struct Step {
                #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
                step: String,
            }
            let mut connection =
                diesel_async::AsyncPgConnection::establish(&scratch.url()).await.expect("it answers");
            let kind = if sql.contains("u.\"id\" = $1") { "bigint" } else { "text" };
            let prepare = format!("SET enable_seqscan = off; PREPARE find ({kind}) AS {sql}");
            connection.batch_execute(&prepare).await.expect("it is prepared");
            let explain = diesel::sql_query("EXPLAIN EXECUTE find ('1')");
            let steps: Vec<Step> = explain.load(&mut connection).await.expect("a plan");
            let plan: Vec<String> = steps.into_iter().map(|step| step.step).collect();
            let plan = plan.join("\n");
            assert!(
                !plan.contains("Seq Scan on \"user\"") && !plan.contains("Seq Scan on roles_users"),
                "{plan}"
            );
            assert!(plan.contains("Index Cond"), "{plan}");
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => assert!(!sql.is_empty()), // its planner tells nothing of a statement with places
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_and_a_sign_in_are_one_statement_each() {
    for scratch in Scratch::everywhere().await {
        let (store, seen) = observed(&scratch).await;
        let ann = ann(&store).await;
        seen.take();
        let mut change = UserChange::default();
        change.email = Some("anna@harbour.example".to_owned());
        change.password = Some(Some("hash".to_owned()));
        assert!(store.update_user(&ann.id, &Condition::PasswordIs(None), &change).await.unwrap());
        assert_eq!(seen.take().len(), 1);
        assert!(store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap());
        assert_eq!(seen.take().len(), 1);
    }
}

/// Adds an account in a transaction of the application, and keeps it or not.
async fn create_in<C: datastore_diesel::ServerConnection>(
    store: &DieselDatastore,
    connection: &mut C,
    email: &str,
    keep: bool,
) -> User {
    connection.batch_execute("BEGIN").await.expect("the server answers");
    let user = store.create_user_in(connection, NewUser::new(email)).await.expect("the server answers");
    let mut change = UserChange::default();
    change.active = Some(false);
    assert!(
        store
            .update_user_in(connection, &user.id, &Condition::Exists, &change)
            .await
            .expect("the server answers")
    );
    connection.batch_execute(if keep { "COMMIT" } else { "ROLLBACK" }).await.expect("the server answers");
    user
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_of_a_transaction_that_is_rolled_back_never_was() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.migrated().await;
        let url = scratch.url();
        let (ann, ben) = match scratch.server {
            #[cfg(feature = "postgres")]
            Server::Postgres => {
                let mut connection = diesel_async::AsyncPgConnection::establish(&url).await.unwrap();
                let ann = create_in(&store, &mut connection, "ann@harbour.example", false).await;
                (ann, create_in(&store, &mut connection, "ben@harbour.example", true).await)
            }
            #[cfg(feature = "mysql")]
            Server::MariaDb => {
                let mut connection = diesel_async::AsyncMysqlConnection::establish(&url).await.unwrap();
                let ann = create_in(&store, &mut connection, "ann@harbour.example", false).await;
                (ann, create_in(&store, &mut connection, "ben@harbour.example", true).await)
            }
        };
        assert_eq!(store.find_user(&UserKey::email(ann.email)).await.unwrap(), None);
        assert!(!store.find_user(&UserKey::Id(ben.id)).await.unwrap().unwrap().active);
    }
}
