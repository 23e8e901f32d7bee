//! The part of an address in front of the at sign.

use super::{AddressRules, LONGEST_LOCAL_PART, has_unsafe_character};
use crate::account::identity::NormalizationForm;

/// A local part as typed, without its quotation marks.
pub(super) struct LocalPart {
    content: String,
    is_quoted: bool,
}

impl LocalPart {
    /// Takes an address apart at its first at sign outside of quotation marks.
    pub(super) fn split(address: &str) -> Option<(Self, &str)> {
        let Some(quoted) = address.strip_prefix('"') else {
            let (content, domain) = address.split_once('@')?;
            return Some((Self { content: content.to_owned(), is_quoted: false }, domain));
        };
        let mut content = String::new();
        let mut rest = quoted.chars();
        loop {
            match rest.next()? {
                '"' => break,
                '\\' => content.push(rest.next()?),
                c => content.push(c),
            }
        }
        let domain = rest.as_str().strip_prefix('@')?;
        Some((Self { content, is_quoted: true }, domain))
    }

    /// The one way this local part is written: NFC, and quoted only where it must be. Case stays, because what it
    /// means is known to the receiving server alone.
    pub(super) fn normal_form(&self, rules: &AddressRules) -> Option<String> {
        let is_refused = (self.is_quoted && !rules.allow_quoted_local)
            || (!self.content.is_ascii() && !rules.allow_smtputf8)
            || self.content.is_empty();
        if is_refused {
            return None;
        }
        let content = NormalizationForm::Nfc.apply(&self.content);
        let can_stand_alone = is_dot_atom(&content);
        if has_unsafe_character(&content, !can_stand_alone) || !(can_stand_alone || self.is_quoted) {
            return None;
        }
        let text = if can_stand_alone { content } else { quote(&content) };
        let is_too_long = rules.strict && text.len() > LONGEST_LOCAL_PART;
        (!is_too_long).then_some(text)
    }
}

/// Whether the text needs no quotation marks: words of RFC 5322, or RFC 6531 beyond ASCII, with single dots between.
fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|word| !word.is_empty() && word.chars().all(is_atom_character))
}

fn is_atom_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn quote(content: &str) -> String {
    let mut text = String::with_capacity(content.len() + 2);
    text.push('"');
    for c in content.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}
