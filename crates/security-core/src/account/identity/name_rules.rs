//! Names people choose: usernames, and what they call their passkeys.

use ammonia::Builder;
use unicode_general_category::get_general_category;

use super::NormalizationForm;

/// Longest text that is looked at, in bytes. Far above the longest name any form accepts.
const LONGEST: usize = 4096;

/// Which characters a chosen name may have, and how it is written.
///
/// White space around the name goes. Then markup is refused, then characters outside of the allowed Unicode categories
/// and every control character, and what is left is brought into the normalisation form. The limits of length are the caller's matter.
///
/// # Security
///
/// With the form `NFKD`, names that differ only in how their characters are encoded or how wide they are drawn become
/// one. Letters of different alphabets that look alike do not; usernames may not mix them. Without any form, and with combining marks among the
/// allowed categories, one name can be written in two ways.
///
/// ```
/// use security_core::account::identity::{NameProblem, NameRules, NormalizationForm};
///
/// let letters = ["L".to_owned()];
/// let rules = NameRules::new(Some(&letters), Some(NormalizationForm::Nfkd));
/// assert_eq!(rules.apply(" ｏｌａｆ ").as_deref(), Ok("olaf"));
/// assert_eq!(rules.apply("<b>olaf</b>"), Err(NameProblem::Markup));
/// assert_eq!(rules.apply("olaf!"), Err(NameProblem::DisallowedCharacters));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRules {
    allowed: Option<Vec<String>>,
    form: Option<NormalizationForm>,
}

/// What is wrong with a chosen name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// It is thousands of characters long, and nobody looked further.
    #[error("the name is far too long")]
    TooLong,
    /// It has markup, or a character that a page could not show as it is.
    #[error("the name contains markup")]
    Markup,
    /// It has a character outside of the allowed categories.
    #[error("the name contains characters that are not allowed")]
    DisallowedCharacters,
}

impl NameRules {
    /// Allows characters whose Unicode general category starts with one of these (`L`: every letter); none allows all
    /// but control characters.
    #[must_use]
    pub fn new(allowed: Option<&[String]>, form: Option<NormalizationForm>) -> Self {
        Self { allowed: allowed.map(<[String]>::to_vec), form }
    }

    /// The name as it is stored and looked up; empty when nothing but white space was typed.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the name.
    pub fn apply(&self, text: &str) -> Result<String, NameProblem> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(NameProblem::TooLong);
        }
        if Builder::empty().clean(text).to_string() != text {
            return Err(NameProblem::Markup);
        }
        if !text.chars().all(|c| self.allows(c)) {
            return Err(NameProblem::DisallowedCharacters);
        }
        Ok(self.form.map_or_else(|| text.to_owned(), |form| form.apply(text)))
    }

    fn allows(&self, c: char) -> bool {
        let Some(allowed) = &self.allowed else { return !c.is_control() };
        let category = get_general_category(c);
        !c.is_control() && allowed.iter().any(|prefix| category.abbreviation().starts_with(prefix.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allowed: Option<&[&str]>, form: Option<NormalizationForm>) -> NameRules {
        let allowed = allowed.map(|allowed| allowed.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        NameRules::new(allowed.as_deref(), form)
    }

    #[test]
    fn two_spellings_of_one_name_have_one_normal_form() {
        let rules = rules(Some(&["L", "N", "M"]), Some(NormalizationForm::Nfkd));
        for (one, other) in [("\u{FC}mlaut", "u\u{308}mlaut"), ("ﬁｓｈ", "fish"), ("\u{212A}ate", "Kate")]
        {
            let normal = rules.apply(one);
            assert!(normal.is_ok(), "{one}");
            assert_eq!(normal, rules.apply(other), "{one}");
        }
    }

    #[test]
    fn a_control_character_is_in_no_name_even_where_all_others_are_allowed() {
        for rules in [rules(None, None), rules(Some(&["C"]), None)] {
            assert_eq!(rules.apply("tab\tbed"), Err(NameProblem::DisallowedCharacters));
            assert_eq!(rules.apply("joe\u{9B}"), Err(NameProblem::DisallowedCharacters));
        }
        assert_eq!(rules(None, None).apply(" under_score! ").as_deref(), Ok("under_score!"));
    }

    #[test]
    fn nobody_can_have_endless_markup_parsed() {
        let rules = rules(None, None);
        assert_eq!(rules.apply(&"<b>".repeat(100_000)), Err(NameProblem::TooLong));
    }
}
