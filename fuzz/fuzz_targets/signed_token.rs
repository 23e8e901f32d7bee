//! A token out of a link: as it comes, behind a good signature, and as a payload.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{now, secrets, signed, stamped};
use security_core::token::{Purpose, Tokens};
use serde_json::Value;

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::new(&secrets()));

fuzz_target!(|data: &[u8]| {
    let signer = TOKENS.signer(Purpose::ConfirmEmail);
    let day = Some(Duration::from_secs(86_400));
    let text = String::from_utf8_lossy(data);
    assert!(signer.read::<Value>(&text, day, now()).is_err(), "nobody guesses a signature");
    let _ = signer.read::<Value>(&signed(&text, "confirm-salt"), day, now());
    let read = signer.read::<Value>(&signed(&stamped(data), "confirm-salt"), day, now());
    if let Ok(payload) = read {
        assert_eq!(signer.read::<Value>(&signer.sign(&payload, now()), day, now()), Ok(payload));
    }
});
