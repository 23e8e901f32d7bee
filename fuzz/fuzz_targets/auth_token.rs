//! The token of an API client, in all three formats.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{now, secrets, signed, stamped};
use security_core::token::{AuthToken, Tokens};

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::new(&secrets()));

fuzz_target!(|data: &[u8]| {
    let hour = Some(Duration::from_secs(3600));
    let _ = AuthToken::read(&TOKENS, &String::from_utf8_lossy(data), hour, now());
    if let Ok(token) = AuthToken::read(&TOKENS, &signed(&stamped(data), "remember-salt"), hour, now()) {
        let again = AuthToken::read(&TOKENS, &token.sign(&TOKENS, now()), hour, now());
        assert_eq!(again.map(|again| again.uid), Ok(token.uid));
    }
});
