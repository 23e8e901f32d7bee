//! Identities: what a user is known by, written the same way every time.

mod normalization_form;

pub use normalization_form::{NormalizationForm, UnknownForm};
