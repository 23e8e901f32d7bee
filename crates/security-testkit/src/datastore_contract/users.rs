//! Rules about accounts: creating, finding, changing, signing in, deleting.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use chrono::{DateTime, TimeDelta, Utc};
use security_core::account::NewUser;
use security_core::datastore::{Condition, IdentityAttribute, UserChange, UserKey};
use serde_json::json;

use super::{FreshStore, account, again, change, create, find, foreign_key, new_user};

/// Some time at which things happen.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_699_175_600, 125_000_000).expect("a time within the calendar")
}

fn full_user() -> NewUser {
    new_user("Ann@harbour.example", |user| {
        user.username = Some("ann".to_owned());
        user.password = Some("$argon2id$hash".to_owned());
        user.confirmed_at = Some(noon());
        user.us_phone_number = Some("+442070313000".to_owned());
        user.extra.insert("berth".to_owned(), json!(7));
    })
}

/// By primary key, by uniquifier, and by each identity.
pub async fn a_new_account_is_found_by_each_of_its_keys(fresh: &FreshStore) {
    let store = fresh.store();
    let created = create(&store, full_user()).await;
    let mut keys = vec![
        UserKey::Id(created.id.clone()),
        UserKey::Uniquifier(created.fs_uniquifier.clone()),
        UserKey::email("Ann@harbour.example"),
        UserKey::username("ann"),
        UserKey::Identity {
            attribute: IdentityAttribute::UsPhoneNumber,
            value: "+442070313000".to_owned(),
            case_insensitive: false,
        },
    ];
    keys.extend(created.fs_token_uniquifier.clone().map(UserKey::TokenUniquifier));
    for key in keys {
        assert_eq!(find(&store, &key).await.as_ref(), Some(&created), "{key:?}");
    }
}

/// What `create_user` answers and what is found later are the same, and hold what was given.
pub async fn a_new_account_keeps_what_it_was_given(fresh: &FreshStore) {
    let store = fresh.store();
    let given = full_user();
    let created = create(&store, given.clone()).await;
    assert_eq!(again(&store, &created.id).await, created);
    assert_eq!(created.email, given.email);
    assert_eq!(created.username, given.username);
    assert_eq!(created.password, given.password);
    assert!(created.active);
    assert_eq!(created.fs_uniquifier, given.fs_uniquifier);
    assert!(created.fs_token_uniquifier.is_none_or(|stored| stored == given.fs_token_uniquifier));
    assert!(created.fs_webauthn_user_handle.is_none_or(|stored| stored == given.fs_webauthn_user_handle));
    assert_eq!(created.confirmed_at, given.confirmed_at);
    assert_eq!(created.us_phone_number, given.us_phone_number);
    assert_eq!(created.extra, given.extra);
    assert_eq!(created.login_count, None);
    assert_eq!(created.current_login_at, None);
    assert_eq!(created.tf_primary_method, None);
    assert!(created.mf_recovery_codes.is_empty());
    assert!(created.roles.is_empty());

    let inactive = create(&store, new_user("ben@harbour.example", |user| user.active = false)).await;
    assert!(!again(&store, &inactive.id).await.active);
}

/// An account whose owner signs in by other means has none, not an empty one.
pub async fn an_account_may_have_no_password(fresh: &FreshStore) {
    let store = fresh.store();
    let created = account(&store, "ann@harbour.example").await;
    assert_eq!(created.password, None);
    assert_eq!(again(&store, &created.id).await.password, None);
}

/// Primary keys are unique.
pub async fn accounts_have_different_keys(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let ben = account(&store, "ben@harbour.example").await;
    assert_ne!(ann.id, ben.id);
    assert_ne!(ann.fs_uniquifier, ben.fs_uniquifier);
    assert_eq!(again(&store, &ben.id).await.email, "ben@harbour.example");
}

/// Also the empty text, where other accounts have nothing.
pub async fn a_key_of_nobody_finds_nobody(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    for key in [
        UserKey::Id(foreign_key(&ann.id)),
        UserKey::Uniquifier("0".repeat(32)),
        UserKey::TokenUniquifier("0".repeat(32)),
        UserKey::email("ben@harbour.example"),
        UserKey::username("ann"),
        UserKey::Uniquifier(String::new()),
        UserKey::email(""),
        UserKey::username(""),
        UserKey::email("x".repeat(5000)),
    ] {
        assert_eq!(find(&store, &key).await, None, "{key:?}");
    }
}

/// Everything that is not named stays, here and in other accounts.
pub async fn a_change_writes_what_it_names_and_leaves_the_rest(fresh: &FreshStore) {
    let store = fresh.store();
    let before = create(&store, full_user()).await;
    let bystander = account(&store, "ben@harbour.example").await;

    let one = change(|change| change.password = Some(Some("$argon2id$new".to_owned())));
    assert!(store.update_user(&before.id, &Condition::Exists, &one).await.expect("the change is made"));
    let after = again(&store, &before.id).await;
    let mut expected = before.clone();
    expected.password = Some("$argon2id$new".to_owned());
    expected.update_datetime = after.update_datetime;
    assert_eq!(after, expected);

    let all = change(|change| {
        change.email = Some("anna@harbour.example".to_owned());
        change.username = Some(Some("anna".to_owned()));
        change.active = Some(false);
        change.fs_uniquifier = Some("new-uniquifier".to_owned());
        change.fs_token_uniquifier = Some("new-token-uniquifier".to_owned());
        change.confirmed_at = Some(Some(noon() + TimeDelta::hours(1)));
        change.us_phone_number = Some(Some("+16502530000".to_owned()));
        change.extra = Some([("pier".to_owned(), json!("north"))].into_iter().collect());
    });
    assert!(store.update_user(&before.id, &Condition::Exists, &all).await.expect("the change is made"));
    let after = again(&store, &before.id).await;
    assert_eq!(after.email, "anna@harbour.example");
    assert_eq!(after.username.as_deref(), Some("anna"));
    assert_eq!(after.password.as_deref(), Some("$argon2id$new"));
    assert!(!after.active);
    assert_eq!(after.fs_uniquifier, "new-uniquifier");
    assert!(after.fs_token_uniquifier.as_deref().is_none_or(|stored| stored == "new-token-uniquifier"));
    assert_eq!(after.confirmed_at, Some(noon() + TimeDelta::hours(1)));
    assert_eq!(after.us_phone_number.as_deref(), Some("+16502530000"));
    assert_eq!(after.extra.get("pier"), Some(&json!("north")));
    assert_eq!(after.extra.get("berth"), None);

    assert_eq!(again(&store, &bystander.id).await, bystander);
}

/// `Some(None)` writes nothing into the column, `None` does not touch it.
pub async fn a_change_can_empty_what_may_be_empty(fresh: &FreshStore) {
    let store = fresh.store();
    let user = create(&store, full_user()).await;
    let emptied = change(|change| {
        change.username = Some(None);
        change.password = Some(None);
        change.confirmed_at = Some(None);
        change.us_phone_number = Some(None);
        change.extra = Some(serde_json::Map::new());
    });
    assert!(store.update_user(&user.id, &Condition::Exists, &emptied).await.expect("the change is made"));
    let after = again(&store, &user.id).await;
    assert_eq!((after.username, after.password, after.us_phone_number), (None, None, None));
    assert_eq!(after.confirmed_at, None);
    assert!(after.extra.is_empty());
    assert_eq!(after.email, user.email);
}

/// It answers `false` and is no error.
pub async fn a_change_of_nobody_is_not_made(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let inactive = change(|change| change.active = Some(false));
    let made = store.update_user(&foreign_key(&ann.id), &Condition::Exists, &inactive).await;
    assert!(!made.expect("the datastore answers"));
    assert!(again(&store, &ann.id).await.active);
}

/// Whether the condition holds is answered also when there is nothing to write.
pub async fn a_change_without_values_asks_only_for_its_condition(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let nothing = UserChange::default();
    assert!(store.update_user(&ann.id, &Condition::Exists, &nothing).await.expect("the datastore answers"));
    let other = Condition::UniquifierIs("another".to_owned());
    assert!(!store.update_user(&ann.id, &other, &nothing).await.expect("the datastore answers"));
    let mut after = again(&store, &ann.id).await;
    after.update_datetime = ann.update_datetime;
    assert_eq!(after, ann);
}

/// Each kind of condition, also the one for an account without password.
pub async fn a_condition_that_holds_lets_the_change_through(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let ben =
        create(&store, new_user("ben@harbour.example", |user| user.password = Some("hash".to_owned()))).await;
    for (user, condition) in [
        (&ann, Condition::Exists),
        (&ann, Condition::UniquifierIs(ann.fs_uniquifier.clone())),
        (&ann, Condition::PasswordIs(None)),
        (&ben, Condition::PasswordIs(Some("hash".to_owned()))),
        (&ann, Condition::UnconfirmedEmailIs("ann@harbour.example".to_owned())),
    ] {
        let active = again(&store, &user.id).await.active;
        let toggled = change(|change| change.active = Some(!active));
        let made = store.update_user(&user.id, &condition, &toggled).await;
        assert!(made.expect("the datastore answers"), "{condition:?}");
        assert_eq!(again(&store, &user.id).await.active, !active, "{condition:?}");
    }
}

/// Each kind of condition, with a value that is close but not the same.
pub async fn a_condition_that_does_not_hold_changes_nothing(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let ben = create(
        &store,
        new_user("ben@harbour.example", |user| {
            user.password = Some("hash".to_owned());
            user.confirmed_at = Some(noon());
        }),
    )
    .await;
    for (user, condition) in [
        (&ann, Condition::UniquifierIs(ben.fs_uniquifier.clone())),
        (&ann, Condition::UniquifierIs(ann.fs_uniquifier.to_uppercase() + "A")),
        (&ann, Condition::PasswordIs(Some(String::new()))),
        (&ben, Condition::PasswordIs(None)),
        (&ben, Condition::PasswordIs(Some("HASH".to_owned()))),
        (&ann, Condition::UnconfirmedEmailIs("Ann@harbour.example".to_owned())),
        (&ben, Condition::UnconfirmedEmailIs("ben@harbour.example".to_owned())),
    ] {
        let inactive = change(|change| change.active = Some(false));
        let made = store.update_user(&user.id, &condition, &inactive).await;
        assert!(!made.expect("the datastore answers"), "{condition:?}");
        assert_eq!(again(&store, &user.id).await, *user, "{condition:?}");
    }
}

/// Another node reads what was written a moment ago.
pub async fn a_change_is_visible_at_once_through_another_connection(fresh: &FreshStore) {
    let (here, there) = (fresh.store(), fresh.second());
    let user = account(&here, "ann@harbour.example").await;
    for round in 0..50 {
        let uniquifier = format!("uniquifier-{round}");
        let replaced = change(|change| change.fs_uniquifier = Some(uniquifier.clone()));
        let (writer, reader) = if round % 2 == 0 { (&here, &there) } else { (&there, &here) };
        assert!(writer.update_user(&user.id, &Condition::Exists, &replaced).await.expect("it is made"));
        assert!(find(reader, &UserKey::Uniquifier(uniquifier)).await.is_some(), "round {round}");
    }
}

/// Sessions and tokens that carry the old value are over.
pub async fn an_ended_identity_finds_nobody(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let replaced = change(|change| {
        change.fs_uniquifier = Some("fresh".to_owned());
        change.fs_token_uniquifier = Some("fresh-token".to_owned());
        change.email = Some("anna@harbour.example".to_owned());
    });
    assert!(store.update_user(&ann.id, &Condition::Exists, &replaced).await.expect("the change is made"));
    assert_eq!(find(&store, &UserKey::Uniquifier(ann.fs_uniquifier)).await, None);
    assert_eq!(find(&store, &UserKey::email("ann@harbour.example")).await, None);
    assert!(find(&store, &UserKey::Uniquifier("fresh".to_owned())).await.is_some());
    if let Some(old) = ann.fs_token_uniquifier {
        assert_eq!(find(&store, &UserKey::TokenUniquifier(old)).await, None);
        assert!(find(&store, &UserKey::TokenUniquifier("fresh-token".to_owned())).await.is_some());
    }
}

/// Without an earlier one, the last time is this time; the last address stays empty.
pub async fn the_first_sign_in_is_also_the_last_one(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    assert!(store.record_sign_in(&ann.id, noon(), Some("203.0.113.9")).await.expect("it is recorded"));
    let after = again(&store, &ann.id).await;
    assert_eq!(after.last_login_at, Some(noon()));
    assert_eq!(after.current_login_at, Some(noon()));
    assert_eq!(after.last_login_ip, None);
    assert_eq!(after.current_login_ip.as_deref(), Some("203.0.113.9"));
    assert_eq!(after.login_count, Some(1));
    assert_eq!(after.fs_uniquifier, ann.fs_uniquifier);
}

/// Also when the peer address is unknown at one of them.
pub async fn a_later_sign_in_moves_the_current_one_to_the_last(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let later = noon() + TimeDelta::hours(3);
    let latest = noon() + TimeDelta::days(2);
    for (at, ip) in [(noon(), Some("203.0.113.9")), (later, Some("2001:db8::1")), (latest, None)] {
        assert!(store.record_sign_in(&ann.id, at, ip).await.expect("it is recorded"));
    }
    let after = again(&store, &ann.id).await;
    assert_eq!((after.last_login_at, after.current_login_at), (Some(later), Some(latest)));
    assert_eq!((after.last_login_ip.as_deref(), after.current_login_ip), (Some("2001:db8::1"), None));
    assert_eq!(after.login_count, Some(3));
}

/// It answers `false` and is no error.
pub async fn a_sign_in_of_nobody_is_not_recorded(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let recorded = store.record_sign_in(&foreign_key(&ann.id), noon(), None).await;
    assert!(!recorded.expect("the datastore answers"));
    assert_eq!(again(&store, &ann.id).await, ann);
}

/// No key finds it, and the same person may register again.
pub async fn a_deleted_account_is_gone_and_its_identity_is_free(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = create(&store, full_user()).await;
    assert!(store.delete_user(&ann.id).await.expect("it is deleted"));
    for key in [
        UserKey::Id(ann.id.clone()),
        UserKey::Uniquifier(ann.fs_uniquifier.clone()),
        UserKey::email("Ann@harbour.example"),
        UserKey::username("ann"),
    ] {
        assert_eq!(find(&store, &key).await, None, "{key:?}");
    }
    assert!(!store.delete_user(&ann.id).await.expect("the datastore answers"));
    create(&store, full_user()).await;
}

/// It answers `false`, and everybody else stays.
pub async fn deleting_nobody_changes_nothing(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    assert!(!store.delete_user(&foreign_key(&ann.id)).await.expect("the datastore answers"));
    assert_eq!(store.count_users().await.expect("the datastore answers"), 1);
}

/// Deactivated ones too.
pub async fn accounts_are_counted(fresh: &FreshStore) {
    let store = fresh.store();
    assert_eq!(store.count_users().await.expect("the datastore answers"), 0);
    account(&store, "ann@harbour.example").await;
    let ben = create(&store, new_user("ben@harbour.example", |user| user.active = false)).await;
    assert_eq!(store.count_users().await.expect("the datastore answers"), 2);
    store.delete_user(&ben.id).await.expect("it is deleted");
    assert_eq!(store.count_users().await.expect("the datastore answers"), 1);
}

/// A datastore that works says so.
pub async fn the_datastore_answers_whether_it_is_there(fresh: &FreshStore) {
    fresh.store().ping().await.expect("the datastore is there");
}
