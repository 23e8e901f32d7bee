//! The reference documentation of all options, made from the same rows the loader reads.

use std::fmt::Write as _;

use super::{OptionInfo, SecurityConfig, Standing};
use crate::message::MessageKey;

const INTRODUCTION: &str = include_str!("reference/introduction.md");
const MESSAGES: &str = include_str!("reference/messages.md");

/// The page `docs/manual/configuration.md`, in Markdown.
///
/// ```
/// let page = security_core::config::reference_markdown();
/// assert!(page.contains("`SECURITY_TOKEN_MAX_AGE`"));
/// ```
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut section = "";
    for option in SecurityConfig::options() {
        if option.section != section {
            section = option.section;
            page.push_str(&heading(section));
        }
        write_row(&mut page, option);
    }
    page.push_str(MESSAGES);
    for key in MessageKey::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            key.name(),
            key.default_severity(),
            key.variables().join(", "),
            key.default_text(),
            key.summary()
        );
    }
    page
}

fn heading(section: &str) -> String {
    format!("\n## {section}\n\n| Option | Type | Default | Meaning |\n|---|---|---|---|\n")
}

fn write_row(page: &mut String, option: &OptionInfo) {
    let standing = match option.standing {
        Standing::Same => "",
        Standing::Changed => " *Default changed.*",
        Standing::Ours => " *Ours.*",
    };
    let later = if option.is_acted_on { "" } else { " *Read, not acted on yet.*" };
    let default = match option.default.as_str() {
        "null" => "none".to_owned(),
        "\"\"" => "required".to_owned(),
        default => format!("`{}`", spaced(default)),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "| `{}` | {} | {default} | {}{standing}{later} |",
        option.name, option.kind, option.summary
    );
}

/// Compact JSON with a space after commas and colons, so that a browser can wrap it. No default has a comma
/// in a text.
fn spaced(json: &str) -> String {
    json.replace("\":", "\": ").replace(',', ", ")
}
