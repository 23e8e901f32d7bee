//! Rendering mails and handing them to the queue.

use std::collections::BTreeMap;
use std::fmt;

use minijinja::Value;

use super::compose::{one_line, parse_recipient};
use super::{Email, MailError, MailKind, MailQueue};
use crate::config::{GeneralConfig, MailSubjects, SecurityConfig, TemplatesConfig};
use crate::message::{Language, Messages};
use crate::template::{TemplateError, Templates};

/// Renders mails from their templates and queues them.
///
/// # Security
///
/// Links in mails lead to the configured host only. The `Host` header of a request is anybody's choice, and a reset
/// link that leads to somebody else's host hands over the account.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use minijinja::context;
/// use security_core::config::SecurityConfig;
/// use security_core::mail::{DiscardingMailSender, MailKind, MailQueue, Mailer};
/// use security_core::message::Language;
/// use security_core::template::{MAIL_TEMPLATES, Templates};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), security_core::mail::MailError> {
/// let mut config = SecurityConfig::default();
/// config.general.server_name = Some("example.com".to_owned());
/// let queue = MailQueue::start(Arc::new(DiscardingMailSender));
/// let mailer = Mailer::new(&config, Templates::new(MAIL_TEMPLATES, None), queue);
///
/// assert_eq!(mailer.absolute_url("/login").as_deref(), Some("http://example.com/login"));
/// let user = context! { email => "joe@example.com" };
/// let english = Language::english();
/// mailer.post(MailKind::ChangeNotice, "joe@example.com", &english, BTreeMap::from([("user", user)]))?;
/// mailer.idle().await;
/// # Ok(())
/// # }
/// ```
pub struct Mailer {
    templates: Templates,
    names: TemplatesConfig,
    subjects: MailSubjects,
    messages: Messages,
    has_text: bool,
    has_html: bool,
    /// Scheme, host and path of the application, without a slash at the end.
    base: Option<String>,
    site: Value,
    queue: MailQueue,
}

impl Mailer {
    /// A mailer for this configuration that queues mails here.
    #[must_use]
    pub fn new(config: &SecurityConfig, templates: Templates, queue: MailQueue) -> Self {
        let base = base_url(&config.general);
        Self {
            templates: templates
                .translating(&config.messages)
                .customise(|environment| environment.add_filter("wordwrap", wordwrap)),
            messages: config.messages.clone(),
            names: config.templates.clone(),
            subjects: config.mail.subjects.clone(),
            has_text: config.mail.plaintext,
            has_html: config.mail.html,
            site: site(config.general.name(), base.as_deref()),
            base,
            queue,
        }
    }

    /// Renders a mail in a language and queues it. The variables are those of the [`MailKind`]; `site`, `lang` and
    /// `text_direction` are added to them.
    ///
    /// Returns when the mail is queued: what the mail server thinks of it shows up in the log and in
    /// [`failures`](Self::failures). The last places of the queue are for [notices](MailKind::is_notice).
    ///
    /// # Errors
    ///
    /// When the address cannot be used, when a template is missing or asks for a variable it does not have, and when
    /// the queue is full.
    pub fn post(
        &self,
        kind: MailKind,
        to: &str,
        language: &Language,
        context: BTreeMap<&str, Value>,
    ) -> Result<(), MailError> {
        let mail = self.render(kind, to, language, context)?;
        if kind.is_notice() {
            self.queue.enqueue_notice(kind.name(), mail)
        } else {
            self.queue.enqueue(kind.name(), mail)
        }
    }

    /// Renders a mail without queueing it.
    ///
    /// # Errors
    ///
    /// When the address cannot be used, and when a template is missing or asks for a variable it does not have.
    pub fn render(
        &self,
        kind: MailKind,
        to: &str,
        language: &Language,
        context: BTreeMap<&str, Value>,
    ) -> Result<Email, MailError> {
        parse_recipient(to)?;
        let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
        let mut context = context;
        context.insert("site", self.site.clone());
        context.insert("lang", Value::from(language.to_string()));
        context.insert("text_direction", Value::from(direction));
        let context = Value::from_pairs(context);
        let template = kind.template(&self.names);
        let part = |is_wanted: bool, extension: &str| {
            is_wanted
                .then(|| self.templates.render(&format!("{template}.{extension}"), context.clone()))
                .transpose()
        };
        let configured = kind.subject(&self.subjects);
        let subject = self.messages.in_language(language).subject(kind.subject_text(), configured);
        Ok(Email {
            to: to.to_owned(),
            subject: one_line(&subject),
            text: part(self.has_text, "txt")?,
            html: part(self.has_html, "html")?,
        })
    }

    /// The address of a path of the application, seen from outside: `SERVER_NAME` with `PREFERRED_URL_SCHEME` in
    /// front and `APPLICATION_ROOT` behind, then the path, which is relative to that root.
    ///
    /// `None` when `SERVER_NAME` is not set: there is no host to trust then.
    #[must_use]
    pub fn absolute_url(&self, path: &str) -> Option<String> {
        let slash = if path.starts_with('/') { "" } else { "/" };
        self.base.as_ref().map(|base| format!("{base}{slash}{path}"))
    }

    /// Whether every template of a mail can be used, to find a mistake at start-up.
    ///
    /// # Errors
    ///
    /// The first template that is missing or cannot be parsed.
    pub fn check_templates(&self) -> Result<(), TemplateError> {
        for template in MailKind::ALL.map(|kind| kind.template(&self.names)) {
            for (is_wanted, extension) in [(self.has_text, "txt"), (self.has_html, "html")] {
                if is_wanted {
                    self.templates.check(&format!("{template}.{extension}"))?;
                }
            }
        }
        Ok(())
    }

    /// How many mails wait to be sent. A number that does not go down means that the mail server is out of order.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// How many mails were given up, or refused because the queue was full, since the start: for a metric, and an
    /// alarm when it grows.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.queue.failures()
    }

    /// Waits until every mail posted so far was sent or given up.
    pub async fn idle(&self) {
        self.queue.idle().await;
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("base", &self.base)
            .field("templates", &self.templates)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

fn base_url(general: &GeneralConfig) -> Option<String> {
    let host = general.server_name.as_deref()?;
    let root = general.application_root.trim_end_matches('/');
    Some(format!("{}://{host}{root}", general.preferred_url_scheme))
}

/// Longest line of a plain text unless the template says otherwise.
const LINE: usize = 76;

/// The filter `wordwrap`: breaks a text into lines at its blanks. What has none, such as a link, stays in one piece.
fn wordwrap(text: &str, width: Option<usize>) -> String {
    let width = width.unwrap_or(LINE);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn site(name: Option<&str>, url: Option<&str>) -> Value {
    Value::from_pairs([("name", Value::from(name)), ("url", Value::from(url))])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use minijinja::context;

    use super::*;
    use crate::mail::MailSender;
    use crate::template::MAIL_TEMPLATES;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<Email>>);

    #[async_trait]
    impl MailSender for Recorder {
        async fn send(&self, mail: &Email) -> Result<(), MailError> {
            self.0.lock().unwrap().push(mail.clone());
            Ok(())
        }
    }

    fn config() -> SecurityConfig {
        let mut config = SecurityConfig::default();
        config.general.server_name = Some("example.com".into());
        config.general.preferred_url_scheme = "https".into();
        config
    }

    fn mailer(config: &SecurityConfig, folder: Option<PathBuf>) -> (Arc<Recorder>, Mailer) {
        let recorder = Arc::new(Recorder::default());
        let queue = MailQueue::start(recorder.clone());
        (recorder, Mailer::new(config, Templates::new(MAIL_TEMPLATES, folder), queue))
    }

    async fn post(config: &SecurityConfig, kind: MailKind, context: BTreeMap<&str, Value>) -> Email {
        let (recorder, mailer) = mailer(config, None);
        mailer.post(kind, "joe@example.com", &english(), context).unwrap();
        mailer.idle().await;
        recorder.0.lock().unwrap()[0].clone()
    }

    fn english() -> Language {
        Language::english()
    }

    fn everything() -> BTreeMap<&'static str, Value> {
        BTreeMap::from([
            ("user", context! { email => "joe@example.com", username => "<joe>" }),
            ("email", Value::from("joe@example.com")),
            ("username", Value::from("<joe>")),
            ("confirmation_link", Value::from("https://example.com/confirm/t0ken")),
            ("reset_link", Value::from("https://example.com/reset/t0ken")),
            ("within", Value::from("5 days")),
        ])
    }

    #[tokio::test]
    async fn every_mail_has_a_subject_and_both_parts_and_inserts_text_as_text() {
        for kind in MailKind::ALL {
            let mail = post(&config(), kind, everything()).await;
            let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
            assert!(!mail.subject.is_empty() && mail.to == "joe@example.com");
            assert!(text.contains("joe@example.com") && text.contains("https://example.com"), "{text}");
            assert!(html.contains("</html>") && html.contains("at example.com"), "{html}");
            assert!(!html.contains("<joe>"), "{html}");
        }
    }

    #[tokio::test]
    async fn a_mail_leaves_out_what_there_is_none_of() {
        for kind in MailKind::ALL {
            let user = context! { email => "joe@example.com", username => () };
            let context = BTreeMap::from([("user", user), ("confirmation_link", Value::from(()))]);
            let mail = post(&SecurityConfig::default(), kind, context).await;
            let text = mail.text.unwrap();
            assert!(!text.contains("none") && !text.contains("undefined"), "{text}");
        }
    }

    #[tokio::test]
    async fn the_configuration_chooses_the_parts() {
        let mut config = config();
        config.mail.html = false;
        let mail = post(&config, MailKind::ChangeNotice, everything()).await;
        assert!(mail.text.is_some() && mail.html.is_none());
        (config.mail.html, config.mail.plaintext) = (true, false);
        let mail = post(&config, MailKind::ChangeNotice, everything()).await;
        assert!(mail.text.is_none() && mail.html.is_some());
    }

    #[tokio::test]
    async fn the_application_replaces_a_mail_by_a_file_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("security/email")).unwrap();
        fs::write(folder.path().join("security/email/change_notice.txt"), "Ours, {{ site.name }}").unwrap();
        let mut config = config();
        config.general.site_name = Some("The Club".to_owned());
        let (recorder, mailer) = mailer(&config, Some(folder.path().to_owned()));
        mailer.check_templates().unwrap();
        mailer.post(MailKind::ChangeNotice, "joe@example.com", &english(), everything()).unwrap();
        mailer.idle().await;
        assert_eq!(recorder.0.lock().unwrap()[0].text.as_deref(), Some("Ours, The Club"));
    }

    #[test]
    fn a_missing_template_is_found_before_a_mail_needs_it() {
        let mut config = config();
        config.templates.email_template_confirm = "../../etc/passwd".into();
        let (_, mailer) = mailer(&config, None);
        assert!(mailer.check_templates().unwrap_err().is_missing());
        let outcome =
            mailer.post(MailKind::ConfirmationInstructions, "joe@example.com", &english(), everything());
        assert!(matches!(outcome, Err(MailError::Template(error)) if error.is_missing()));
    }

    #[test]
    fn every_mail_is_there_in_every_language_and_says_nothing_in_another() {
        let mut config = config();
        config.messages = Messages::built_in();
        let (_, mailer) = mailer(&config, None);
        let render = |kind, tag: &str| {
            let language: Language = tag.parse().unwrap();
            mailer.render(kind, "joe@example.com", &language, everything()).unwrap()
        };
        for kind in MailKind::ALL {
            let (english, german) = (render(kind, "en"), render(kind, "de-AT"));
            assert_ne!(english.subject, german.subject, "{kind:?}");
            let (english, german) = (english.text.unwrap(), german.text.unwrap());
            let lines: Vec<_> = english.lines().filter(|line| line.trim().contains(' ')).collect();
            for line in german.lines().filter(|line| line.trim().contains(' ') && !line.contains("://")) {
                assert!(!lines.contains(&line), "{kind:?}: {line}");
                assert!(line.chars().count() <= LINE, "{line}");
            }
        }
    }

    #[test]
    fn a_configured_subject_is_in_the_language_of_the_site() {
        let mut config = config();
        config.messages = Messages::built_in();
        config.mail.subjects.password_reset = "Ahoy".to_owned();
        let subject = |config: &SecurityConfig, tag: &str| {
            let language: Language = tag.parse().unwrap();
            let (_, mailer) = mailer(config, None);
            mailer
                .render(MailKind::ResetInstructions, "joe@example.com", &language, everything())
                .unwrap()
                .subject
        };
        assert_eq!(subject(&config, "en"), "Ahoy");
        assert_eq!(subject(&config, "de"), "Ein neues Passwort wählen");
        config.messages.set_default_language(&"de".parse().unwrap());
        assert_eq!(subject(&config, "de"), "Ahoy");
        assert_eq!(subject(&config, "en"), "Choose a new password");
    }

    #[test]
    fn a_text_is_wrapped_at_its_blanks_alone() {
        let link = format!("https://example.com/{}", "x".repeat(100));
        assert_eq!(wordwrap(&format!("one two {link} three"), Some(7)), format!("one two\n{link}\nthree"));
        assert_eq!(wordwrap("  a\n b ", None), "a b");
        assert_eq!(wordwrap("äöü äöü", Some(7)), "äöü äöü");
    }

    #[tokio::test]
    async fn a_subject_is_one_line() {
        let mut config = config();
        config.mail.subjects.register = "Welcome\r\nBcc: eve@example.com\n".into();
        let mail = post(&config, MailKind::Welcome, everything()).await;
        assert_eq!(mail.subject, "Welcome Bcc: eve@example.com");
    }

    #[test]
    fn an_address_with_a_header_in_it_is_refused_before_it_is_queued() {
        let (_, mailer) = mailer(&config(), None);
        let outcome = mailer.post(
            MailKind::ChangeNotice,
            "joe@example.com\nBcc: eve@example.com",
            &english(),
            everything(),
        );
        assert!(matches!(outcome, Err(MailError::Recipient)));
    }

    #[test]
    fn links_lead_to_the_configured_host_or_are_not_made() {
        let mut config = config();
        let url = |config: &SecurityConfig, path: &str| mailer(config, None).1.absolute_url(path);
        assert_eq!(url(&config, "/confirm/abc").as_deref(), Some("https://example.com/confirm/abc"));
        for path in ["@evil.example/", ".evil.example/", ":80@evil.example/", "//evil.example/", ""] {
            let url = url(&config, path).unwrap();
            assert!(url.starts_with("https://example.com/"), "{url}");
        }
        config.general.application_root = "/club/".into();
        assert_eq!(url(&config, "/confirm/abc").as_deref(), Some("https://example.com/club/confirm/abc"));
        config.general.server_name = None;
        assert_eq!(url(&config, "/confirm/abc"), None);
    }
}
