//! Passwords: hashing them, judging them, and knowing which ones have leaked.
//!
//! [`PasswordHasher`] turns a typed password into what the account table stores and checks it again at sign-in;
//! it reads the hashes a Flask-Security database holds and writes the same format. [`PasswordPolicy`] decides
//! whether a new password is good enough, with the help of a [`BreachChecker`].
//!
//! Both work on a small pool of threads of their own, so that a burst of sign-ins cannot starve other requests.

mod breached;
mod data_hash;
mod error;
mod hasher;
mod options;
mod policy;
mod pool;
mod scheme;
mod stored_hash;
mod workspace;

pub use breached::{BreachChecker, BreachError, PwnedRange};
pub use data_hash::SUPPORTED_DATA_SCHEMES;
pub use error::{HashError, HasherSetupError};
pub use hasher::{PasswordHasher, Verdict};
pub use policy::{PasswordPolicy, PolicySetupError, PolicyViolation};
pub use pool::HashingLoad;
pub use scheme::{READ_ONLY_SCHEMES, SUPPORTED_SCHEMES};
pub use stored_hash::StoredHash;
