//! The built-in templates of mails.

/// Pairs each file below `security/email/` with its text.
macro_rules! mail_templates {
    ($($file:literal),+ $(,)?) => {
        /// The built-in templates of mails, by name: for each mail a `.txt` and a `.html`, and the parts they share.
        pub const MAIL_TEMPLATES: &[(&str, &str)] = &[$(
            (
                concat!("security/email/", $file),
                include_str!(concat!("../templates/security/email/", $file)),
            ),
        )+];
    };
}

mail_templates![
    "_layout.html",
    "_parts.html",
    "_signature.txt",
    "change_notice.html",
    "change_notice.txt",
    "confirmation_instructions.html",
    "confirmation_instructions.txt",
    "login_instructions.html",
    "login_instructions.txt",
    "reset_instructions.html",
    "reset_instructions.txt",
    "reset_notice.html",
    "reset_notice.txt",
    "welcome.html",
    "welcome.txt",
    "welcome_existing.html",
    "welcome_existing.txt",
    "welcome_existing_username.html",
    "welcome_existing_username.txt",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{MailText, PageText};
    use crate::template::Templates;

    #[test]
    fn every_built_in_mail_can_be_parsed() {
        // Those that the mailer adds.
        let templates = Templates::new(MAIL_TEMPLATES, None)
            .customise(|environment| environment.add_filter("wordwrap", |text: String| text));
        for (name, _) in MAIL_TEMPLATES {
            templates.check(name).unwrap();
        }
    }

    #[test]
    fn every_sentence_of_a_mail_can_be_translated() {
        for (name, text) in MAIL_TEMPLATES {
            for english in text.split("_(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let page = PageText::from_english(english).map(PageText::id);
                let id = page.or_else(|| MailText::from_english(english).map(MailText::id));
                assert!(id.is_some(), "{name}: {english:?} has no name");
            }
        }
        for text in MailText::ALL.iter().filter(|text| !text.id().starts_with("mail-subject-")) {
            let is_said = MAIL_TEMPLATES.iter().any(|(_, source)| source.contains(text.english()));
            assert!(is_said, "{text:?} is in no mail");
        }
    }

    #[test]
    fn every_file_in_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/templates/security/email");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("security/email/{}", entry.unwrap().file_name().into_string().unwrap()))
            .collect();
        files.sort();
        assert_eq!(files, MAIL_TEMPLATES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
