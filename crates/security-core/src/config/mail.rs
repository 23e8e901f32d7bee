//! Mails: who sends them, through which server, under which subject.

use secrecy::SecretString;
use serde_json::Value;

use super::section::section;
use super::value::{Codec, Expected, Input, OptionValue};

section! {
    /// Mails: who sends them and through which server.
    pub struct MailConfig "Mail" {
        /// Sender: an address, or a list of name and address.
        sender: Option<String> as Mailbox, "SECURITY_EMAIL_SENDER" = null;
        /// Sender when `SECURITY_EMAIL_SENDER` is not set. Without both it is `no-reply@localhost`.
        default_sender: Option<String> as Mailbox, "MAIL_DEFAULT_SENDER" = null;
        /// Mails have a plain text part.
        plaintext: bool, "SECURITY_EMAIL_PLAINTEXT" = true;
        /// Mails have an HTML part.
        html: bool, "SECURITY_EMAIL_HTML" = true;
        /// Host of the mail server.
        server: String, "MAIL_SERVER" = "127.0.0.1";
        /// Port of the mail server.
        port: u16, "MAIL_PORT" = 25;
        /// Turn the connection into an encrypted one (STARTTLS).
        use_tls: bool, "MAIL_USE_TLS" = false;
        /// Encrypt the connection from the start.
        use_ssl: bool, "MAIL_USE_SSL" = false;
        /// PEM file with the authorities that vouch for the mail server, such as that of a company. With it no
        /// other is trusted; without it Mozilla's roots are.
        ca_file: Option<String>, "MAIL_CA_FILE" = null, ours;
        /// Name at the mail server.
        username: Option<String>, "MAIL_USERNAME" = null;
        /// Password at the mail server.
        password: Option<SecretString>, "MAIL_PASSWORD" = null;
        /// Write no mail to the server. None: what `TESTING` says.
        suppress_send_option: Option<bool>, "MAIL_SUPPRESS_SEND" = null;
        /// Show the talk with the server. Accepted and has no effect: see the log.
        debug: Option<bool>, "MAIL_DEBUG" = null;
        /// Mails per connection. Accepted and has no effect: connections are pooled.
        max_emails: Option<u64>, "MAIL_MAX_EMAILS" = null;
        /// Plain ASCII names of attachments. Accepted and has no effect: there are none.
        ascii_attachments: bool, "MAIL_ASCII_ATTACHMENTS" = false;
    }
    plus {
        /// Subjects of the mails.
        subjects: MailSubjects = MailSubjects::default();
        /// Write no mail to the server: `MAIL_SUPPRESS_SEND`, or `TESTING` when that is not set.
        suppress_send: bool = false;
    }
}

section! {
    /// Subjects of the mails, in our own words. One that is set is in the language of the site; in others a translation
    /// says it, under names such as `mail-subject-register`.
    pub struct MailSubjects "Mail subjects" {
        /// The mail after registering.
        register: String, "SECURITY_EMAIL_SUBJECT_REGISTER" = "Welcome", changed;
        /// The mail with a confirmation link.
        confirm: String, "SECURITY_EMAIL_SUBJECT_CONFIRM" = "Confirm your e-mail address", changed;
        /// The mail with a sign-in link.
        passwordless: String, "SECURITY_EMAIL_SUBJECT_PASSWORDLESS" = "Your sign-in link", changed;
        /// The notice that the password was reset.
        password_notice: String, "SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE" = "Your password was reset", changed;
        /// The notice that the password was changed.
        password_change_notice: String, "SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE"
            = "Your password was changed", changed;
        /// The mail with a reset link.
        password_reset: String, "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET" = "Choose a new password", changed;
        /// The mail with the code of the second factor.
        two_factor: String, "SECURITY_EMAIL_SUBJECT_TWO_FACTOR" = "Your sign-in code", changed;
        /// The mail to the administrator about a lost second factor.
        two_factor_rescue: String, "SECURITY_EMAIL_SUBJECT_TWO_FACTOR_RESCUE"
            = "Somebody needs help with the second factor", changed;
        /// The mail with a code of unified sign-in.
        us_signin: String, "SECURITY_US_EMAIL_SUBJECT" = "Your sign-in code", changed;
        /// The mail with the link to confirm a new address.
        change_email: String, "SECURITY_CHANGE_EMAIL_SUBJECT" = "Confirm your new e-mail address", changed;
        /// The notice that the username was changed.
        username_change_notice: String, "SECURITY_EMAIL_SUBJECT_USERNAME_CHANGE_NOTICE"
            = "Your username was changed", changed;
        /// The mail with a forgotten username.
        username_recovery: String, "SECURITY_EMAIL_SUBJECT_USERNAME_RECOVERY" = "Your username", changed;
    }
}

impl MailConfig {
    /// Who sends the mails: an address, or a name and an address in angle brackets (RFC 5322).
    #[must_use]
    pub fn sender(&self) -> &str {
        self.sender.as_deref().or(self.default_sender.as_deref()).unwrap_or("no-reply@localhost")
    }
}

/// An address, or a list of name and address.
pub(super) struct Mailbox;

impl Codec<Option<String>> for Mailbox {
    fn kind() -> String {
        "address, or list of name and address".to_owned()
    }

    fn read(_before: Option<&Option<String>>, input: Input<'_>) -> Result<Option<String>, Expected> {
        let sender = match input {
            Input::Typed(Value::Array(_)) => Some(named(Vec::read(input)?)?),
            Input::Text(text) if text.trim_start().starts_with('[') => Some(named(Vec::read(input)?)?),
            input => Option::<String>::read(input).map_err(|_| Expected::new(Self::kind()))?,
        };
        match sender {
            Some(sender) if sender.chars().any(char::is_control) => Err(Expected::new(Self::kind())),
            sender => Ok(sender),
        }
    }
}

fn named(parts: Vec<String>) -> Result<String, Expected> {
    match <[String; 2]>::try_from(parts) {
        Ok([name, address]) => {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            Ok(format!("\"{name}\" <{address}>"))
        }
        Err(_) => Err(Expected::new(Mailbox::kind())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_sender_is_ours_then_the_mailers_then_a_stand_in() {
        let mut mail = MailConfig::default();
        assert_eq!(mail.sender(), "no-reply@localhost");
        mail.default_sender = Some("a@example.com".to_owned());
        assert_eq!(mail.sender(), "a@example.com");
        mail.sender = Some("b@example.com".to_owned());
        assert_eq!(mail.sender(), "b@example.com");
    }

    #[test]
    fn a_sender_may_have_a_name() {
        let read = |value: Value| Mailbox::read(None, Input::Typed(&value));
        assert_eq!(
            read(json!(["The \"A\"", "a@example.com"])),
            Ok(Some(r#""The \"A\"" <a@example.com>"#.into()))
        );
        assert!(read(json!(["a@example.com"])).is_err());
        assert!(read(json!("a@example.com\r\nBcc: b@example.com")).is_err());
    }
}
