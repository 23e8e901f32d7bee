//! Rules about roles: what they carry and who holds them.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::collections::BTreeSet;
use std::sync::Arc;

use security_core::account::{NewRole, Role, User, UserId};
use security_core::datastore::{Datastore, DatastoreError, UserKey};

use super::{FreshStore, account, again, assert_duplicate, create, find, foreign_key, new_user};

async fn role(store: &Arc<dyn Datastore>, name: &str, permissions: &[&str]) -> Role {
    store.create_role(NewRole::new(name, permissions.iter().copied())).await.expect("the role is created")
}

async fn grant(store: &Arc<dyn Datastore>, user: &UserId, role: &str) -> bool {
    store.grant_role(user, role).await.expect("the datastore answers")
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn names(user: &User) -> BTreeSet<String> {
    user.roles.iter().map(|role| role.name.clone()).collect()
}

fn is_unknown<T>(result: Result<T, DatastoreError>, expected: &str) -> bool {
    matches!(result, Err(DatastoreError::UnknownRole(name)) if name == expected)
}

/// What `create_role` answers and what is found later are the same.
pub async fn a_new_role_keeps_what_it_was_given(fresh: &FreshStore) {
    let store = fresh.store();
    let given = NewRole {
        description: Some("Keeps the books".to_owned()),
        ..NewRole::new("clerk", ["read", "file"])
    };
    let created = store.create_role(given.clone()).await.expect("the role is created");
    assert_eq!(created.name, given.name);
    assert_eq!(created.description, given.description);
    assert_eq!(created.permissions, given.permissions);
    assert_eq!(store.find_role("clerk").await.expect("the datastore answers"), Some(created));

    let bare = role(&store, "guest", &[]).await;
    assert_eq!((bare.description, bare.permissions), (None, BTreeSet::new()));
}

/// Case and blanks count.
pub async fn a_role_is_found_by_its_exact_name(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &[]).await;
    for other in ["Clerk", "CLERK", "clerk ", "cler_", "%", ""] {
        assert_eq!(store.find_role(other).await.expect("the datastore answers"), None, "{other:?}");
    }
}

/// The name is the identity of a role.
pub async fn a_role_name_belongs_to_one_role(fresh: &FreshStore) {
    let store = fresh.store();
    let first = role(&store, "clerk", &["read"]).await;
    assert_duplicate(store.create_role(NewRole::new("clerk", ["write"])).await, "name");
    assert_eq!(store.list_roles().await.expect("the datastore answers"), [first]);
}

/// Whatever the order of creation.
pub async fn roles_are_listed_by_name(fresh: &FreshStore) {
    let store = fresh.store();
    assert!(store.list_roles().await.expect("the datastore answers").is_empty());
    for name in ["mate", "admin", "clerk"] {
        role(&store, name, &[]).await;
    }
    let listed: Vec<String> =
        store.list_roles().await.expect("the datastore answers").into_iter().map(|role| role.name).collect();
    assert_eq!(listed, ["admin", "clerk", "mate"]);
}

/// With their permissions, and each once.
pub async fn a_new_account_holds_the_roles_it_was_given(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read", "file"]).await;
    role(&store, "mate", &["steer"]).await;
    role(&store, "admin", &["everything"]).await;
    let given = ["mate", "clerk", "mate"].map(str::to_owned).to_vec();
    let ann = create(&store, new_user("ann@harbour.example", |user| user.roles = given)).await;
    for user in [ann.clone(), again(&store, &ann.id).await] {
        assert_eq!(names(&user), set(&["clerk", "mate"]));
        assert_eq!(user.roles.len(), 2);
        assert!(user.has_permission("steer") && user.has_permission("file"));
        assert!(!user.has_permission("everything"));
    }
}

/// Nothing of it is stored.
pub async fn an_unknown_role_refuses_the_whole_account(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &[]).await;
    let roles = vec!["clerk".to_owned(), "pirate".to_owned()];
    let refused = store.create_user(new_user("ann@harbour.example", |user| user.roles = roles)).await;
    assert!(is_unknown(refused, "pirate"));
    assert_eq!(find(&store, &UserKey::email("ann@harbour.example")).await, None);
    account(&store, "ann@harbour.example").await;
}

/// The second time answers `false`.
pub async fn a_role_is_granted_once(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read"]).await;
    let ann = account(&store, "ann@harbour.example").await;
    let ben = account(&store, "ben@harbour.example").await;
    assert!(grant(&store, &ann.id, "clerk").await);
    assert!(!grant(&store, &ann.id, "clerk").await);
    let after = again(&store, &ann.id).await;
    assert!(after.has_role("clerk") && after.has_permission("read"));
    assert_eq!(after.roles.len(), 1);
    assert!(!again(&store, &ben.id).await.has_role("clerk"));
}

/// It is an error, not a `false`.
pub async fn an_unknown_role_cannot_be_granted(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &[]).await;
    let ann = account(&store, "ann@harbour.example").await;
    for unknown in ["pirate", "Clerk", ""] {
        assert!(is_unknown(store.grant_role(&ann.id, unknown).await, unknown), "{unknown:?}");
    }
    assert!(again(&store, &ann.id).await.roles.is_empty());
}

/// It answers `false`.
pub async fn nobody_cannot_be_granted_a_role(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &[]).await;
    let ann = account(&store, "ann@harbour.example").await;
    assert!(!grant(&store, &foreign_key(&ann.id), "clerk").await);
}

/// The other roles stay, and it may be granted again.
pub async fn a_revoked_role_is_gone(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read"]).await;
    role(&store, "mate", &["steer"]).await;
    let given = ["clerk", "mate"].map(str::to_owned).to_vec();
    let ann = create(&store, new_user("ann@harbour.example", |user| user.roles = given.clone())).await;
    let ben = create(&store, new_user("ben@harbour.example", |user| user.roles = given)).await;
    assert!(store.revoke_role(&ann.id, "clerk").await.expect("the datastore answers"));
    assert_eq!(names(&again(&store, &ann.id).await), set(&["mate"]));
    assert!(!again(&store, &ann.id).await.has_permission("read"));
    assert_eq!(names(&again(&store, &ben.id).await), set(&["clerk", "mate"]));
    assert!(grant(&store, &ann.id, "clerk").await);
}

/// A role not held, an unknown role, an unknown user: `false`.
pub async fn revoking_what_is_not_held_changes_nothing(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &[]).await;
    role(&store, "mate", &[]).await;
    let ann = account(&store, "ann@harbour.example").await;
    grant(&store, &ann.id, "mate").await;
    let nobody = foreign_key(&ann.id);
    for (user, role) in [(&ann.id, "clerk"), (&ann.id, "pirate"), (&ann.id, "MATE"), (&nobody, "mate")] {
        assert!(!store.revoke_role(user, role).await.expect("the datastore answers"), "{role}");
    }
    assert_eq!(names(&again(&store, &ann.id).await), set(&["mate"]));
}

/// From the next read on.
pub async fn permissions_of_a_role_reach_everyone_who_holds_it(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read"]).await;
    let ann = account(&store, "ann@harbour.example").await;
    grant(&store, &ann.id, "clerk").await;
    let changed = store.change_permissions("clerk", &set(&["file"]), &set(&["read"])).await;
    assert!(changed.expect("the datastore answers").is_some());
    let after = again(&fresh.second(), &ann.id).await;
    assert!(after.has_permission("file") && !after.has_permission("read"));
}

/// A name in both sets is removed; what is there already and what is not there are no mistakes.
pub async fn permissions_are_added_and_removed_in_one_step(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read", "file"]).await;
    let bystander = role(&store, "mate", &["read"]).await;
    let add = set(&["read", "stamp", "both"]);
    let remove = set(&["file", "both", "absent"]);
    let changed = store.change_permissions("clerk", &add, &remove).await.expect("the datastore answers");
    let changed = changed.expect("the role exists");
    assert_eq!(changed.permissions, set(&["read", "stamp"]));
    assert_eq!(store.find_role("clerk").await.expect("the datastore answers"), Some(changed.clone()));
    assert_eq!(store.find_role("mate").await.expect("the datastore answers"), Some(bystander));

    let same = store.change_permissions("clerk", &set(&["read"]), &set(&[])).await;
    assert_eq!(same.expect("the datastore answers").map(|role| role.permissions), Some(changed.permissions));
}

/// The role is then one without permissions, not one with an empty permission.
pub async fn the_last_permission_can_be_removed(fresh: &FreshStore) {
    let store = fresh.store();
    role(&store, "clerk", &["read"]).await;
    let changed = store.change_permissions("clerk", &set(&[]), &set(&["read"])).await;
    assert_eq!(changed.expect("the datastore answers").map(|role| role.permissions), Some(set(&[])));
    let found = store.find_role("clerk").await.expect("the datastore answers").expect("the role exists");
    assert_eq!(found.permissions, set(&[]));
    let changed = store.change_permissions("clerk", &set(&["file"]), &set(&[])).await;
    assert_eq!(changed.expect("the datastore answers").map(|role| role.permissions), Some(set(&["file"])));
}

/// And it is not created on the way.
pub async fn an_unknown_role_has_no_permissions_to_change(fresh: &FreshStore) {
    let store = fresh.store();
    let changed = store.change_permissions("pirate", &set(&["plunder"]), &set(&[])).await;
    assert_eq!(changed.expect("the datastore answers"), None);
    assert!(store.list_roles().await.expect("the datastore answers").is_empty());
}

/// Roles outlive those who held them, and a later account does not inherit them.
pub async fn a_deleted_account_takes_no_role_with_it(fresh: &FreshStore) {
    let store = fresh.store();
    let clerk = role(&store, "clerk", &["read"]).await;
    let ann = account(&store, "ann@harbour.example").await;
    grant(&store, &ann.id, "clerk").await;
    assert!(store.delete_user(&ann.id).await.expect("it is deleted"));
    assert_eq!(store.list_roles().await.expect("the datastore answers"), [clerk]);
    let later = account(&store, "ben@harbour.example").await;
    assert!(later.roles.is_empty() && again(&store, &later.id).await.roles.is_empty());
}
