//! Every way in, and which controls stand before it.

/// How somebody gets in, or proves again to be who they are.
///
/// There is no other way: what is not listed here cannot make a [`Proven`](super::sign_in::Proven). A new way has
/// to say in [`controls`](Self::controls) what applies to it, or it does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The sign-in form, or its JSON twin.
    Password,
    /// `Authorization: Basic`, for one request.
    Basic,
    /// A session that was opened before.
    Session,
    /// The remember-me cookie, which restores a session.
    Remember,
    /// An authentication token, for one request.
    Token,
    /// Signed in right after registering.
    Registration,
    /// Signed in by opening the confirmation link.
    Confirmation,
    /// A link to sign in with, from a mail.
    Link,
    /// Signed in after setting a new password by a link.
    Reset,
    /// Signed in again after changing the password.
    PasswordChange,
    /// The password once more, in a session that is not fresh.
    Verification,
}

/// Which controls apply to a way in. There is no default on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a control of its own, all of them named at every way"
)]
pub struct Controls {
    /// A deactivated account is refused.
    pub active: bool,
    /// The application's [`AccountHooks::locked`](crate::hooks::AccountHooks::locked) is asked.
    pub locked: bool,
    /// An address that has to be confirmed first is refused.
    pub confirmed: bool,
    /// A session is opened, under a new identity.
    pub opens_session: bool,
    /// The time of the proof is now: the session is fresh.
    pub proves_now: bool,
    /// Counted and remembered as a sign-in when `TRACKABLE` is on.
    pub tracked: bool,
    /// Announced as `user-authenticated`.
    pub announced: bool,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 11] = [
        Self::Password,
        Self::Basic,
        Self::Session,
        Self::Remember,
        Self::Token,
        Self::Registration,
        Self::Confirmation,
        Self::Link,
        Self::Reset,
        Self::PasswordChange,
        Self::Verification,
    ];

    /// Which controls apply.
    #[must_use]
    pub const fn controls(self) -> Controls {
        /// A way that opens a session: everything applies.
        const SIGN_IN: Controls = Controls {
            active: true,
            locked: true,
            confirmed: true,
            opens_session: true,
            proves_now: true,
            tracked: true,
            announced: true,
        };
        match self {
            Self::Password | Self::Registration | Self::Reset => SIGN_IN,
            // Opening the link is what confirms the address; it has been noted before this is asked.
            Self::Confirmation | Self::Link => SIGN_IN,
            // The caller is signed in already; a hook that locks accounts does not end running sessions.
            Self::PasswordChange => Controls { locked: false, confirmed: false, ..SIGN_IN },
            Self::Basic => Controls {
                active: true,
                locked: true,
                confirmed: true,
                opens_session: false,
                proves_now: true,
                tracked: false,
                announced: false,
            },
            Self::Session => Controls {
                active: true,
                locked: false,
                confirmed: false,
                opens_session: false,
                proves_now: false,
                tracked: false,
                announced: false,
            },
            Self::Remember => Controls {
                active: true,
                locked: true,
                confirmed: false,
                opens_session: true,
                proves_now: false,
                tracked: false,
                announced: false,
            },
            Self::Token => Controls {
                active: true,
                locked: true,
                confirmed: false,
                opens_session: false,
                proves_now: false,
                tracked: false,
                announced: false,
            },
            // A hook that locks accounts does not end running sessions.
            Self::Verification => Controls {
                active: true,
                locked: false,
                confirmed: false,
                opens_session: false,
                proves_now: true,
                tracked: false,
                announced: false,
            },
        }
    }

    /// The name in `authn_via` of the event `user-authenticated`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Basic => "basic",
            Self::Session => "session",
            Self::Remember => "remember",
            Self::Token => "token",
            Self::Registration => "register",
            Self::Confirmation => "confirm",
            Self::Link => "token",
            Self::Reset => "reset",
            Self::PasswordChange => "change",
            Self::Verification => "verify",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deactivated_account_is_refused_on_every_way() {
        for way in Way::ALL {
            assert!(way.controls().active, "{way:?}");
        }
    }

    #[test]
    fn every_way_that_starts_from_nothing_asks_for_a_confirmed_address() {
        for way in [Way::Password, Way::Basic, Way::Registration, Way::Confirmation, Way::Link, Way::Reset] {
            assert!(way.controls().confirmed && way.controls().locked, "{way:?}");
        }
    }

    #[test]
    fn only_a_proof_made_now_makes_a_session_fresh() {
        for way in [Way::Session, Way::Remember, Way::Token] {
            assert!(!way.controls().proves_now, "{way:?}");
        }
    }
}
