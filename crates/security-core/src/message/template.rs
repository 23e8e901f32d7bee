//! Texts with `%(name)s` placeholders, as the reference's message catalogue writes them.

/// Why a text cannot stand in for a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceholderError {
    /// The message has no such variable.
    #[error("the message cannot fill `%({name})s`; it knows {known}")]
    Unknown {
        /// The variable in the text.
        name: String,
        /// What could be used instead.
        known: String,
    },
    /// A percent sign starts neither `%(name)s` nor `%%`.
    #[error("a percent sign must start `%(name)s` or be written `%%`")]
    Malformed,
}

/// A piece of a text.
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
    /// A percent sign that starts nothing.
    Stray,
}

/// Puts the values in the place of their placeholders, in one pass.
pub(super) fn fill(text: &str, variables: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Stray => filled.push('%'),
            Piece::Variable(name) => match variables.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => filled.push_str(value),
                None => {
                    filled.push_str("%(");
                    filled.push_str(name);
                    filled.push_str(")s");
                }
            },
        }
    }
    filled
}

/// Refuses placeholders that are not in the list.
pub(super) fn check(text: &str, known: &[&str]) -> Result<(), PlaceholderError> {
    for piece in pieces(text) {
        match piece {
            Piece::Stray => return Err(PlaceholderError::Malformed),
            Piece::Variable(name) if !known.contains(&name) => {
                let known = if known.is_empty() { "no variables".to_owned() } else { known.join(", ") };
                return Err(PlaceholderError::Unknown { name: name.to_owned(), known });
            }
            Piece::Text(_) | Piece::Variable(_) => {}
        }
    }
    Ok(())
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, length) = next_piece(rest);
        rest = &rest[length..];
        Some(piece)
    })
}

/// The first piece of a text that is not empty, and how many bytes of the text it takes.
fn next_piece(text: &str) -> (Piece<'_>, usize) {
    match text.find('%') {
        None => (Piece::Text(text), text.len()),
        Some(0) if text.starts_with("%%") => (Piece::Text("%"), 2),
        Some(0) => {
            let name = text.strip_prefix("%(").and_then(|rest| rest.split_once(")s")).map(|(name, _)| name);
            match name.filter(|name| is_name(name)) {
                Some(name) => (Piece::Variable(name), name.len() + "%()s".len()),
                None => (Piece::Stray, 1),
            }
        }
        Some(at) => (Piece::Text(&text[..at]), at),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once_and_never_read_as_templates() {
        let values = [("a", "%(b)s"), ("b", "B")];
        assert_eq!(fill("%(a)s and %(b)s", &values), "%(b)s and B");
        assert_eq!(fill("100%% of %(c)s, 5% off", &values), "100% of %(c)s, 5% off");
        assert_eq!(fill("%(", &values), "%(");
    }

    #[test]
    fn a_placeholder_is_known_and_well_formed_or_refused() {
        assert_eq!(check("%(a)s 100%%", &["a"]), Ok(()));
        assert!(matches!(check("%(c)s", &["a"]), Err(PlaceholderError::Unknown { .. })));
        for text in ["100%", "%s", "%(a)", "%()s", "%(a b)s"] {
            assert_eq!(check(text, &["a"]), Err(PlaceholderError::Malformed), "{text}");
        }
    }
}
