//! A Rust file as the house rules look at it: without comments, without literals, and with its paths spelt out.

mod blank;
mod paths;

pub(crate) use paths::Mention;

use crate::workspace::TextFile;

/// A Rust file.
#[derive(Debug)]
pub(crate) struct RustSource {
    /// Its path from the workspace root.
    pub(crate) path: String,
    /// Its text as written.
    pub(crate) text: String,
    /// Its text with comments and the contents of literals blanked; the lines are those of `text`.
    pub(crate) code: String,
}

impl RustSource {
    /// Prepares a file.
    pub(crate) fn new(file: TextFile) -> Self {
        let code = blank::comments_and_literals(&file.text);
        Self { path: file.path, text: file.text, code }
    }

    /// Whether the file as a whole is test code.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| matches!(part, "tests" | "benches" | "examples" | "tests.rs"))
    }

    /// The code without what is compiled for tests only.
    pub(crate) fn product_code(&self) -> String {
        if self.is_test() { String::new() } else { blank::test_items(&self.code) }
    }

    /// Every path that the product code names.
    pub(crate) fn mentions(&self) -> Vec<Mention> {
        paths::mentions(&self.product_code())
    }

    /// The module file's path inside `src` of its crate, for example `password/pool.rs`.
    pub(crate) fn path_in_src(&self) -> Option<&str> {
        self.path.split_once("/src/").map(|(_, inner)| inner)
    }
}

#[cfg(test)]
impl RustSource {
    /// A file for tests of the rules.
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self::new(TextFile { path: path.to_owned(), text: text.to_owned() })
    }
}
