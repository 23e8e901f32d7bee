//! Rules about what happens at the same moment: exactly one succeeds, and nothing is lost.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use security_core::account::{NewRole, NewUser, User};
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey};

use super::{CONTESTANTS, FreshStore, account, again, change, create, find, new_user, race, uses};

/// One succeeded, and all others were told that the value is taken.
fn assert_one_winner<T>(results: Vec<Result<T, DatastoreError>>) {
    let mut winners = 0;
    for result in results {
        match result {
            Ok(_) => winners += 1,
            Err(error) => assert!(error.is_duplicate(), "a loser is told of a duplicate, not: {error:?}"),
        }
    }
    assert_eq!(winners, 1, "contestants who succeeded");
}

/// One was told `true`, and all others `false`.
fn assert_one_true(results: Vec<Result<bool, DatastoreError>>) {
    let winners =
        results.into_iter().filter(|result| *result.as_ref().expect("the datastore answers")).count();
    assert_eq!(winners, 1, "contestants who succeeded");
}

/// Lets all of them make a change under one condition; each change ends the condition.
async fn assert_one_change(
    fresh: &FreshStore,
    user: NewUser,
    condition: impl Fn(&User) -> Condition,
    edit: impl Fn(&mut UserChange, usize),
) {
    let user = create(&fresh.store(), user).await;
    let condition = condition(&user);
    let results = race(fresh, |store, number| {
        let (id, condition) = (user.id.clone(), condition.clone());
        let change = change(|change| edit(change, number));
        async move { store.update_user(&id, &condition, &change).await }
    });
    assert_one_true(results.await);
}

/// Half of them spell it differently.
pub async fn one_of_many_registrations_of_an_address_succeeds(fresh: &FreshStore) {
    let results = race(fresh, |store, number| async move {
        let email = if number % 3 == 0 { "ANN@harbour.example" } else { "ann@harbour.example" };
        store.create_user(NewUser::new(email)).await
    });
    assert_one_winner(results.await);
    assert_eq!(fresh.store().count_users().await.expect("the datastore answers"), 1);
}

/// Half of them spell it differently.
pub async fn one_of_many_registrations_of_a_user_name_succeeds(fresh: &FreshStore) {
    let results = race(fresh, |store, number| async move {
        let user = new_user(&format!("member{number}@harbour.example"), |user| {
            user.username = Some(if number % 3 == 0 { "Ann" } else { "ann" }.to_owned());
        });
        store.create_user(user).await
    });
    assert_one_winner(results.await);
    assert_eq!(fresh.store().count_users().await.expect("the datastore answers"), 1);
}

/// The name is the identity of a role.
pub async fn one_of_many_new_roles_of_a_name_succeeds(fresh: &FreshStore) {
    let results = race(fresh, |store, number| async move {
        store.create_role(NewRole::new("clerk", [format!("p{number}")])).await
    });
    assert_one_winner(results.await);
    assert_eq!(fresh.store().list_roles().await.expect("the datastore answers").len(), 1);
}

/// A link that carries the old uniquifier is good for one change.
pub async fn one_of_many_changes_of_a_uniquifier_succeeds(fresh: &FreshStore) {
    let user = NewUser::new("ann@harbour.example");
    let condition = |user: &User| Condition::UniquifierIs(user.fs_uniquifier.clone());
    assert_one_change(fresh, user, condition, |change, number| {
        change.fs_uniquifier = Some(format!("uniquifier-{number}"));
        change.password = Some(Some(format!("hash-{number}")));
    })
    .await;
    let after =
        find(&fresh.store(), &UserKey::email("ann@harbour.example")).await.expect("the account exists");
    let (_, winner) = after.fs_uniquifier.split_once('-').expect("a new uniquifier");
    assert_eq!(after.password, Some(format!("hash-{winner}")), "both values come from one contestant");
}

/// A reset link that was made for the old password is good for one new one.
pub async fn one_of_many_changes_of_a_password_succeeds(fresh: &FreshStore) {
    let user = new_user("ann@harbour.example", |user| user.password = Some("old".to_owned()));
    let condition = |_: &_| Condition::PasswordIs(Some("old".to_owned()));
    assert_one_change(fresh, user, condition, |change, number| {
        change.password = Some(Some(format!("hash-{number}")));
    })
    .await;
}

/// A confirmation link is good for one confirmation.
pub async fn one_of_many_confirmations_succeeds(fresh: &FreshStore) {
    let user = NewUser::new("ann@harbour.example");
    let condition = |_: &_| Condition::UnconfirmedEmailIs("ann@harbour.example".to_owned());
    assert_one_change(fresh, user, condition, |change, number| {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).expect("a small number"));
        change.confirmed_at = Some(Some(at));
    })
    .await;
}

/// Many accounts want to have one address.
pub async fn one_of_many_moves_to_an_address_succeeds(fresh: &FreshStore) {
    let mut ids = Vec::new();
    for number in 0..CONTESTANTS {
        ids.push(account(&fresh.store(), &format!("member{number}@harbour.example")).await.id);
    }
    let results = race(fresh, |store, number| {
        let id = ids[number].clone();
        let email = if number % 3 == 0 { "ANN@harbour.example" } else { "ann@harbour.example" };
        let change = change(|change| change.email = Some(email.to_owned()));
        async move { store.update_user(&id, &Condition::Exists, &change).await }
    });
    assert_one_winner(results.await);
}

/// It is held once.
pub async fn one_of_many_grants_of_a_role_succeeds(fresh: &FreshStore) {
    let store = fresh.store();
    store.create_role(NewRole::new("clerk", ["read"])).await.expect("the role is created");
    let ann = account(&store, "ann@harbour.example").await;
    let results = race(fresh, |store, _| {
        let id = ann.id.clone();
        async move { store.grant_role(&id, "clerk").await }
    });
    assert_one_true(results.await);
    assert_eq!(again(&store, &ann.id).await.roles.len(), 1);
    assert!(store.revoke_role(&ann.id, "clerk").await.expect("the datastore answers"));
    assert!(again(&store, &ann.id).await.roles.is_empty(), "one grant is taken away as a whole");
}

/// The others are told that there was nobody.
pub async fn one_of_many_deletions_succeeds(fresh: &FreshStore) {
    let ann = account(&fresh.store(), "ann@harbour.example").await;
    let results = race(fresh, |store, _| {
        let id = ann.id.clone();
        async move { store.delete_user(&id).await }
    });
    assert_one_true(results.await);
}

/// Nobody overwrites what somebody else added or removed.
pub async fn permissions_added_at_once_are_all_there(fresh: &FreshStore) {
    let before: Vec<String> = (0..CONTESTANTS).map(|number| format!("old-{number}")).collect();
    let store = fresh.store();
    store.create_role(NewRole::new("clerk", before)).await.expect("the role is created");
    let results = race(fresh, |store, number| async move {
        let add = BTreeSet::from([format!("new-{number}")]);
        let remove = BTreeSet::from([format!("old-{number}")]);
        store.change_permissions("clerk", &add, &remove).await
    });
    for result in results.await {
        assert!(result.expect("the datastore answers").is_some());
    }
    let role = store.find_role("clerk").await.expect("the datastore answers").expect("the role exists");
    let expected: BTreeSet<String> = (0..CONTESTANTS).map(|number| format!("new-{number}")).collect();
    assert_eq!(role.permissions, expected);
}

/// None is lost.
pub async fn sign_ins_at_once_are_all_counted(fresh: &FreshStore) {
    let ann = account(&fresh.store(), "ann@harbour.example").await;
    let results = race(fresh, |store, _| {
        let id = ann.id.clone();
        async move { store.record_sign_in(&id, DateTime::UNIX_EPOCH, Some("203.0.113.9")).await }
    });
    assert!(results.await.into_iter().all(|result| result.expect("the datastore answers")));
    let count = i64::try_from(CONTESTANTS).expect("a small number");
    assert_eq!(again(&fresh.store(), &ann.id).await.login_count, Some(count));
}

/// They do not stand in each other's way.
pub async fn different_accounts_registered_at_once_all_exist(fresh: &FreshStore) {
    let results = race(fresh, |store, number| async move {
        store.create_user(NewUser::new(format!("member{number}@harbour.example"))).await
    });
    let ids: Vec<_> = results.await.into_iter().map(|result| result.expect("it is created").id).collect();
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(again(&fresh.store(), id).await.email, format!("member{number}@harbour.example"));
    }
}

/// Exactly one of them is the first.
pub async fn of_many_uses_at_once_no_two_are_counted_alike(fresh: &FreshStore) {
    let until = uses::now() + TimeDelta::hours(1);
    let results =
        race(fresh, |store, _| async move { store.count_use(uses::MARK, until, uses::now()).await }).await;
    let counts: BTreeSet<u64> =
        results.into_iter().map(|result| result.expect("the datastore answers")).collect();
    let expected: BTreeSet<u64> = (1..=CONTESTANTS as u64).collect();
    assert_eq!(counts, expected);
}
