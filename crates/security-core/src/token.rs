//! Signed tokens: links in mails, states of multi-step forms, and tokens for API clients.
//!
//! A token carries its payload in the open and a signature that shows that we made it, for one [`Purpose`], at one
//! time. Whoever holds the key can read [`Tokens`] from before a takeover: the format is that of the Python library
//! `itsdangerous`. What a token says is only as current as its age; facts about the account are looked up.
//!
//! [`AuthToken`] is what API clients hold instead of a session.

mod auth_token;
mod keys;
mod payload;
mod purpose;
mod signer;

pub use auth_token::AuthToken;
pub use purpose::{Purpose, Tokens};
pub use signer::{TimedSigner, TokenError};

pub(crate) use keys::Derivation;
