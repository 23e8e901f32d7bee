//! Creating the tables on a server, and leaving alone what others made there.

use datastore_seaorm::sea_orm::ConnectionTrait as _;
use datastore_seaorm::{SeaOrmDatastore, SeaOrmOptions};
use security_core::account::{NewRole, NewUser, UserId};
use security_core::datastore::{
    Condition, DatastoreError, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::server::{Scratch, Server, texts};

fn is_duplicate_of<T>(result: Result<T, DatastoreError>, expected: &str) -> bool {
    matches!(result, Err(DatastoreError::Duplicate { column }) if column == expected)
}

async fn run(store: &SeaOrmDatastore, statements: &str) {
    for statement in statements.split(';').filter(|text| !text.trim().is_empty()) {
        store.connection().execute_unprepared(statement).await.expect("the statement is made");
    }
}

#[tokio::test]
async fn the_dry_run_tells_what_the_migration_does_and_changes_nothing() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.store().await;
        let planned = store.migration_sql().await.unwrap();
        assert!(planned[0].starts_with("CREATE TABLE"), "{planned:?}");
        assert_eq!(store.migration_sql().await.unwrap(), planned, "nothing was done");
        run(&store, &planned.join(";")).await;
        assert_eq!(store.migration_sql().await.unwrap(), Vec::<String>::new(), "{server:?}");
        store.migrate().await.unwrap();
        let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_nodes_may_migrate_a_server_at_once() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let nodes: Vec<_> = (0..8)
            .map(|number| {
                let url = scratch.url();
                tokio::spawn(async move {
                    let store = SeaOrmOptions::new().max_connections(2).connect(&url).await.unwrap();
                    store.migrate().await.unwrap();
                    store.create_user(NewUser::new(format!("ann{number}@harbour.example"))).await.unwrap();
                })
            })
            .collect();
        for node in nodes {
            node.await.unwrap();
        }
        assert_eq!(scratch.migrated().await.count_users().await.unwrap(), 8, "{server:?}");
    }
}

#[tokio::test]
async fn look_alikes_are_different_accounts_on_every_server() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.migrated().await;
        for (email, name) in [
            ("rene@harbour.example", "rene"),
            ("rené@harbour.example", "rené"),
            ("r\u{435}ne@harbour.example", "r\u{435}ne"),
        ] {
            let mut user = NewUser::new(email);
            user.username = Some(name.to_owned());
            store.create_user(user).await.unwrap();
            let found = store.find_user(&UserKey::email(email)).await.unwrap().unwrap();
            assert_eq!(found.email, email, "{server:?}");
            let found = store.find_user(&UserKey::username(name.to_uppercase())).await.unwrap();
            // Where the server folds ASCII only, nobody is found; never somebody else.
            assert!(found.is_none_or(|found| found.email == email), "{server:?}: {name}");
        }
        assert_eq!(store.find_user(&UserKey::email("renë@harbour.example")).await.unwrap(), None);
    }
}

/// The tables of an application whose server compares without case and accents, as MySQL does unless told otherwise.
#[cfg(feature = "mysql")]
const LOOSE_TABLES: &str = "
    CREATE TABLE user (
        id INTEGER NOT NULL AUTO_INCREMENT, email VARCHAR(255) NOT NULL, username VARCHAR(255),
        password VARCHAR(255), active TINYINT(1) NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL,
        confirmed_at DATETIME, us_phone_number VARCHAR(128), shoe_size INTEGER DEFAULT 42,
        PRIMARY KEY (id), UNIQUE (email), UNIQUE (fs_uniquifier)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
    CREATE TABLE role (
        id INTEGER NOT NULL AUTO_INCREMENT, name VARCHAR(80), permissions TEXT, PRIMARY KEY (id), UNIQUE (name)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
    CREATE TABLE roles_users (
        user_id INTEGER, role_id INTEGER, FOREIGN KEY (user_id) REFERENCES user (id),
        FOREIGN KEY (role_id) REFERENCES role (id)
    );
    INSERT INTO user (email, username, active, fs_uniquifier) VALUES ('rene@harbour.example', 'rene', 1, 'abc')";

#[cfg(feature = "mysql")]
#[tokio::test]
async fn a_server_that_compares_loosely_finds_nobody_but_the_one_who_was_asked_for() {
    let Some(scratch) = Scratch::on(Server::MySql).await else { return };
    let store = scratch.store().await;
    run(&store, LOOSE_TABLES).await;
    for migrated in [false, true] {
        if migrated {
            store.migrate().await.unwrap();
        }
        let found = store.find_user(&UserKey::email("RENE@harbour.example")).await.unwrap();
        let rene = found.expect("the case of an address does not matter");
        for other in ["rené@harbour.example", "rene@harbour.example ", "rene@harbour.example\u{301}"] {
            assert_eq!(store.find_user(&UserKey::email(other)).await.unwrap(), None, "{other}");
        }
        for other in ["ABC", "abc ", "äbc"] {
            assert_eq!(store.find_user(&UserKey::Uniquifier(other.to_owned())).await.unwrap(), None);
            let condition = Condition::UniquifierIs(other.to_owned());
            assert!(!store.update_user(&rene.id, &condition, &UserChange::default()).await.unwrap());
        }
        let exactly = |value: &str| UserKey::Identity {
            attribute: IdentityAttribute::Email,
            value: value.to_owned(),
            case_insensitive: false,
        };
        assert_eq!(store.find_user(&exactly("RENE@harbour.example")).await.unwrap(), None);
        assert_eq!(store.find_user(&exactly("rene@harbour.example")).await.unwrap(), Some(rene));
    }
    store.create_role(NewRole::new("admin", ["all"])).await.unwrap();
    for other in ["Admin", "ádmin", "admin "] {
        assert_eq!(store.find_role(other).await.unwrap(), None, "{other}");
        let mut user = NewUser::new("ann@harbour.example");
        user.roles = vec![other.to_owned()];
        let refused = store.create_user(user).await;
        assert!(matches!(&refused, Err(DatastoreError::UnknownRole(_))), "{refused:?}");
    }
    let all = texts(store.connection(), "SELECT CAST(shoe_size AS CHAR) FROM user").await;
    assert_eq!(all, ["42"]);
    let star = store.connection().query_all_raw(datastore_seaorm::sea_orm::Statement::from_string(
        datastore_seaorm::sea_orm::DbBackend::MySql,
        "SELECT * FROM user",
    ));
    let columns = star.await.unwrap()[0].column_names();
    assert!(!columns.iter().any(|name| name.ends_with("_folded")), "{columns:?}");
}

/// The tables of an application with UUIDs, times with a zone, and JSON.
#[cfg(feature = "postgres")]
const RICH_TABLES: &str = "
    CREATE TABLE \"user\" (
        id UUID PRIMARY KEY, email TEXT NOT NULL, username TEXT, password TEXT, active BOOLEAN NOT NULL,
        fs_uniquifier VARCHAR(64) NOT NULL, confirmed_at TIMESTAMPTZ, last_login_at TIMESTAMPTZ,
        current_login_at TIMESTAMPTZ, last_login_ip TEXT, current_login_ip TEXT, login_count BIGINT,
        us_phone_number VARCHAR(128), us_totp_secrets JSON, extra JSONB, shoe_size INTEGER DEFAULT 42
    );
    CREATE UNIQUE INDEX one_account ON \"user\" (lower(email));
    CREATE TABLE role (id UUID PRIMARY KEY, name TEXT UNIQUE, description TEXT, permissions TEXT);
    CREATE TABLE roles_users (
        user_id UUID REFERENCES \"user\" (id), role_id UUID REFERENCES role (id), PRIMARY KEY (user_id, role_id)
    )";

#[cfg(feature = "postgres")]
mod with_uuids_on_postgres {
    use security_testkit::datastore_contract::FreshStore;
    use security_testkit::memory::MemoryDatastore;

    use super::{RICH_TABLES, Scratch, Server, run};

    async fn fresh_store() -> FreshStore {
        let Some(scratch) = Scratch::on(Server::Postgres).await else {
            return FreshStore::new(MemoryDatastore::new());
        };
        let second = scratch.store().await;
        run(&second, RICH_TABLES).await;
        FreshStore::new(scratch.migrated().await).with_second(second).keeping(scratch)
    }

    security_testkit::datastore_contract!(fresh_store);
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn an_index_of_the_application_over_folded_addresses_is_enough() {
    let Some(scratch) = Scratch::on(Server::Postgres).await else { return };
    let store = scratch.store().await;
    run(&store, RICH_TABLES).await;
    let planned = store.migration_sql().await.unwrap().join("\n");
    assert!(!planned.contains("lower(\"email\")") && planned.contains("lower(\"username\")"), "{planned}");
    store.migrate().await.unwrap();
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    assert!(matches!(&ann.id, UserId::Text(id) if id.len() == 36));
    assert!(store.create_user(NewUser::new("Ann@harbour.example")).await.unwrap_err().is_duplicate());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_with_addresses_that_differ_in_case_takes_no_more_of_them_even_at_once() {
    for server in Server::ALL {
        let Some(scratch) = Scratch::on(*server).await else { continue };
        let store = scratch.store().await;
        run(&store, plain_tables(*server)).await;
        store.migrate().await.unwrap();
        for (spelling, uniquifier) in [
            ("old@harbour.example", "old"),
            ("OLD@harbour.example", "second"),
            ("Old@harbour.example", "old"),
        ] {
            let found = store.find_user(&UserKey::email(spelling)).await.unwrap().unwrap();
            assert_eq!(found.fs_uniquifier, uniquifier, "the exact spelling wins, then the older account");
        }
        assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));

        let tries: Vec<_> = (0..16)
            .map(|number| {
                let store = store.clone();
                let email = if number % 2 == 0 { "New@harbour.example" } else { "new@harbour.example" };
                tokio::spawn(async move { store.create_user(NewUser::new(email)).await })
            })
            .collect();
        let mut made = 0;
        for attempt in tries {
            match attempt.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(error.is_duplicate(), "{server:?}: {error:?}"),
            }
        }
        assert_eq!(made, 1, "{server:?}");

        run(&store, "DELETE FROM roles_users").await;
        let second = store.find_user(&UserKey::email("OLD@harbour.example")).await.unwrap().unwrap();
        assert!(store.delete_user(&second.id).await.unwrap());
        store.migrate().await.unwrap();
        assert_eq!(store.migration_sql().await.unwrap(), Vec::<String>::new());
        assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));
    }
}

/// Two accounts of before there was an index over folded addresses.
fn plain_tables(server: Server) -> &'static str {
    match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            "CREATE TABLE \"user\" (
                id SERIAL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(255),
                active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL UNIQUE
            );
            CREATE TABLE role (id SERIAL PRIMARY KEY, name VARCHAR(80) UNIQUE);
            CREATE TABLE roles_users (user_id INTEGER, role_id INTEGER);
            INSERT INTO \"user\" (email, active, fs_uniquifier) VALUES
                ('old@harbour.example', true, 'old'), ('OLD@harbour.example', true, 'second')"
        }
        #[cfg(feature = "mysql")]
        Server::MySql => {
            "CREATE TABLE user (
                id INTEGER AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(255),
                active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL UNIQUE
            ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
            CREATE TABLE role (id INTEGER AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) UNIQUE);
            CREATE TABLE roles_users (user_id INTEGER, role_id INTEGER);
            INSERT INTO user (email, active, fs_uniquifier) VALUES
                ('old@harbour.example', 1, 'old'), ('OLD@harbour.example', 1, 'second')"
        }
    }
}
