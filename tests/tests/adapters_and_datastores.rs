//! The HTTP contract through each adapter, on databases: what races, and what is written, holds there as in memory.

use datastore_seaorm::SeaOrmOptions;
use portcullis_tests::application;
use security_testkit::clock::ManualClock;
use security_testkit::datastore_contract::FreshStore;

/// A SQLite file of its own for every scene.
async fn seaorm_file(clock: ManualClock) -> FreshStore {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display());
    let store = SeaOrmOptions::new().clock(clock).connect(&url).await.expect("the database opens");
    store.migrate().await.expect("the tables are created");
    FreshStore::new(store).keeping(folder)
}

/// The rules whose outcome a database has a part in.
macro_rules! rules_of_accounts {
    ($build:path, on = $open:path) => {
        security_testkit::http_contract! {
            $build, on = $open;
            login {
                a_good_password_signs_in
                an_address_signs_in_however_its_letters_are_cased
                a_username_signs_in_where_the_site_has_them
                a_failed_sign_in_is_announced_and_leaves_no_trace_in_the_account
                an_outdated_hash_is_replaced_at_the_next_good_sign_in
                a_sign_in_is_counted_and_remembered_with_the_address_of_the_peer
            }
            register {
                a_new_account_is_signed_in_at_once
                a_taken_address_is_refused
                only_the_fields_of_the_form_reach_the_account
                of_many_registrations_of_one_address_at_once_one_succeeds
                who_registers_what_is_taken_is_told_by_mail_where_answers_are_alike
            }
            confirm_email {
                a_good_link_confirms_the_address_and_signs_nobody_in
                a_used_link_signs_nobody_in
                of_many_uses_of_a_link_at_once_one_confirms
                a_link_is_dead_after_the_address_was_changed
                a_link_is_mailed_to_whoever_asks_for_an_unconfirmed_address
            }
            reset_password {
                a_good_link_sets_the_password_and_signs_nobody_in
                a_reset_signs_in_where_the_site_says_so
                a_used_reset_link_is_dead
                of_many_uses_of_a_reset_link_at_once_one_succeeds
                a_reset_ends_every_session_of_the_account
                a_reset_ends_every_other_link_of_the_account
                a_reset_link_is_dead_after_the_account_was_changed
            }
            links {
                a_deactivated_account_comes_back_without_what_was_handed_out_before
            }
            passwordless {
                a_sign_in_link_signs_in
                a_used_sign_in_link_is_dead
                of_many_uses_of_a_sign_in_link_at_once_one_succeeds
                a_sign_in_link_confirms_the_address
            }
            change_password {
                a_changed_password_is_the_one_that_signs_in
                a_changed_password_ends_every_other_session
                of_many_changes_at_once_one_succeeds
            }
            guards {
                a_role_opens_what_is_for_its_holders
                roles_are_those_of_this_moment
                a_user_who_is_disabled_or_deleted_is_a_stranger_at_once
            }
            tokens {
                a_token_opens_what_its_user_may_see
                tokens_end_with_the_identity_they_name
            }
            throttle {
                attempts_are_counted_by_account_whatever_identity_was_used
                an_account_opens_again_after_the_period
                mails_to_one_address_are_limited
            }
            generic_answers {
                a_new_and_a_taken_address_look_alike
                asking_for_a_reset_link_looks_alike
            }
            ways_matrix {
                no_way_in_skips_a_control_that_it_says_applies
                every_way_in_does_what_it_says
            }
            attacks {
                what_belongs_to_one_user_is_of_no_use_to_another
                many_registrations_at_once_get_in_nobodys_way
            }
        }
    };
}

mod axum_on_seaorm {
    use super::{application, seaorm_file};

    rules_of_accounts!(application::axum::build, on = seaorm_file);
}

mod actix_on_seaorm {
    use super::{application, seaorm_file};

    rules_of_accounts!(application::actix::build, on = seaorm_file);
}
