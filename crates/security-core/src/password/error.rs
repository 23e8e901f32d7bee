//! What can go wrong with hashing.

use std::time::Duration;

/// Why a password could not be hashed or checked.
///
/// None of these says whether a password was right: a wrong password, an unknown account and a damaged hash are
/// all [`Verdict::Mismatch`](super::Verdict::Mismatch).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// Too many passwords are waiting to be hashed. Answer 503 with `Retry-After`.
    #[error("password hashing is saturated, try again in {} s", retry_after.as_secs())]
    Busy {
        /// When trying again is worth it; at least a second.
        retry_after: Duration,
    },
    /// The scheme for new hashes cannot take this password, for the reason given.
    #[error("the password cannot be hashed: {0}")]
    Unhashable(&'static str),
    /// The hashing threads failed: out of memory, or a defect. Nothing is known about the password.
    #[error("password hashing failed")]
    Failed,
}

/// Why a hasher could not be built from the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HasherSetupError {
    /// A setting names a scheme this version cannot verify.
    #[error(
        "{option} names the password scheme `{scheme}`, which is not supported; supported are {supported}"
    )]
    UnsupportedScheme {
        /// The setting, for example `SECURITY_PASSWORD_SCHEMES`.
        option: &'static str,
        /// The name found there.
        scheme: String,
        /// All supported names, separated by commas.
        supported: String,
    },
    /// The scheme for new hashes is missing from the accepted ones.
    #[error("SECURITY_PASSWORD_HASH is `{scheme}`, but SECURITY_PASSWORD_SCHEMES holds only {listed}")]
    SchemeNotListed {
        /// Value of `SECURITY_PASSWORD_HASH`.
        scheme: String,
        /// The listed names, separated by commas.
        listed: String,
    },
    /// The list of deprecated schemes contradicts the list of accepted ones.
    #[error("SECURITY_DEPRECATED_PASSWORD_SCHEMES names `{scheme}`, which {problem}")]
    Deprecated {
        /// The name found there.
        scheme: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A scheme is double-hashed, but there is no key for the first step.
    #[error(
        "SECURITY_PASSWORD_SALT is required for the password scheme `{scheme}`: set it to a long random text, \
         or list the scheme in SECURITY_PASSWORD_SINGLE_HASH"
    )]
    SaltMissing {
        /// The first scheme that needs the key.
        scheme: &'static str,
    },
    /// An entry of `SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS` is unknown or out of range.
    #[error("SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS: `{name}` {problem}")]
    Option {
        /// The entry, for example `argon2__memory_cost`.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The operating system gave no thread.
    #[error("the hashing threads could not be started")]
    Threads(#[source] std::io::Error),
}
