//! The HTTP contract through the adapters: every rule in the process, and what a socket could change over one.

use portcullis_tests::application;

mod axum {
    use super::application;

    security_testkit::http_contract!(application::axum::build);
}

mod actix {
    use super::application;

    security_testkit::http_contract!(application::actix::build);
}

/// The rules in which bodies, headers and targets are not what every client sends.
macro_rules! rules_of_the_wire {
    ($build:path) => {
        security_testkit::http_contract! {
            $build;
            login {
                a_good_password_signs_in
                each_slip_in_the_sign_in_form_is_told_next_to_its_field
            }
            logout {
                nothing_a_browser_held_is_of_use_after_signing_out
            }
            csrf {
                the_application_layer_takes_a_token_from_a_form_or_a_header
            }
            headers {
                a_head_is_a_get_without_its_body
                a_header_may_come_in_several_lines
                a_method_that_a_page_does_not_know_is_refused
            }
            bodies {
                a_body_over_the_limit_is_refused
            }
            attacks {
                no_target_makes_the_server_fail
            }
        }
    };
}

mod axum_over_a_socket {
    use super::application;

    rules_of_the_wire!(application::socket::axum);
}

mod actix_over_a_socket {
    use super::application;

    rules_of_the_wire!(application::socket::actix);
}
