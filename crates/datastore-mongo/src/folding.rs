//! Identities without their case: the fields that keep them so, and how documents without these fields are found.

use mongodb::bson::{Document, doc};
use security_core::account::User;
use security_core::config::IdentityAttribute;

/// The field with the folded value of an identity; `None` where case counts.
pub(crate) fn folded_field(attribute: IdentityAttribute) -> Option<&'static str> {
    match attribute {
        IdentityAttribute::Email => Some("email_lower"),
        IdentityAttribute::Username => Some("username_lower"),
        IdentityAttribute::UsPhoneNumber => None,
    }
}

/// The form in which identities are compared.
pub(crate) fn fold(value: &str) -> String {
    value.to_lowercase()
}

/// The identity of a stored account.
pub(crate) fn identity(user: &User, attribute: IdentityAttribute) -> Option<&str> {
    match attribute {
        IdentityAttribute::Email => Some(&user.email),
        IdentityAttribute::Username => user.username.as_deref(),
        IdentityAttribute::UsPhoneNumber => user.us_phone_number.as_deref(),
    }
}

/// Finds everybody with an identity in any case, and perhaps some others: the caller compares what is found.
///
/// Where all documents have the folded field, indexes serve the search. The exact spelling is looked for beside it, for
/// an account that another program has added since.
pub(crate) fn in_any_case(attribute: IdentityAttribute, value: &str, all_folded: bool) -> Document {
    let field = attribute.name();
    let folded = fold(value);
    let spelled = match all_folded {
        true => doc! { field: { "$in": [value, folded.as_str()] } },
        false => doc! { field: { "$regex": pattern(value), "$options": "i" } },
    };
    match folded_field(attribute) {
        Some(shadow) => doc! { "$or": [{ shadow: folded }, spelled] },
        None => spelled,
    }
}

/// A regular expression for exactly this text.
fn pattern(value: &str) -> String {
    let mut pattern = String::from("^");
    for letter in value.chars() {
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('$');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_means_anything_in_the_pattern() {
        assert_eq!(pattern("a.b+c@x"), r"^a\.b\+c\@x$");
        assert_eq!(pattern("^.*$|\\"), r"^\^\.\*\$\|\\$");
        assert_eq!(pattern("Zoë_1"), r"^Zoë\_1$");
    }
}
