//! Every message there is, in our own words.

use super::Severity;

/// Declares [`MessageKey`] from one table: variant, name, severity, variables, text.
macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $severity:ident [$($variable:literal),*] $text:literal;)+) => {
        /// Which message is meant. The name is that of the reference's catalogue, without `SECURITY_MSG_`.
        ///
        /// ```
        /// use security_core::message::MessageKey;
        ///
        /// assert_eq!(MessageKey::InvalidPassword.name(), "INVALID_PASSWORD");
        /// assert_eq!(MessageKey::from_name("INVALID_PASSWORD"), Some(MessageKey::InvalidPassword));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum MessageKey {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\n`SECURITY_MSG_", $name, "`: ", $text)]
                $variant,
            )+
        }

        impl MessageKey {
            /// Every message.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the catalogue, for example `INVALID_PASSWORD`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The built-in wording.
            #[must_use]
            pub const fn default_text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// How the message is meant unless it is replaced.
            #[must_use]
            pub const fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// The variables its text may use as `%(variable)s`.
            #[must_use]
            pub const fn variables(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($variable),*]),+ }
            }

            /// When it is shown.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim()),+ }
            }

            /// The message of this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}

catalogue! {
    /// A confirmation was asked for or opened for an address that is confirmed already.
    AlreadyConfirmed "ALREADY_CONFIRMED" Info []
        "This e-mail address is already confirmed.";
    /// A signed-in user calls something meant for visitors who are not.
    AnonymousUserRequired "ANONYMOUS_USER_REQUIRED" Error []
        "Please sign out first: this page is for visitors who are not signed in.";
    /// A request or a link cannot be understood.
    ApiError "API_ERROR" Error []
        "We could not read this request. Please check it and try again.";
    /// The new address has been confirmed.
    ChangeEmailConfirmed "CHANGE_EMAIL_CONFIRMED" Success []
        "Your new e-mail address is confirmed and now in use.";
    /// The link to confirm a new address is too old.
    ChangeEmailExpired "CHANGE_EMAIL_EXPIRED" Error ["within"]
        "This link was valid for %(within)s and has expired. Please start the change again.";
    /// The link to confirm a new address has been sent, or could have been.
    ChangeEmailSent "CHANGE_EMAIL_SENT" Success ["email"]
        "To finish the change, open the link we sent to %(email)s.";
    /// A one-time code has been sent.
    CodeHasBeenSent "CODE_HAS_BEEN_SENT" Info []
        "A code is on its way to you.";
    /// The link to confirm an address is too old.
    ConfirmationExpired "CONFIRMATION_EXPIRED" Error ["within", "email"]
        "This link was valid for %(within)s and has expired. You can ask for a new one.";
    /// The confirmation mail has been sent again, or could have been.
    ConfirmationRequest "CONFIRMATION_REQUEST" Info ["email"]
        "A new confirmation link is on its way to %(email)s.";
    /// A user whose address is not confirmed wants to do something that needs it.
    ConfirmationRequired "CONFIRMATION_REQUIRED" Error []
        "Please confirm your e-mail address first.";
    /// Somebody has registered and now has to confirm the address.
    ConfirmRegistration "CONFIRM_REGISTRATION" Success ["email"]
        "Almost there: open the link we sent to %(email)s to confirm your address.";
    /// The account is not active.
    DisabledAccount "DISABLED_ACCOUNT" Error []
        "This account is switched off.";
    /// The address belongs to an account already.
    EmailAlreadyAssociated "EMAIL_ALREADY_ASSOCIATED" Error ["email"]
        "%(email)s already belongs to an account.";
    /// The address has been confirmed.
    EmailConfirmed "EMAIL_CONFIRMED" Success []
        "Your e-mail address is confirmed. Welcome!";
    /// The e-mail field is empty.
    EmailNotProvided "EMAIL_NOT_PROVIDED" Error []
        "Please enter your e-mail address.";
    /// The mail or text message with a code could not be sent.
    FailedToSendCode "FAILED_TO_SEND_CODE" Error []
        "We could not send the code. Please try again in a moment.";
    /// The text of the link below a password field.
    ForgotPassword "FORGOT_PASSWORD" Info []
        "Forgotten your password?";
    /// A sign-in failed and the answer must not tell why.
    GenericAuthnFailed "GENERIC_AUTHN_FAILED" Error []
        "These details do not match an account that can sign in.";
    /// An account recovery was asked for and the answer must not tell whether there is an account.
    GenericRecovery "GENERIC_RECOVERY" Info []
        "If we know this account, a mail with the next step is on its way.";
    /// A sign-in code was asked for and the answer must not tell whether there is an account.
    GenericUsSignin "GENERIC_US_SIGNIN" Info []
        "If we know this account, a code is on its way.";
    /// Another account has this identity.
    IdentityAlreadyAssociated "IDENTITY_ALREADY_ASSOCIATED" Error ["attr", "value"]
        "The %(attr)s %(value)s already belongs to an account.";
    /// Another provider vouches for somebody who has no account here.
    IdentityNotRegistered "IDENTITY_NOT_REGISTERED" Error ["id"]
        "There is no account for %(id)s yet.";
    /// The code in a link is wrong.
    InvalidCode "INVALID_CODE" Error []
        "This code does not work. Please ask for a new one.";
    /// The link to confirm an address is not one of ours.
    InvalidConfirmationToken "INVALID_CONFIRMATION_TOKEN" Error []
        "This confirmation link does not work. You can ask for a new one.";
    /// The text is not an e-mail address that can receive mail.
    InvalidEmailAddress "INVALID_EMAIL_ADDRESS" Error []
        "This does not look like an e-mail address we can send to.";
    /// A name contains markup.
    InvalidInput "INVALID_INPUT" Error []
        "Please leave out HTML and other markup.";
    /// A name is too long.
    InvalidInputLength "INVALID_INPUT_LENGTH" Error ["length"]
        "Please use %(length)s characters at most.";
    /// The link to sign in is not one of ours.
    InvalidLoginToken "INVALID_LOGIN_TOKEN" Error []
        "This sign-in link does not work. You can ask for a new one.";
    /// The password does not match.
    InvalidPassword "INVALID_PASSWORD" Error []
        "This password is not right.";
    /// The password or code does not match.
    InvalidPasswordCode "INVALID_PASSWORD_CODE" Error []
        "This password or code is not right.";
    /// The recovery code does not match or was used before.
    InvalidRecoveryCode "INVALID_RECOVERY_CODE" Error []
        "This recovery code does not work.";
    /// The address to go to afterwards is on another site.
    InvalidRedirect "INVALID_REDIRECT" Error []
        "We only send you on to pages of this site.";
    /// The link to reset a password is not one of ours.
    InvalidResetPasswordToken "INVALID_RESET_PASSWORD_TOKEN" Error []
        "This reset link does not work. You can ask for a new one.";
    /// A page needs a signed-in user.
    Login "LOGIN" Info []
        "Please sign in to see this page.";
    /// The link to sign in has been sent, or could have been.
    LoginEmailSent "LOGIN_EMAIL_SENT" Success ["email"]
        "A sign-in link is on its way to %(email)s.";
    /// The link to sign in is too old.
    LoginExpired "LOGIN_EXPIRED" Error ["within", "email"]
        "This link was valid for %(within)s and has expired. You can ask for a new one.";
    /// Somebody wants to see recovery codes and has none.
    NoRecoveryCodesSetup "NO_RECOVERY_CODES_SETUP" Info []
        "You have no recovery codes yet.";
    /// The other provider answered with an error.
    OauthHandshakeError "OAUTH_HANDSHAKE_ERROR" Error ["exerror", "exdesc"]
        "Signing in through the other service did not work: %(exerror)s (%(exdesc)s).";
    /// Somebody has signed in by a link.
    PasswordlessLoginSuccessful "PASSWORDLESS_LOGIN_SUCCESSFUL" Success []
        "You are signed in.";
    /// The password is known from a data breach.
    PasswordBreached "PASSWORD_BREACHED" Error []
        "This password has appeared in a data breach elsewhere. Please choose another one.";
    /// Whether the password is known from a data breach could not be found out, and it must be.
    PasswordBreachedSiteError "PASSWORD_BREACHED_SITE_ERROR" Error []
        "We could not check this password against known data breaches. Please try again in a moment.";
    /// The password has been changed.
    PasswordChange "PASSWORD_CHANGE" Success []
        "Your password has been changed.";
    /// The password is too short, or longer than 128 characters.
    PasswordInvalidLength "PASSWORD_INVALID_LENGTH" Error ["length"]
        "Please use at least %(length)s characters, and 128 at most.";
    /// The new password equals the old one.
    PasswordIsTheSame "PASSWORD_IS_THE_SAME" Error []
        "Please choose a password that differs from the present one.";
    /// Two passwords differ.
    PasswordMismatch "PASSWORD_MISMATCH" Error []
        "The passwords differ.";
    /// The password field is empty.
    PasswordNotProvided "PASSWORD_NOT_PROVIDED" Error []
        "Please enter a password.";
    /// The account has no password.
    PasswordNotSet "PASSWORD_NOT_SET" Error []
        "There is no password for this account. Please sign in another way.";
    /// The password has been reset and the user is signed in.
    PasswordReset "PASSWORD_RESET" Success []
        "Your password has been reset and you are signed in.";
    /// The link to reset a password is too old.
    PasswordResetExpired "PASSWORD_RESET_EXPIRED" Error ["within", "email"]
        "This link was valid for %(within)s and has expired. You can ask for a new one.";
    /// The password has been reset and the user has yet to sign in.
    PasswordResetNoLogin "PASSWORD_RESET_NO_LOGIN" Success []
        "Your password has been reset. Please sign in with the new one.";
    /// The link to reset a password has been sent, or could have been.
    PasswordResetRequest "PASSWORD_RESET_REQUEST" Info ["email"]
        "If %(email)s has an account here, a reset link is on its way.";
    /// The password is too easy to guess.
    PasswordTooSimple "PASSWORD_TOO_SIMPLE" Error []
        "This password is easy to guess. A longer one, or a few unrelated words, is better.";
    /// The phone number cannot be understood, or is missing.
    PhoneInvalid "PHONE_INVALID" Error []
        "This does not look like a phone number. A number with its country code always works.";
    /// The last proof of identity is too long ago for this action.
    ReauthenticationRequired "REAUTHENTICATION_REQUIRED" Error []
        "Please confirm that it is you before you go on.";
    /// The identity has been proven again.
    ReauthenticationSuccessful "REAUTHENTICATION_SUCCESSFUL" Info []
        "Thank you for confirming that it is you.";
    /// A page needs a fresh sign-in.
    Refresh "REFRESH" Info []
        "Please sign in again to see this page.";
    /// A refresh token is not accepted.
    RefreshTokenInvalid "REFRESH_TOKEN_INVALID" Error ["reason"]
        "This refresh token is not accepted (%(reason)s).";
    /// The repeated password differs.
    RetypePasswordMismatch "RETYPE_PASSWORD_MISMATCH" Error []
        "The two passwords differ.";
    /// The second factor has been changed.
    TwoFactorChangeMethodSuccessful "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL" Success []
        "Your second step for signing in has been changed.";
    /// The second factor has been removed.
    TwoFactorDisabled "TWO_FACTOR_DISABLED" Success []
        "Your second step for signing in is switched off.";
    /// The code of the second factor does not match.
    TwoFactorInvalidToken "TWO_FACTOR_INVALID_TOKEN" Error []
        "This code is not right.";
    /// The second factor has been proven.
    TwoFactorLoginSuccessful "TWO_FACTOR_LOGIN_SUCCESSFUL" Success []
        "You are signed in.";
    /// The second factor asked for is not offered.
    TwoFactorMethodNotAvailable "TWO_FACTOR_METHOD_NOT_AVAILABLE" Error []
        "This method is not available.";
    /// A step of the second factor was called out of turn.
    TwoFactorPermissionDenied "TWO_FACTOR_PERMISSION_DENIED" Error []
        "This step is not available right now. Please sign in first.";
    /// Setting up the second factor took too long.
    TwoFactorSetupExpired "TWO_FACTOR_SETUP_EXPIRED" Error ["within"]
        "The set-up was open for %(within)s and has expired. Please start again.";
    /// A page or an endpoint needs a signed-in user.
    Unauthenticated "UNAUTHENTICATED" Error []
        "Please sign in first.";
    /// The user lacks a role or a permission.
    Unauthorized "UNAUTHORIZED" Error []
        "Your account does not have access to this.";
    /// The username is taken.
    UsernameAlreadyAssociated "USERNAME_ALREADY_ASSOCIATED" Error ["username"]
        "The username %(username)s is taken.";
    /// The username has been changed.
    UsernameChange "USERNAME_CHANGE" Success []
        "Your username has been changed.";
    /// The username contains characters that are not allowed.
    UsernameDisallowedCharacters "USERNAME_DISALLOWED_CHARACTERS" Error []
        "Some of these characters cannot be used in a username.";
    /// The username is too short or too long.
    UsernameInvalidLength "USERNAME_INVALID_LENGTH" Error ["min", "max"]
        "Please use between %(min)s and %(max)s characters.";
    /// The username field is empty and must not be.
    UsernameNotProvided "USERNAME_NOT_PROVIDED" Error []
        "Please choose a username.";
    /// The username has been sent, or could have been.
    UsernameRecoveryRequest "USERNAME_RECOVERY_REQUEST" Info []
        "If this address has an account here, its username is on its way.";
    /// No account has this identity.
    UserDoesNotExist "USER_DOES_NOT_EXIST" Error []
        "We do not know this account.";
    /// The whole text message that carries a code.
    UseCode "USE_CODE" Info ["code"]
        "%(code)s is your sign-in code.";
    /// Which ways to sign in are set up.
    UsCurrentMethods "US_CURRENT_METHODS" Info ["method_list"]
        "Set up so far: %(method_list)s.";
    /// The way to sign in is not offered or not set up.
    UsMethodNotAvailable "US_METHOD_NOT_AVAILABLE" Error []
        "This way to sign in is not available.";
    /// Setting up a way to sign in took too long.
    UsSetupExpired "US_SETUP_EXPIRED" Error ["within"]
        "The set-up was open for %(within)s and has expired. Please start again.";
    /// A way to sign in has been set up.
    UsSetupSuccessful "US_SETUP_SUCCESSFUL" Info []
        "The new way to sign in is ready.";
    /// The identity is missing or unknown.
    UsSpecifyIdentity "US_SPECIFY_IDENTITY" Error []
        "Please tell us who you are, in one of the ways this site knows you.";
    /// A passkey has been removed.
    WebauthnCredentialDeleted "WEBAUTHN_CREDENTIAL_DELETED" Info ["name"]
        "The passkey %(name)s has been removed.";
    /// The passkey is registered already.
    WebauthnCredentialIdInuse "WEBAUTHN_CREDENTIAL_ID_INUSE" Error []
        "This passkey is already registered.";
    /// The passkey is not registered for this use.
    WebauthnCredentialWrongUsage "WEBAUTHN_CREDENTIAL_WRONG_USAGE" Error []
        "This passkey was not registered for this use.";
    /// The passkey step took too long.
    WebauthnExpired "WEBAUTHN_EXPIRED" Error ["within"]
        "The passkey step was open for %(within)s and has expired. Please start again.";
    /// The passkey belongs to somebody else.
    WebauthnMismatchUserHandle "WEBAUTHN_MISMATCH_USER_HANDLE" Error []
        "This passkey belongs to another account.";
    /// The name of a passkey contains characters that are not allowed.
    WebauthnNameDisallowedCharacters "WEBAUTHN_NAME_DISALLOWED_CHARACTERS" Error []
        "Some of these characters cannot be used in the name of a passkey.";
    /// The user has a passkey of that name.
    WebauthnNameInuse "WEBAUTHN_NAME_INUSE" Error ["name"]
        "You already have a passkey named %(name)s.";
    /// The user has no passkey of that name.
    WebauthnNameNotFound "WEBAUTHN_NAME_NOT_FOUND" Error ["name"]
        "You have no passkey named %(name)s.";
    /// The name of a passkey is empty.
    WebauthnNameRequired "WEBAUTHN_NAME_REQUIRED" Error []
        "Please name your passkey.";
    /// The answer of a passkey cannot be verified.
    WebauthnNoVerify "WEBAUTHN_NO_VERIFY" Error ["cause"]
        "The passkey could not be verified: %(cause)s.";
    /// The passkey belongs to no account.
    WebauthnOrphanCredentialId "WEBAUTHN_ORPHAN_CREDENTIAL_ID" Error []
        "This passkey does not belong to an account any more.";
    /// A passkey has been added.
    WebauthnRegisterSuccessful "WEBAUTHN_REGISTER_SUCCESSFUL" Info ["name"]
        "The passkey %(name)s is ready to use.";
    /// The passkey is not known.
    WebauthnUnknownCredentialId "WEBAUTHN_UNKNOWN_CREDENTIAL_ID" Error []
        "We do not know this passkey.";
    /// A field is empty and must not be. Not in the reference.
    Required "REQUIRED" Error []
        "This field is required.";
    /// A field holds something that is not on offer. Not in the reference.
    Choice "CHOICE" Error []
        "Please pick one of the choices.";
    /// The server is too busy to answer. Not in the reference.
    ServiceUnavailable "SERVICE_UNAVAILABLE" Error []
        "We are very busy right now. Please try again in a moment.";
    /// Something failed that nobody expected. Not in the reference.
    InternalError "INTERNAL_ERROR" Error []
        "Something went wrong on our side. We have made a note of it.";
    /// The address is right and the method is not. Not in the reference.
    MethodNotAllowed "METHOD_NOT_ALLOWED" Error []
        "This cannot be done here in this way.";
    /// The body of a request did not arrive in time. Not in the reference.
    RequestTimeout "REQUEST_TIMEOUT" Error []
        "That took too long. Please try again.";
    /// There is nothing at this address. Not in the reference.
    NotFound "NOT_FOUND" Error []
        "There is nothing here.";
    /// Too many attempts in a short time. Not in the reference.
    TooManyRequests "TOO_MANY_REQUESTS" Error []
        "That was a lot of attempts. Please wait a little and try again.";
    /// The request is longer than allowed. Not in the reference.
    BodyTooLarge "BODY_TOO_LARGE" Error []
        "This request is too large.";
    /// A request that changes something carries no CSRF token. Not in the reference.
    CsrfMissing "CSRF_MISSING" Error []
        "The security token of this form is missing. Please reload the page and try again.";
    /// The CSRF token belongs to another session or is damaged. Not in the reference.
    CsrfInvalid "CSRF_INVALID" Error []
        "The security token of this form is not valid. Please reload the page and try again.";
    /// The CSRF token is too old. Not in the reference.
    CsrfExpired "CSRF_EXPIRED" Error []
        "This form was open for too long. Please reload the page and try again.";
}

#[cfg(test)]
mod tests {
    use super::super::template;
    use super::*;

    #[test]
    fn every_built_in_text_uses_only_its_own_variables() {
        for key in MessageKey::ALL {
            assert_eq!(template::check(key.default_text(), key.variables()), Ok(()), "{}", key.name());
            assert!(!key.default_text().is_empty(), "{}", key.name());
        }
    }

    #[test]
    fn a_name_leads_back_to_its_message() {
        for key in MessageKey::ALL {
            assert_eq!(MessageKey::from_name(key.name()), Some(*key));
        }
        assert_eq!(MessageKey::from_name("invalid_password"), None);
    }

    #[test]
    fn the_catalogue_has_every_message_of_the_reference_and_twelve_of_ours() {
        let ours = MessageKey::ALL.iter().filter(|key| key.summary().ends_with("Not in the reference."));
        assert_eq!(ours.count(), 12);
        assert_eq!(MessageKey::ALL.len(), 105);
    }
}
