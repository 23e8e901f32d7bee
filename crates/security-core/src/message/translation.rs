//! Translations: texts in the Fluent format, checked before anybody sees them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::wording::{OWN_PREFIX, fluent_value};
use super::{Language, MailText, MessageKey, NotALanguage, PageText};

/// What is wrong with a translation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranslationProblem {
    /// The name of a file is not that of a language.
    #[error(transparent)]
    NotALanguage(#[from] NotALanguage),
    /// The file or folder cannot be read, or has nothing to read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// This is not Fluent.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// The product has no text of this name.
    #[error("there is no text `{0}`; names of your own start with `app-`")]
    UnknownText(String),
    /// A name is there twice, or without a text.
    #[error("`{0}` needs one text, and no attributes")]
    NotOneText(String),
    /// The text uses what it cannot be given.
    #[error("`{id}` cannot use `{used}`; it knows {known}")]
    UnknownReference {
        /// Name of the text.
        id: String,
        /// The variable, term, message or function.
        used: String,
        /// What could be used instead.
        known: String,
    },
}

/// A translation with a mistake in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct TranslationError {
    /// Where the translation is from: a file, or the name of the language.
    pub origin: String,
    /// What is wrong.
    pub problem: TranslationProblem,
}

/// The texts of one language.
pub(super) struct Catalogue {
    bundle: FluentBundle<Arc<FluentResource>>,
    resources: Vec<Arc<FluentResource>>,
}

impl Catalogue {
    /// A catalogue with more texts, which replace those of the same names.
    pub(super) fn extended(
        before: Option<&Self>,
        language: &Language,
        text: &str,
    ) -> Result<Self, TranslationProblem> {
        let mut resources = before.map(|before| before.resources.clone()).unwrap_or_default();
        let resource = FluentResource::try_new(text.to_owned());
        let resource = resource.map_err(|(_, errors)| syntax(text, errors.first()))?;
        resources.push(Arc::new(resource));
        check(&resources)?;
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier().clone()]);
        // The marks keep a value that runs the other way from turning its surroundings round. Elsewhere they would only
        // be in the way of whoever compares or copies the text.
        bundle.set_use_isolating(language.is_right_to_left());
        for resource in &resources {
            bundle.add_resource_overriding(Arc::clone(resource));
        }
        Ok(Self { bundle, resources })
    }

    /// A text with its variables filled in, if the language has it.
    pub(super) fn text(&self, id: &str, variables: &[(&str, &str)]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let values = variables.iter().map(|(name, value)| (*name, fluent_value(name, value)));
        let values: FluentArgs<'_> = values.collect();
        // What could fail was looked for in `check`; a variable that the caller left out stays visible.
        Some(self.bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned())
    }
}

impl PartialEq for Catalogue {
    fn eq(&self, other: &Self) -> bool {
        let sources = |catalogue: &Self| -> Vec<String> {
            catalogue.resources.iter().map(|resource| resource.source().to_owned()).collect()
        };
        sources(self) == sources(other)
    }
}

impl Eq for Catalogue {}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("resources", &self.resources.len()).finish_non_exhaustive()
    }
}

fn syntax(text: &str, error: Option<&fluent_syntax::parser::ParserError>) -> TranslationProblem {
    let start = error.map_or(0, |error| error.pos.start);
    let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
    let problem = error.map_or_else(|| "not Fluent".to_owned(), ToString::to_string);
    TranslationProblem::Syntax { line, problem }
}

/// The variables a text may use; `None` stands for any, and no text of this name for an error.
fn variables_of(id: &str) -> Result<Option<&'static [&'static str]>, TranslationProblem> {
    if let Some(key) = MessageKey::from_name(id) {
        return Ok(Some(key.variables()));
    }
    if let Some(text) = PageText::from_id(id) {
        return Ok(Some(text.variables()));
    }
    if let Some(text) = MailText::from_id(id) {
        return Ok(Some(text.variables()));
    }
    match id {
        "duration-year" | "duration-month" | "duration-day" | "duration-hour" | "duration-minute"
        | "duration-second" => Ok(Some(&["count"])),
        "duration-pair" => Ok(Some(&["first", "second"])),
        "duration-none" => Ok(Some(&[])),
        id if id.starts_with(OWN_PREFIX) => Ok(None),
        id => Err(TranslationProblem::UnknownText(id.to_owned())),
    }
}

/// Looks for every mistake that would otherwise show on a page.
fn check(resources: &[Arc<FluentResource>]) -> Result<(), TranslationProblem> {
    let entries = || resources.iter().flat_map(|resource| resource.entries());
    let terms: BTreeSet<&str> = entries()
        .filter_map(|entry| match entry {
            Entry::Term(term) => Some(term.id.name),
            _ => None,
        })
        .collect();
    for resource in resources {
        let mut seen = BTreeSet::new();
        for entry in resource.entries() {
            let (id, value, has_attributes, variables) = match entry {
                Entry::Message(message) => {
                    let id = message.id.name;
                    (id, message.value.as_ref(), !message.attributes.is_empty(), variables_of(id)?)
                }
                Entry::Term(term) => (term.id.name, Some(&term.value), false, None),
                _ => continue,
            };
            let (Some(value), false, true) = (value, has_attributes, seen.insert(id)) else {
                return Err(TranslationProblem::NotOneText(id.to_owned()));
            };
            Check { id, variables, terms: &terms }.pattern(value)?;
        }
    }
    Ok(())
}

/// The check of one text.
struct Check<'c> {
    id: &'c str,
    /// The variables it may use; `None` stands for any.
    variables: Option<&'static [&'static str]>,
    terms: &'c BTreeSet<&'c str>,
}

impl Check<'_> {
    fn pattern(&self, pattern: &Pattern<&str>) -> Result<(), TranslationProblem> {
        pattern.elements.iter().try_for_each(|element| match element {
            PatternElement::TextElement { .. } => Ok(()),
            PatternElement::Placeable { expression } => self.expression(expression),
        })
    }

    fn expression(&self, expression: &Expression<&str>) -> Result<(), TranslationProblem> {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector)?;
                variants.iter().try_for_each(|variant| self.pattern(&variant.value))
            }
        }
    }

    fn inline(&self, inline: &InlineExpression<&str>) -> Result<(), TranslationProblem> {
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => Ok(()),
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::VariableReference { id } => match self.variables {
                Some(known) if !known.contains(&id.name) => Err(self.unknown(format!("${}", id.name))),
                _ => Ok(()),
            },
            InlineExpression::TermReference { id, .. } if self.terms.contains(id.name) => Ok(()),
            InlineExpression::TermReference { id, .. } => Err(self.unknown(format!("-{}", id.name))),
            // Another message has other variables, and functions are not given.
            InlineExpression::MessageReference { id, .. }
            | InlineExpression::FunctionReference { id, .. } => Err(self.unknown(id.name.to_owned())),
        }
    }

    fn unknown(&self, used: String) -> TranslationProblem {
        let variables = self.variables.unwrap_or_default().iter().map(|name| format!("${name}"));
        let known: Vec<_> = variables.chain(self.terms.iter().map(|name| format!("-{name}"))).collect();
        let known = if known.is_empty() { "no variables".to_owned() } else { known.join(", ") };
        TranslationProblem::UnknownReference { id: self.id.to_owned(), used, known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(text: &str) -> Result<Catalogue, TranslationProblem> {
        Catalogue::extended(None, &Language::english(), text)
    }

    #[test]
    fn a_translation_with_a_mistake_is_refused() {
        for (text, told) in [
            ("NOT_FOUND = a\nINVALID_PASSWORD", "line 2"),
            ("INVALID_PASWORD = a", "INVALID_PASWORD"),
            ("page-sign-inn = a", "page-sign-inn"),
            ("NOT_FOUND = a\nNOT_FOUND = b", "NOT_FOUND"),
            ("NOT_FOUND =\n    .title = a", "NOT_FOUND"),
            ("NOT_FOUND = a\n    .title = b", "NOT_FOUND"),
            ("NOT_FOUND = { $email }", "$email"),
            (
                "PASSWORD_INVALID_LENGTH = { $length ->\n    [one] a\n   *[other] { $many }\n }",
                "it knows $length",
            ),
            ("NOT_FOUND = { -us }", "-us"),
            ("NOT_FOUND = { INVALID_PASSWORD }", "INVALID_PASSWORD"),
            ("PASSWORD_INVALID_LENGTH = { NUMBER($length) }", "NUMBER"),
        ] {
            let problem = catalogue(text).err().map(|problem| problem.to_string()).unwrap_or_default();
            assert!(problem.contains(told), "{text}: {problem}");
        }
    }

    #[test]
    fn a_translation_may_have_terms_numbers_and_names_of_its_own() {
        let text = "-us = Harbour\nNOT_FOUND = Not at { -us }.\napp-x = { $anything }\n\
                    PASSWORD_INVALID_LENGTH = { $length ->\n    [one] one sign\n   *[other] { $length } signs\n }";
        let catalogue = catalogue(text).unwrap();
        assert_eq!(catalogue.text("NOT_FOUND", &[]).as_deref(), Some("Not at Harbour."));
        assert_eq!(
            catalogue.text("PASSWORD_INVALID_LENGTH", &[("length", "1")]).as_deref(),
            Some("one sign")
        );
        assert_eq!(
            catalogue.text("PASSWORD_INVALID_LENGTH", &[("length", "12")]).as_deref(),
            Some("12 signs")
        );
        assert_eq!(catalogue.text("INVALID_PASSWORD", &[]), None);
    }

    #[test]
    fn a_later_translation_replaces_single_texts() {
        let before = catalogue("NOT_FOUND = a\nINVALID_PASSWORD = b").unwrap();
        let after = Catalogue::extended(Some(&before), &Language::english(), "NOT_FOUND = c").unwrap();
        assert_eq!(after.text("NOT_FOUND", &[]).as_deref(), Some("c"));
        assert_eq!(after.text("INVALID_PASSWORD", &[]).as_deref(), Some("b"));
        assert_ne!(before, after);
    }

    #[test]
    fn a_value_in_a_language_from_right_to_left_is_set_apart() {
        let hebrew = "he".parse().unwrap();
        let catalogue = Catalogue::extended(None, &hebrew, "USE_CODE = x { $code }").unwrap();
        assert_eq!(catalogue.text("USE_CODE", &[("code", "1")]).as_deref(), Some("x \u{2068}1\u{2069}"));
    }
}
