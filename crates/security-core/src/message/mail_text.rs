//! What the mails say, sentence by sentence, and their subjects. A mail is one template for all languages: an application
//! that replaces it replaces it for everybody, and one that changes a sentence does so in a translation.

use super::fixed_text::fixed_texts;

fixed_texts! {
    /// A fixed text of the mails, with the name that translations know it by. A few titles and buttons are those of the
    /// pages, see [`PageText`](super::PageText).
    ///
    /// ```
    /// use security_core::message::MailText;
    ///
    /// assert_eq!(MailText::WasYou.id(), "mail-was-you");
    /// assert_eq!(MailText::from_english("Hello,"), Some(MailText::Hello));
    /// ```
    MailText;

    SubjectRegister "mail-subject-register" [] "Welcome";
    SubjectConfirm "mail-subject-confirm" [] "Confirm your e-mail address";
    SubjectPasswordless "mail-subject-passwordless" [] "Your sign-in link";
    SubjectPasswordNotice "mail-subject-password-notice" [] "Your password was reset";
    SubjectPasswordChangeNotice "mail-subject-password-change-notice" [] "Your password was changed";
    SubjectPasswordReset "mail-subject-password-reset" [] "Choose a new password";

    Hello "mail-hello" [] "Hello,";
    NeverAsked "mail-never-asked" [] "Nobody who works here will ever ask you for your password.";
    Reason "mail-reason" [] "You receive this mail because of your account.";
    ReasonAt "mail-reason-at" ["site"] "You receive this mail because of your account at %(site)s.";
    NoAccount "mail-no-account" []
        "You receive this mail because your address was entered. No account was created for it.";
    NoAccountAt "mail-no-account-at" ["site"]
        "You receive this mail because your address was entered at %(site)s. No account was created for it.";
    ButtonHelp "mail-button-help" [] "If the button does not work, copy this address into your browser:";
    LinkWithin "mail-link-within" ["within"] "The link works for %(within)s.";
    LinkOnceWithin "mail-link-once-within" ["within"] "The link works once, within %(within)s.";
    WasYou "mail-was-you" [] "If that was you, there is nothing left to do.";
    WasNotYou "mail-was-not-you" [] "It was not me";
    NotYouDelete "mail-not-you-delete" [] "If it was not you, you can delete this mail.";

    Welcome "mail-welcome" ["site"] "Welcome to %(site)s";
    Created "mail-created" ["email"] "Your account for %(email)s has been created.";
    CreatedConfirm "mail-created-confirm" []
        "One step is left: show us that this address is yours by opening this link.";
    CreatedNotYou "mail-created-not-you" []
        "If you did not create this account, do not follow the link and delete this mail.";
    CreatedSignIn "mail-created-sign-in" []
        "You can sign in now. If it was not you who created this account, please tell us.";

    Existing "mail-existing" [] "You already have an account";
    ExistingLead "mail-existing-lead" ["email"]
        "Somebody, most likely you, tried to create an account for %(email)s. There is one already, so nothing has been changed and nobody else has been told.";
    ExistingUsername "mail-existing-username" ["username"] "Your username is %(username)s.";
    ExistingConfirm "mail-existing-confirm" []
        "The address is not confirmed yet. Confirm it to be able to sign in:";
    ExistingForgotten "mail-existing-forgotten" [] "Have you forgotten your password? Choose a new one here:";

    Taken "mail-taken" [] "Please choose another username";
    TakenLead "mail-taken-lead" ["email", "username"]
        "Somebody, most likely you, tried to create an account for %(email)s with the username %(username)s.";
    TakenNext "mail-taken-next" []
        "That username is taken, so no account has been created. Please register again with another one.";

    Confirm "mail-confirm" ["email"] "Please show us that %(email)s is your address by opening this link.";
    ConfirmButton "mail-confirm-button" [] "Confirm my address";
    ConfirmNotYou "mail-confirm-not-you" []
        "If you did not ask for this, do not follow the link and delete this mail.";

    SignInLink "mail-sign-in-link" ["email"] "With this link you can sign in as %(email)s once.";
    SignInLinkSecret "mail-sign-in-link-secret" []
        "Never pass it on: whoever opens it is signed in as you. If you did not ask for it, you can delete this mail.";

    Reset "mail-reset" ["email"]
        "Somebody, most likely you, asked for a new password for the account %(email)s. You can choose one with this link.";
    ResetNotYou "mail-reset-not-you" []
        "If it was not you, you can delete this mail. Your password stays as it is.";

    ResetDone "mail-reset-done" [] "Your password has been reset";
    ResetDoneLead "mail-reset-done-lead" ["email"]
        "A new password has just been set for the account %(email)s with a link from your mail, and all devices have been signed out.";
    ResetDoneNotYou "mail-reset-done-not-you" []
        "If it was not you, somebody else reads your mail. Secure your mailbox, and tell us at once.";
    ResetDoneNotYouLink "mail-reset-done-not-you-link" []
        "If it was not you, somebody else reads your mail. Secure your mailbox first, then choose a new password:";

    Changed "mail-changed" [] "Your password has been changed";
    ChangedLead "mail-changed-lead" ["email"]
        "The password of the account %(email)s has just been changed, and all other devices have been signed out.";
    ChangedNotYou "mail-changed-not-you" []
        "If it was not you, tell us at once: somebody else may be using your account.";
    ChangedNotYouLink "mail-changed-not-you-link" []
        "If it was not you, choose a new password at once, and make sure that nobody else reads your mail:";
}

#[cfg(test)]
mod tests {
    use super::super::template;
    use super::*;

    #[test]
    fn every_text_has_a_name_of_its_own_and_uses_only_its_own_variables() {
        for text in MailText::ALL {
            assert_eq!(MailText::from_id(text.id()), Some(*text));
            assert_eq!(MailText::from_english(text.english()), Some(*text), "the same words twice");
            assert!(text.id().starts_with("mail-"), "{}", text.id());
            assert_eq!(template::check(text.english(), text.variables()), Ok(()), "{}", text.id());
        }
    }
}
