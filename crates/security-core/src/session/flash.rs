//! Messages that wait for the next page.

use serde_json::{Value, json};

use super::contents::Session;
use super::tagged_json;

const FLASHES: &str = "_flashes";

/// Messages that may wait.
const MOST_FLASHES: usize = 16;
/// Characters of one message.
const LONGEST_TEXT: usize = 200;
/// Characters of a category.
const LONGEST_CATEGORY: usize = 32;
/// Bytes of all that wait, as written.
const MOST_BYTES: usize = 2048;

/// A message that waits for the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// `error`, `info`, `success` or what the application uses.
    pub category: String,
    /// The message. Escape it for HTML.
    pub text: String,
}

impl Session {
    /// Queues a message for the next page.
    ///
    /// A long text is cut after 200 characters. When more than 16 wait, or together they grow too long for a cookie,
    /// the oldest are dropped: a browser refuses cookies over 4 KiB, and would lose the whole session.
    pub fn push_flash(&mut self, category: &str, text: &str) {
        let mut waiting = match self.remove(FLASHES) {
            Some(Value::Array(waiting)) => waiting,
            _ => Vec::new(),
        };
        waiting.push(json!({" t": [cut(category, LONGEST_CATEGORY), cut(text, LONGEST_TEXT)]}));
        while waiting.len() > MOST_FLASHES
            || (waiting.len() > 1 && tagged_json::length(&waiting) > MOST_BYTES)
        {
            waiting.remove(0);
        }
        self.set_value(FLASHES, waiting);
    }

    /// Takes every message that waits, oldest first.
    pub fn take_flashes(&mut self) -> Vec<Flash> {
        match self.remove(FLASHES) {
            Some(Value::Array(waiting)) => waiting.iter().filter_map(read).collect(),
            _ => Vec::new(),
        }
    }
}

/// A message from its tuple. Its parts may be marked as HTML-safe, which does not survive: they are escaped anyway.
fn read(entry: &Value) -> Option<Flash> {
    let parts = entry.get(" t").unwrap_or(entry).as_array()?;
    let text = |part: &Value| part.get(" m").unwrap_or(part).as_str().map(str::to_owned);
    match parts.as_slice() {
        [category, message] => Some(Flash { category: text(category)?, text: text(message)? }),
        _ => None,
    }
}

/// The text, or its beginning and an ellipsis.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_once_and_in_order() {
        let mut session = Session::default();
        session.push_flash("error", "first");
        session.push_flash("info", "second");
        assert_eq!(
            session.to_tagged_json(),
            r#"{"_flashes":[{" t":["error","first"]},{" t":["info","second"]}]}"#
        );
        let texts: Vec<_> = session.take_flashes().into_iter().map(|flash| flash.text).collect();
        assert_eq!(texts, ["first", "second"]);
        assert_eq!(session.take_flashes(), []);
        assert!(session.is_empty());
    }

    #[test]
    fn no_number_of_messages_bursts_the_cookie() {
        for text in ["x".repeat(5000), "😀".repeat(300), "short".to_owned()] {
            let mut session = Session::default();
            for number in 0..50 {
                session.push_flash(&"category".repeat(9), &format!("{number} {text}"));
            }
            let length = session.to_tagged_json().len();
            assert!(length < 2700, "{length}");
            let flashes = session.take_flashes();
            assert!((1..=MOST_FLASHES).contains(&flashes.len()));
            assert!(flashes.last().unwrap().text.starts_with("49 "), "the newest message is kept");
        }
    }

    #[test]
    fn damaged_messages_are_dropped_and_marked_ones_read() {
        let json =
            br#"{"_flashes":[7,["info"],{" t":["info",{" m":"<b>"}]},{" t":[1,"x"]},["error","plain"]]}"#;
        let mut session = Session::from_tagged_json(json).unwrap();
        let texts: Vec<_> = session.take_flashes().into_iter().map(|flash| flash.text).collect();
        assert_eq!(texts, ["<b>", "plain"]);
        session.set_value(FLASHES, "not a list");
        session.push_flash("info", "new");
        assert_eq!(session.take_flashes().len(), 1);
    }
}
