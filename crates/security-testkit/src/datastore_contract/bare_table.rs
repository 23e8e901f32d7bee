//! Rules about a table of users that was taken over and has only what nobody can do without: `id`, `email`, `password`,
//! `active` and `fs_uniquifier`.
//!
//! Its author makes the table, so these rules are called one by one and are no part of
//! [`datastore_contract!`](crate::datastore_contract!).
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::Security;
use security_core::account::{NewUser, User};
use security_core::client::Client;
use security_core::config::{ConfigLoader, SecurityConfig};
use security_core::datastore::{Condition, IdentityAttribute, UserKey};
use security_core::feature::register::{Registered, Registration, RegistrationField};
use security_core::secret::PlainPassword;
use security_core::security::{BuildError, SecurityBuilder};
use security_core::session::Session;
use serde_json::{Map, Value, json};

use super::uses::now;
use super::{FreshStore, account, again, assert_unstorable, change, find, new_user};
use crate::outbox::MemoryOutbox;

const TRACKED: [&str; 5] =
    ["last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"];
const PASSWORD: &str = "six herons over the weir";

/// The error names option, column and table.
pub async fn a_feature_without_its_column_is_refused_at_the_start(fresh: &FreshStore) {
    let table = fresh.store().user_table().expect("the datastore has looked at its tables").name().to_owned();
    for (option, value, columns) in [
        ("SECURITY_CONFIRMABLE", json!(true), &["confirmed_at"][..]),
        ("SECURITY_TRACKABLE", json!(true), &TRACKED[..]),
        ("SECURITY_USERNAME_ENABLE", json!(true), &["username"][..]),
        ("SECURITY_USER_IDENTITY_ATTRIBUTES", json!(["email", "us_phone_number"]), &["us_phone_number"][..]),
    ] {
        let refused = builder(fresh, &[(option, value)]).build();
        let missing = match &refused {
            Err(BuildError::MissingColumns(error)) => error.missing().collect(),
            _ => Vec::new(),
        };
        let expected: Vec<_> = columns.iter().map(|column| (option, *column)).collect();
        assert_eq!(missing, expected, "{refused:?}");
        let text = refused.expect_err("a column is missing").to_string();
        assert!([table.as_str(), option, columns[0]].iter().all(|name| text.contains(name)), "{text}");
    }
    let field = RegistrationField::text("nickname", "Nickname");
    let refused = builder(fresh, &[]).registration_field(field).build();
    assert!(matches!(refused, Err(BuildError::MissingColumns(_))), "{refused:?}");
}

/// Somebody registers, signs in, is known by session and token, and takes another password.
pub async fn the_other_features_work_without_the_optional_columns(fresh: &FreshStore) {
    let on =
        ["SECURITY_REGISTERABLE", "SECURITY_CHANGEABLE", "SECURITY_RECOVERABLE", "SECURITY_PASSWORDLESS"];
    let security =
        builder(fresh, &on.map(|option| (option, json!(true)))).build().expect("nothing is missing");
    let registration = Registration {
        email: "ann@harbour.example".to_owned(),
        username: None,
        password: PlainPassword::new(PASSWORD),
        extra: Map::new(),
    };
    let registered = security.register(registration).await.expect("ann registers");
    assert!(matches!(registered, Registered::Created(_)), "{registered:?}");

    let (client, mut session) = (Client::default(), Session::default());
    let key = UserKey::email("Ann@harbour.example");
    let proven = security.sign_in(Some(&key), &PlainPassword::new(PASSWORD)).await.expect("ann signs in");
    let ann = security.open_session(proven, &mut session, &client, false).await.expect("a session begins");
    let known = security.user_of_session(&mut session, &client).await.expect("the datastore answers");
    assert_eq!(known.map(|user| user.email), Some("ann@harbour.example".to_owned()));
    let token = security.issue_token(&ann, 0.0);
    assert!(security.user_of_token(&token).await.expect("the datastore answers").is_some());
    let (old, new) = (PlainPassword::new(PASSWORD), PlainPassword::new("seven herons under the weir"));
    let ann = security.change_password(&ann, &old, &new, None).await.expect("the password changes");
    let signed_in = security.sign_in(Some(&key), &new).await;
    assert!(signed_in.is_ok(), "the new password signs in: {signed_in:?}");
    assert!(security.user_of_token(&token).await.expect("the datastore answers").is_none());
    assert_only_what_there_is(&ann);
}

/// Reading gives nothing, and so does asking for one of them.
pub async fn a_missing_column_reads_as_empty(fresh: &FreshStore) {
    let ann = account(&fresh.store(), "ann@harbour.example").await;
    assert_only_what_there_is(&again(&fresh.second(), &ann.id).await);
    for key in [
        UserKey::username("ann"),
        UserKey::TokenUniquifier(ann.fs_uniquifier.clone()),
        UserKey::Identity {
            attribute: IdentityAttribute::UsPhoneNumber,
            value: "+15550100".to_owned(),
            case_insensitive: false,
        },
    ] {
        assert_eq!(find(&fresh.store(), &key).await, None, "{key:?}");
    }
}

/// A value for a missing column is refused rather than lost; no value is no matter.
pub async fn what_a_missing_column_would_lose_is_refused(fresh: &FreshStore) {
    let store = fresh.store();
    type Edit = fn(&mut NewUser);
    let edits: [(&str, Edit); 4] = [
        ("username", |user| user.username = Some("ann".to_owned())),
        ("confirmed_at", |user| user.confirmed_at = Some(now())),
        ("us_phone_number", |user| user.us_phone_number = Some("+15550100".to_owned())),
        ("extra", |user| drop(user.extra.insert("nickname".to_owned(), json!("Annie")))),
    ];
    for (column, edit) in edits {
        assert_unstorable(store.create_user(new_user("ann@harbour.example", edit)).await, column);
    }
    assert_eq!(store.count_users().await.expect("the datastore answers"), 0);

    let ann = account(&store, "ann@harbour.example").await;
    let confirmed = change(|change| change.confirmed_at = Some(Some(now())));
    assert_unstorable(store.update_user(&ann.id, &Condition::Exists, &confirmed).await, "confirmed_at");
    let emptied = change(|change| {
        change.username = Some(None);
        change.confirmed_at = Some(None);
        change.fs_token_uniquifier = Some("ignored".to_owned());
        change.active = Some(false);
    });
    assert!(store.update_user(&ann.id, &Condition::Exists, &emptied).await.expect("the change is made"));
    assert!(!again(&store, &ann.id).await.active);
    // There is nowhere to note it, and somebody to note it of.
    assert!(store.record_sign_in(&ann.id, now(), None).await.expect("the datastore answers"));
}

fn builder(fresh: &FreshStore, options: &[(&str, Value)]) -> SecurityBuilder {
    Security::builder(config(options), fresh.store()).mail_sender(MemoryOutbox::new())
}

fn config(options: &[(&str, Value)]) -> SecurityConfig {
    let hashing = json!({"argon2__memory_cost": 8, "argon2__time_cost": 1});
    let mut table = Map::from_iter([
        ("SECRET_KEY".to_owned(), json!("lighthouse keeper's own key, 1871")),
        ("SECURITY_PASSWORD_SALT".to_owned(), json!("salt of seven seas")),
        ("SERVER_NAME".to_owned(), json!("harbour.example")),
        ("SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS".to_owned(), hashing),
    ]);
    table.extend(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    ConfigLoader::new().table(table).load().expect("the options fit together")
}

fn assert_only_what_there_is(user: &User) {
    assert_eq!((&user.username, &user.us_phone_number, &user.fs_token_uniquifier), (&None, &None, &None));
    assert_eq!((user.confirmed_at, user.current_login_at, user.login_count), (None, None, None));
    assert_eq!((user.create_datetime, user.update_datetime), (None, None));
    assert!(user.extra.is_empty());
}
