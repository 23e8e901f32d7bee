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
    use crate::template::Templates;

    #[test]
    fn every_built_in_mail_can_be_parsed() {
        let templates = Templates::new(MAIL_TEMPLATES, None);
        for (name, _) in MAIL_TEMPLATES {
            templates.check(name).unwrap();
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
