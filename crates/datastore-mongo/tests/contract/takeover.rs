//! Documents as a Flask-Security application with MongoEngine leaves them behind.

use chrono::DateTime;
use datastore_mongo::MongoDatastore;
use datastore_mongo::mongodb::Database;
use datastore_mongo::mongodb::bson::oid::ObjectId;
use datastore_mongo::mongodb::bson::{self, Bson, Document, doc};
use security_core::account::{NewUser, UserId};
use security_core::datastore::{Condition, RoleStore as _, UserChange, UserKey, UserStore as _};

use super::server::{MAIN, Scratch};

const NOON: i64 = 1_699_175_600_125;

struct Inherited {
    store: MongoDatastore,
    database: Database,
    amber: ObjectId,
    _scratch: Scratch,
}

async fn inherited() -> Option<Inherited> {
    let scratch = Scratch::on(MAIN)?;
    let database = scratch.database().await;
    let (amber, admin, editor) = (ObjectId::new(), ObjectId::new(), ObjectId::new());
    let roles = [
        doc! { "_id": admin, "name": "admin", "description": "All of it", "permissions": ["users-read", "audit"] },
        doc! { "_id": editor, "name": "editor", "permissions": "posts-write,posts-read" },
    ];
    database.collection::<Document>("role").insert_many(roles).await.expect("roles");
    let users = [
        doc! {
            "_id": amber, "email": "Amber@harbour.example", "username": "Amber", "password": "$argon2id$hash",
            "active": true, "fs_uniquifier": "amber-uniquifier", "confirmed_at": bson::DateTime::from_millis(NOON),
            "current_login_at": bson::DateTime::from_millis(NOON), "current_login_ip": "203.0.113.9",
            "login_count": 2_i32, "roles": [editor, admin, ObjectId::new()], "shoe_size": 38,
            "mf_recovery_codes": ["one", "two"], "tf_primary_method": "sms", "us_phone_number": Bson::Null,
        },
        doc! { "email": "birch@harbour.example", "active": false, "fs_uniquifier": "birch-uniquifier" },
    ];
    database.collection::<Document>("user").insert_many(users).await.expect("users");
    Some(Inherited { store: scratch.store().await, database, amber, _scratch: scratch })
}

impl Inherited {
    async fn document(&self) -> Document {
        let users = self.database.collection::<Document>("user");
        let amber = users.find_one(doc! { "_id": self.amber }).await.expect("the server answers");
        amber.expect("the document exists")
    }
}

#[tokio::test]
async fn an_inherited_account_is_found_in_any_case_before_and_after_the_migration() {
    let Some(inherited) = inherited().await else { return };
    for _ in 0..2 {
        for key in [
            UserKey::Id(UserId::Text(inherited.amber.to_hex())),
            UserKey::Uniquifier("amber-uniquifier".to_owned()),
            UserKey::email("Amber@harbour.example"),
            UserKey::email("AMBER@harbour.EXAMPLE"),
            UserKey::username("aMBER"),
        ] {
            let amber = inherited.store.find_user(&key).await.unwrap().expect("she is found");
            assert_eq!(amber.email, "Amber@harbour.example", "{key:?}");
            assert_eq!(amber.confirmed_at, DateTime::from_timestamp_millis(NOON));
            assert_eq!((amber.active, amber.login_count), (true, Some(2)));
            assert_eq!((amber.mf_recovery_codes.len(), amber.tf_primary_method.as_deref()), (2, Some("sms")));
            let names: Vec<&str> = amber.roles.iter().map(|role| role.name.as_str()).collect();
            assert_eq!(names, ["admin", "editor"], "the role that is gone is none");
            assert!(amber.has_permission("audit") && amber.has_permission("posts-read"));
        }
        for nobody in ["Amber.harbour@example", "amber@harbourXexample", ".*"] {
            assert_eq!(inherited.store.find_user(&UserKey::email(nobody)).await.unwrap(), None, "{nobody}");
        }
        let birch =
            inherited.store.find_user(&UserKey::email("birch@harbour.example")).await.unwrap().unwrap();
        assert!(!birch.active && birch.roles.is_empty() && birch.password.is_none());
        inherited.store.migrate().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_written_keeps_the_form_and_the_fields_of_the_application() {
    let Some(inherited) = inherited().await else { return };
    let store = &inherited.store;
    store.migrate().await.unwrap();
    let id = UserId::Text(inherited.amber.to_hex());
    let at = DateTime::from_timestamp_millis(NOON + 600_000).unwrap();
    assert!(store.record_sign_in(&id, at, Some("203.0.113.10")).await.unwrap());
    let mut change = UserChange::default();
    change.email = Some("amber.b@harbour.example".to_owned());
    change.username = Some(None);
    assert!(store.update_user(&id, &Condition::Exists, &change).await.unwrap());
    let document = inherited.document().await;
    assert_eq!(document.get_i32("shoe_size").unwrap(), 38);
    assert_eq!(*document.get_datetime("last_login_at").unwrap(), bson::DateTime::from_millis(NOON));
    assert_eq!(document.get_str("last_login_ip").unwrap(), "203.0.113.9");
    assert_eq!(document.get_i64("login_count").unwrap(), 3);
    assert_eq!(document.get_str("email_lower").unwrap(), "amber.b@harbour.example");
    for absent in ["username", "username_lower", "us_phone_number"] {
        assert!(!document.contains_key(absent), "{absent}");
    }
    assert!(document.get_array("roles").unwrap().iter().all(|role| role.as_object_id().is_some()));
}

#[tokio::test]
async fn permissions_stay_a_text_or_a_list_as_they_were() {
    let Some(inherited) = inherited().await else { return };
    let store = &inherited.store;
    let (add, remove) =
        (["audit-log".to_owned()].into(), ["posts-write".to_owned(), "audit".to_owned()].into());
    for name in ["admin", "editor"] {
        let changed = store.change_permissions(name, &add, &remove).await.unwrap();
        assert_eq!(store.find_role(name).await.unwrap(), changed);
    }
    let roles = inherited.database.collection::<Document>("role");
    let editor = roles.find_one(doc! { "name": "editor" }).await.unwrap().unwrap();
    assert_eq!(editor.get_str("permissions").unwrap(), "audit-log,posts-read");
    let admin = roles.find_one(doc! { "name": "admin" }).await.unwrap().unwrap();
    assert_eq!(*admin.get_array("permissions").unwrap(), ["audit-log".into(), "users-read".into()]);
}

#[tokio::test]
async fn an_inherited_identity_is_taken_in_any_case_before_and_after_the_migration() {
    let Some(inherited) = inherited().await else { return };
    for _ in 0..2 {
        let refused = inherited.store.create_user(NewUser::new("amber@HARBOUR.example")).await;
        assert!(refused.unwrap_err().is_duplicate());
        let mut named = NewUser::new("tulip@harbour.example");
        named.username = Some("AMBER".to_owned());
        assert!(inherited.store.create_user(named).await.unwrap_err().is_duplicate());
        assert_eq!(inherited.store.count_users().await.unwrap(), 2);
        inherited.store.migrate().await.unwrap();
    }
}
