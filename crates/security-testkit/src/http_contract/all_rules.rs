//! The list of all rules, and the macro that makes tests of them.

/// Makes one test of each rule of the [contract](mod@crate::http_contract), for the adapter whose applications this function
/// builds: `fn(Views, Vec<GuardedRoute>) -> impl TestApp`. With `on = open` they stand on the datastores that `open`
/// gives, and with a list of rules after a semicolon those alone are tested.
///
/// The crate that calls it needs `tokio` with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! http_contract {
    ($build:path) => {
        $crate::http_contract!(@every $crate::http_contract::Adapter::new($build));
    };
    ($build:path, on = $open:path) => {
        $crate::http_contract!(@every $crate::http_contract::Adapter::new($build).on($open));
    };
    ($build:path; $($rules:tt)+) => {
        $crate::http_contract!(@these $crate::http_contract::Adapter::new($build); $($rules)+);
    };
    ($build:path, on = $open:path; $($rules:tt)+) => {
        $crate::http_contract!(@these $crate::http_contract::Adapter::new($build).on($open); $($rules)+);
    };
    (@every $adapter:expr) => {
        $crate::http_contract! {
            @these $adapter;
            login {
                a_good_password_signs_in
                an_address_signs_in_however_its_letters_are_cased
                a_username_signs_in_where_the_site_has_them
                an_address_is_compared_as_the_site_says
                the_sign_in_page_says_what_to_enter
                each_slip_in_the_sign_in_form_is_told_next_to_its_field
                a_page_with_errors_shows_the_address_again_and_never_the_password
                a_failed_sign_in_is_announced_and_leaves_no_trace_in_the_account
                an_account_without_password_cannot_be_opened_with_one
                the_state_of_an_account_is_told_to_its_owner_alone
                a_disabled_account_says_so_before_anything_else
                an_unconfirmed_owner_is_sent_where_the_site_helps
                an_unconfirmed_account_opens_where_the_site_allows_it
                a_signed_in_visitor_does_not_become_somebody_else
                a_get_never_hands_out_a_token
                a_token_is_handed_out_only_to_those_who_ask_for_it
                an_outdated_hash_is_replaced_at_the_next_good_sign_in
                an_outdated_hash_is_replaced_however_the_password_is_shown
                a_site_that_tracks_nobody_stores_no_sign_in
                a_sign_in_is_counted_and_remembered_with_the_address_of_the_peer
                a_sign_in_leads_where_the_site_says
            }
            logout {
                signing_out_ends_the_session
                signing_out_answers_the_same_when_nobody_is_signed_in
                a_get_does_not_sign_out_unless_the_site_allows_it
                a_site_without_a_way_out_has_no_such_route
                signing_out_works_without_a_token_and_with_a_broken_body
                signing_out_needs_a_token_where_the_site_says_so
                nothing_a_browser_held_is_of_use_after_signing_out
                signing_out_twice_is_as_good_as_once
            }
            register {
                a_new_account_is_signed_in_at_once
                an_account_that_has_to_be_confirmed_is_not_signed_in
                an_unconfirmed_account_is_signed_in_where_the_site_allows_it
                the_page_to_register_shows_the_fields_of_the_site
                each_slip_in_the_form_is_told_next_to_its_field
                all_slips_are_told_at_once
                a_page_with_errors_keeps_what_was_typed_and_no_password
                a_taken_address_is_refused
                a_username_follows_the_rules_of_the_site
                only_the_fields_of_the_form_reach_the_account
                of_many_registrations_of_one_address_at_once_one_succeeds
                who_registers_what_is_taken_is_told_by_mail_where_answers_are_alike
                a_site_may_send_no_welcome
                a_mail_server_that_fails_spoils_no_registration
                a_signed_in_visitor_cannot_register
                a_site_that_is_closed_has_no_such_route
            }
            confirm_email {
                a_good_link_confirms_the_address_and_signs_nobody_in
                a_good_link_leads_where_the_site_says
                a_used_link_signs_nobody_in
                of_many_uses_of_a_link_at_once_one_confirms
                an_expired_link_says_so_and_nothing_more
                a_bad_link_leads_where_the_site_says
                a_confirmation_link_that_is_none_is_refused
                a_confirmation_counts_as_a_sign_in_only_where_it_is_one
                a_link_is_dead_after_the_address_was_changed
                a_link_is_dead_after_the_identity_of_the_account_was_changed
                an_older_link_works_as_well_as_a_newer_one
                a_link_ends_the_session_of_anybody_else
                the_owners_own_session_survives_the_link
                a_link_does_not_open_a_disabled_or_locked_account
                a_single_page_application_reads_the_outcome_in_the_query_string
                the_page_to_ask_for_a_link_shows_the_address_of_the_query
                a_link_is_mailed_to_whoever_asks_for_an_unconfirmed_address
                each_slip_in_asking_for_a_link_is_told_next_to_its_field
                a_disabled_account_may_ask_for_a_link
                a_site_without_confirmation_has_no_such_routes
                a_forged_host_is_in_no_mail
            }
            forgot_password {
                a_reset_link_is_mailed_to_whoever_asks_for_a_known_address
                an_account_without_password_may_ask_for_a_link
                each_slip_in_asking_for_a_reset_is_told_next_to_its_field
                an_unconfirmed_owner_is_told_to_confirm_first
                an_unconfirmed_owner_may_ask_where_the_site_does_not_insist
                the_page_to_ask_for_a_reset_is_open_to_who_is_signed_in
                a_site_may_send_no_reset_mail
                a_mail_server_that_fails_changes_no_answer
                a_forged_form_sends_no_mail
                a_site_without_recovery_has_no_such_routes
            }
            reset_password {
                a_good_link_sets_the_password_and_signs_nobody_in
                a_reset_leads_where_the_site_says
                a_reset_signs_in_where_the_site_says_so
                a_reset_signs_nobody_in_whom_a_sign_in_would_refuse
                a_reset_does_not_confirm_the_address
                a_used_reset_link_is_dead
                of_many_uses_of_a_reset_link_at_once_one_succeeds
                an_expired_reset_link_says_so_and_nothing_more
                a_reset_link_that_is_none_is_refused
                a_reset_link_is_for_one_account_alone
                a_reset_ends_every_session_of_the_account
                a_reset_ends_every_other_link_of_the_account
                a_reset_link_is_dead_after_the_account_was_changed
                a_reset_link_does_not_open_a_disabled_or_locked_account
                each_slip_in_the_new_password_is_told_next_to_its_field
                a_bad_link_is_told_before_any_slip
                a_site_may_send_no_notice_of_a_reset
            }
            links {
                a_link_is_good_until_its_time_and_no_longer
                a_link_that_expired_tells_nothing_about_its_account
                a_new_key_ends_links_unless_the_old_one_is_a_fallback
                a_deactivated_account_comes_back_without_what_was_handed_out_before
            }
            passwordless {
                a_sign_in_link_is_mailed_to_whoever_asks_for_a_known_address
                each_slip_in_asking_for_a_sign_in_link_is_told_next_to_its_field
                a_sign_in_link_signs_in
                a_sign_in_link_remembers_where_the_site_says_so
                a_sign_in_link_leads_to_where_the_visitor_wanted
                a_used_sign_in_link_is_dead
                of_many_uses_of_a_sign_in_link_at_once_one_succeeds
                an_older_sign_in_link_works_as_well_as_a_newer_one
                an_expired_sign_in_link_says_so_and_nothing_more
                a_sign_in_link_that_is_none_is_refused
                a_sign_in_link_does_nothing_where_somebody_is_signed_in
                who_is_signed_in_is_sent_no_sign_in_link
                a_sign_in_link_does_not_open_a_disabled_or_locked_account
                a_sign_in_link_is_dead_after_the_account_was_changed
                a_sign_in_link_confirms_the_address
                a_head_uses_no_link_up
                a_link_is_used_by_a_button_where_the_site_says_so
                a_site_with_passwords_has_no_sign_in_links
            }
            verify {
                the_password_makes_a_stale_session_fresh
                the_page_to_prove_it_again_says_which_ways_there_are
                a_wrong_password_proves_nothing
                somebody_elses_password_proves_nothing
                a_token_client_proves_itself_for_a_fresher_token
                a_site_without_freshness_has_no_page_to_prove_it_again
            }
            change_password {
                a_changed_password_is_the_one_that_signs_in
                a_changed_password_ends_every_other_session
                a_changed_password_makes_nobody_remembered
                each_slip_in_the_form_is_told_next_to_its_field
                the_page_says_whether_there_is_a_password_to_give
                a_first_password_needs_a_fresh_session
                of_many_changes_at_once_one_succeeds
                a_program_without_session_gets_none_by_changing_the_password
                a_site_may_send_no_notice
                a_stranger_is_asked_to_sign_in_first
            }
            new_passwords {
                a_breached_password_is_refused_wherever_one_is_chosen
                a_site_decides_what_it_means_that_nobody_knows_of_breaches
                an_easy_password_is_refused_wherever_one_is_chosen
                of_what_is_wrong_with_a_password_the_first_is_told
            }
            guards {
                a_guard_accepts_its_mechanisms_and_no_others
                a_stranger_is_asked_to_sign_in
                a_guard_that_accepts_basic_challenges
                basic_credentials_open_no_session
                a_malformed_authorization_header_is_no_credential
                a_role_opens_what_is_for_its_holders
                roles_are_those_of_this_moment
                a_guard_for_roles_asks_nobody_to_sign_in
                who_lacks_a_role_is_sent_where_the_site_says_and_never_to_the_referrer
                a_route_for_strangers_turns_users_away
                a_user_who_is_disabled_or_deleted_is_a_stranger_at_once
                one_mechanism_decides_who_acts_and_how_fresh_that_is
                a_token_in_the_query_string_is_no_excuse_for_a_missing_csrf_token
                the_body_reaches_the_handler_behind_a_guard
            }
            freshness {
                a_session_grows_stale
                grace_slides_and_ends
                a_guard_without_a_grace_of_its_own_has_that_of_the_site
                a_refusal_does_not_help_the_next_try
                a_token_is_as_fresh_as_the_sign_in_it_came_from
                basic_credentials_are_always_fresh
                a_proof_from_the_future_does_not_count
            }
            csrf {
                a_form_without_a_good_token_does_nothing
                a_token_counts_only_where_forms_have_it
                a_token_expires
                a_token_from_before_signing_in_is_good_afterwards
                a_success_in_json_brings_the_token_for_the_next_form
                the_protection_can_be_switched_off_as_a_whole
                an_early_check_refuses_before_any_view
                the_application_layer_takes_a_token_from_a_form_or_a_header
                a_site_chooses_where_a_token_is_looked_for_and_when
                without_the_application_layer_forms_alone_are_checked
                a_guard_refuses_in_the_style_of_the_request
                only_the_mechanisms_that_browsers_add_by_themselves_need_a_token
                strangers_need_no_token_where_the_site_gives_that_up
                over_https_the_referrer_has_to_be_this_site
                the_cookie_for_scripts_follows_the_session
            }
            csrf_cookie {
                a_stranger_gets_no_csrf_cookie_but_at_the_sign_in
                the_csrf_cookie_is_sent_once
                a_csrf_cookie_that_is_no_good_is_replaced
                a_csrf_cookie_without_a_time_limit_is_left_alone
                signing_out_deletes_the_csrf_cookie_and_its_secret
                a_restored_session_gets_a_csrf_cookie
                a_site_without_the_protection_sends_no_csrf_cookie
                a_csrf_cookie_has_the_attributes_of_the_site
            }
            cookies_and_sessions {
                the_session_cookie_has_the_attributes_of_the_site
                a_visitor_who_does_nothing_gets_no_cookie
                an_answer_that_depends_on_the_cookie_says_so
                a_planted_session_does_not_become_the_victims
                the_next_user_of_a_browser_inherits_nothing
                a_session_cookie_that_is_not_ours_is_none
                of_two_session_cookies_the_first_counts
                a_session_that_moved_to_another_client_is_treated_as_the_site_says
                an_old_session_cookie_is_none
                a_new_key_ends_no_session_while_the_old_one_is_a_fallback
            }
            remember {
                only_a_ticked_box_makes_a_visitor_remembered
                a_new_account_is_remembered_where_the_site_says_so
                the_cookie_has_the_attributes_of_the_site
                a_remembered_visitor_is_signed_in_and_not_fresh
                a_remember_cookie_that_is_not_ours_is_none
                a_remember_cookie_stands_before_a_token
                signing_out_forgets_a_visitor_who_was_only_remembered
                the_cookie_is_renewed_with_every_answer_where_the_site_says_so
            }
            tokens {
                a_token_opens_what_its_user_may_see
                a_token_in_the_query_string_counts_only_where_the_site_allows_it
                of_several_tokens_one_decides
                a_token_expires
                a_token_that_is_not_ours_is_none
                a_token_of_the_wrong_type_is_none
                a_link_is_no_token_and_a_token_no_link
                tokens_end_with_the_identity_they_name
                tokens_of_old_releases_are_read
                the_site_chooses_what_a_token_is_called
                an_application_has_a_say_in_what_a_token_is_worth
                a_wrong_password_brings_no_token
            }
            redirects {
                a_sign_in_leads_to_where_on_this_site_the_visitor_wanted
                a_sign_in_with_a_target_elsewhere_is_refused
                without_a_wish_a_sign_in_leads_where_the_site_says
                a_wish_in_the_form_beats_the_one_in_the_query
                other_forms_with_a_wish_treat_it_alike
                a_sign_out_follows_a_good_wish_and_ignores_a_bad_one
                a_sign_out_follows_the_first_wish_that_is_good
                where_there_is_no_wish_to_follow_none_is_followed
                an_absolute_target_is_measured_by_the_host_of_the_request
                other_hosts_are_allowed_one_by_one
                the_host_for_development_is_put_before_views_alone
                without_a_view_a_visitor_is_led_to_the_root_of_the_application
                a_page_carries_the_wish_on_to_its_form_and_links
                a_refused_target_is_told_on_the_page
                a_program_is_not_redirected_by_its_wish
            }
            bodies {
                a_json_body_that_is_no_object_is_refused
                a_value_of_the_wrong_type_is_told_next_to_its_field
                a_list_is_a_value_given_several_times
                a_form_that_cannot_be_read_is_refused
                a_form_in_parts_is_as_good_as_one_in_pairs
                a_body_over_the_limit_is_refused
                a_body_with_very_many_fields_is_refused
                a_very_long_password_is_refused_at_once
                a_nul_character_breaks_nothing
                a_request_says_in_which_style_it_wants_its_answer
                unknown_fields_are_ignored
            }
            generic_answers {
                a_wrong_password_and_an_unknown_identity_look_alike
                an_account_that_cannot_be_opened_looks_like_a_wrong_password
                a_new_and_a_taken_address_look_alike
                a_new_and_a_taken_username_look_alike
                asking_for_a_confirmation_link_looks_alike
                asking_for_a_reset_link_looks_alike
                asking_for_a_sign_in_link_looks_alike
                slips_that_say_nothing_about_accounts_are_still_told
                no_answer_to_a_stranger_tells_about_an_account
            }
            throttle {
                after_a_hundred_wrong_passwords_an_account_is_closed_for_a_while
                attempts_are_counted_by_account_whatever_identity_was_used
                an_account_opens_again_after_the_period
                a_right_password_is_never_counted
                the_attempts_at_one_account_close_no_other
                guessing_the_current_password_is_limited_too
                a_site_may_set_no_limit
                mails_to_one_address_are_limited
                mails_are_counted_across_pages
            }
            surroundings {
                an_application_below_a_path_leads_nowhere_else
                an_application_below_a_path_mails_links_to_itself
                a_site_that_does_not_say_its_name_signs_in_and_out
                a_site_that_does_not_say_its_name_mails_no_links
            }
            spa {
                a_reset_link_brings_its_token_to_the_application
                a_bad_reset_link_leads_to_the_applications_error_view
                a_form_behind_a_bad_reset_link_is_not_redirected_to_the_application
                a_sign_in_link_tells_the_application_who_it_is
                the_application_is_told_the_first_identity_there_is
                a_bad_sign_in_link_leads_to_the_applications_error_view
                forms_are_answered_as_on_any_other_site
            }
            mails {
                every_mail_is_what_its_feature_says
                a_site_chooses_the_parts_of_its_mails
                a_site_puts_its_own_mails_in_the_place_of_ours
                nothing_typed_becomes_a_header_or_a_second_recipient
                a_mail_holds_a_new_link_every_time_it_is_asked_for
            }
            events {
                a_whole_life_is_announced_step_by_step
                no_event_holds_a_secret
                a_registration_that_came_to_nothing_is_announced
            }
            timing {
                the_work_does_not_tell_who_has_an_account
                the_time_does_not_tell_who_has_an_account
            }
            headers {
                no_answer_of_ours_is_kept_by_a_cache
                an_answer_before_any_view_has_the_headers_of_all_others
                every_answer_to_a_program_is_in_the_envelope
                a_page_is_locked_down
                a_method_that_a_page_does_not_know_is_refused
                a_head_is_a_get_without_its_body
                a_header_may_come_in_several_lines
                the_style_sheet_of_the_pages_is_there
                pages_are_where_the_site_puts_them
            }
            pages {
                a_message_is_shown_once
                markup_that_somebody_sent_is_text_on_the_page
                a_site_may_say_it_in_its_own_words
                a_message_is_shown_as_it_is_meant
                an_application_may_answer_in_its_own_way
                a_site_puts_its_own_pages_in_the_place_of_ours
                the_library_tells_nothing_about_an_account_by_itself
            }
            languages {
                a_visitor_is_spoken_to_in_their_language
                whoever_understands_nothing_else_is_spoken_to_in_the_default_language
                the_language_that_is_liked_best_counts
                refusals_are_in_the_language_of_the_visitor
                what_is_wrong_with_a_new_password_is_told_in_the_language
                the_outcome_of_a_link_is_told_in_the_language
                answers_are_alike_in_every_language
                the_shape_of_an_answer_is_the_same_in_every_language
                an_answer_that_depends_on_the_language_says_so
                an_application_may_know_the_language_better
                an_application_brings_languages_and_a_site_changes_words
                a_mail_is_in_the_language_of_whoever_asks_for_it
                a_site_says_mails_in_its_own_words_in_each_language
                a_site_says_it_in_its_own_words_in_its_own_language
            }
            ways_matrix {
                the_table_of_controls_leaves_no_side_door
                no_way_in_skips_a_control_that_it_says_applies
                a_refused_way_in_leaves_no_trace
                every_way_in_does_what_it_says
            }
            attacks {
                no_target_makes_the_server_fail
                no_header_makes_the_server_fail
                what_belongs_to_one_user_is_of_no_use_to_another
                an_old_session_is_dead_after_a_change_of_the_password
                many_registrations_at_once_get_in_nobodys_way
                a_crowd_at_the_door_is_turned_away_and_not_kept_waiting
            }
        }
    };
    (@these $adapter:expr; $($subject:ident { $($rule:ident)+ })+) => {
        $(
            mod $subject {
                #[allow(unused_imports, reason = "the path of the function may be an absolute one")]
                use super::*;
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $rule() {
                        let adapter = $adapter;
                        $crate::http_contract::$subject::$rule(&adapter).await;
                    }
                )+
            }
        )+
    };
}
