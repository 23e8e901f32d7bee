//! Rules about many accounts: nothing gets slow.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::time::Duration;

use security_core::datastore::UserKey;

use super::{FreshStore, create, find, new_user};

/// A minute is far more than they need.
pub async fn two_thousand_accounts_are_no_burden(fresh: &FreshStore) {
    let store = fresh.store();
    let all = async {
        for number in 0..2000 {
            let user = new_user(&format!("member.{number}@harbour.example"), |user| {
                user.username = Some(format!("member{number}"));
            });
            create(&store, user).await;
        }
        for number in (0..2000).rev() {
            let key = match number % 2 {
                0 => UserKey::email(format!("Member.{number}@harbour.example")),
                _ => UserKey::username(format!("MEMBER{number}")),
            };
            let found = find(&store, &key).await.expect("the account exists");
            assert_eq!(found.email, format!("member.{number}@harbour.example"));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("they are created and found in time");
    assert_eq!(store.count_users().await.expect("the datastore answers"), 2000);
}
