//! Templates of pages and mails: built in, and replaceable file by file.

mod error;
mod mail_templates;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value};

pub use error::TemplateError;
pub use mail_templates::MAIL_TEMPLATES;

use crate::message::Messages;

/// The names under which templates find the function that translates: a short one, and the one that pages written for the
/// reference use.
const TRANSLATE: [&str; 2] = ["_", "_fsdomain"];

/// Built-in templates with the application's folder in front of them.
///
/// A file in the folder wins over the built-in template of the same name; `extends`, `include` and `import` look in
/// the same two places. Each template is read and parsed once, when it is first used. Clones share nothing.
///
/// # Security
///
/// What is inserted into a template is escaped for HTML, unless the template's name ends with `.txt`. A name is a
/// relative path of plain segments, so that no name leads out of the folder or to a hidden file.
///
/// ```
/// use minijinja::context;
/// use security_core::template::Templates;
///
/// let templates = Templates::new(&[("hello.html", "Hello {{ name }}"), ("hello.txt", "Hello {{ name }}")], None);
/// assert_eq!(templates.render("hello.html", context! { name => "<b>" })?, "Hello &lt;b&gt;");
/// assert_eq!(templates.render("hello.txt", context! { name => "<b>" })?, "Hello <b>");
/// # Ok::<(), security_core::template::TemplateError>(())
/// ```
#[derive(Clone)]
pub struct Templates {
    environment: Environment<'static>,
    folder: Option<PathBuf>,
    builtin: Vec<(&'static str, &'static str)>,
}

impl Templates {
    /// Templates from a table of names and sources, and from a folder in which the application replaces some.
    ///
    /// A folder that does not exist is an empty one.
    #[must_use]
    pub fn new(builtin: &'static [(&'static str, &'static str)], folder: Option<PathBuf>) -> Self {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html }
        });
        Self { environment, folder, builtin: Vec::new() }.and(builtin)
    }

    /// Adds built-in templates, which replace those of the same name. The application's folder stays in front.
    #[must_use]
    pub fn and(mut self, builtin: &'static [(&'static str, &'static str)]) -> Self {
        self.builtin.splice(0..0, builtin.iter().copied());
        let (folder, builtin) = (self.folder.clone(), self.builtin.clone());
        self.environment.clear_templates();
        self.environment.set_loader(move |name| find(name, folder.as_deref(), &builtin));
        self
    }

    /// A variable that every template sees, unless the context has one of the same name.
    #[must_use]
    pub fn with_global(mut self, name: &'static str, value: Value) -> Self {
        self.environment.add_global(name, value);
        self
    }

    /// Changes what templates can do: further filters, functions and tests.
    ///
    /// How templates are found and escaped is fixed; a new loader or a new escape rule undoes what this type promises.
    ///
    /// ```
    /// use minijinja::{Value, context};
    /// use security_core::template::Templates;
    ///
    /// let templates = Templates::new(&[("shout.txt", "{{ text|loud }}")], None)
    ///     .customise(|environment| environment.add_filter("loud", |text: String| text.to_uppercase()));
    /// assert_eq!(templates.render("shout.txt", context! { text => "hi" })?, "HI");
    /// # Ok::<(), security_core::template::TemplateError>(())
    /// ```
    #[must_use]
    pub fn customise(mut self, change: impl FnOnce(&mut Environment<'static>)) -> Self {
        change(&mut self.environment);
        self
    }

    /// Lets templates say texts in a language: `_("Sign in")`, `_("Error %(status)s", status=404)`. Pages written for the
    /// reference call the same `_fsdomain`.
    ///
    /// The language is the variable `lang` of the context, so that what is said and what a page says about itself are
    /// the same; without it, the default.
    ///
    /// ```
    /// use minijinja::context;
    /// use security_core::message::Messages;
    /// use security_core::template::Templates;
    ///
    /// let templates =
    ///     Templates::new(&[("door.txt", "{{ _('Sign in') }}")], None).translating(&Messages::built_in());
    /// assert_eq!(templates.render("door.txt", context! { lang => "de" })?, "Anmelden");
    /// # Ok::<(), security_core::template::TemplateError>(())
    /// ```
    #[must_use]
    pub fn translating(self, messages: &Messages) -> Self {
        self.customise(|environment| {
            for name in TRANSLATE {
                let messages = messages.clone();
                let translate = move |state: &State<'_, '_>, text: String, variables: Kwargs| {
                    translate(&messages, state, &text, &variables)
                };
                environment.add_function(name, translate);
            }
        })
    }

    /// The text of a template, filled with the variables of a context.
    ///
    /// # Errors
    ///
    /// When there is no template of this name, when it cannot be read or parsed, and when it asks for what the
    /// context does not have.
    pub fn render(&self, name: &str, context: Value) -> Result<String, TemplateError> {
        let failed = |error: Error| TemplateError::new(name, &error);
        self.environment.get_template(name).map_err(failed)?.render(context).map_err(failed)
    }

    /// Reads and parses a template without rendering it, to find a mistake at start-up.
    ///
    /// # Errors
    ///
    /// When there is no template of this name, or when it cannot be read or parsed.
    pub fn check(&self, name: &str) -> Result<(), TemplateError> {
        self.environment.get_template(name).map(drop).map_err(|error| TemplateError::new(name, &error))
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn translate(
    messages: &Messages,
    state: &State<'_, '_>,
    text: &str,
    variables: &Kwargs,
) -> Result<String, Error> {
    let lang = state.lookup("lang").and_then(|lang| lang.as_str()?.parse().ok());
    let language = lang.unwrap_or_else(|| messages.default_language().clone());
    let values = variables.args().map(|name| Ok((name, variables.get::<Value>(name)?.to_string())));
    let values = values.collect::<Result<Vec<_>, Error>>()?;
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(messages.in_language(&language).translate(text, &values))
}

/// The source of a template: the file of the application, else the built-in one.
///
/// A file that is there but cannot be read is an error: the built-in template in its place would hide the mistake.
fn find(
    name: &str,
    folder: Option<&Path>,
    builtin: &[(&'static str, &'static str)],
) -> Result<Option<String>, Error> {
    if !is_plain(name) {
        return Ok(None);
    }
    if let Some(folder) = folder {
        match std::fs::read_to_string(folder.join(name)) {
            Ok(source) => return Ok(Some(source)),
            Err(error) if is_absence(&error) => {}
            Err(error) => {
                let problem = format!("the file cannot be read: {}", error.kind());
                return Err(Error::new(ErrorKind::TemplateNotFound, problem));
            }
        }
    }
    Ok(builtin.iter().find(|(known, _)| *known == name).map(|(_, source)| (*source).to_owned()))
}

/// Path and text of the files in a folder whose names end like this, by name. A folder that does not exist is empty.
pub(crate) fn files_with_ending(folder: &Path, ending: &str) -> io::Result<Vec<(PathBuf, String)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absence(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(&path).map(|text| (path, text))).collect()
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A relative path of plain segments: none empty, none hidden, no way up, no drive, on any system.
fn is_plain(name: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && !segment.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'))
    };
    name.split('/').all(is_segment)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use minijinja::context;

    use super::*;

    const BUILTIN: &[(&str, &str)] = &[
        (
            "security/page.html",
            "{% extends 'security/base.html' %}{% block body %}Hi {{ name }}{% endblock %}",
        ),
        ("security/base.html", "<p>{% block body %}{% endblock %}</p>"),
        ("security/mail.txt", "Hi {{ name }}"),
    ];

    fn with_files(files: &[(&str, &str)]) -> (tempfile::TempDir, Templates) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("templates/security")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let templates = Templates::new(BUILTIN, Some(folder.path().join("templates")));
        (folder, templates)
    }

    #[test]
    fn a_file_of_the_application_wins_over_the_built_in_template() {
        let (_folder, templates) =
            with_files(&[("templates/security/base.html", "<b>{% block body %}{% endblock %}</b>")]);
        let page = templates.render("security/page.html", context! { name => "you" }).unwrap();
        assert_eq!(page, "<b>Hi you</b>", "the built-in page wears the frame of the application");
        assert_eq!(templates.render("security/mail.txt", context! { name => "you" }).unwrap(), "Hi you");
    }

    #[test]
    fn a_folder_that_does_not_exist_replaces_nothing() {
        let (folder, _) = with_files(&[]);
        let templates = Templates::new(BUILTIN, Some(folder.path().join("nowhere")));
        assert_eq!(templates.render("security/mail.txt", context! { name => 1 }).unwrap(), "Hi 1");
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let (folder, templates) = with_files(&[
            ("secret.txt", "secret"),
            ("templates/.hidden.txt", "secret"),
            ("templates/open.txt", "open"),
        ]);
        assert_eq!(templates.render("open.txt", Value::UNDEFINED).unwrap(), "open");
        let absolute = folder.path().join("secret.txt");
        for name in [
            "../secret.txt",
            "security/../../secret.txt",
            "security/../open.txt",
            "./open.txt",
            ".hidden.txt",
            "..\\secret.txt",
            "C:open.txt",
            "/etc/passwd",
            "//open.txt",
            "open.txt\0",
            "open.txt/",
            "",
            "/",
            absolute.to_str().unwrap(),
        ] {
            let error = templates.render(name, Value::UNDEFINED).unwrap_err();
            assert!(error.is_missing(), "{name:?}: {error}");
        }
    }

    #[test]
    fn a_template_of_the_application_cannot_include_a_file_from_outside() {
        let (_folder, templates) = with_files(&[
            ("secret.txt", "secret"),
            ("templates/security/mail.txt", "{% include '../secret.txt' %}{% include name %}"),
        ]);
        let context = context! { name => "../../secret.txt" };
        assert!(templates.render("security/mail.txt", context).is_err());
    }

    #[test]
    fn an_unreadable_file_is_an_error_and_not_the_built_in_template() {
        let (folder, templates) = with_files(&[]);
        fs::create_dir(folder.path().join("templates/security/mail.txt")).unwrap();
        let error = templates.check("security/mail.txt").unwrap_err();
        assert!(error.to_string().contains("security/mail.txt"), "{error}");
    }

    #[test]
    fn only_html_is_escaped() {
        let templates = Templates::new(BUILTIN, None);
        let context = || context! { name => "<script>&\"'" };
        let page = templates.render("security/page.html", context()).unwrap();
        assert_eq!(page, "<p>Hi &lt;script&gt;&amp;&quot;&#x27;</p>");
        assert_eq!(templates.render("security/mail.txt", context()).unwrap(), "Hi <script>&\"'");
    }

    #[test]
    fn a_template_is_read_once() {
        let (folder, templates) = with_files(&[("templates/security/mail.txt", "first")]);
        templates.check("security/mail.txt").unwrap();
        fs::write(folder.path().join("templates/security/mail.txt"), "second").unwrap();
        assert_eq!(templates.render("security/mail.txt", Value::UNDEFINED).unwrap(), "first");
    }

    #[test]
    fn a_mistake_is_named_with_its_place_and_without_the_values() {
        let (_folder, templates) = with_files(&[
            ("templates/security/mail.txt", "\n{{ token + 1 }}"),
            ("templates/broken.txt", "{% if %}"),
        ]);
        let error = templates.render("security/mail.txt", context! { token => "s3cret" }).unwrap_err();
        assert!(
            error.to_string().contains("security/mail.txt") && error.to_string().contains("line 2"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        let error = templates.check("broken.txt").unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn a_global_is_seen_by_all_and_hidden_by_the_context() {
        let templates = Templates::new(BUILTIN, None).with_global("name", Value::from("all"));
        assert_eq!(templates.render("security/mail.txt", context! {}).unwrap(), "Hi all");
        assert_eq!(templates.render("security/mail.txt", context! { name => "you" }).unwrap(), "Hi you");
    }
}
