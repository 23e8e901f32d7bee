//! Languages, by the tags that browsers and configurations know them by.

use std::fmt;
use std::str::FromStr;

use unic_langid::{CharacterDirection, LanguageIdentifier};

/// A language, perhaps of a script or a region: `de`, `pt-BR`, `zh-Hans`.
///
/// ```
/// use security_core::message::Language;
///
/// let language: Language = "de_AT".parse()?;
/// assert_eq!(language.to_string(), "de-AT");
/// assert_eq!(language.parent(), Some("de".parse()?));
/// # Ok::<(), security_core::message::NotALanguage>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(LanguageIdentifier);

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language; write for example `de` or `pt-BR`")]
pub struct NotALanguage(String);

impl Language {
    /// English, which every text is there in.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the tag is a constant")]
    pub fn english() -> Self {
        Self("en".parse().expect("`en` is a language"))
    }

    /// The language this is a kind of: `zh-Hans` of `zh-Hans-CN`, `zh` of that, and nothing of `zh`.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let mut parent = self.0.clone();
        if parent.variants().next().is_some() {
            parent.clear_variants();
        } else if parent.region.take().is_none() {
            parent.script.take()?;
        }
        Some(Self(parent))
    }

    /// Whether this is the other language, or a kind of it.
    #[must_use]
    pub fn is_kind_of(&self, other: &Self) -> bool {
        // What the other one leaves out stands for anything.
        self.0.matches(&other.0, false, true)
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub fn is_right_to_left(&self) -> bool {
        self.0.character_direction() == CharacterDirection::RTL
    }

    pub(super) fn identifier(&self) -> &LanguageIdentifier {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::english()
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    /// Reads a tag, with hyphens as in browsers or underscores as in the names of locales.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let parsed: Result<LanguageIdentifier, _> = tag.trim().parse();
        match parsed {
            Ok(identifier) if !identifier.language.is_empty() => Ok(Self(identifier)),
            _ => Err(NotALanguage(tag.to_owned())),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn a_tag_is_read_in_whatever_case_and_said_in_one() {
        for tag in ["zh-Hans-CN", "ZH_hans_cn", " zh-Hans-CN "] {
            assert_eq!(language(tag).to_string(), "zh-Hans-CN");
        }
        for text in ["", "*", "d", "de-", "und", "german language", "de;q=1", "../de"] {
            assert!(text.parse::<Language>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_language_comes_from_one_that_says_less() {
        assert_eq!(language("zh-Hans-CN").parent(), Some(language("zh-Hans")));
        assert_eq!(language("zh-Hans").parent(), Some(language("zh")));
        assert_eq!(language("ca-valencia").parent(), Some(language("ca")));
        assert_eq!(language("zh").parent(), None);
    }

    #[test]
    fn a_kind_of_a_language_says_more_and_nothing_else() {
        assert!(language("de-AT").is_kind_of(&language("de")));
        assert!(language("de").is_kind_of(&language("de")));
        assert!(!language("de").is_kind_of(&language("de-AT")));
        assert!(!language("nl").is_kind_of(&language("de")));
    }

    #[test]
    fn arabic_and_hebrew_run_from_right_to_left() {
        assert!(language("ar").is_right_to_left() && language("he-IL").is_right_to_left());
        assert!(!language("de").is_right_to_left());
    }
}
