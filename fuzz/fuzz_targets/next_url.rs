//! Where a visitor wants to go next. Whatever is let through stays on the site.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use security_core::SecurityConfig;
use security_views::redirect::RedirectRules;

static RULES: LazyLock<RedirectRules> = LazyLock::new(|| RedirectRules::new(&SecurityConfig::default()));

fuzz_target!(|data: &[u8]| {
    let target = String::from_utf8_lossy(data);
    if let Some(accepted) = RULES.accept(&target, Some("harbour.example")) {
        // As a browser reads it: tabs and line breaks are dropped, backslashes are slashes.
        let seen: String = accepted.chars().filter(|c| !c.is_ascii_control()).collect();
        let seen = seen.trim_start().replace('\\', "/").to_ascii_lowercase();
        let leads_away = seen.starts_with("//") && !seen.starts_with("//harbour.example");
        assert!(!leads_away, "{target:?} became {accepted:?}");
        assert!(
            !seen.starts_with("javascript:") && !seen.starts_with("data:"),
            "{target:?} became {accepted:?}"
        );
    }
});
