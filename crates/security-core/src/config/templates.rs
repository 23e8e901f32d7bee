//! The template files of pages and mails.

use super::section::section;

section! {
    /// The template files of pages and mails, looked up in the application's folder first, then among the
    /// packaged ones.
    pub struct TemplatesConfig "Templates" {
        /// The sign-in page.
        login_user_template: String, "SECURITY_LOGIN_USER_TEMPLATE" = "security/login_user.html";
        /// The sign-out page.
        logout_user_template: String, "SECURITY_LOGOUT_USER_TEMPLATE" = "security/logout_user.html";
        /// The registration page.
        register_user_template: String, "SECURITY_REGISTER_USER_TEMPLATE" = "security/register_user.html";
        /// The page to ask for a reset link.
        forgot_password_template: String, "SECURITY_FORGOT_PASSWORD_TEMPLATE"
            = "security/forgot_password.html";
        /// The page to set a new password.
        reset_password_template: String, "SECURITY_RESET_PASSWORD_TEMPLATE" = "security/reset_password.html";
        /// The page to change the password.
        change_password_template: String, "SECURITY_CHANGE_PASSWORD_TEMPLATE"
            = "security/change_password.html";
        /// The page to ask for a confirmation link.
        send_confirmation_template: String, "SECURITY_SEND_CONFIRMATION_TEMPLATE"
            = "security/send_confirmation.html";
        /// The page to ask for a sign-in link.
        send_login_template: String, "SECURITY_SEND_LOGIN_TEMPLATE" = "security/send_login.html";
        /// The page to prove one's identity again.
        verify_template: String, "SECURITY_VERIFY_TEMPLATE" = "security/verify.html";
        /// The page to set up the second factor.
        two_factor_setup_template: String, "SECURITY_TWO_FACTOR_SETUP_TEMPLATE"
            = "security/two_factor_setup.html";
        /// The page to enter the code of the second factor.
        two_factor_verify_code_template: String, "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE"
            = "security/two_factor_verify_code.html";
        /// The page to choose among second factors.
        two_factor_select_template: String, "SECURITY_TWO_FACTOR_SELECT_TEMPLATE"
            = "security/two_factor_select.html";
        /// The page of unified sign-in.
        us_signin_template: String, "SECURITY_US_SIGNIN_TEMPLATE" = "security/us_signin.html";
        /// The page to set up ways to sign in.
        us_setup_template: String, "SECURITY_US_SETUP_TEMPLATE" = "security/us_setup.html";
        /// The page to prove one's identity again with a code.
        us_verify_template: String, "SECURITY_US_VERIFY_TEMPLATE" = "security/us_verify.html";
        /// The page that shows recovery codes.
        multi_factor_recovery_codes_template: String, "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE"
            = "security/mf_recovery_codes.html";
        /// The page to use a recovery code.
        multi_factor_recovery_template: String, "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE"
            = "security/mf_recovery.html";
        /// The page to add a passkey.
        wan_register_template: String, "SECURITY_WAN_REGISTER_TEMPLATE" = "security/wan_register.html";
        /// The page to sign in by passkey.
        wan_signin_template: String, "SECURITY_WAN_SIGNIN_TEMPLATE" = "security/wan_signin.html";
        /// The page to prove one's identity again with a passkey.
        wan_verify_template: String, "SECURITY_WAN_VERIFY_TEMPLATE" = "security/wan_verify.html";
        /// The page to change the address.
        change_email_template: String, "SECURITY_CHANGE_EMAIL_TEMPLATE" = "security/change_email.html";
        /// The page to change the username.
        change_username_template: String, "SECURITY_CHANGE_USERNAME_TEMPLATE"
            = "security/change_username.html";
        /// The page to ask for a forgotten username.
        username_recovery_template: String, "SECURITY_USERNAME_RECOVERY_TEMPLATE"
            = "security/recover_username.html";
        /// The mail after registering; a path without extension.
        register_email_template: String, "SECURITY_REGISTER_EMAIL_TEMPLATE" = "security/email/welcome";
        /// The mail to the owner of an account somebody tried to register again; a path without extension.
        register_email_existing_template: String, "SECURITY_REGISTER_EMAIL_EXISTING_TEMPLATE"
            = "security/email/welcome_existing";
        /// The mail to somebody whose chosen username is taken; a path without extension.
        register_email_existing_username_template: String, "SECURITY_REGISTER_EMAIL_EXISTING_USERNAME_TEMPLATE"
            = "security/email/welcome_existing_username";
        /// The mail with a confirmation link; a path without extension.
        email_template_confirm: String, "SECURITY_EMAIL_TEMPLATE_CONFIRM"
            = "security/email/confirmation_instructions";
        /// The mail with a sign-in link; a path without extension.
        email_template_passwordless: String, "SECURITY_EMAIL_TEMPLATE_PASSWORDLESS"
            = "security/email/login_instructions";
        /// The mail with a reset link; a path without extension.
        email_template_password_reset: String, "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET"
            = "security/email/reset_instructions";
        /// The notice that the password was reset; a path without extension.
        email_template_password_reset_notice: String, "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE"
            = "security/email/reset_notice";
        /// The notice that the password was changed; a path without extension.
        email_template_password_change_notice: String, "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE"
            = "security/email/change_notice";
        /// The mail with the code of the second factor; a path without extension.
        two_factor_email_template: String, "SECURITY_TWO_FACTOR_EMAIL_TEMPLATE"
            = "security/email/two_factor_instructions";
        /// The mail to the administrator about a lost second factor; a path without extension.
        two_factor_rescue_email_template: String, "SECURITY_TWO_FACTOR_RESCUE_EMAIL_TEMPLATE"
            = "security/email/two_factor_rescue";
        /// The mail with a sign-in code; a path without extension.
        us_email_template: String, "SECURITY_US_EMAIL_TEMPLATE" = "security/email/us_instructions";
        /// The mail with the link to confirm a new address; a path without extension.
        change_email_email_template: String, "SECURITY_CHANGE_EMAIL_EMAIL_TEMPLATE"
            = "security/email/change_email_instructions";
        /// The notice that the username was changed; a path without extension.
        change_username_email_template: String, "SECURITY_CHANGE_USERNAME_EMAIL_TEMPLATE"
            = "security/email/change_username_notice";
        /// The mail with a forgotten username; a path without extension.
        username_recovery_email_template: String, "SECURITY_USERNAME_RECOVERY_EMAIL_TEMPLATE"
            = "security/email/username_recovery";
    }
}
