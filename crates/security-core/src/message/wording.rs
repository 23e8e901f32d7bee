//! What the product says, in one language.

use std::borrow::Cow;
use std::time::Duration;

use super::{Language, MailText, MessageKey, Messages, PageText, Severity, template};
use crate::config::{duration_parts, spell_duration};

/// The beginning of the names of texts that belong to the application.
pub(super) const OWN_PREFIX: &str = "app-";

/// Every text of the product, in one language. Made by [`Messages::in_language`]; cheap to make and to clone.
///
/// What the language has no text for is said in the language it is a kind of, and at last in English.
///
/// ```
/// use security_core::message::{MessageKey, Messages};
///
/// let messages = Messages::built_in();
/// let german = messages.in_language(&"de-AT".parse()?);
/// assert_eq!(german.text(MessageKey::PasswordMismatch, &[]), "Die Passwörter stimmen nicht überein.");
/// # Ok::<(), security_core::message::NotALanguage>(())
/// ```
///
/// # Security
///
/// All texts are plain. A page must escape them like any other text.
#[derive(Debug, Clone)]
pub struct Wording<'m> {
    messages: &'m Messages,
    language: Language,
}

impl<'m> Wording<'m> {
    pub(super) fn new(messages: &'m Messages, language: Language) -> Self {
        Self { messages, language }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// A message, with its placeholders filled from name and value pairs.
    ///
    /// A value is put in as it is and never read as a template again.
    #[must_use]
    pub fn text(&self, key: MessageKey, variables: &[(&str, &str)]) -> String {
        let own = self.messages.replacement(key).map(|message| template::fill(&message.text, variables));
        let found = self.find_or_own(key.name(), variables, own.as_deref());
        found.unwrap_or_else(|| template::fill(key.default_text(), variables))
    }

    /// The subject of a mail. What the site has configured stands for it in the default language, unless it is what the
    /// product says anyway.
    pub(crate) fn subject(&self, text: MailText, configured: &str) -> String {
        let own = Some(configured).filter(|own| *own != text.english());
        self.find_or_own(text.id(), &[], own).unwrap_or_else(|| text.english().to_owned())
    }

    /// How a message is meant, which is the same in all languages.
    #[must_use]
    pub fn severity(&self, key: MessageKey) -> Severity {
        self.messages.severity(key)
    }

    /// A fixed text of the pages.
    #[must_use]
    pub fn page_text(&self, text: PageText, variables: &[(&str, &str)]) -> String {
        let translated = self.find(text.id(), variables);
        translated.unwrap_or_else(|| template::fill(text.english(), variables))
    }

    /// A text of the pages or mails by its English wording, or one of the application by its name, which starts with `app-`.
    /// Any other text comes back as it is, with its placeholders filled.
    #[must_use]
    pub fn translate(&self, text: &str, variables: &[(&str, &str)]) -> String {
        let page = PageText::from_english(text).map(PageText::id);
        let known = page.or_else(|| MailText::from_english(text).map(MailText::id));
        let id = known.or_else(|| text.starts_with(OWN_PREFIX).then_some(text));
        let translated = id.and_then(|id| self.find(id, variables));
        translated.unwrap_or_else(|| template::fill(text, variables))
    }

    /// A span of time the way people say it: `2 days`, `1 Stunde und 30 Minuten`.
    #[must_use]
    pub fn duration(&self, duration: Duration) -> String {
        let english = Language::english();
        let spelled = self.languages().take_while(|language| *language != english);
        let spelled = spelled.filter_map(|language| self.spell(&language, duration)).next();
        spelled.unwrap_or_else(|| spell_duration(duration))
    }

    fn spell(&self, language: &Language, duration: Duration) -> Option<String> {
        let parts = duration_parts(duration).into_iter().map(|(unit, count)| {
            self.translated(language, &format!("duration-{unit}"), &[("count", &count.to_string())])
        });
        let parts = parts.collect::<Option<Vec<_>>>()?;
        match parts.as_slice() {
            [] => self.translated(language, "duration-none", &[]),
            [first, second] => {
                self.translated(language, "duration-pair", &[("first", first), ("second", second)])
            }
            parts => Some(parts.join(", ")),
        }
    }

    fn find(&self, id: &str, variables: &[(&str, &str)]) -> Option<String> {
        self.languages().find_map(|language| self.translated(&language, id, variables))
    }

    /// The same with words of the site's own, which are in the default language.
    fn find_or_own(&self, id: &str, variables: &[(&str, &str)], own: Option<&str>) -> Option<String> {
        let default = self.messages.default_language();
        self.languages().find_map(|language| match own {
            Some(own) if language == *default => Some(own.to_owned()),
            _ => self.translated(&language, id, variables),
        })
    }

    fn translated(&self, language: &Language, id: &str, variables: &[(&str, &str)]) -> Option<String> {
        self.messages.catalogue(language)?.text(id, variables)
    }

    /// Where a text is looked for, in this order.
    fn languages(&self) -> impl Iterator<Item = Language> + use<> {
        let english = Language::english();
        let kinds = std::iter::successors(Some(self.language.clone()), Language::parent);
        let is_last = self.language.is_kind_of(&english);
        kinds.chain((!is_last).then_some(english))
    }
}

impl<'m> From<&'m Messages> for Wording<'m> {
    /// The wording in the default language.
    fn from(messages: &'m Messages) -> Self {
        Self::new(messages, messages.default_language().clone())
    }
}

impl<'m> From<&Wording<'m>> for Wording<'m> {
    fn from(wording: &Wording<'m>) -> Self {
        wording.clone()
    }
}

/// Variables that stand for numbers, by which translations choose between one and many.
const NUMBERS: [&str; 5] = ["count", "length", "max", "min", "status"];

/// The value of a variable as Fluent knows it. A code of digits stays text, with its zeros.
pub(super) fn fluent_value<'v>(name: &str, value: &'v str) -> fluent_bundle::FluentValue<'v> {
    if NUMBERS.contains(&name) {
        fluent_bundle::FluentValue::try_number(value)
    } else {
        fluent_bundle::FluentValue::String(Cow::Borrowed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> Messages {
        Messages::built_in()
    }

    fn tag(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn a_language_without_a_text_falls_back_to_what_it_comes_from_and_then_to_english() {
        let mut messages = german();
        messages.translate(&tag("de-AT"), "INVALID_PASSWORD = Na, das war's nicht.").unwrap();
        let austrian = messages.in_language(&tag("de-AT"));
        assert_eq!(austrian.text(MessageKey::InvalidPassword, &[]), "Na, das war's nicht.");
        let german = messages.in_language(&tag("de")).text(MessageKey::NotFound, &[]);
        assert_eq!(austrian.text(MessageKey::NotFound, &[]), german);
        let french = messages.in_language(&tag("fr"));
        assert_eq!(french.text(MessageKey::NotFound, &[]), MessageKey::NotFound.default_text());
        assert_eq!(french.page_text(PageText::SignIn, &[]), "Sign in");
    }

    #[test]
    fn the_configured_wording_is_that_of_the_default_language() {
        let mut messages = german();
        messages.replace(MessageKey::NotFound, "Nix da.", Severity::Error).unwrap();
        let english = messages.in_language(&tag("en-GB"));
        assert_eq!(english.text(MessageKey::NotFound, &[]), "Nix da.", "English is the default");
        messages.set_default_language(&tag("de_DE"));
        assert_eq!(messages.text(MessageKey::NotFound, &[]), "Nix da.");
        assert_eq!(messages.in_language(&tag("de-CH")).text(MessageKey::NotFound, &[]), "Nix da.");
        let english = messages.in_language(&tag("en"));
        assert_eq!(english.text(MessageKey::NotFound, &[]), MessageKey::NotFound.default_text());
    }

    #[test]
    fn a_value_is_text_and_never_read_as_a_translation() {
        let messages = german();
        let german = messages.in_language(&tag("de"));
        for value in ["{ $email }", "{ -term }", "%(email)s", "007", "\u{2068}"] {
            let text = german.text(MessageKey::LoginEmailSent, &[("email", value)]);
            assert!(text.contains(&format!(" {value} ")), "{text}");
        }
        let code = german.text(MessageKey::UseCode, &[("code", "001234")]);
        assert!(code.contains("001234"), "{code}");
    }

    #[test]
    fn a_span_is_spelled_in_the_language() {
        let messages = german();
        let german = messages.in_language(&tag("de"));
        for (seconds, text) in [
            (0, "weniger als eine Sekunde"),
            (3600, "1 Stunde"),
            (5400, "1 Stunde und 30 Minuten"),
            (5 * 86400, "5 Tage"),
            (90_061, "1 Tag, 1 Stunde, 1 Minute, 1 Sekunde"),
        ] {
            assert_eq!(german.duration(Duration::from_secs(seconds)), text);
        }
        let french = messages.in_language(&tag("fr"));
        assert_eq!(french.duration(Duration::from_secs(86400)), "1 day");
    }

    #[test]
    fn an_application_has_texts_of_its_own() {
        let mut messages = german();
        messages.translate(&tag("en"), "app-nickname = Nickname").unwrap();
        messages.translate(&tag("de"), "app-nickname = Spitzname").unwrap();
        assert_eq!(messages.in_language(&tag("de")).translate("app-nickname", &[]), "Spitzname");
        assert_eq!(messages.in_language(&tag("fr")).translate("app-nickname", &[]), "Nickname");
        let german = messages.in_language(&tag("de"));
        assert_eq!(german.translate("Ahoy, %(who)s", &[("who", "you")]), "Ahoy, you");
        assert_eq!(german.translate("Sign in", &[]), "Anmelden");
    }
}
