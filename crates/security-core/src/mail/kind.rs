//! The kinds of mails there are.

use crate::config::{MailSubjects, TemplatesConfig};
use crate::message::MailText;

/// What a mail is about. Each kind has a template and a subject, both of them options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailKind {
    /// To somebody who has just registered. Variables: `user`, `confirmation_link`, `confirmation_token`, `within`.
    Welcome,
    /// To the owner of an account that somebody tried to register again. Variables: `user`, `recovery_link`,
    /// `confirmation_link`, `confirmation_token`, `within`.
    WelcomeExisting,
    /// To somebody who tried to register with a username that is taken. Variables: `email`, `username`.
    WelcomeExistingUsername,
    /// A link to confirm an address. Variables: `user`, `confirmation_link`, `confirmation_token`, `within`.
    ConfirmationInstructions,
    /// A link to sign in with. Variables: `user`, `login_link`, `login_token`, `within`.
    LoginInstructions,
    /// A link to set a new password with. Variables: `user`, `reset_link`, `reset_token`, `within`.
    ResetInstructions,
    /// A notice that the password has been set anew. Variables: `user`, `recovery_link`.
    ResetNotice,
    /// A notice that the password has been changed. Variables: `user`, `recovery_link`.
    ChangeNotice,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Welcome,
        Self::WelcomeExisting,
        Self::WelcomeExistingUsername,
        Self::ConfirmationInstructions,
        Self::LoginInstructions,
        Self::ResetInstructions,
        Self::ResetNotice,
        Self::ChangeNotice,
    ];

    /// A name for logs: that of the built-in template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::WelcomeExisting => "welcome_existing",
            Self::WelcomeExistingUsername => "welcome_existing_username",
            Self::ConfirmationInstructions => "confirmation_instructions",
            Self::LoginInstructions => "login_instructions",
            Self::ResetInstructions => "reset_instructions",
            Self::ResetNotice => "reset_notice",
            Self::ChangeNotice => "change_notice",
        }
    }

    /// Whether the mail tells the owner of an account that something was done to it. Every other kind is sent on the
    /// request of a visitor who has proven nothing, so a queue that is nearly full refuses those first.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        match self {
            Self::ResetNotice | Self::ChangeNotice => true,
            Self::Welcome
            | Self::WelcomeExisting
            | Self::WelcomeExistingUsername
            | Self::ConfirmationInstructions
            | Self::LoginInstructions
            | Self::ResetInstructions => false,
        }
    }

    /// The configured template, without extension.
    #[must_use]
    pub fn template(self, templates: &TemplatesConfig) -> &str {
        match self {
            Self::Welcome => &templates.register_email_template,
            Self::WelcomeExisting => &templates.register_email_existing_template,
            Self::WelcomeExistingUsername => &templates.register_email_existing_username_template,
            Self::ConfirmationInstructions => &templates.email_template_confirm,
            Self::LoginInstructions => &templates.email_template_passwordless,
            Self::ResetInstructions => &templates.email_template_password_reset,
            Self::ResetNotice => &templates.email_template_password_reset_notice,
            Self::ChangeNotice => &templates.email_template_password_change_notice,
        }
    }

    /// The configured subject. Registering has one for all of its mails, so that the subject alone does not tell
    /// whether there was an account before.
    #[must_use]
    pub fn subject(self, subjects: &MailSubjects) -> &str {
        match self {
            Self::Welcome | Self::WelcomeExisting | Self::WelcomeExistingUsername => &subjects.register,
            Self::ConfirmationInstructions => &subjects.confirm,
            Self::LoginInstructions => &subjects.passwordless,
            Self::ResetInstructions => &subjects.password_reset,
            Self::ResetNotice => &subjects.password_notice,
            Self::ChangeNotice => &subjects.password_change_notice,
        }
    }
}

impl MailKind {
    /// What the subject is unless the site has configured another.
    pub(super) const fn subject_text(self) -> MailText {
        match self {
            Self::Welcome | Self::WelcomeExisting | Self::WelcomeExistingUsername => {
                MailText::SubjectRegister
            }
            Self::ConfirmationInstructions => MailText::SubjectConfirm,
            Self::LoginInstructions => MailText::SubjectPasswordless,
            Self::ResetInstructions => MailText::SubjectPasswordReset,
            Self::ResetNotice => MailText::SubjectPasswordNotice,
            Self::ChangeNotice => MailText::SubjectPasswordChangeNotice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_template() {
        let templates = TemplatesConfig::default();
        for kind in MailKind::ALL {
            assert_eq!(kind.template(&templates), format!("security/email/{}", kind.name()));
        }
    }

    #[test]
    fn the_subject_that_can_be_translated_is_the_one_in_the_configuration() {
        let subjects = MailSubjects::default();
        for kind in MailKind::ALL {
            assert_eq!(kind.subject(&subjects), kind.subject_text().english(), "{kind:?}");
        }
    }
}
