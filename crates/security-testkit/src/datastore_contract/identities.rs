//! Rules about identities: what is unique, and how an identity is compared.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::account::{NewRole, NewUser};
use security_core::datastore::{Condition, IdentityAttribute, UserKey};

use super::{FreshStore, account, again, assert_duplicate, change, create, find, new_user};

fn exactly(attribute: IdentityAttribute, value: &str) -> UserKey {
    UserKey::Identity { attribute, value: value.to_owned(), case_insensitive: false }
}

fn named(email: &str, username: &str) -> NewUser {
    new_user(email, |user| user.username = Some(username.to_owned()))
}

/// Two accounts that differ only in case would be one person to whoever types the address.
pub async fn an_address_belongs_to_one_account_in_any_case(fresh: &FreshStore) {
    let store = fresh.store();
    account(&store, "Ann@harbour.example").await;
    for taken in ["Ann@harbour.example", "ann@harbour.example", "ANN@HARBOUR.EXAMPLE"] {
        assert_duplicate(store.create_user(NewUser::new(taken)).await, "email");
    }
    assert_eq!(store.count_users().await.expect("the datastore answers"), 1);
}

/// As with addresses.
pub async fn a_user_name_belongs_to_one_account_in_any_case(fresh: &FreshStore) {
    let store = fresh.store();
    create(&store, named("ann@harbour.example", "Ann")).await;
    for taken in ["Ann", "ann", "ANN"] {
        assert_duplicate(store.create_user(named("ben@harbour.example", taken)).await, "username");
    }
    create(&store, named("ben@harbour.example", "ben")).await;
}

/// A code sent to the number signs one account in.
pub async fn a_phone_number_belongs_to_one_account(fresh: &FreshStore) {
    let store = fresh.store();
    let with_phone = |email| new_user(email, |user| user.us_phone_number = Some("+16502530000".to_owned()));
    create(&store, with_phone("ann@harbour.example")).await;
    assert_duplicate(store.create_user(with_phone("ben@harbour.example")).await, "us_phone_number");
}

/// A session belongs to one account.
pub async fn a_uniquifier_belongs_to_one_account(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let same = new_user("ben@harbour.example", |user| user.fs_uniquifier = ann.fs_uniquifier.clone());
    assert_duplicate(store.create_user(same).await, "fs_uniquifier");
    if let Some(token_uniquifier) = ann.fs_token_uniquifier {
        let same =
            new_user("ben@harbour.example", |user| user.fs_token_uniquifier = token_uniquifier.clone());
        assert_duplicate(store.create_user(same).await, "fs_token_uniquifier");
    }
}

/// Nothing is not equal to nothing.
pub async fn accounts_without_optional_identities_live_side_by_side(fresh: &FreshStore) {
    let store = fresh.store();
    for name in ["ann", "ben", "cyd"] {
        account(&store, &format!("{name}@harbour.example")).await;
    }
    assert_eq!(store.count_users().await.expect("the datastore answers"), 3);
}

/// Neither a row nor a grant, and the refused address stays free.
pub async fn a_refused_account_leaves_nothing_behind(fresh: &FreshStore) {
    let store = fresh.store();
    store.create_role(NewRole::new("clerk", ["read"])).await.expect("it is created");
    create(&store, named("ann@harbour.example", "ann")).await;
    let refused = new_user("ben@harbour.example", |user| {
        user.username = Some("ann".to_owned());
        user.roles = vec!["clerk".to_owned()];
    });
    assert_duplicate(store.create_user(refused).await, "username");
    assert_eq!(find(&store, &UserKey::email("ben@harbour.example")).await, None);
    assert_eq!(store.count_users().await.expect("the datastore answers"), 1);
    assert!(account(&store, "ben@harbour.example").await.roles.is_empty());
}

/// None of the other new values is written either.
pub async fn a_change_to_a_taken_identity_is_refused_and_changes_nothing(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = create(&store, named("Ann@harbour.example", "ann")).await;
    let ben = create(&store, named("ben@harbour.example", "ben")).await;
    let to_email = change(|change| {
        change.active = Some(false);
        change.email = Some("ann@harbour.example".to_owned());
    });
    assert_duplicate(store.update_user(&ben.id, &Condition::Exists, &to_email).await, "email");
    let to_username = change(|change| {
        change.active = Some(false);
        change.username = Some(Some("ANN".to_owned()));
    });
    assert_duplicate(store.update_user(&ben.id, &Condition::Exists, &to_username).await, "username");
    let to_uniquifier = change(|change| change.fs_uniquifier = Some(ann.fs_uniquifier.clone()));
    assert_duplicate(store.update_user(&ben.id, &Condition::Exists, &to_uniquifier).await, "fs_uniquifier");
    assert_eq!(again(&store, &ben.id).await, ben);
}

/// It is not taken by somebody else.
pub async fn an_account_may_change_the_case_of_its_own_identity(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = create(&store, named("ann@harbour.example", "ann")).await;
    let spelled = change(|change| {
        change.email = Some("Ann@harbour.example".to_owned());
        change.username = Some(Some("ANN".to_owned()));
    });
    assert!(store.update_user(&ann.id, &Condition::Exists, &spelled).await.expect("the change is made"));
    let after = again(&store, &ann.id).await;
    assert_eq!((after.email.as_str(), after.username.as_deref()), ("Ann@harbour.example", Some("ANN")));
}

/// Both sides are folded, or neither.
pub async fn an_identity_is_found_in_any_case_only_when_asked_so(fresh: &FreshStore) {
    let store = fresh.store();
    create(&store, named("Ann.B@harbour.example", "AnnB")).await;
    for spelling in ["Ann.B@harbour.example", "ann.b@harbour.example", "ANN.B@HARBOUR.EXAMPLE"] {
        assert!(find(&store, &UserKey::email(spelling)).await.is_some(), "{spelling}");
        let exact = find(&store, &exactly(IdentityAttribute::Email, spelling)).await;
        assert_eq!(exact.is_some(), spelling == "Ann.B@harbour.example", "{spelling}");
    }
    for spelling in ["AnnB", "annb", "ANNB"] {
        assert!(find(&store, &UserKey::username(spelling)).await.is_some(), "{spelling}");
        let exact = find(&store, &exactly(IdentityAttribute::Username, spelling)).await;
        assert_eq!(exact.is_some(), spelling == "AnnB", "{spelling}");
    }
}

/// Somebody whose user name is another one's address is not that other one.
pub async fn a_user_name_is_no_address_and_an_address_no_user_name(fresh: &FreshStore) {
    let store = fresh.store();
    let ann = account(&store, "ann@harbour.example").await;
    let ben = create(&store, named("ben@harbour.example", "ann@harbour.example")).await;
    let by_email = find(&store, &UserKey::email("ann@harbour.example")).await.map(|user| user.id);
    let by_username = find(&store, &UserKey::username("ann@harbour.example")).await.map(|user| user.id);
    assert_eq!((by_email, by_username), (Some(ann.id), Some(ben.id)));
    assert_eq!(find(&store, &UserKey::username("ben@harbour.example")).await, None);
}

/// A percent sign finds a percent sign.
pub async fn wildcards_are_ordinary_characters(fresh: &FreshStore) {
    let store = fresh.store();
    create(&store, named("ann@harbour.example", "ann_b")).await;
    for pattern in ["ann%", "%", "a__@harbour.example", "*", "ann?harbour.example", ".*"] {
        assert_eq!(find(&store, &UserKey::email(pattern)).await, None, "{pattern}");
        assert_eq!(find(&store, &UserKey::username(pattern)).await, None, "{pattern}");
    }
    create(&store, named("ben@harbour.example", "annxb")).await;
    let found = find(&store, &UserKey::username("ANN_B")).await.map(|user| user.email);
    assert_eq!(found.as_deref(), Some("ann@harbour.example"));
}

/// Normalising is not the datastore's business, comparing exactly is.
pub async fn blanks_around_an_identity_count(fresh: &FreshStore) {
    let store = fresh.store();
    create(&store, named("ann@harbour.example", "ann")).await;
    for blank in ["ann ", " ann", "ann\t"] {
        assert_eq!(find(&store, &UserKey::username(blank)).await, None, "{blank:?}");
    }
    create(&store, named("ben@harbour.example", "ann ")).await;
}

/// Their case counts.
pub async fn random_identities_are_compared_exactly(fresh: &FreshStore) {
    let store = fresh.store();
    let lower = new_user("ann@harbour.example", |user| {
        user.fs_uniquifier = "abcdef".to_owned();
        user.fs_token_uniquifier = "fedcba".to_owned();
    });
    create(&store, lower).await;
    for other in ["ABCDEF", "abcdef ", "abcde", "abcdef0"] {
        assert_eq!(find(&store, &UserKey::Uniquifier(other.to_owned())).await, None, "{other}");
    }
    assert_eq!(find(&store, &UserKey::TokenUniquifier("FEDCBA".to_owned())).await, None);
    assert_eq!(find(&store, &UserKey::TokenUniquifier("abcdef".to_owned())).await, None);
}
