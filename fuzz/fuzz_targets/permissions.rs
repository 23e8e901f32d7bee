//! The column of a role's permissions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use security_core::account::Role;

fuzz_target!(|data: &[u8]| {
    let permissions = Role::permissions_from_text(&String::from_utf8_lossy(data));
    assert!(permissions.iter().all(|name| !name.is_empty() && !name.contains(',')));
    assert_eq!(Role::permissions_from_text(&Role::permissions_to_text(&permissions)), permissions);
});
