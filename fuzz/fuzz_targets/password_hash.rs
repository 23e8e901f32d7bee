//! A stored password hash of any scheme, taken apart without the work it asks for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use security_core::password::{READ_ONLY_SCHEMES, SUPPORTED_SCHEMES, StoredHash};

static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
    SUPPORTED_SCHEMES.iter().chain(&READ_ONLY_SCHEMES).map(|name| (*name).to_owned()).collect()
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let everything = StoredHash::of(&text, &ALL);
    assert!(!matches!(everything, StoredHash::NotListed(_)));
    // Without any scheme no hash is read.
    assert!(!matches!(StoredHash::of(&text, &[]), StoredHash::Readable(_) | StoredHash::Damaged(_)));
});
