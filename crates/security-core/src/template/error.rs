//! What can be wrong with a template.

use std::fmt;

use minijinja::ErrorKind;

/// Why a template could not be rendered.
///
/// Says which template, which line and what kind of mistake.
///
/// # Security
///
/// A mistake of syntax is quoted in words. For everything else only its kind is told: the engine's own words can
/// hold the value that was inserted, and in mails that is a link which opens an account.
#[derive(Clone)]
pub struct TemplateError {
    template: String,
    line: Option<usize>,
    kind: ErrorKind,
    detail: Option<String>,
}

impl TemplateError {
    /// The error of rendering this template. The mistake itself may be in a template that it includes.
    pub(super) fn new(name: &str, error: &minijinja::Error) -> Self {
        let mut error = error;
        // The engine wraps what went wrong in an included template; the innermost error names the right line.
        while let Some(inner) = std::error::Error::source(error).and_then(|inner| inner.downcast_ref()) {
            error = inner;
        }
        let kind = error.kind();
        let is_about_text = matches!(
            kind,
            ErrorKind::SyntaxError
                | ErrorKind::UnknownFilter
                | ErrorKind::UnknownTest
                | ErrorKind::UnknownFunction
                | ErrorKind::TemplateNotFound
        );
        let detail = error.detail().filter(|_| is_about_text).map(ToOwned::to_owned);
        Self { template: error.name().unwrap_or(name).to_owned(), line: error.line(), kind, detail }
    }

    /// The template with the mistake, or the one that was not found.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The line with the mistake, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Whether there is no such template, or none that can be read.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.kind == ErrorKind::TemplateNotFound
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the template `{}` cannot be rendered", self.template)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.kind)?;
        self.detail.iter().try_for_each(|detail| write!(f, " ({detail})"))
    }
}

impl fmt::Debug for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for TemplateError {}
