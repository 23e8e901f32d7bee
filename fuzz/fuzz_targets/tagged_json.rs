//! The contents of a session, with Python's types in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use security_core::session::Session;

fuzz_target!(|data: &[u8]| {
    if let Some(session) = Session::from_tagged_json(data) {
        let written = session.to_tagged_json();
        assert_eq!(Session::from_tagged_json(written.as_bytes()), Some(session));
    }
});
