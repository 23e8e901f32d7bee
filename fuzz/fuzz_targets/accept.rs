//! What a client accepts: kinds of answers, and languages.
#![no_main]

use std::sync::LazyLock;

use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use security_core::Security;
use security_core::config::ConfigLoader;
use security_core::mail::DiscardingMailSender;
use security_testkit::memory::MemoryDatastore;
use security_views::Views;
use security_views::negotiate::wants_json;

static VIEWS: LazyLock<Views> = LazyLock::new(|| {
    let config = ConfigLoader::new()
        .set("SECRET_KEY", portcullis_fuzz::KEY)
        .set("SECURITY_PASSWORD_SINGLE_HASH", true)
        .set("SECURITY_HASHING_THREADS", 1)
        .load()
        .expect("the settings are good");
    let security =
        Security::builder(config, MemoryDatastore::new()).mail_sender(DiscardingMailSender).build();
    Views::new(&security.expect("the product can be assembled"))
});

fuzz_target!(|data: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let request = Request::builder()
        .uri("/login")
        .header("accept", &value)
        .header("accept-language", &value)
        .header("content-type", &value)
        .header("cookie", &value)
        .header("authorization", &value)
        .body(())
        .expect("it is a request");
    let (parts, ()) = request.into_parts();
    let _ = wants_json(&parts.headers);
    let _ = VIEWS.open(&parts, None).language();
});
