//! One field of a form.

use std::fmt;

use serde::Serialize;

/// What a field looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// An email address.
    Email,
    /// A password. Its value is never sent back.
    Password,
    /// A box to tick.
    Checkbox,
    /// Travels unseen.
    Hidden,
    /// A button.
    Submit,
}

impl FieldKind {
    /// Whether a page has a place for errors next to the field.
    pub(super) const fn shows_errors(self) -> bool {
        matches!(self, Self::Text | Self::Email | Self::Password | Self::Checkbox)
    }
}

/// One field of a [`Form`](super::Form): name, label, and how it is shown.
///
/// `Debug` does not show the value.
#[derive(Clone, Serialize)]
#[must_use = "a field does nothing before it is added to a form"]
pub struct Field {
    name: String,
    label: String,
    kind: FieldKind,
    value: Option<String>,
    checked: bool,
    required: bool,
    autocomplete: Option<String>,
    errors: Vec<String>,
    help: Option<String>,
}

impl Field {
    /// A line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Text, name.into(), label.into())
    }

    /// An email address.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Email, name.into(), label.into())
    }

    /// A password.
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Password, name.into(), label.into())
    }

    /// A box to tick.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Checkbox, name.into(), label.into())
    }

    /// A field that travels unseen.
    pub fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(FieldKind::Hidden, name.into(), String::new()).value(value)
    }

    /// A button. What it submits is its label, unless it gets a value.
    pub fn submit(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Submit, name.into(), label.into())
    }

    fn new(kind: FieldKind, name: String, label: String) -> Self {
        Self {
            name,
            label,
            kind,
            value: None,
            checked: false,
            required: false,
            autocomplete: None,
            errors: Vec::new(),
            help: None,
        }
    }

    /// Must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What the browser may fill in: `email`, `username`, `current-password`, `new-password` or
    /// `one-time-code`. A field for a one-time code has no value, like a password.
    pub fn autocomplete(mut self, hint: impl Into<String>) -> Self {
        self.autocomplete = Some(hint.into());
        self.forget_secret();
        self
    }

    /// What is in the field already. Passwords and one-time codes stay empty whatever is given.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self.forget_secret();
        self
    }

    /// Whether the box is ticked.
    pub fn checked(mut self, is_checked: bool) -> Self {
        self.checked = is_checked;
        self
    }

    /// A sentence of help below the field.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The name under which the value is submitted.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the field looks like.
    #[must_use]
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    pub(super) fn add_errors(&mut self, texts: &[String]) {
        self.errors.extend_from_slice(texts);
    }

    fn forget_secret(&mut self) {
        if self.kind == FieldKind::Password || self.autocomplete.as_deref() == Some("one-time-code") {
            self.value = None;
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("has_value", &self.value.is_some())
            .field("errors", &self.errors)
            .finish_non_exhaustive()
    }
}
