//! Which characters a domain name may consist of: IDNA 2008 (RFC 5892).
//!
//! UTS 46 admits more, such as pictographs and symbols, for the sake of old names. A registry of today does not.
//! Less is admitted here in one point: the two invisible joiners, which no address has in any of its parts.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether the label could be registered.
///
/// Expects a label that UTS 46 has accepted: mapped and in NFC, with its hyphens and directions checked.
pub(super) fn is_registrable(label: &str) -> bool {
    let label: Vec<char> = label.chars().collect();
    (0..label.len()).all(|at| is_allowed(&label, at))
}

fn is_allowed(label: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| label[at]);
    let after = label.get(at + 1).copied();
    match label[at] {
        'a'..='z' | '0'..='9' | '-' => true,
        // Exceptions that are names (RFC 5892, 2.6).
        'ß' | 'ς' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => true,
        // Exceptions that are not.
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => false,
        // Marks for symbols, and musical notation (2.4).
        '\u{20D0}'..='\u{20FF}' | '\u{1D100}'..='\u{1D24F}' => false,
        // Parts of Korean syllables that have no composed form (2.9).
        '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}' => false,
        // Punctuation and digits that are names in the right company only (appendix A).
        '\u{B7}' => before == Some('l') && after == Some('l'),
        '\u{375}' => after.is_some_and(is_greek),
        '\u{5F3}' | '\u{5F4}' => before.is_some_and(is_hebrew),
        '\u{30FB}' => label.iter().copied().any(is_japanese),
        '\u{660}'..='\u{669}' => !label.iter().any(|c| ('\u{6F0}'..='\u{6F9}').contains(c)),
        '\u{6F0}'..='\u{6F9}' => !label.iter().any(|c| ('\u{660}'..='\u{669}').contains(c)),
        c => is_letter_or_digit(c),
    }
}

/// The letters, digits and marks of RFC 5892, 2.1.
fn is_letter_or_digit(c: char) -> bool {
    use GeneralCategory as C;
    matches!(
        get_general_category(c),
        C::LowercaseLetter
            | C::UppercaseLetter
            | C::OtherLetter
            | C::ModifierLetter
            | C::DecimalNumber
            | C::NonspacingMark
            | C::SpacingMark
    )
}

fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{373}' | '\u{376}'..='\u{3E1}' | '\u{3F0}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}')
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5F4}')
}

/// Hiragana, Katakana or Han, the middle dot itself excepted.
fn is_japanese(c: char) -> bool {
    matches!(
        c,
        '\u{3005}'
            | '\u{3007}'
            | '\u{3041}'..='\u{309F}'
            | '\u{30A1}'..='\u{30FA}'
            | '\u{30FD}'..='\u{30FF}'
            | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}
