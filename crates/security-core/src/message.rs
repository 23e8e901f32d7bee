//! What the product says to people: the catalogue of messages, each replaceable by configuration, and their
//! translations.

mod catalogue;
mod fixed_text;
mod language;
mod mail_text;
mod page_text;
mod template;
mod translation;
mod wording;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub use catalogue::MessageKey;
pub use language::{Language, NotALanguage};
pub use mail_text::MailText;
pub use page_text::PageText;
pub use template::PlaceholderError;
pub use translation::{TranslationError, TranslationProblem};
pub use wording::Wording;

use translation::Catalogue;

/// The translations that come with the product: tag and text.
const BUILT_IN: &[(&str, &str)] = &[("de", include_str!("message/locales/de.ftl"))];

/// How a message is meant. It is the category of a flash message and the parameter name in redirects of
/// single-page applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// What was asked for has been done.
    Success,
    /// Done, but something deserves attention.
    Warning,
    /// Refused or failed.
    Error,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 4] = [Self::Info, Self::Success, Self::Warning, Self::Error];

    /// The name in the configuration and in responses: `info`, `success`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of `info`, `success`, `warning` and `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a severity: expected `info`, `success`, `warning` or `error`")]
pub struct UnknownSeverity;

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|severity| severity.name() == name).ok_or(UnknownSeverity)
    }
}

/// A text with `%(name)s` placeholders, and how it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text. `%%` stands for a percent sign.
    pub text: String,
    /// How it is meant.
    pub severity: Severity,
}

/// The wording of every message: the built-in catalogue, what the application put in its place, and translations.
///
/// Texts are English unless a [translation](Self::translate) says otherwise. One language is the default: it is spoken
/// to those who understand no other that there is, and what [`replace`](Self::replace) puts in place is in it.
///
/// ```
/// use security_core::message::{MessageKey, Messages, Severity};
///
/// let mut messages = Messages::built_in();
/// messages.replace(MessageKey::PasswordInvalidLength, "At least %(length)s, please.", Severity::Warning)?;
/// messages.translate(&"fr".parse()?, "PASSWORD_INVALID_LENGTH = { $length } caractères au moins.")?;
///
/// let length = [("length", "8")];
/// assert_eq!(messages.text(MessageKey::PasswordInvalidLength, &length), "At least 8, please.");
/// let french = messages.in_language(&"fr-CA".parse()?);
/// assert_eq!(french.text(MessageKey::PasswordInvalidLength, &length), "8 caractères au moins.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    replaced: BTreeMap<MessageKey, Message>,
    catalogues: BTreeMap<Language, Arc<Catalogue>>,
    /// The default, English, and those with a catalogue.
    languages: Vec<Language>,
}

impl Messages {
    /// The texts that come with the product: English, and translated into German.
    #[must_use]
    pub fn built_in() -> Self {
        let mut messages = Self::default();
        messages.add_built_in();
        messages
    }

    /// Adds the translations that come with the product.
    #[expect(clippy::missing_panics_doc, reason = "the texts are constants that tests read")]
    pub fn add_built_in(&mut self) {
        for (tag, text) in BUILT_IN {
            let language = tag.parse().expect("a built-in translation has the name of a language");
            self.translate(&language, text).expect("a built-in translation has no mistake");
        }
    }

    /// Adds a translation in the [Fluent](https://projectfluent.org) format, or replaces texts of one.
    ///
    /// Names of texts are those of [`MessageKey`] (`INVALID_PASSWORD`), those of [`PageText`] (`page-sign-in`) and
    /// [`MailText`] (`mail-hello`), the parts of a span of time (`duration-day`, see the German translation), and names of the application's own, which
    /// start with `app-`. Variables are written `{ $name }`. Texts that are left out are said in English.
    ///
    /// # Errors
    ///
    /// When it is not Fluent, names a text that does not exist, or uses a variable that the text does not have.
    pub fn translate(&mut self, language: &Language, text: &str) -> Result<(), TranslationProblem> {
        let before = self.catalogues.get(language).map(AsRef::as_ref);
        let catalogue = Catalogue::extended(before, language, text)?;
        self.catalogues.insert(language.clone(), Arc::new(catalogue));
        if !self.languages.contains(language) {
            self.languages.push(language.clone());
        }
        Ok(())
    }

    /// Makes a language the default, or the closest one that there is a translation for. Without any the texts are
    /// English, except those that were [replaced](Self::replace).
    pub fn set_default_language(&mut self, language: &Language) {
        let default = self.closest(language).cloned().unwrap_or_else(|| language.clone());
        let others = [Language::english()].into_iter().chain(self.catalogues.keys().cloned());
        let others: Vec<_> = others.filter(|other| *other != default).collect();
        self.languages = vec![default];
        for language in others {
            if !self.languages.contains(&language) {
                self.languages.push(language);
            }
        }
    }

    /// The language of those who understand no other that there is.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the list is never empty")]
    pub fn default_language(&self) -> &Language {
        self.languages.first().expect("there is always a default language")
    }

    /// The languages there are, the default in front.
    #[must_use]
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The language there is that comes closest to the wanted one: itself, what it is a kind of, or a kind of it.
    #[must_use]
    pub fn closest(&self, wanted: &Language) -> Option<&Language> {
        let find = |language: &Language| self.languages.iter().find(|known| *known == language);
        std::iter::successors(Some(wanted.clone()), Language::parent)
            .find_map(|language| find(&language))
            .or_else(|| self.languages.iter().find(|known| known.is_kind_of(wanted)))
    }

    /// Everything in one language.
    #[must_use]
    pub fn in_language(&self, language: &Language) -> Wording<'_> {
        Wording::new(self, language.clone())
    }

    /// The text for people in the default language, with its placeholders filled from name and value pairs.
    ///
    /// A value is put in as it is and never read as a template again. A placeholder without a value stays.
    ///
    /// # Security
    ///
    /// The result is plain text. A page must escape it like any other text.
    #[must_use]
    pub fn text(&self, key: MessageKey, variables: &[(&str, &str)]) -> String {
        Wording::from(self).text(key, variables)
    }

    /// How the message is meant.
    #[must_use]
    pub fn severity(&self, key: MessageKey) -> Severity {
        self.replacement(key).map_or_else(|| key.default_severity(), |message| message.severity)
    }

    /// Puts another wording in the place of the built-in one, in the default language.
    ///
    /// # Errors
    ///
    /// When the text has a placeholder the message cannot fill, or one that is not written `%(name)s`.
    pub fn replace(
        &mut self,
        key: MessageKey,
        text: impl Into<String>,
        severity: Severity,
    ) -> Result<(), PlaceholderError> {
        let text = text.into();
        template::check(&text, key.variables())?;
        self.replaced.insert(key, Message { text, severity });
        Ok(())
    }

    fn replacement(&self, key: MessageKey) -> Option<&Message> {
        self.replaced.get(&key)
    }

    fn catalogue(&self, language: &Language) -> Option<&Catalogue> {
        self.catalogues.get(language).map(AsRef::as_ref)
    }
}

impl Default for Messages {
    /// The English texts alone.
    fn default() -> Self {
        Self { replaced: BTreeMap::new(), catalogues: BTreeMap::new(), languages: vec![Language::english()] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_message_keeps_its_place_and_others_their_wording() {
        let mut messages = Messages::default();
        messages.replace(MessageKey::Unauthorized, "Members only.", Severity::Info).unwrap();
        assert_eq!(messages.text(MessageKey::Unauthorized, &[]), "Members only.");
        assert_eq!(messages.severity(MessageKey::Unauthorized), Severity::Info);
        assert_eq!(
            messages.text(MessageKey::Unauthenticated, &[]),
            Messages::default().text(MessageKey::Unauthenticated, &[])
        );
    }

    #[test]
    fn a_wording_may_only_use_what_the_message_can_fill() {
        let mut messages = Messages::default();
        let error =
            messages.replace(MessageKey::EmailConfirmed, "Hello %(name)s", Severity::Info).unwrap_err();
        assert!(error.to_string().contains("name"), "{error}");
        assert_eq!(messages, Messages::default());
    }

    fn tag(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn the_closest_language_is_spoken() {
        let mut messages = Messages::built_in();
        for language in ["pt-BR", "zh-Hans", "de-CH"] {
            messages.translate(&tag(language), "NOT_FOUND = x").unwrap();
        }
        for (wanted, spoken) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("de-CH", Some("de-CH")),
            ("de-Latn-CH-1996", Some("de")),
            ("en-GB", Some("en")),
            ("pt", Some("pt-BR")),
            ("pt-PT", None),
            ("zh-Hans-CN", Some("zh-Hans")),
            ("zh-Hant", None),
            ("fr", None),
        ] {
            let closest = messages.closest(&tag(wanted)).map(ToString::to_string);
            assert_eq!(closest.as_deref(), spoken, "{wanted}");
        }
    }

    #[test]
    fn the_default_language_is_one_there_is_if_there_is_one() {
        let mut messages = Messages::built_in();
        assert_eq!(messages.languages(), [tag("en"), tag("de")]);
        messages.set_default_language(&tag("de_AT"));
        assert_eq!(messages.languages(), [tag("de"), tag("en")]);
        messages.set_default_language(&tag("fr"));
        assert_eq!(messages.languages(), [tag("fr"), tag("en"), tag("de")]);
        assert_eq!(messages.text(MessageKey::NotFound, &[]), MessageKey::NotFound.default_text());
        messages.set_default_language(&tag("en-US"));
        assert_eq!(messages.languages(), [tag("en"), tag("de")]);
    }

    #[test]
    fn every_text_is_there_in_german() {
        let messages = Messages::built_in();
        let german = messages.catalogue(&tag("de")).unwrap();
        let keys = MessageKey::ALL.iter().map(|key| (key.name(), key.variables()));
        let pages = PageText::ALL.iter().map(|text| (text.id(), text.variables()));
        let mails = MailText::ALL.iter().map(|text| (text.id(), text.variables()));
        for (id, variables) in keys.chain(pages).chain(mails) {
            let variables: Vec<_> = variables.iter().map(|name| (*name, "7")).collect();
            let text = german.text(id, &variables);
            assert!(text.as_deref().is_some_and(|text| !text.contains(['{', '}', '$'])), "{id}: {text:?}");
        }
    }
}
