//! Rules about values: what comes back unchanged, and what is refused.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta};
use security_core::account::{NewRole, NewUser, UserId};
use security_core::datastore::{Condition, IdentityAttribute, UserKey};
use serde_json::{Map, Value, json};

use super::{FreshStore, account, again, assert_unstorable, change, create, find, new_user};

/// Composed and decomposed letters are different texts, and neither is normalised on the way.
pub async fn text_of_every_script_comes_back_unchanged(fresh: &FreshStore) {
    let store = fresh.store();
    for (number, text) in
        ["Zoë", "Zoe\u{308}", "李小龙", "Ольга", "محمد", "👩🏽‍🚀", "ß", "İstanbul", "a\u{200d}b"]
            .into_iter()
            .enumerate()
    {
        let user = new_user(&format!("{text}{number}@bücher.example"), |user| {
            user.username = Some(text.to_owned());
            user.password = Some(format!("hash of {text}"));
            user.extra.insert(text.to_owned(), json!(text));
        });
        let created = create(&store, user.clone()).await;
        assert_eq!(created.email, user.email);
        assert_eq!(created.password, user.password);
        assert_eq!(created.extra, user.extra);
        for case_insensitive in [false, true] {
            let attribute = IdentityAttribute::Username;
            let key = UserKey::Identity { attribute, value: text.to_owned(), case_insensitive };
            assert_eq!(find(&store, &key).await.as_ref(), Some(&created), "{text}");
        }
        let role = NewRole { description: Some(text.to_owned()), ..NewRole::new(text, [text]) };
        let stored = store.create_role(role).await.expect("the role is created");
        assert_eq!(stored.description.as_deref(), Some(text));
        assert_eq!(store.find_role(text).await.expect("the datastore answers"), Some(stored), "{text}");
    }
}

/// Quotes and semicolons end nothing.
pub async fn text_that_looks_like_sql_is_text(fresh: &FreshStore) {
    let store = fresh.store();
    for text in
        ["x'; DROP TABLE user; --", "\" OR 1=1 --", "' OR ''='", "$1", "?", ":a", "\\'", "{\"$ne\": null}"]
    {
        assert_eq!(find(&store, &UserKey::username(text)).await, None, "{text}");
        let user = new_user(&format!("{text}@harbour.example"), |user| user.username = Some(text.to_owned()));
        let created = create(&store, user).await;
        assert_eq!(
            find(&store, &UserKey::username(text)).await.map(|user| user.id),
            Some(created.id.clone())
        );
        let condition = Condition::UniquifierIs(text.to_owned());
        let made =
            store.update_user(&created.id, &condition, &change(|change| change.active = Some(false))).await;
        assert!(!made.expect("the datastore answers"), "{text}");
        assert!(store.delete_user(&created.id).await.expect("it is deleted"));
    }
}

/// Counted in characters, not in bytes.
pub async fn the_longest_values_fit(fresh: &FreshStore) {
    let store = fresh.store();
    let user = new_user(&"é".repeat(255), |user| {
        user.username = Some("ж".repeat(255));
        user.password = Some("x".repeat(255));
        user.fs_uniquifier = "u".repeat(64);
        user.us_phone_number = Some("1".repeat(128));
    });
    let created = create(&store, user.clone()).await;
    let stored = again(&store, &created.id).await;
    assert_eq!(stored.email, user.email);
    assert_eq!(stored.username, user.username);
    assert_eq!(stored.password, user.password);
    assert_eq!(stored.us_phone_number, user.us_phone_number);
    assert!(find(&store, &UserKey::Uniquifier("u".repeat(64))).await.is_some());

    let permissions: Vec<String> = (0..500).map(|number| format!("permission-{number}")).collect();
    let role = NewRole { description: Some("d".repeat(255)), ..NewRole::new("r".repeat(80), permissions) };
    let stored = store.create_role(role).await.expect("the role is created");
    assert_eq!(stored.permissions.len(), 500);
}

/// They are not cut: a cut value would be somebody else's.
pub async fn longer_values_are_refused(fresh: &FreshStore) {
    let store = fresh.store();
    let email = "ann@harbour.example";
    let long = || Some("x".repeat(256));
    assert_unstorable(store.create_user(NewUser::new("x".repeat(256))).await, "email");
    assert_unstorable(store.create_user(new_user(email, |user| user.username = long())).await, "username");
    assert_unstorable(store.create_user(new_user(email, |user| user.password = long())).await, "password");
    let uniquifier = new_user(email, |user| user.fs_uniquifier = "x".repeat(65));
    assert_unstorable(store.create_user(uniquifier).await, "fs_uniquifier");
    assert_eq!(store.count_users().await.expect("the datastore answers"), 0);

    let ann = account(&store, email).await;
    let moved = change(|change| change.email = long());
    assert_unstorable(store.update_user(&ann.id, &Condition::Exists, &moved).await, "email");
    let ip = "1".repeat(65);
    assert_unstorable(
        store.record_sign_in(&ann.id, DateTime::UNIX_EPOCH, Some(&ip)).await,
        "current_login_ip",
    );
    assert_eq!(again(&store, &ann.id).await, ann);

    assert_unstorable(store.create_role(NewRole::new("r".repeat(81), ["read"])).await, "name");
    let described = NewRole { description: long(), ..NewRole::new("clerk", ["read"]) };
    assert_unstorable(store.create_role(described).await, "description");
}

/// Wherever it stands.
pub async fn a_value_with_a_nul_is_refused(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    for text in ["\0", "a\0b", "a\0", "\0b"] {
        assert_unstorable(store.create_user(NewUser::new(text)).await, "email");
        let named = new_user("ben@harbour.example", |user| user.username = Some(text.to_owned()));
        assert_unstorable(store.create_user(named).await, "username");
        let renamed = change(|change| change.username = Some(Some(text.to_owned())));
        assert_unstorable(store.update_user(&ann.id, &Condition::Exists, &renamed).await, "username");
        assert_unstorable(store.create_role(NewRole::new(text, ["read"])).await, "name");
        assert_unstorable(store.create_role(NewRole::new("clerk", [text])).await, "permissions");
    }
    assert_eq!(again(&store, &ann.id).await, ann);
}

/// Where a database cuts the text at the NUL, it would find the account whose name is the beginning.
pub async fn a_key_with_a_nul_finds_nobody(fresh: &FreshStore) {
    let store = fresh.store();
    let user = new_user("ann@harbour.example", |user| user.username = Some("ann".to_owned()));
    let ann = create(&store, user).await;
    for key in [
        UserKey::email("ann@harbour.example\0"),
        UserKey::email("ann@harbour.example\0.evil.example"),
        UserKey::username("ann\0"),
        UserKey::username("\0ann"),
        UserKey::Uniquifier(format!("{}\0", ann.fs_uniquifier)),
        UserKey::TokenUniquifier(format!("{}\0x", ann.fs_token_uniquifier.clone().unwrap_or_default())),
        UserKey::Id(UserId::Text("\0".to_owned())),
    ] {
        assert_eq!(find(&store, &key).await, None, "{key:?}");
    }
    store.create_role(NewRole::new("clerk", ["read"])).await.expect("the role is created");
    assert_eq!(store.find_role("clerk\0").await.expect("the datastore answers"), None);
    assert!(!store.revoke_role(&ann.id, "clerk\0").await.expect("the datastore answers"));
}

/// It is no error either.
pub async fn a_condition_with_a_nul_does_not_hold(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    for condition in [
        Condition::UniquifierIs(format!("{}\0", ann.fs_uniquifier)),
        Condition::PasswordIs(Some("\0".to_owned())),
        Condition::UnconfirmedEmailIs("ann@harbour.example\0".to_owned()),
    ] {
        let inactive = change(|change| change.active = Some(false));
        let made = store.update_user(&ann.id, &condition, &inactive).await;
        assert!(!made.expect("the datastore answers"), "{condition:?}");
    }
}

/// It would come back as two.
pub async fn a_permission_with_a_comma_is_refused(fresh: &FreshStore) {
    let store = fresh.store();
    assert_unstorable(store.create_role(NewRole::new("clerk", ["read,write"])).await, "permissions");
    assert_unstorable(store.create_role(NewRole::new("clerk", [""])).await, "permissions");
    store.create_role(NewRole::new("clerk", ["read"])).await.expect("the role is created");
    let add = BTreeSet::from(["write,delete".to_owned()]);
    assert_unstorable(store.change_permissions("clerk", &add, &BTreeSet::new()).await, "permissions");
    let unchanged = store.find_role("clerk").await.expect("the datastore answers").expect("the role exists");
    assert_eq!(unchanged.permissions, BTreeSet::from(["read".to_owned()]));
}

/// Before 1970 and far in the future too.
pub async fn times_come_back_to_the_millisecond(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    for (year, millis) in [(1969, 1), (1970, 0), (2000, 999), (2024, 120), (2038, 7), (9999, 500)] {
        let day = NaiveDate::from_ymd_opt(year, 2, 28).and_then(|day| day.and_hms_opt(23, 59, 59));
        let at = day.expect("a day of the calendar").and_utc() + TimeDelta::milliseconds(millis);
        let confirmed = change(|change| change.confirmed_at = Some(Some(at)));
        assert!(store.update_user(&ann.id, &Condition::Exists, &confirmed).await.expect("it is made"));
        assert!(store.record_sign_in(&ann.id, at, None).await.expect("it is recorded"));
        let after = again(&store, &ann.id).await;
        assert_eq!((after.confirmed_at, after.current_login_at), (Some(at), Some(at)));
    }
}

/// Every kind of JSON value, nested too.
pub async fn the_fields_of_the_application_come_back_unchanged(fresh: &FreshStore) {
    let store = fresh.store();
    let fields: Map<String, Value> = [
        ("nothing", Value::Null),
        ("yes", json!(true)),
        ("whole", json!(9_007_199_254_740_993_i64)),
        ("negative", json!(-1)),
        ("part", json!(1.5)),
        ("text", json!("two\nlines, \"quoted\" \\ and ünïcode")),
        ("empty", json!({"text": "", "list": [], "map": {}})),
        ("nested", json!([{"deep": [1, [2, [3]]]}, null])),
        ("Case", json!(1)),
        ("case", json!(2)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let ann = create(&store, new_user("ann@harbour.example", |user| user.extra = fields.clone())).await;
    assert_eq!(ann.extra, fields);
    assert_eq!(again(&store, &ann.id).await.extra, fields);
}
