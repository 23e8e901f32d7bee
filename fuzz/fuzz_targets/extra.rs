//! The column with the fields of the application, as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use security_core::account::NewUser;
use serde_json::{Map, Value};

fuzz_target!(|data: &[u8]| {
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    let mut user = NewUser::new("ann@harbour.example");
    user.extra = fields;
    let written = serde_json::to_vec(&user.extra).expect("fields are JSON");
    assert_eq!(serde_json::from_slice::<Map<String, Value>>(&written).ok(), Some(user.extra));
});
