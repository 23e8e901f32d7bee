//! All options of all sections, by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::section::{Row, Section, Standing};
use super::value::{Expected, Input};
use super::{SecurityConfig, availability};
use crate::message::MessageKey;

/// What there is to know about an option without setting it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptionInfo {
    /// The full name.
    pub name: &'static str,
    /// The type, in words.
    pub kind: String,
    /// The default as a JSON file would hold it.
    pub default: String,
    /// The heading it is documented under.
    pub section: &'static str,
    /// What it is for, in Markdown.
    pub summary: &'static str,
    /// How it relates to the reference.
    pub standing: Standing,
    /// Whether this version acts on it. The value is read and checked in any case.
    pub is_acted_on: bool,
}

/// An option, and how to set it.
pub(super) struct Entry {
    pub(super) info: OptionInfo,
    update: Box<Update>,
}

type Update = dyn Fn(&mut SecurityConfig, Input<'_>) -> Result<(), Expected> + Send + Sync;

impl Entry {
    /// Reads a value into its field.
    pub(super) fn update(&self, config: &mut SecurityConfig, input: Input<'_>) -> Result<(), Expected> {
        (self.update)(config, input)
    }
}

/// The options in the order of the documentation.
pub(super) fn entries() -> &'static [Entry] {
    &REGISTRY.entries
}

/// The option of this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    REGISTRY.by_name.get(name).map(|index| &REGISTRY.entries[*index])
}

/// What messages are set by: this, and the name of the message.
pub(super) const MESSAGE_PREFIX: &str = "SECURITY_MSG_";

/// The known name that looks most like this one.
pub(super) fn nearest(name: &str) -> Option<String> {
    /// Below this likeness a suggestion would only confuse.
    const ALIKE: f64 = 0.7;
    // What most names begin with makes them no more alike, and is easily forgotten.
    let essence = |name: &str| name.strip_prefix("SECURITY_").unwrap_or(name).to_ascii_uppercase();
    let given = essence(name);
    let options = entries().iter().map(|entry| entry.info.name.to_owned());
    let messages = MessageKey::ALL.iter().map(|key| format!("{MESSAGE_PREFIX}{}", key.name()));
    options
        .chain(messages)
        .map(|known| (strsim::normalized_damerau_levenshtein(&given, &essence(&known)), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::build);

struct Registry {
    entries: Vec<Entry>,
    by_name: BTreeMap<&'static str, usize>,
}

impl Registry {
    fn build() -> Self {
        let mut registry = Self { entries: Vec::new(), by_name: BTreeMap::new() };
        registry.add(|config| &mut config.general);
        registry.add(|config| &mut config.secrets);
        registry.add(|config| &mut config.features);
        registry.add(|config| &mut config.identity);
        registry.add(|config| &mut config.password);
        registry.add(|config| &mut config.hashing);
        registry.add(|config| &mut config.session);
        registry.add(|config| &mut config.remember);
        registry.add(|config| &mut config.token);
        registry.add(|config| &mut config.freshness);
        registry.add(|config| &mut config.throttle);
        registry.add(|config| &mut config.csrf);
        registry.add(|config| &mut config.redirect);
        registry.add(|config| &mut config.register);
        registry.add(|config| &mut config.confirm);
        registry.add(|config| &mut config.recover);
        registry.add(|config| &mut config.change);
        registry.add(|config| &mut config.mail);
        registry.add(|config| &mut config.mail.subjects);
        registry.add(|config| &mut config.routes);
        registry.add(|config| &mut config.templates);
        registry.add(|config| &mut config.two_factor);
        registry.add(|config| &mut config.totp);
        registry.add(|config| &mut config.sms);
        registry.add(|config| &mut config.recovery_codes);
        registry.add(|config| &mut config.unified_signin);
        registry.add(|config| &mut config.webauthn);
        registry.add(|config| &mut config.oauth);
        registry.add(|config| &mut config.refresh);
        registry.add(|config| &mut config.translation);
        registry
    }

    fn add<S: Section + 'static>(&mut self, place: fn(&mut SecurityConfig) -> &mut S) {
        for Row { name, summary, kind, default, standing, update } in S::rows() {
            let info = OptionInfo {
                name,
                kind: kind(),
                default: default().to_string(),
                section: S::TITLE,
                summary,
                standing,
                is_acted_on: availability::is_acted_on(name),
            };
            self.by_name.insert(name, self.entries.len());
            let update = move |config: &mut SecurityConfig, input: Input<'_>| update(place(config), input);
            self.entries.push(Entry { info, update: Box::new(update) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_one_row_and_a_sentence_about_it() {
        assert_eq!(REGISTRY.by_name.len(), REGISTRY.entries.len(), "a name occurs twice");
        for entry in entries() {
            assert!(entry.info.summary.ends_with('.'), "{}", entry.info.name);
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest("SECURITY_CONFIRMABEL").as_deref(), Some("SECURITY_CONFIRMABLE"));
        assert_eq!(nearest("SECURITY_MSG_INVALID_PASWORD").as_deref(), Some("SECURITY_MSG_INVALID_PASSWORD"));
        assert_eq!(nearest("confirmable").as_deref(), Some("SECURITY_CONFIRMABLE"));
        assert_eq!(nearest("SECURITY_SOMETHING_ELSE"), None);
    }
}
