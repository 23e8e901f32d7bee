//! The contract suite: what every datastore promises, as tests.
//!
//! Each rule is a public function, grouped by subject, that takes a [`FreshStore`] and panics when the promise is
//! broken. [`datastore_contract!`](crate::datastore_contract!) turns all of them into tests.

pub mod bare_table;
pub mod identities;
pub mod load;
pub mod races;
pub mod roles;
pub mod users;
pub mod uses;
pub mod values;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use security_core::account::{NewUser, User, UserId};
use security_core::datastore::{Datastore, DatastoreError, UserChange, UserKey};
use tokio::sync::Barrier;

/// An empty datastore for one rule, and what has to live as long as it.
///
/// ```
/// use security_testkit::datastore_contract::FreshStore;
/// use security_testkit::memory::MemoryDatastore;
///
/// let store = MemoryDatastore::new();
/// let fresh = FreshStore::new(store.clone()).with_second(store).keeping("a temporary folder");
/// # let _ = fresh;
/// ```
pub struct FreshStore {
    store: Arc<dyn Datastore>,
    second: Arc<dyn Datastore>,
    kept: Vec<Box<dyn Any + Send + Sync>>,
    lookups: usize,
}

impl FreshStore {
    /// A datastore whose tables exist and are empty.
    pub fn new(store: impl Datastore + 'static) -> Self {
        let store: Arc<dyn Datastore> = Arc::new(store);
        Self { second: Arc::clone(&store), store, kept: Vec::new(), lookups: load::ACCOUNTS }
    }

    /// Another datastore on the same database, as another node of the application would open it. Without it the same
    /// datastore plays both parts.
    #[must_use]
    pub fn with_second(mut self, second: impl Datastore + 'static) -> Self {
        self.second = Arc::new(second);
        self
    }

    /// Keeps something until the rule has been checked, for example a temporary folder.
    #[must_use]
    pub fn keeping(mut self, guard: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(guard));
        self
    }

    /// How many of the accounts in the rule about load are looked up: all, unless said otherwise. Fewer are for a stand-in
    /// that reads everything to find one account; they show nothing about the speed of the real server.
    #[must_use]
    pub fn with_lookups(mut self, lookups: usize) -> Self {
        self.lookups = lookups;
        self
    }

    /// The datastore.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Datastore> {
        Arc::clone(&self.store)
    }

    /// The datastore of the other node.
    #[must_use]
    pub fn second(&self) -> Arc<dyn Datastore> {
        Arc::clone(&self.second)
    }
}

impl fmt::Debug for FreshStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshStore").field("store", &self.store).finish_non_exhaustive()
    }
}

/// Makes one test of each rule of the [contract](mod@crate::datastore_contract), for the datastore that an async function
/// without arguments gives as a [`FreshStore`](crate::datastore_contract::FreshStore).
///
/// The crate that calls it needs `tokio` with the features `macros` and `rt-multi-thread`. Two datastores in one test
/// file take a module each.
///
/// ```
/// # use security_testkit::{datastore_contract::FreshStore, memory::MemoryDatastore};
/// mod in_memory {
///     # use super::*;
///     async fn fresh_store() -> FreshStore {
///         FreshStore::new(MemoryDatastore::new())
///     }
///
///     security_testkit::datastore_contract!(fresh_store);
/// }
/// # fn main() {}
/// ```
///
/// Where a stand-in takes the place of the real server and breaks its promises under a race, or reads everything to find
/// one account, a second function gives the datastore for the demanding rules, those about races and about load:
///
/// ```
/// # use security_testkit::{datastore_contract::FreshStore, memory::MemoryDatastore};
/// # async fn fresh_store() -> FreshStore { FreshStore::new(MemoryDatastore::new()) }
/// # async fn able_store() -> FreshStore { FreshStore::new(MemoryDatastore::new()) }
/// security_testkit::datastore_contract!(fresh_store, demanding: able_store);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! datastore_contract {
    ($fresh_store:path) => {
        $crate::datastore_contract!($fresh_store, demanding: $fresh_store);
    };
    ($fresh_store:path, demanding: $able_store:path) => {
        $crate::datastore_contract! {
            $fresh_store;
            uses {
                each_use_is_counted
                things_do_not_get_in_each_others_way
                a_count_is_remembered_as_long_as_its_first_use_said
            }
            users {
                a_new_account_is_found_by_each_of_its_keys
                a_new_account_keeps_what_it_was_given
                an_account_may_have_no_password
                accounts_have_different_keys
                a_key_of_nobody_finds_nobody
                a_change_writes_what_it_names_and_leaves_the_rest
                a_change_can_empty_what_may_be_empty
                a_change_of_nobody_is_not_made
                a_change_without_values_asks_only_for_its_condition
                a_condition_that_holds_lets_the_change_through
                a_condition_that_does_not_hold_changes_nothing
                a_change_is_visible_at_once_through_another_connection
                an_ended_identity_finds_nobody
                the_first_sign_in_is_also_the_last_one
                a_later_sign_in_moves_the_current_one_to_the_last
                a_sign_in_of_nobody_is_not_recorded
                a_deleted_account_is_gone_and_its_identity_is_free
                deleting_nobody_changes_nothing
                accounts_are_counted
                the_datastore_answers_whether_it_is_there
            }
            identities {
                an_address_belongs_to_one_account_in_any_case
                a_user_name_belongs_to_one_account_in_any_case
                a_phone_number_belongs_to_one_account
                a_uniquifier_belongs_to_one_account
                accounts_without_optional_identities_live_side_by_side
                a_refused_account_leaves_nothing_behind
                a_change_to_a_taken_identity_is_refused_and_changes_nothing
                an_account_may_change_the_case_of_its_own_identity
                an_identity_is_found_in_any_case_only_when_asked_so
                a_user_name_is_no_address_and_an_address_no_user_name
                wildcards_are_ordinary_characters
                blanks_around_an_identity_count
                random_identities_are_compared_exactly
            }
            roles {
                a_new_role_keeps_what_it_was_given
                a_role_is_found_by_its_exact_name
                a_role_name_belongs_to_one_role
                roles_are_listed_by_name
                a_new_account_holds_the_roles_it_was_given
                an_unknown_role_refuses_the_whole_account
                a_role_is_granted_once
                an_unknown_role_cannot_be_granted
                nobody_cannot_be_granted_a_role
                a_revoked_role_is_gone
                revoking_what_is_not_held_changes_nothing
                permissions_of_a_role_reach_everyone_who_holds_it
                permissions_are_added_and_removed_in_one_step
                the_last_permission_can_be_removed
                an_unknown_role_has_no_permissions_to_change
                a_deleted_account_takes_no_role_with_it
            }
            values {
                text_of_every_script_comes_back_unchanged
                text_that_looks_like_sql_is_text
                the_longest_values_fit
                longer_values_are_refused
                a_value_with_a_nul_is_refused
                a_key_with_a_nul_finds_nobody
                a_condition_with_a_nul_does_not_hold
                a_permission_with_a_comma_is_refused
                times_come_back_to_the_millisecond
                the_fields_of_the_application_come_back_unchanged
            }
        }
        $crate::datastore_contract! {
            $able_store;
            load {
                ten_thousand_accounts_are_no_burden
            }
            races {
                of_many_uses_at_once_no_two_are_counted_alike
                one_of_many_registrations_of_an_address_succeeds
                one_of_many_registrations_of_a_user_name_succeeds
                one_of_many_new_roles_of_a_name_succeeds
                one_of_many_changes_of_a_uniquifier_succeeds
                one_of_many_changes_of_a_password_succeeds
                one_of_many_confirmations_succeeds
                one_of_many_moves_to_an_address_succeeds
                one_of_many_grants_of_a_role_succeeds
                one_of_many_deletions_succeeds
                permissions_added_at_once_are_all_there
                sign_ins_at_once_are_all_counted
                different_accounts_registered_at_once_all_exist
            }
        }
    };
    ($fresh_store:path; $($subject:ident { $($rule:ident)+ })+) => {
        $(
            mod $subject {
                #[allow(unused_imports, reason = "the path of the function may be an absolute one")]
                use super::*;
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                    async fn $rule() {
                        let fresh: $crate::datastore_contract::FreshStore = $fresh_store().await;
                        $crate::datastore_contract::$subject::$rule(&fresh).await;
                    }
                )+
            }
        )+
    };
}

/// How many try for one thing at once.
const CONTESTANTS: usize = 32;

/// Lets [`CONTESTANTS`] begin at the same moment, half of them on each node, and waits for all.
async fn race<T, F, R>(fresh: &FreshStore, contestant: F) -> Vec<T>
where
    T: Send + 'static,
    F: Fn(Arc<dyn Datastore>, usize) -> R,
    R: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(CONTESTANTS));
    let started: Vec<_> = (0..CONTESTANTS)
        .map(|number| {
            let store = if number % 2 == 0 { fresh.store() } else { fresh.second() };
            let (run, start) = (contestant(store, number), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                run.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(CONTESTANTS);
    for contestant in started {
        results.push(contestant.await.expect("no contestant panics"));
    }
    results
}

/// A stored account with this address.
async fn account(store: &Arc<dyn Datastore>, email: &str) -> User {
    create(store, NewUser::new(email)).await
}

async fn create(store: &Arc<dyn Datastore>, user: NewUser) -> User {
    store.create_user(user).await.expect("the account is created")
}

async fn find(store: &Arc<dyn Datastore>, key: &UserKey) -> Option<User> {
    store.find_user(key).await.expect("the datastore answers")
}

/// The account as it is stored now.
async fn again(store: &Arc<dyn Datastore>, id: &UserId) -> User {
    find(store, &UserKey::Id(id.clone())).await.expect("the account exists")
}

fn new_user(email: &str, edit: impl FnOnce(&mut NewUser)) -> NewUser {
    let mut user = NewUser::new(email);
    edit(&mut user);
    user
}

fn change(edit: impl FnOnce(&mut UserChange)) -> UserChange {
    let mut change = UserChange::default();
    edit(&mut change);
    change
}

/// A key of the same kind as this one that belongs to nobody.
fn foreign_key(id: &UserId) -> UserId {
    match id {
        UserId::Int(id) => UserId::Int(id + 1_000_000),
        UserId::Text(_) => UserId::Text("0123456789abcdef01234567".to_owned()),
    }
}

/// Checks that a unique column was named, or none where the database does not tell.
fn assert_duplicate<T>(result: Result<T, DatastoreError>, expected: &str) {
    match result {
        Err(DatastoreError::Duplicate { column }) => {
            assert!(column == expected || column.is_empty(), "`{column}` instead of `{expected}`");
        }
        Err(other) => assert!(other.is_duplicate(), "a duplicate of `{expected}` is refused, but: {other:?}"),
        Ok(_) => assert!(expected.is_empty(), "a duplicate of `{expected}` was accepted"),
    }
}

fn assert_unstorable<T>(result: Result<T, DatastoreError>, expected: &str) {
    let refused = matches!(&result, Err(DatastoreError::Unstorable { column, .. }) if column == expected);
    assert!(refused, "`{expected}` is refused, but: {:?}", result.err());
}
