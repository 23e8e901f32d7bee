//! The remember-me cookie.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::secrets;
use security_core::session::RememberCookies;

static COOKIES: LazyLock<RememberCookies> = LazyLock::new(|| RememberCookies::new(&secrets()));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    assert_eq!(COOKIES.decode(&text), None, "nobody guesses a digest");
    assert_eq!(COOKIES.decode(&COOKIES.encode(&text)).as_deref(), Some(&*text));
});
