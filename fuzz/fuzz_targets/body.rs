//! The body of a request: a form in either encoding, or JSON. The first byte chooses.
#![no_main]

use bytes::Bytes;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use security_views::input::Input;

const KINDS: [&str; 4] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=b",
    "text/plain",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let mut headers = HeaderMap::new();
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    headers.insert("content-type", kind.parse().expect("it is a header"));
    let body = Bytes::copy_from_slice(body);
    if let Ok(input) = pollster::block_on(Input::read(&headers, &body)) {
        for name in ["email", "password", "csrf_token", "remember", ""] {
            let _ = input.text(name).ok();
            let _ = input.is_checked(name);
            let _ = input.values(name);
        }
    }
});
