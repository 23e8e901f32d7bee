//! Creating the tables, and leaving alone what is there.

use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, DatastoreError, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::{column, database_file, migrated, opened, run};

fn is_duplicate_of<T>(result: Result<T, DatastoreError>, expected: &str) -> bool {
    matches!(result, Err(DatastoreError::Duplicate { column }) if column == expected)
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let (_folder, url) = database_file();
    let store = migrated(&url).await;
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let before = column(&store, "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name");
    store.migrate().await.unwrap();
    let again = migrated(&url).await;
    let after = column(&again, "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name");
    assert_eq!(before, after);
    assert_eq!(again.find_user(&UserKey::Id(ann.id.clone())).await.unwrap(), Some(ann));
}

#[tokio::test]
async fn permissions_are_read_however_they_were_left() {
    let store = migrated("sqlite::memory:").await;
    run(
        &store,
        "INSERT INTO role (name, permissions) VALUES
            ('text', 'write,read'), ('empty', ''), ('null', NULL), ('loose', ',read,,write,')",
    );
    for (role, expected) in
        [("text", &["read", "write"][..]), ("empty", &[]), ("null", &[]), ("loose", &["read", "write"])]
    {
        let permissions = store.find_role(role).await.unwrap().unwrap().permissions;
        assert_eq!(Vec::from_iter(permissions), expected, "{role}");
        let (add, remove) = (["sail".to_owned()].into(), ["write".to_owned()].into());
        let changed = store.change_permissions(role, &add, &remove).await.unwrap().unwrap();
        assert!(changed.permissions.contains("sail") && !changed.permissions.contains("write"), "{role}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_nodes_may_connect_and_migrate_at_once() {
    let (_folder, url) = database_file();
    let nodes: Vec<_> = (0..8)
        .map(|number| {
            let url = url.clone();
            tokio::spawn(async move {
                let store = migrated(&url).await;
                store.create_user(NewUser::new(format!("ann{number}@harbour.example"))).await.unwrap();
                store
            })
        })
        .collect();
    for node in nodes {
        let store = node.await.unwrap();
        assert_eq!(column(&store, "SELECT journal_mode FROM pragma_journal_mode"), ["wal"]);
    }
    assert_eq!(migrated(&url).await.count_users().await.unwrap(), 8);
}

#[tokio::test]
async fn nothing_works_before_the_tables_exist_and_everything_after() {
    let store = opened("sqlite::memory:").await;
    let early = store.find_user(&UserKey::email("ann@harbour.example")).await;
    assert!(matches!(early, Err(DatastoreError::Backend(_))), "{early:?}");
    store.migrate().await.unwrap();
    assert_eq!(store.find_user(&UserKey::email("ann@harbour.example")).await.unwrap(), None);
}

#[tokio::test]
async fn a_table_without_an_account_column_is_refused() {
    let store = opened("sqlite::memory:").await;
    run(&store, "CREATE TABLE user (id INTEGER PRIMARY KEY, email TEXT, active BOOLEAN)");
    let refused = store.migrate().await.unwrap_err();
    let reason = std::error::Error::source(&refused).unwrap().to_string();
    assert!(reason.contains("fs_uniquifier"), "{reason}");
}

const SMALL_TABLES: &str = "
    CREATE TABLE user (
        id INTEGER PRIMARY KEY, email VARCHAR(255) NOT NULL, password VARCHAR(255), active BOOLEAN NOT NULL,
        fs_uniquifier VARCHAR(64) NOT NULL, shoe_size INTEGER DEFAULT 42
    );
    INSERT INTO user (email, active, fs_uniquifier, shoe_size) VALUES ('old@harbour.example', 1, 'old', 38);
    CREATE TABLE role (id INTEGER PRIMARY KEY, name VARCHAR(80) UNIQUE);
    CREATE TABLE roles_users (user_id INTEGER, role_id INTEGER);
";

#[tokio::test]
async fn tables_with_few_columns_work_and_keep_the_columns_of_the_application() {
    let store = opened("sqlite::memory:").await;
    run(&store, SMALL_TABLES);
    store.migrate().await.unwrap();
    assert!(!column(&store, "SELECT name FROM pragma_table_info('user')").contains(&"extra".to_owned()));

    let old = store.find_user(&UserKey::email("Old@harbour.example")).await.unwrap().unwrap();
    assert_eq!((old.username.as_deref(), old.login_count, old.update_datetime), (None, None, None));
    let new = store.create_user(NewUser::new("new@harbour.example")).await.unwrap();
    assert!(store.record_sign_in(&new.id, chrono::DateTime::UNIX_EPOCH, Some("::1")).await.unwrap());
    let mut change = UserChange::default();
    change.fs_token_uniquifier = Some("token".to_owned());
    assert!(store.update_user(&old.id, &Condition::UniquifierIs("old".to_owned()), &change).await.unwrap());
    assert!(store.update_user(&old.id, &Condition::PasswordIs(None), &UserChange::default()).await.unwrap());
    let key = UserKey::TokenUniquifier("token".to_owned());
    assert_eq!(store.find_user(&key).await.unwrap(), None);
    assert_eq!(store.find_user(&UserKey::username("old")).await.unwrap(), None);
    store.create_role(NewRole::new("clerk", Vec::<String>::new())).await.unwrap();
    assert!(store.grant_role(&old.id, "clerk").await.unwrap());
    assert_eq!(column(&store, "SELECT shoe_size || '' FROM user ORDER BY id"), ["38", "42"]);
}

#[tokio::test]
async fn a_value_for_a_missing_column_is_refused_instead_of_lost() {
    let store = opened("sqlite::memory:").await;
    run(&store, SMALL_TABLES);
    store.migrate().await.unwrap();
    let mut user = NewUser::new("ann@harbour.example");
    user.username = Some("ann".to_owned());
    let refused = store.create_user(user).await;
    assert!(matches!(&refused, Err(DatastoreError::Unstorable { column, .. }) if column == "username"));
    let refused = store.create_role(NewRole::new("clerk", ["read"])).await;
    assert!(matches!(&refused, Err(DatastoreError::Unstorable { column, .. }) if column == "permissions"));
    assert_eq!(store.count_users().await.unwrap(), 1);
}

#[tokio::test]
async fn a_column_of_the_application_that_must_not_be_empty_is_named() {
    let store = opened("sqlite::memory:").await;
    let tables = SMALL_TABLES.replace("shoe_size INTEGER DEFAULT 42", "shoe_size INTEGER NOT NULL");
    run(&store, &tables);
    store.migrate().await.unwrap();
    let refused = store.create_user(NewUser::new("ann@harbour.example")).await;
    assert!(matches!(&refused, Err(DatastoreError::Unstorable { column, .. }) if column == "shoe_size"));
}

#[tokio::test]
async fn a_database_with_addresses_that_differ_in_case_opens_and_takes_no_more_of_them() {
    let store = opened("sqlite::memory:").await;
    run(&store, SMALL_TABLES);
    run(
        &store,
        "INSERT INTO user (email, active, fs_uniquifier) VALUES ('OLD@harbour.example', 1, 'second')",
    );
    store.migrate().await.unwrap();

    for (spelling, uniquifier) in
        [("old@harbour.example", "old"), ("OLD@harbour.example", "second"), ("Old@harbour.example", "old")]
    {
        let found = store.find_user(&UserKey::email(spelling)).await.unwrap().unwrap();
        assert_eq!(found.fs_uniquifier, uniquifier, "the exact spelling wins, then the older account");
    }
    assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let mut change = UserChange::default();
    change.email = Some("olD@harbour.example".to_owned());
    assert!(is_duplicate_of(store.update_user(&ann.id, &Condition::Exists, &change).await, "email"));
    change.email = Some("Ann@harbour.example".to_owned());
    assert!(store.update_user(&ann.id, &Condition::Exists, &change).await.unwrap());

    run(&store, "DELETE FROM user WHERE fs_uniquifier = 'second'");
    store.migrate().await.unwrap();
    let indexes = column(&store, "SELECT name FROM pragma_index_list('user') WHERE \"unique\" = 1");
    assert!(indexes.contains(&"uq_user_email_folded".to_owned()), "{indexes:?}");
    assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));
}

#[tokio::test]
async fn a_database_with_a_phone_number_twice_opens_and_takes_it_no_third_time() {
    let store = opened("sqlite::memory:").await;
    run(&store, SMALL_TABLES);
    run(&store, "ALTER TABLE user ADD COLUMN us_phone_number VARCHAR(128)");
    run(&store, "UPDATE user SET us_phone_number = '+1'");
    run(
        &store,
        "INSERT INTO user (email, active, fs_uniquifier, us_phone_number) VALUES ('b@harbour.example', 1, 'b', '+1')",
    );
    store.migrate().await.unwrap();
    let mut user = NewUser::new("ann@harbour.example");
    user.us_phone_number = Some("+1".to_owned());
    assert!(is_duplicate_of(store.create_user(user.clone()).await, "us_phone_number"));
    user.us_phone_number = Some("+2".to_owned());
    let ann = store.create_user(user).await.unwrap();
    let mut change = UserChange::default();
    change.us_phone_number = Some(Some("+1".to_owned()));
    assert!(is_duplicate_of(
        store.update_user(&ann.id, &Condition::Exists, &change).await,
        "us_phone_number"
    ));
    change.us_phone_number = Some(None);
    assert!(store.update_user(&ann.id, &Condition::Exists, &change).await.unwrap());
}
