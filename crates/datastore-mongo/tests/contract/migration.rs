//! What `migrate` makes of a database, and of one that it cannot put in order.

use datastore_mongo::mongodb::IndexModel;
use datastore_mongo::mongodb::bson::{Document, doc};
use datastore_mongo::mongodb::options::IndexOptions;
use datastore_mongo::{MongoDatastore, MongoOptions};
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, DatastoreError, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::server::{MAIN, RACES, Scratch};

async fn index_names(store: &MongoDatastore, collection: &str) -> Vec<String> {
    let mut names =
        store.database().collection::<Document>(collection).list_index_names().await.expect("the indexes");
    names.sort();
    names
}

fn is_duplicate_of<T>(result: Result<T, DatastoreError>, expected: &str) -> bool {
    matches!(result, Err(DatastoreError::Duplicate { column }) if column == expected || column.is_empty())
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let store = scratch.migrated().await;
    store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    let before = index_names(&store, "user").await;
    assert_eq!(before.len(), 9, "{before:?}");
    store.migrate().await.unwrap();
    assert_eq!(index_names(&store, "user").await, before);
    assert_eq!(index_names(&store, "role").await, ["_id_", "name_1"]);
    assert_eq!(index_names(&store, "fs_use").await, ["_id_", "expires_at_1"]);
    assert_eq!(store.count_users().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_migrate_side_by_side() {
    for server in [MAIN, RACES] {
        let Some(scratch) = Scratch::on(server) else { return };
        let users = scratch.database().await.collection::<Document>("user");
        for number in 0..20 {
            let email = format!("Member{number}@harbour.example");
            let user = doc! { "email": email, "active": true, "fs_uniquifier": format!("u{number}") };
            users.insert_one(user).await.unwrap();
        }
        let mut nodes = Vec::new();
        for _ in 0..8 {
            let store = scratch.store().await;
            nodes.push(tokio::spawn(async move { store.migrate().await }));
        }
        for node in nodes {
            node.await.expect("no node panics").expect("it migrates");
        }
        assert_eq!(users.count_documents(doc! { "email_lower": { "$exists": true } }).await.unwrap(), 20);
        assert_eq!(index_names(&scratch.store().await, "user").await.len(), 9);
    }
}

#[tokio::test]
async fn an_index_of_the_application_stays() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let users = scratch.database().await.collection::<Document>("user");
    let options = IndexOptions::builder().unique(true).name("an_old_one".to_owned()).build();
    users
        .create_index(IndexModel::builder().keys(doc! { "email": 1 }).options(options).build())
        .await
        .unwrap();
    let store = scratch.migrated().await;
    let names = index_names(&store, "user").await;
    assert!(names.contains(&"an_old_one".to_owned()) && !names.contains(&"email_1".to_owned()), "{names:?}");
}

#[tokio::test]
async fn accounts_that_differ_in_case_stay_and_nobody_joins_them() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let users = scratch.database().await.collection::<Document>("user");
    for (email, uniquifier) in [("old@harbour.example", "old"), ("OLD@harbour.example", "second")] {
        let user = doc! { "email": email, "active": true, "fs_uniquifier": uniquifier };
        users.insert_one(user).await.unwrap();
    }
    let store = scratch.migrated().await;
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

    users.delete_one(doc! { "fs_uniquifier": "old" }).await.unwrap();
    assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));
    store.migrate().await.unwrap();
    assert_eq!(users.count_documents(doc! { "email_lower": "old@harbour.example" }).await.unwrap(), 1);
    assert!(is_duplicate_of(store.create_user(NewUser::new("oLD@harbour.example")).await, "email"));
}

#[tokio::test]
async fn a_phone_number_that_accounts_share_is_given_to_no_other() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let users = scratch.database().await.collection::<Document>("user");
    for name in ["a", "b"] {
        let email = format!("{name}@harbour.example");
        let user = doc! { "email": email, "active": true, "fs_uniquifier": name, "us_phone_number": "+1" };
        users.insert_one(user).await.unwrap();
    }
    let store = scratch.migrated().await;
    let mut user = NewUser::new("ann@harbour.example");
    user.us_phone_number = Some("+1".to_owned());
    assert!(is_duplicate_of(store.create_user(user.clone()).await, "us_phone_number"));
    user.us_phone_number = Some("+2".to_owned());
    store.create_user(user).await.unwrap();
}

#[tokio::test]
async fn an_account_added_by_another_program_is_found_as_it_is_spelled() {
    let Some(scratch) = Scratch::on(MAIN) else { return };
    let store = scratch.migrated().await;
    let users = scratch.database().await.collection::<Document>("user");
    let user = doc! { "email": "Late@harbour.example", "active": true, "fs_uniquifier": "late" };
    users.insert_one(user).await.unwrap();
    assert!(store.find_user(&UserKey::email("Late@harbour.example")).await.unwrap().is_some());
    store.migrate().await.unwrap();
    assert!(store.find_user(&UserKey::email("LATE@harbour.example")).await.unwrap().is_some());
}

#[tokio::test]
async fn collections_have_the_names_that_the_application_gives_them() {
    let Some(scratch) = Scratch::on(RACES) else { return };
    let options = MongoOptions::new().user_collection("a member").role_collection("Rank");
    let store = options.connect(&scratch.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.create_role(NewRole::new("mate", ["steer"])).await.unwrap();
    let mut user = NewUser::new("ann@harbour.example");
    user.roles = vec!["mate".to_owned()];
    store.create_user(user).await.unwrap();
    let ann = store.find_user(&UserKey::email("Ann@harbour.example")).await.unwrap().unwrap();
    assert!(ann.has_permission("steer"));
    let mut names = store.database().list_collection_names().await.unwrap();
    names.sort();
    assert!(names.contains(&"Rank".to_owned()) && names.contains(&"a member".to_owned()), "{names:?}");
    assert!(!names.contains(&"user".to_owned()) && !names.contains(&"role".to_owned()), "{names:?}");
}
