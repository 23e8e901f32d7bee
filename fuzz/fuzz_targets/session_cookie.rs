//! The session cookie: as it comes, behind a good signature, and as contents.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{now, secrets, signed_cookie, stamped};
use security_core::config::SessionConfig;
use security_core::session::{SessionStore as _, SignedCookieSessions};

static SESSIONS: LazyLock<SignedCookieSessions> =
    LazyLock::new(|| SignedCookieSessions::new(&secrets(), &SessionConfig::default()));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let load =
        |cookie: &str| pollster::block_on(SESSIONS.load(cookie, now())).expect("there is nothing to fail");
    assert!(load(&text).is_empty(), "nobody guesses a signature");
    load(&signed_cookie(&text));
    let mut session = load(&signed_cookie(&stamped(data)));
    let saved = pollster::block_on(SESSIONS.save(&session, None, now())).expect("there is nothing to fail");
    assert_eq!(load(&saved), session);
    session.take_flashes();
    let _ = (
        session.user(),
        session.proven_at(),
        session.grace_until(),
        session.csrf_cookie(),
        session.remember(),
    );
});
