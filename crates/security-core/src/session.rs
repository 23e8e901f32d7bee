//! Sessions: who a browser belongs to, and how recently that was proven.
//!
//! A [`Session`] is what is known about a browser between two requests. A [`SessionStore`] turns it into the value of
//! a cookie and back; [`SignedCookieSessions`] is the default one, in the format of Flask, so that visitors of a site
//! that was taken over stay signed in. The contents of the other cookies are here as well: [`RememberCookies`] and
//! [`CsrfTokens`].
//!
//! [`FreshnessRule`] decides whether the last proof of identity is recent enough for a sensitive action.

mod client;
mod contents;
mod csrf_token;
mod flash;
mod freshness;
mod mechanism;
mod members;
mod remember;
mod signed_cookie;
mod store;
mod tagged_json;

pub use client::client_fingerprint;
pub use contents::Session;
pub use csrf_token::{CsrfTokenError, CsrfTokens};
pub use flash::Flash;
pub use freshness::FreshnessRule;
pub use mechanism::{Mechanism, UnknownMechanism};
pub use members::{CsrfCookieState, RememberIntent};
pub use remember::RememberCookies;
pub use signed_cookie::SignedCookieSessions;
pub use store::SessionStore;
