//! How a request proves who is calling.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a request proves who is calling: by its session, by a token, or by HTTP Basic credentials.
///
/// ```
/// use security_core::session::Mechanism;
///
/// assert_eq!("token".parse(), Ok(Mechanism::Token));
/// assert_eq!(Mechanism::Basic.name(), "basic");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mechanism {
    /// The session cookie, or the remember-me cookie that restores a session.
    Session,
    /// An authentication token in a header, in the body or, where allowed, in the query string.
    Token,
    /// `Authorization: Basic` (RFC 7617).
    Basic,
}

impl Mechanism {
    /// Every mechanism.
    pub const ALL: [Self; 3] = [Self::Session, Self::Token, Self::Basic];

    /// The name in the configuration and in `identity.auth_type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Basic => "basic",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of `session`, `token` and `basic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mechanism: expected `session`, `token` or `basic`")]
pub struct UnknownMechanism;

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name() == name).ok_or(UnknownMechanism)
    }
}
