//! Adapters hold no account rule, and are small enough to read in one sitting.

use std::collections::BTreeMap;

use super::Violation;
use crate::rust_source::RustSource;

const RULE: &str = "adapters translate and decide nothing";

/// Modules of core that hold rules; what an adapter needs of them, `security-views` offers.
const RULE_MODULES: &[&str] = &["datastore", "feature", "password", "token"];

/// Lines of code of one adapter: tests, comments and empty lines not counted.
const MOST_LINES: usize = 600;

pub(super) fn check(sources: &[RustSource]) -> Vec<Violation> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for source in sources {
        let Some(adapter) = adapter_of(&source.path) else { continue };
        *lines.entry(adapter).or_default() +=
            source.product_code().lines().filter(|line| !line.trim().is_empty()).count();
        found.extend(rules_named(source));
    }
    let long = lines.into_iter().filter(|(_, count)| *count > MOST_LINES);
    found.extend(long.map(|(adapter, count)| {
        Violation::new(RULE, adapter, format!("{count} lines of code, more than {MOST_LINES}"))
    }));
    found
}

/// `web-axum` for `crates/web-axum/src/…`.
fn adapter_of(path: &str) -> Option<&str> {
    let (name, inner) = path.strip_prefix("crates/")?.split_once('/')?;
    (name.starts_with("web-") && inner.starts_with("src/")).then_some(name)
}

fn rules_named(source: &RustSource) -> Vec<Violation> {
    let mentions = source.mentions();
    let bad = mentions.iter().filter(|mention| {
        let modules = RULE_MODULES.iter().any(|module| mention.contains(&format!("security_core::{module}")));
        let port = mention
            .segments
            .iter()
            .any(|segment| matches!(segment.as_str(), "Datastore" | "UserStore" | "RoleStore"));
        modules || port || mention.contains("security_core::*")
    });
    bad.map(|mention| Violation::at(RULE, &source.path, mention.line, format!("names `{mention}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(text: &str) -> Vec<Violation> {
        check(&[RustSource::sample("crates/web-axum/src/guard.rs", text)])
    }

    #[test]
    fn an_adapter_that_reaches_for_the_rules_is_found() {
        for text in [
            "use security_core::{account::User, password::Hasher};",
            "fn f() { security_core::token::sign(x) }",
            "fn f(users: &dyn Datastore) {}",
            "use security_views::security_core::feature::login;",
            "use security_core::*;",
        ] {
            assert_eq!(adapter(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn an_adapter_that_translates_is_fine() {
        assert!(adapter("use security_core::account::User; use security_views::Views;").is_empty());
        assert!(adapter("#[cfg(test)] mod tests { use security_core::datastore::UserStore; }").is_empty());
    }

    #[test]
    fn an_adapter_that_grows_too_long_is_found() {
        let code = "fn f() {}\n".repeat(MOST_LINES);
        assert!(adapter(&code).is_empty());
        assert_eq!(adapter(&format!("{code}fn g() {{}}\n")).len(), 1);
        assert!(adapter(&format!("{code}// a remark\n\n")).is_empty());
    }
}
