//! Rules about what is counted: things that work once, and attempts.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use chrono::{DateTime, TimeDelta, Utc};

use super::FreshStore;

pub(super) const MARK: &str = "6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090";
const OTHER: &str = "9b74c9897bac770ffc029102a200c5de5b0b7b1f5a1c4e0f2d3c4b5a69788796";

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time in range")
}

/// Counts a use that is remembered for an hour.
async fn count(fresh: &FreshStore, mark: &str, now: DateTime<Utc>) -> u64 {
    let until = now + TimeDelta::hours(1);
    fresh.store().count_use(mark, until, now).await.expect("the datastore answers")
}

async fn uses(fresh: &FreshStore, mark: &str, now: DateTime<Utc>) -> u64 {
    fresh.second().uses(mark, now).await.expect("the datastore answers")
}

/// And another node sees the count.
pub async fn each_use_is_counted(fresh: &FreshStore) {
    assert_eq!(uses(fresh, MARK, now()).await, 0);
    assert_eq!(count(fresh, MARK, now()).await, 1);
    assert_eq!(count(fresh, MARK, now()).await, 2);
    assert_eq!(uses(fresh, MARK, now()).await, 2);
    let until = now() + TimeDelta::hours(1);
    assert_eq!(fresh.second().count_use(MARK, until, now()).await.expect("the datastore answers"), 3);
}

/// What one thing is does not matter to another.
pub async fn things_do_not_get_in_each_others_way(fresh: &FreshStore) {
    assert_eq!(count(fresh, MARK, now()).await, 1);
    assert_eq!(count(fresh, OTHER, now()).await, 1);
}

/// Later uses do not prolong it, and other things do not make it forget.
pub async fn a_count_is_remembered_as_long_as_its_first_use_said(fresh: &FreshStore) {
    assert_eq!(count(fresh, MARK, now()).await, 1);
    let almost = now() + TimeDelta::minutes(59);
    assert_eq!(count(fresh, OTHER, almost).await, 1);
    assert_eq!(count(fresh, MARK, almost).await, 2);
    let later = now() + TimeDelta::minutes(61);
    assert_eq!(uses(fresh, MARK, later).await, 0);
    assert_eq!(count(fresh, MARK, later).await, 1);
}
