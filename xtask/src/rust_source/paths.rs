//! The paths a piece of code names, with the braces of `use` multiplied out.

/// A path and the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// For example `["std", "fs", "read"]`; a glob ends in `*`.
    pub(crate) segments: Vec<String>,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Whether it stands in a `use` item.
    pub(crate) imported: bool,
}

impl Mention {
    /// Whether these segments occur in the path next to each other. Without a glob this is how `std::fs` is found
    /// in `std::fs::read`, and `Instant::now` in `tokio::time::Instant::now`.
    pub(crate) fn contains(&self, wanted: &str) -> bool {
        let wanted: Vec<&str> = wanted.split("::").collect();
        self.segments.windows(wanted.len()).any(|window| window.iter().zip(&wanted).all(|(a, b)| a == b))
    }

    /// The first segment, leading `::` left out.
    pub(crate) fn root(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }
}

impl std::fmt::Display for Mention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.segments.join("::"))
    }
}

/// Every path in the code, in order. Expects text without comments and literals.
pub(super) fn mentions(code: &str) -> Vec<Mention> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at].kind {
            Kind::Word(word) if word == "use" => at = use_tree(&tokens, at + 1, &[], &mut found),
            Kind::Word(_) => at = inline_path(&tokens, at, &mut found),
            _ => at += 1,
        }
    }
    found
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Word(String),
    Separator,
    Open,
    Close,
    Other(char),
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    line: usize,
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = code.chars().peekable();
    let mut line = 1;
    while let Some(c) = chars.next() {
        let kind = match c {
            '\n' => {
                line += 1;
                continue;
            }
            c if c.is_whitespace() => continue,
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                Kind::Word(word)
            }
            ':' if chars.next_if_eq(&':').is_some() => Kind::Separator,
            '{' => Kind::Open,
            '}' => Kind::Close,
            other => Kind::Other(other),
        };
        tokens.push(Token { kind, line });
    }
    tokens
}

/// Reads one branch of a `use` tree and returns where it ends.
fn use_tree(tokens: &[Token], from: usize, prefix: &[String], found: &mut Vec<Mention>) -> usize {
    let mut path = prefix.to_vec();
    let mut at = from;
    let mut line = None;
    while let Some(token) = tokens.get(at) {
        line.get_or_insert(token.line);
        match &token.kind {
            // `use<'a>` is a bound, not an import.
            Kind::Other('<') if path.is_empty() => return at,
            Kind::Word(word) if word == "as" => {
                at += 2;
                continue;
            }
            Kind::Word(word) => path.push(word.clone()),
            Kind::Other('*') => path.push("*".to_owned()),
            Kind::Separator => {}
            Kind::Open => {
                at += 1;
                while let Some(inner) = tokens.get(at) {
                    match inner.kind {
                        Kind::Close => break,
                        Kind::Other(',') => at += 1,
                        _ => at = use_tree(tokens, at, &path, found).max(at + 1),
                    }
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
    }
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    if !path.is_empty() {
        found.push(Mention { segments: path, line: line.unwrap_or(0), imported: true });
    }
    at
}

/// Reads words joined by `::` and returns where they end.
fn inline_path(tokens: &[Token], from: usize, found: &mut Vec<Mention>) -> usize {
    let mut segments = Vec::new();
    let mut at = from;
    while let Some(Token { kind: Kind::Word(word), .. }) = tokens.get(at) {
        segments.push(word.clone());
        at += 1;
        if tokens.get(at).is_some_and(|token| token.kind == Kind::Separator) {
            at += 1;
        } else {
            break;
        }
    }
    found.push(Mention { segments, line: tokens[from].line, imported: false });
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(code: &str) -> Vec<String> {
        mentions(code).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn braces_of_an_import_are_multiplied_out() {
        assert_eq!(
            names("use std::{collections::{BTreeMap, btree_map as map}, fs, time::*, env::{self, vars}};"),
            [
                "std::collections::BTreeMap",
                "std::collections::btree_map",
                "std::fs",
                "std::time::*",
                "std::env",
                "std::env::vars"
            ]
        );
    }

    #[test]
    fn what_follows_an_import_is_read_too() {
        let found = mentions("use a::{b};\nfn f() {\n  ::std::fs::read(x)\n}");
        let read = found.iter().find(|mention| mention.contains("std::fs"));
        assert_eq!(read.map(|mention| mention.line), Some(3));
    }

    #[test]
    fn a_path_is_found_by_whole_words_only() {
        let mention = &mentions("my_std::fs_extra::read")[0];
        assert!(!mention.contains("std::fs") && mention.contains("fs_extra::read"));
    }
}
