//! Blanks what is not code, keeping every line in its place.

/// Replaces comments and the contents of string and character literals by spaces.
pub(super) fn comments_and_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment_end(&chars, at),
            '"' => string_end(&chars, at),
            'r' if !continues_a_word(&chars, at) => raw_string_end(&chars, at, at + 1).unwrap_or(at),
            'b' | 'c' if !continues_a_word(&chars, at) && chars.get(at + 1) == Some(&'r') => {
                raw_string_end(&chars, at, at + 2).unwrap_or(at)
            }
            '\'' => char_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Replaces every item under `#[cfg(test)]` by spaces. Expects text without comments and literals.
pub(super) fn test_items(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let (before, item) = rest.split_at(start);
        let end = item_end(item, MARK.len());
        out.push_str(before);
        out.extend(item[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &item[end..];
    }
    out.push_str(rest);
    out
}

/// Where the item that starts at `from` ends: at its `;`, or at the brace that closes its body.
fn item_end(item: &str, from: usize) -> usize {
    let mut braces = 0_usize;
    let mut others = 0_usize;
    for (at, c) in item.char_indices().skip_while(|(at, _)| *at < from) {
        match c {
            '{' => braces += 1,
            '}' if braces <= 1 => return at + 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others = others.saturating_sub(1),
            ';' if braces == 0 && others == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

fn line_end(chars: &[char], from: usize) -> usize {
    chars[from..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| from + length)
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of a raw string whose hashes or quote start at `hashes`, if there is one.
fn raw_string_end(chars: &[char], from: usize, hashes: usize) -> Option<usize> {
    let count = chars[hashes..].iter().take_while(|c| **c == '#').count();
    if chars.get(hashes + count) != Some(&'"') {
        return None;
    }
    let mut at = hashes + count + 1;
    while at < chars.len() {
        let closes =
            chars[at] == '"' && chars[at + 1..].iter().take(count).filter(|c| **c == '#').count() == count;
        if closes {
            return Some(at + 1 + count);
        }
        at += 1;
    }
    Some(chars.len().max(from))
}

/// The end of a character literal; `None` for a lifetime.
fn char_end(chars: &[char], from: usize) -> Option<usize> {
    match chars.get(from + 1)? {
        '\\' => chars[from + 3..].iter().position(|c| *c == '\'').map(|length| from + 3 + length + 1),
        _ => (chars.get(from + 2) == Some(&'\'')).then_some(from + 3),
    }
}

fn continues_a_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        comments_and_literals(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        assert_eq!(words("a // todo!()\nb /* x /* y */ z */ c"), "a b c");
        assert_eq!(words(r#"f("std::fs \" { ", 'x', '\'', '\u{7d}')"#), "f( , , , )");
        assert_eq!(words("let a = r#\"dbg!(\"x\")\"#; b"), "let a = ; b");
        assert_eq!(words("let a = br\"{\"; for_r"), "let a = ; for_r");
        assert_eq!(words("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
    }

    #[test]
    fn lines_stay_where_they_are() {
        let text = "a\n/* b\nc */\n\"d\ne\"\nf";
        assert_eq!(comments_and_literals(text).lines().count(), text.lines().count());
    }

    #[test]
    fn code_after_a_test_module_is_still_looked_at() {
        let code = test_items("a; #[cfg(test)] mod tests { fn x() { y } } b; #[cfg(test)] use z; c");
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a;", "b;", "c"]);
    }
}
