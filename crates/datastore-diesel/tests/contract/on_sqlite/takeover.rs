//! Databases that a running Flask-Security application left behind.

use std::env;
use std::path::PathBuf;

use datastore_diesel::DieselDatastore;
use security_core::account::{NewRole, NewUser, User};
use security_core::datastore::{
    Condition, DatastoreError, RoleStore as _, UserChange, UserKey, UserStore as _,
};
use serde_json::Value;
use tempfile::TempDir;

use super::{column, migrated};

/// A copy of a database of the vectors, and what the vectors say about it.
struct Inherited {
    store: DieselDatastore,
    about: Value,
    _folder: TempDir,
}

async fn inherited(version: &str) -> Inherited {
    let vectors = env::var_os("TEST_VECTORS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let source = vectors.join("db").join(format!("flask_security_{version}"));
    let about = std::fs::read_to_string(source.with_extension("json")).expect("the vectors are there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("app.db");
    std::fs::copy(source.with_extension("sqlite"), &copy).expect("the database is copied");
    let store = migrated(&format!("sqlite://{}", copy.display())).await;
    Inherited { store, about: serde_json::from_str(&about).expect("the vectors are JSON"), _folder: folder }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn sorted(names: &Value) -> Vec<String> {
    let mut names: Vec<String> = names.as_array().into_iter().flatten().filter_map(text).collect();
    names.sort();
    names
}

fn check_user(version: &str, user: &User, about: &Value) {
    let label = format!("{version} {}", about["label"]);
    assert_eq!(text(&about["email"]).as_ref(), Some(&user.email), "{label}");
    assert_eq!(text(&about["username"]), user.username, "{label}");
    assert_eq!(text(&about["fs_uniquifier"]).as_ref(), Some(&user.fs_uniquifier), "{label}");
    assert_eq!(about["active"].as_bool(), Some(user.active), "{label}");
    assert_eq!(about["confirmed"].as_bool(), Some(user.confirmed_at.is_some()), "{label}");
    assert_eq!(text(&about["two_factor_method"]), user.tf_primary_method, "{label}");
    let names: Vec<String> = user.roles.iter().map(|role| role.name.clone()).collect();
    assert_eq!(sorted(&about["roles"]), names, "{label}");
    let codes = about["recovery_codes"].as_array().map_or(0, Vec::len);
    assert_eq!(codes, user.mf_recovery_codes.len(), "{label}");
    assert!(user.create_datetime.is_some() && user.update_datetime.is_some(), "{label}");
    assert!(user.extra.is_empty() && user.fs_token_uniquifier.is_none(), "{label}");
}

#[tokio::test]
async fn inherited_accounts_and_roles_are_found() {
    for version in ["4_0", "5_9"] {
        let database = inherited(version).await;
        let Inherited { store, about, .. } = &database;
        let users = about["users"].as_array().unwrap();
        assert_eq!(store.count_users().await.unwrap(), users.len() as u64);
        for about in users {
            let uniquifier = text(&about["fs_uniquifier"]).unwrap();
            let user = store.find_user(&UserKey::Uniquifier(uniquifier)).await.unwrap().unwrap();
            check_user(version, &user, about);
            let email = text(&about["email"]).unwrap().to_ascii_uppercase();
            let by_email = store.find_user(&UserKey::email(email)).await.unwrap();
            assert_eq!(by_email.as_ref(), Some(&user));
            assert_eq!(store.find_user(&UserKey::Id(user.id.clone())).await.unwrap(), Some(user));
        }
        let roles = store.list_roles().await.unwrap();
        assert_eq!(roles.len(), about["inputs"]["roles"].as_array().unwrap().len());
        for about in about["inputs"]["roles"].as_array().unwrap() {
            let role = store.find_role(about["name"].as_str().unwrap()).await.unwrap().unwrap();
            assert_eq!(sorted(&about["permissions"]), Vec::from_iter(role.permissions), "{version}");
            assert_eq!(text(&about["description"]), role.description, "{version}");
        }
    }
}

#[tokio::test]
async fn both_forms_of_time_in_an_inherited_row_are_read() {
    let database = inherited("5_9").await;
    let store = &database.store;
    let admin = store.find_user(&UserKey::username("Amber")).await.unwrap().unwrap();
    let micros = |time: Option<chrono::DateTime<chrono::Utc>>| time.unwrap().timestamp_micros();
    assert_eq!(micros(admin.current_login_at), 1_699_175_600_125_000);
    assert_eq!(micros(admin.create_datetime), 1_697_447_660_000_000);
    assert_eq!(micros(admin.update_datetime), 1_699_175_600_001_013);
    assert_eq!(admin.login_count, Some(2));
}

#[tokio::test]
async fn what_is_written_has_the_form_that_the_reference_writes() {
    for version in ["4_0", "5_9"] {
        let database = inherited(version).await;
        let store = &database.store;
        let admin = store.find_user(&UserKey::username("amber")).await.unwrap().unwrap();
        let at = chrono::DateTime::from_timestamp(1_699_176_200, 0).unwrap();
        assert!(store.record_sign_in(&admin.id, at, Some("203.0.113.10")).await.unwrap());
        let written = "SELECT last_login_at || '|' || current_login_at || '|' || last_login_ip || '|' || \
                       current_login_ip || '|' || login_count || '|' || typeof(active) || '|' || \
                       length(update_datetime) FROM user WHERE id = 1";
        assert_eq!(
            column(store, written),
            ["2023-11-05 09:13:20.125000|2023-11-05 09:23:20.000000|203.0.113.9|203.0.113.10|3|integer|26"],
            "{version}"
        );

        let mut new = NewUser::new("tulip@harbour.example");
        new.password = Some("$2b$12$hash".to_owned());
        new.confirmed_at = Some(at);
        new.roles = vec!["editor".to_owned()];
        let tulip = store.create_user(new).await.unwrap();
        assert!(tulip.has_permission("posts-write"));
        let written = "SELECT confirmed_at || '|' || active || '|' || typeof(id) || '|' || length(create_datetime) \
                       FROM user WHERE email = 'tulip@harbour.example'";
        assert_eq!(column(store, written), ["2023-11-05 09:23:20.000000|1|integer|26"], "{version}");

        let (add, remove) = (["audit-log".to_owned()].into(), ["audit".to_owned()].into());
        store.change_permissions("admin", &add, &remove).await.unwrap();
        let written = "SELECT permissions FROM role WHERE name = 'admin'";
        assert_eq!(column(store, written), ["audit-log,users-read,users-write"], "{version}");
        store.change_permissions("editor", &[].into(), &["posts-write".to_owned()].into()).await.unwrap();
        let written = "SELECT typeof(permissions) || length(permissions) FROM role WHERE name = 'editor'";
        assert_eq!(column(store, written), ["text0"], "{version}");
    }
}

#[tokio::test]
async fn an_inherited_account_is_changed_and_deleted_with_what_hangs_on_it() {
    let database = inherited("5_9").await;
    let store = &database.store;
    let rowan = store.find_user(&UserKey::email("rowan@harbour.example")).await.unwrap().unwrap();
    let passkeys = format!("SELECT name FROM web_authn WHERE user_id = {}", rowan.id);
    assert!(!column(store, &passkeys).is_empty());
    let mut change = UserChange::default();
    change.fs_uniquifier = Some("new".to_owned());
    let condition = Condition::UniquifierIs(rowan.fs_uniquifier.clone());
    assert!(store.update_user(&rowan.id, &condition, &change).await.unwrap());
    assert!(!store.update_user(&rowan.id, &condition, &change).await.unwrap());
    assert!(store.grant_role(&rowan.id, "reader").await.unwrap());
    assert!(store.delete_user(&rowan.id).await.unwrap());
    assert!(column(store, &passkeys).is_empty());
}

#[tokio::test]
async fn an_inherited_table_may_demand_a_password() {
    let database = inherited("4_0").await;
    let store = &database.store;
    let refused = store.create_user(NewUser::new("tulip@harbour.example")).await;
    assert!(matches!(&refused, Err(DatastoreError::Unstorable { column, .. }) if column == "password"));
}

#[tokio::test]
async fn an_inherited_database_refuses_a_taken_identity_in_any_case() {
    for version in ["4_0", "5_9"] {
        let database = inherited(version).await;
        let store = &database.store;
        let mut user = NewUser::new("birch.case@HARBOUR.example");
        user.password = Some("hash".to_owned());
        let refused = store.create_user(user.clone()).await;
        assert!(
            matches!(&refused, Err(DatastoreError::Duplicate { column }) if column == "email"),
            "{version}"
        );
        user.email = "tulip@harbour.example".to_owned();
        user.username = Some("birch".to_owned());
        let refused = store.create_user(user).await;
        assert!(
            matches!(&refused, Err(DatastoreError::Duplicate { column }) if column == "username"),
            "{version}: {refused:?}"
        );
        assert!(store.create_role(NewRole::new("admin", ["read"])).await.unwrap_err().is_duplicate());
    }
}
