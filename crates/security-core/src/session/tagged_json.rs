//! The JSON text of a session, as Flask writes it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Names by which an object with one member stands for something else.
const TAGS: [&str; 6] = [" t", " b", " m", " u", " d", " di"];
/// The tag of an object whose only member is named like a tag, and what that name then ends in.
const ESCAPE: (&str, &str) = (" di", "__");

/// The members of a session; `None` when the text stands for something else, such as a tuple.
pub(super) fn read(mut text: Map<String, Value>) -> Option<Map<String, Value>> {
    let Some(tag) = only_tag(&text) else { return Some(text) };
    if tag != ESCAPE.0 {
        return None;
    }
    let Value::Object(inner) = text.remove(ESCAPE.0)? else { return None };
    let mut inner = inner.into_iter();
    let (name, value) = inner.next()?;
    let name = name.strip_suffix(ESCAPE.1)?.to_owned();
    inner.next().is_none().then(|| Map::from_iter([(name, value)]))
}

/// The text: names sorted, no white space, everything beyond printable ASCII escaped.
pub(super) fn write(members: &Map<String, Value>) -> String {
    let mut text = String::with_capacity(512);
    match only_tag(members) {
        None => write_object(members, &mut text),
        Some(tag) => {
            let inner = Map::from_iter([(format!("{tag}{}", ESCAPE.1), members[tag].clone())]);
            write_object(&Map::from_iter([(ESCAPE.0.to_owned(), inner.into())]), &mut text);
        }
    }
    text
}

/// Bytes the list takes when it is written.
pub(super) fn length(list: &[Value]) -> usize {
    let mut text = String::new();
    write_list(list, &mut text);
    text.len()
}

/// The name of the only member, when it is a tag.
fn only_tag(members: &Map<String, Value>) -> Option<&'static str> {
    let mut names = members.keys();
    let name = names.next().filter(|_| members.len() == 1)?;
    TAGS.into_iter().find(|tag| tag == name)
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write!(text, "{number}").expect("a String takes everything"),
        Value::String(string) => write_string(string, text),
        Value::Array(list) => write_list(list, text),
        Value::Object(members) => write_object(members, text),
    }
}

fn write_list(list: &[Value], text: &mut String) {
    text.push('[');
    for (place, value) in list.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write_value(value, text);
    }
    text.push(']');
}

fn write_object(members: &Map<String, Value>, text: &mut String) {
    // Whether a map is sorted by itself depends on a feature of serde_json that any crate may switch on.
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    text.push('{');
    for (place, (name, value)) in sorted.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write_string(name, text);
        text.push(':');
        write_value(value, text);
    }
    text.push('}');
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(text, "\\u{unit:04x}").expect("a String takes everything");
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn text_is_written_in_ascii_with_sorted_names() {
        let members = object(&json!({"ä": "😀\u{7f}", "b": [1, -2.5, null], "a": "\"\\\n\u{8}\u{c}\u{1}"}));
        let expected = r#"{"a":"\"\\\n\b\f\u0001","b":[1,-2.5,null],"\u00e4":"\ud83d\ude00\u007f"}"#;
        assert_eq!(write(&members), expected);
    }

    #[test]
    fn a_session_with_one_member_named_like_a_tag_is_escaped() {
        for tag in TAGS {
            let members = object(&json!({ tag: "text" }));
            let text = write(&members);
            assert_eq!(text, format!(r#"{{" di":{{"{tag}__":"text"}}}}"#));
            assert_eq!(read(serde_json::from_str(&text).unwrap()), Some(members));
        }
        let two = object(&json!({" t": [1], "z": 2}));
        assert_eq!(read(two.clone()), Some(two));
    }

    #[test]
    fn what_stands_for_something_else_is_no_session() {
        for text in [
            json!({" t": [1]}),
            json!({" b": "YQ=="}),
            json!({" di": 1}),
            json!({" di": {}}),
            json!({" di": {" t": 1}}),
            json!({" di": {" t__": 1, "b": 2}}),
        ] {
            assert_eq!(read(object(&text)), None, "{text}");
        }
    }

    /// JSON of every kind, two levels deep.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            members in proptest::collection::btree_map("( t| di|[a-z ]{0,4}|\\PC{0,8})", any_value(), 0..5),
        ) {
            let members: Map<String, Value> = members.into_iter().collect();
            let text = write(&members);
            prop_assert!(text.is_ascii());
            prop_assert_eq!(read(serde_json::from_str(&text).unwrap()), Some(members));
        }
    }
}
