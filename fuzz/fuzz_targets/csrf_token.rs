//! The token against forged requests, and the secret of the session it belongs to.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{now, secrets, signed, stamped};
use security_core::config::CsrfConfig;
use security_core::session::CsrfTokens;

static TOKENS: LazyLock<CsrfTokens> =
    LazyLock::new(|| CsrfTokens::new(&secrets(), &CsrfConfig::default(), false));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    assert!(TOKENS.check(&text, "5ec1e7", now()).is_err(), "nobody guesses a signature");
    let _ = TOKENS.check(&signed(&stamped(data), "wtf-csrf-token"), &text, now());
    if !text.is_empty() {
        assert_eq!(TOKENS.check(&TOKENS.issue(&text, now()), &text, now()), Ok(()));
    }
});
