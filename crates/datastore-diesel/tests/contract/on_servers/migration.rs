//! Creating the tables, and leaving alone what is there.

use datastore_diesel::DieselDatastore;
use security_core::account::NewUser;
use security_core::datastore::{
    Condition, DatastoreError, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::scratch::{Scratch, Server};

fn is_duplicate_of<T>(result: &Result<T, DatastoreError>, expected: &str) -> bool {
    matches!(result, Err(DatastoreError::Duplicate { column }) if column == expected)
}

/// Tables with few columns, in the collation that MariaDB chooses by itself, and one of the application.
fn small_tables(server: Server) -> &'static str {
    match server {
        #[cfg(feature = "postgres")]
        Server::Postgres => {
            "CREATE TABLE \"user\" (
                id SERIAL PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255),
                password VARCHAR(255), active BOOLEAN NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL,
                us_phone_number VARCHAR(128), shoe_size INTEGER DEFAULT 42
            );
            CREATE TABLE role (id SERIAL PRIMARY KEY, name VARCHAR(80) UNIQUE);
            CREATE TABLE roles_users (user_id INTEGER, role_id INTEGER);
            INSERT INTO \"user\" (email, active, fs_uniquifier, us_phone_number, shoe_size)
                VALUES ('old@harbour.example', true, 'old', '+1', 38);"
        }
        #[cfg(feature = "mysql")]
        Server::MariaDb => {
            "CREATE TABLE user (
                id INTEGER AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL, username VARCHAR(255),
                password VARCHAR(255), active BOOL NOT NULL, fs_uniquifier VARCHAR(64) NOT NULL,
                us_phone_number VARCHAR(128), shoe_size INTEGER DEFAULT 42
            ) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
            CREATE TABLE role (
                id INTEGER AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) UNIQUE
            ) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
            CREATE TABLE roles_users (user_id INTEGER, role_id INTEGER);
            INSERT INTO user (email, active, fs_uniquifier, us_phone_number, shoe_size)
                VALUES ('old@harbour.example', true, 'old', '+1', 38);"
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_nodes_may_migrate_at_once() {
    for scratch in Scratch::everywhere().await {
        let url = scratch.url();
        let nodes: Vec<_> = (0..8)
            .map(|number| {
                let url = url.clone();
                tokio::spawn(async move {
                    let store = DieselDatastore::connect(&url).await.expect("the server answers");
                    store.migrate().await.expect("the tables are created");
                    store.create_user(NewUser::new(format!("ann{number}@harbour.example"))).await.map(drop)
                })
            })
            .collect();
        for node in nodes {
            node.await.unwrap().unwrap();
        }
        let store = scratch.store().await;
        assert_eq!(store.count_users().await.unwrap(), 8);
        assert_eq!(store.migration_sql().await.unwrap(), Vec::<String>::new(), "{:?}", scratch.server);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_dry_run_tells_what_migrating_does_and_does_nothing() {
    for scratch in Scratch::everywhere().await {
        let store = scratch.store().await;
        let told = store.migration_sql().await.unwrap();
        assert_eq!(store.migration_sql().await.unwrap(), told);
        assert!(matches!(store.count_users().await, Err(DatastoreError::Backend(_))));
        for sql in told {
            scratch.run(&sql).await;
        }
        assert!(store.migration_sql().await.unwrap().is_empty(), "{:?}", scratch.server);
        store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tables_with_few_columns_work_and_keep_the_columns_of_the_application() {
    for scratch in Scratch::everywhere().await {
        scratch.run(small_tables(scratch.server)).await;
        let store = scratch.migrated().await;
        let old = store.find_user(&UserKey::email("Old@harbour.example")).await.unwrap().unwrap();
        assert_eq!((old.username.as_deref(), old.login_count, old.update_datetime), (None, None, None));
        let new = store.create_user(NewUser::new("new@harbour.example")).await.unwrap();
        assert!(store.record_sign_in(&new.id, chrono::DateTime::UNIX_EPOCH, Some("::1")).await.unwrap());
        assert!(
            store.update_user(&old.id, &Condition::PasswordIs(None), &UserChange::default()).await.unwrap()
        );
        let role = security_core::account::NewRole::new("clerk", Vec::<String>::new());
        store.create_role(role).await.unwrap();
        assert!(store.grant_role(&old.id, "clerk").await.unwrap());
        let table = if format!("{:?}", scratch.server) == "Postgres" { "\"user\"" } else { "`user`" };
        let sizes = format!("SELECT concat(shoe_size, '') AS value FROM {table} ORDER BY id");
        assert_eq!(scratch.column(&sizes).await, ["38", "42"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_with_a_loose_collation_is_compared_exactly_all_the_same() {
    for scratch in Scratch::everywhere().await {
        scratch.run(small_tables(scratch.server)).await;
        let store = scratch.migrated().await;
        let mut user = NewUser::new("ann@harbour.example");
        user.username = Some("résumé".to_owned());
        user.password = Some("Hash".to_owned());
        user.fs_uniquifier = "abcdef".to_owned();
        let ann = store.create_user(user).await.unwrap();
        for other in ["resume", "résumé ", "RESUME"] {
            assert_eq!(store.find_user(&UserKey::username(other)).await.unwrap(), None, "{other}");
        }
        assert!(store.find_user(&UserKey::username("RÉSUMÉ")).await.unwrap().is_some());
        for other in ["ABCDEF", "abcdef ", "ábcdef"] {
            assert_eq!(
                store.find_user(&UserKey::Uniquifier(other.to_owned())).await.unwrap(),
                None,
                "{other}"
            );
        }
        for condition in [
            Condition::PasswordIs(Some("hash".to_owned())),
            Condition::PasswordIs(Some("Hash ".to_owned())),
            Condition::UniquifierIs("ABCDEF".to_owned()),
            Condition::UnconfirmedEmailIs("Ann@harbour.example".to_owned()),
        ] {
            let mut change = UserChange::default();
            change.active = Some(false);
            let made = store.update_user(&ann.id, &condition, &change).await;
            // The table has no column for the time of a confirmation, so an address is never confirmed in it.
            assert!(!made.unwrap(), "{condition:?} on {:?}", scratch.server);
        }
        store.create_role(security_core::account::NewRole::new("clerk", Vec::<String>::new())).await.unwrap();
        assert_eq!(store.find_role("CLERK").await.unwrap(), None);
        assert!(!store.revoke_role(&ann.id, "clerk ").await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rows_that_forbid_a_unique_index_are_kept_and_no_more_of_them_taken() {
    for scratch in Scratch::everywhere().await {
        scratch.run(small_tables(scratch.server)).await;
        let table = if format!("{:?}", scratch.server) == "Postgres" { "\"user\"" } else { "`user`" };
        let twin = format!(
            "INSERT INTO {table} (email, active, fs_uniquifier, us_phone_number) \
             VALUES ('OLD@harbour.example', true, 'second', '+1')"
        );
        scratch.run(&twin).await;
        let store = scratch.migrated().await;
        for (spelling, uniquifier) in [
            ("old@harbour.example", "old"),
            ("OLD@harbour.example", "second"),
            ("Old@harbour.example", "old"),
        ] {
            let found = store.find_user(&UserKey::email(spelling)).await.unwrap().unwrap();
            assert_eq!(found.fs_uniquifier, uniquifier, "the exact spelling wins, then the older account");
        }
        let refused = store.create_user(NewUser::new("oLD@harbour.example")).await;
        assert!(is_duplicate_of(&refused, "email"), "{:?}: {refused:?}", scratch.server);
        let mut user = NewUser::new("ann@harbour.example");
        user.us_phone_number = Some("+1".to_owned());
        let refused = store.create_user(user).await;
        assert!(is_duplicate_of(&refused, "us_phone_number"), "{:?}: {refused:?}", scratch.server);

        // Many at once: the comparison leaves no race open.
        let racers: Vec<_> = (0..16)
            .map(|number| {
                let store = store.clone();
                let email = if number % 2 == 0 { "cyd@harbour.example" } else { "Cyd@harbour.example" };
                tokio::spawn(async move { store.create_user(NewUser::new(email)).await })
            })
            .collect();
        let mut winners = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(_) => winners += 1,
                Err(error) => assert!(error.is_duplicate(), "{:?}: {error:?}", scratch.server),
            }
        }
        assert_eq!(winners, 1, "{:?}", scratch.server);

        scratch.run(&format!("DELETE FROM {table} WHERE fs_uniquifier = 'second'")).await;
        assert_ne!(store.migration_sql().await.unwrap(), Vec::<String>::new());
        store.migrate().await.unwrap();
        assert_eq!(store.migration_sql().await.unwrap(), Vec::<String>::new());
        let refused = store.create_user(NewUser::new("oLD@harbour.example")).await;
        assert!(is_duplicate_of(&refused, "email"), "{:?}: {refused:?}", scratch.server);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_column_of_the_application_that_must_not_be_empty_is_named() {
    for scratch in Scratch::everywhere().await {
        let tables = small_tables(scratch.server).replace("DEFAULT 42", "NOT NULL");
        scratch.run(&tables).await;
        let store = scratch.migrated().await;
        let refused = store.create_user(NewUser::new("ann@harbour.example")).await;
        let named =
            matches!(&refused, Err(DatastoreError::Unstorable { column, .. }) if column == "shoe_size");
        assert!(named, "{:?}: {refused:?}", scratch.server);
    }
}
