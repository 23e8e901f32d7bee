//! What the pages say between the messages: titles, labels, buttons. They are here, and not with the pages, so that a
//! translation of the product is one text that is checked as a whole.

use super::fixed_text::fixed_texts;

fixed_texts! {
    /// A fixed text of the pages, with the name that translations know it by.
    ///
    /// ```
    /// use security_core::message::PageText;
    ///
    /// assert_eq!(PageText::SignIn.id(), "page-sign-in");
    /// assert_eq!(PageText::from_english("Sign in"), Some(PageText::SignIn));
    /// ```
    PageText;

    Account "page-account" [] "Account";
    Home "page-home" [] "Home";
    SkipToContent "page-skip-to-content" [] "Skip to content";
    SignedInAs "page-signed-in-as" [] "Signed in as";
    Continue "page-continue" [] "Continue";
    Optional "page-optional" [] "(optional)";

    SignIn "page-sign-in" [] "Sign in";
    SignInLead "page-sign-in-lead" [] "Enter your email address or your username, and your password.";
    SignInLinkLead "page-sign-in-link-lead" [] "We send you a link by mail. Opening it signs you in, once.";
    SignOut "page-sign-out" [] "Sign out";
    SignOutLead "page-sign-out-lead" [] "Do you want to sign out of this account on this device?";
    CreateAnAccount "page-create-an-account" [] "Create an account";
    CreateAccount "page-create-account" [] "Create account";
    ConfirmAddress "page-confirm-address" [] "Confirm your email address";
    ConfirmAddressLead "page-confirm-address-lead" []
        "We send you a new link by mail. Opening it shows that the address is yours.";
    SendConfirmationAgain "page-send-confirmation-again" [] "Send the confirmation mail again";
    SendTheLink "page-send-the-link" [] "Send the link";
    ForgotPassword "page-forgot-password" [] "Forgot your password?";
    ForgotPasswordLead "page-forgot-password-lead" []
        "We send you a link by mail, with which you can choose a new one.";
    ResetPassword "page-reset-password" [] "Choose a new password";
    ResetPasswordLead "page-reset-password-lead" []
        "Afterwards every device is signed out, and the new password is the only one that works.";
    SetThePassword "page-set-the-password" [] "Set the password";
    ChangeYourPassword "page-change-your-password" [] "Change your password";
    ChangePassword "page-change-password" [] "Change password";
    ChangePasswordLead "page-change-password-lead" []
        "Afterwards you stay signed in here; every other device is signed out.";
    SetAPassword "page-set-a-password" [] "Set a password";
    SetAPasswordLead "page-set-a-password-lead" []
        "Your account has no password yet. Choose one to be able to sign in with it.";
    SetPassword "page-set-password" [] "Set password";
    Verify "page-verify" [] "Confirm that it is you";
    VerifyLead "page-verify-lead" []
        "You have been signed in for a while. Please enter your password again before you go on.";
    OpenLink "page-open-link" [] "One more step";
    OpenLinkLead "page-open-link-lead" [] "You have opened a link from a mail. Press the button to use it.";

    EmailAddress "page-email-address" [] "Email address";
    Username "page-username" [] "Username";
    Password "page-password" [] "Password";
    PasswordAgain "page-password-again" [] "Password again";
    CurrentPassword "page-current-password" [] "Current password";
    NewPassword "page-new-password" [] "New password";
    NewPasswordAgain "page-new-password-again" [] "New password again";
    PasswordHelp "page-password-help" ["length"] "At least %(length)s characters.";
    Remember "page-remember" [] "Keep me signed in on this device";

    ErrorStatus "page-error-status" ["status"] "Error %(status)s";
    Error "page-error" [] "Error";
    BadRequest "page-bad-request" [] "Bad Request";
    Unauthorized "page-unauthorized" [] "Unauthorized";
    Forbidden "page-forbidden" [] "Forbidden";
    NotFound "page-not-found" [] "Not Found";
    MethodNotAllowed "page-method-not-allowed" [] "Method Not Allowed";
    RequestTimeout "page-request-timeout" [] "Request Timeout";
    PayloadTooLarge "page-payload-too-large" [] "Payload Too Large";
    TooManyRequests "page-too-many-requests" [] "Too Many Requests";
    InternalServerError "page-internal-server-error" [] "Internal Server Error";
    ServiceUnavailable "page-service-unavailable" [] "Service Unavailable";
    CannotBeShown "page-cannot-be-shown" [] "This page could not be shown.";
}

#[cfg(test)]
mod tests {
    use super::super::template;
    use super::*;

    #[test]
    fn every_text_has_a_name_of_its_own_and_uses_only_its_own_variables() {
        for text in PageText::ALL {
            assert_eq!(PageText::from_id(text.id()), Some(*text));
            assert_eq!(PageText::from_english(text.english()), Some(*text), "the same words twice");
            assert!(text.id().starts_with("page-"), "{}", text.id());
            assert_eq!(template::check(text.english(), text.variables()), Ok(()), "{}", text.id());
        }
    }
}
