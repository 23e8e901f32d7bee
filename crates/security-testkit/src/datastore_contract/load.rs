//! Rules about many accounts: nothing gets slow.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::time::Duration;

use futures_util::StreamExt as _;
use security_core::datastore::UserKey;

use super::{FreshStore, create, find, new_user};

/// How many accounts.
pub(super) const ACCOUNTS: usize = 10_000;
/// How many are created at the same time.
const AT_ONCE: usize = 8;

/// Two minutes are far more than they need.
pub async fn ten_thousand_accounts_are_no_burden(fresh: &FreshStore) {
    let store = fresh.store();
    let all = async {
        let creations = futures_util::stream::iter(0..ACCOUNTS).map(|number| {
            let store = fresh.store();
            async move {
                let user = new_user(&format!("member.{number}@harbour.example"), |user| {
                    user.username = Some(format!("member{number}"));
                });
                create(&store, user).await;
            }
        });
        creations.buffer_unordered(AT_ONCE).collect::<()>().await;
        for number in (0..ACCOUNTS).rev().take(fresh.lookups) {
            let key = match number % 2 {
                0 => UserKey::email(format!("Member.{number}@harbour.example")),
                _ => UserKey::username(format!("MEMBER{number}")),
            };
            let found = find(&store, &key).await.expect("the account exists");
            assert_eq!(found.email, format!("member.{number}@harbour.example"));
        }
    };
    tokio::time::timeout(Duration::from_secs(120), all).await.expect("they are created and found in time");
    assert_eq!(store.count_users().await.expect("the datastore answers"), ACCOUNTS as u64);
}
