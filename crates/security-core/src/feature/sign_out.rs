//! Signing out.

use crate::security::Security;
use crate::session::{CsrfCookieState, Session};

impl Security {
    /// Ends the sign-in of a session. What the application put into the session stays.
    ///
    /// The CSRF secret is dropped, so that the next user of the browser does not share it. Authentication tokens stay
    /// valid until they expire.
    pub fn sign_out(&self, session: &mut Session) {
        session.renew();
        session.forget_sign_in();
        session.remove_csrf_secret(&self.config().csrf.field_name);
        session.set_csrf_cookie(CsrfCookieState::Clear);
    }
}
