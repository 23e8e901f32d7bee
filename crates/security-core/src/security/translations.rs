//! Which languages the product speaks.

use std::path::{Path, PathBuf};

use crate::config::SecurityConfig;
use crate::message::{Language, TranslationError, TranslationProblem};
use crate::template::files_with_ending;

/// What stands for the translations that come with the product, among the folders of `SECURITY_I18N_DIRNAME`.
const BUILT_IN: &str = "builtin";
/// Where translations are in the application's template folder.
const IN_TEMPLATES: &str = "security/locales";
/// How the names of translations end.
const ENDING: &str = "ftl";

/// A translation, and where it is from.
#[derive(Debug, Clone)]
pub(super) struct Translation {
    origin: String,
    tag: String,
    text: String,
}

impl Translation {
    /// One that the program brings.
    pub(super) fn from_code(tag: String, text: String) -> Self {
        Self { origin: format!("translation `{tag}`"), tag, text }
    }

    fn from_file((path, text): (PathBuf, String)) -> Self {
        let tag = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self { origin: path.display().to_string(), tag, text }
    }
}

/// Gives the messages their translations: those of the product, of the program, and of files, each before the next.
pub(super) fn speak(
    config: &mut SecurityConfig,
    own: &[Translation],
    templates: Option<&Path>,
) -> Result<(), TranslationError> {
    let (built_in, folders): (Vec<_>, Vec<_>) =
        config.translation.directories.iter().partition(|folder| *folder == BUILT_IN);
    let mut found = own.to_vec();
    for folder in folders {
        let files = read(Path::new(folder))?;
        if files.is_empty() {
            let problem = TranslationProblem::Unreadable(format!("no file in it ends with .{ENDING}"));
            return Err(TranslationError { origin: folder.clone(), problem });
        }
        found.extend(files);
    }
    if let Some(folder) = templates.map(|folder| folder.join(IN_TEMPLATES)) {
        found.extend(read(&folder)?);
    }
    if !built_in.is_empty() {
        config.messages.add_built_in();
    }
    for Translation { origin, tag, text } in found {
        let translated = match tag.parse::<Language>() {
            Ok(language) => config.messages.translate(&language, &text),
            Err(problem) => Err(problem.into()),
        };
        translated.map_err(|problem| TranslationError { origin, problem })?;
    }
    let default = config.translation.default_locale.parse::<Language>().map_err(|problem| {
        TranslationError { origin: "BABEL_DEFAULT_LOCALE".to_owned(), problem: problem.into() }
    })?;
    if config.messages.closest(&default).is_none() {
        tracing::warn!(language = %default, "there is no translation into the default language");
    }
    config.messages.set_default_language(&default);
    Ok(())
}

/// The translations in a folder; none when there is no such folder.
fn read(folder: &Path) -> Result<Vec<Translation>, TranslationError> {
    let files = files_with_ending(folder, ENDING).map_err(|error| {
        let problem = TranslationProblem::Unreadable(error.kind().to_string());
        TranslationError { origin: folder.display().to_string(), problem }
    })?;
    Ok(files.into_iter().map(Translation::from_file).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::message::MessageKey;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn text(config: &SecurityConfig, tag: &str, key: MessageKey) -> String {
        config.messages.in_language(&tag.parse().unwrap()).text(key, &[])
    }

    #[test]
    fn files_have_the_last_word_about_a_text() {
        let named = folder(&[("fr.ftl", "NOT_FOUND = dossier"), ("README.md", "no translation")]);
        let templates = folder(&[("security/locales/de.ftl", "NOT_FOUND = Leer.")]);
        let mut config = SecurityConfig::default();
        let named = named.path().to_str().unwrap().to_owned();
        config.translation.directories = vec!["builtin".to_owned(), named];
        let own = [
            Translation::from_code("fr".to_owned(), "NOT_FOUND = code\nLOGIN = code".to_owned()),
            Translation::from_code("de".to_owned(), "NOT_FOUND = code".to_owned()),
        ];
        speak(&mut config, &own, Some(templates.path())).unwrap();
        assert_eq!(text(&config, "fr", MessageKey::NotFound), "dossier");
        assert_eq!(text(&config, "de", MessageKey::NotFound), "Leer.");
        assert_eq!(text(&config, "fr", MessageKey::Login), "code", "one text replaced, the other kept");
    }

    #[test]
    fn a_site_may_leave_the_built_in_translations_out() {
        let mut config = SecurityConfig::default();
        config.translation.directories.clear();
        speak(&mut config, &[], None).unwrap();
        assert_eq!(config.messages.languages(), [Language::english()]);
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let bad = folder(&[("security/locales/fr.ftl", "NOT_FOUND = a\nNOT_FUOND = b")]);
        let error = speak(&mut SecurityConfig::default(), &[], Some(bad.path())).unwrap_err().to_string();
        assert!(error.contains("fr.ftl") && error.contains("NOT_FUOND"), "{error}");
        let misnamed = folder(&[("security/locales/français.ftl", "NOT_FOUND = a")]);
        assert!(speak(&mut SecurityConfig::default(), &[], Some(misnamed.path())).is_err());
        let mut config = SecurityConfig::default();
        config.translation.directories = vec!["/nowhere/at/all".to_owned()];
        assert!(speak(&mut config, &[], None).is_err(), "a folder that is named has translations");
        let mut config = SecurityConfig::default();
        config.translation.default_locale = "Deutsch, bitte".to_owned();
        let error = speak(&mut config, &[], None).unwrap_err().to_string();
        assert!(error.contains("BABEL_DEFAULT_LOCALE"), "{error}");
    }
}
