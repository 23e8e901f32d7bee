//! Identities: what a user is known by, written the same way every time.
//!
//! [`Identities`] is what features ask. It applies a [`MailUtil`], a [`UsernameUtil`] and a [`PhoneUtil`], each of
//! which an application may replace, and adds the rules that no replacement can switch off.
//!
//! # Security
//!
//! A table of accounts is only as unique as its spelling. Whatever is stored or looked up went through the same
//! normal form before, so `joe@EXAMPLE.com` and `joe@ｅｘａｍｐｌｅ.com` are one account, and the unique index of the
//! database decides. Upper and lower case are the database's matter: see [`UserKey`](crate::datastore::UserKey).

mod address;
mod identities;
mod invalid_identity;
mod name_rules;
mod normalization_form;
mod phone;
mod scripts;
mod username;

pub(crate) use address::AddressRules;
pub use address::{MailUtil, StandardMailUtil};
pub use identities::Identities;
pub use invalid_identity::InvalidIdentity;
pub use name_rules::{NameProblem, NameRules};
pub use normalization_form::{NormalizationForm, UnknownForm};
pub use phone::{PhoneUtil, StandardPhoneUtil};
pub use username::{StandardUsernameUtil, UsernameUtil};
