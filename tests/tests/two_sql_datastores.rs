//! An application may go from one SQL crate to the other and back: both make the same tables and read each other's rows.

use std::env;
use std::io::Write as _;
use std::sync::Arc;

use datastore_diesel::DieselDatastore;
use datastore_seaorm::SeaOrmDatastore;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{Condition, Datastore, UserChange, UserKey};
use security_core::secret::random_identity;

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_of_one_crate_serves_the_other() {
    for diesel_first in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        check(&format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display()), diesel_first).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_on_a_server_of_one_crate_serves_the_other() {
    for variable in ["SECURITY_TEST_POSTGRES_URL", "SECURITY_TEST_MYSQL_URL"] {
        let Some(address) = env::var(variable).ok().filter(|address| !address.is_empty()) else {
            let required = env::var("SECURITY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!required, "{variable} is not set");
            let _ = writeln!(std::io::stderr(), "not tested: {variable} is not set");
            continue;
        };
        for diesel_first in [true, false] {
            let name = format!("security_{}", random_identity());
            let server = Database::connect(&address).await.unwrap();
            run(&server, &format!("CREATE DATABASE {name}")).await;
            let start = address.rsplit_once('/').unwrap().0.to_owned();
            let url = format!("{start}/{name}");
            let checked = tokio::spawn(async move { check(&url, diesel_first).await }).await;
            // The pools close their connections in their own time.
            let forced = if address.starts_with("postgres") { " WITH (FORCE)" } else { "" };
            run(&server, &format!("DROP DATABASE {name}{forced}")).await;
            checked.unwrap();
        }
    }
}

async fn run(server: &DatabaseConnection, sql: &str) {
    server.execute_unprepared(sql).await.expect("the statement is made");
}

async fn check(url: &str, diesel_first: bool) {
    let seaorm = SeaOrmDatastore::connect(url).await.expect("the database opens");
    let diesel = DieselDatastore::connect(url).await.expect("the database opens");
    if diesel_first {
        diesel.migrate().await.expect("the tables are made");
    } else {
        seaorm.migrate().await.expect("the tables are made");
    }
    // To the other crate nothing is missing.
    let nothing = Vec::<String>::new();
    assert_eq!(seaorm.migration_sql().await.expect("a plan"), nothing, "diesel first: {diesel_first}");
    assert_eq!(diesel.migration_sql().await.expect("a plan"), nothing, "diesel first: {diesel_first}");

    let stores: [Arc<dyn Datastore>; 2] = [Arc::new(seaorm), Arc::new(diesel)];
    for (writer, (one, other)) in [(&stores[0], &stores[1]), (&stores[1], &stores[0])].into_iter().enumerate()
    {
        let role = format!("role{writer}");
        one.create_role(NewRole::new(&role, ["read", "write"])).await.expect("the role is created");
        let mut user = NewUser::new(format!("Ann{writer}@harbour.example"));
        user.username = Some(format!("änn{writer}"));
        user.confirmed_at = chrono::DateTime::from_timestamp_millis(1_700_000_000_125);
        user.roles = vec![role];
        user.extra.insert("berth".to_owned(), 7.into());
        let ann = one.create_user(user).await.expect("the account is created");
        let email = format!("ann{writer}@harbour.example");
        let found = other.find_user(&UserKey::email(&email)).await.expect("the datastore answers");
        assert_eq!(found.as_ref(), Some(&ann));
        let taken = other.create_user(NewUser::new(&email)).await;
        assert!(
            taken.is_err_and(|error| error.is_duplicate()),
            "an address belongs to one account in any case"
        );

        let mut change = UserChange::default();
        change.password = Some(Some("hash".to_owned()));
        let changed = other.update_user(&ann.id, &Condition::PasswordIs(None), &change).await;
        assert!(changed.expect("the datastore answers"));
        let at = chrono::DateTime::from_timestamp_millis(1_700_000_001_250).expect("a time");
        assert!(other.record_sign_in(&ann.id, at, Some("192.0.2.7")).await.expect("the datastore answers"));
        let again = one.find_user(&UserKey::Id(ann.id.clone())).await.expect("the datastore answers");
        assert_eq!(again, other.find_user(&UserKey::Id(ann.id)).await.expect("the datastore answers"));
        assert_eq!(again.and_then(|user| user.current_login_at), Some(at));

        let mark = format!("{writer}").repeat(64);
        let (now, until) = (at, at + chrono::TimeDelta::hours(1));
        assert_eq!(one.count_use(&mark, until, now).await.expect("it is counted"), 1);
        assert_eq!(other.count_use(&mark, until, now).await.expect("it is counted"), 2);
        assert_eq!(one.uses(&mark, now).await.expect("the datastore answers"), 2);
    }
}
