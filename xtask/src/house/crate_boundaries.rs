//! Which crate may know which: core knows neither web nor database, a datastore knows nothing of HTTP.

use super::Violation;
use crate::rust_source::RustSource;
use crate::workspace::{Reach, Workspace};

const CORE: &str = "core knows no web framework, no database and no HTTP type";
const DATASTORE: &str = "a datastore knows nothing of HTTP";

/// Web frameworks and their parts; a star stands for any ending.
const FRAMEWORKS: &[&str] = &[
    "actix*",
    "axum*",
    "gotham",
    "headers*",
    "ntex*",
    "poem*",
    "rocket*",
    "rouille",
    "salvo*",
    "tide",
    "tower-cookies",
    "tower-http",
    "tower-sessions*",
    "trillium*",
    "warp",
];

/// Databases, their drivers and mappers.
const DATABASES: &[&str] = &[
    "bson",
    "diesel*",
    "libsqlite3-sys",
    "mongodb",
    "mysql*",
    "postgres*",
    "redb",
    "redis",
    "rusqlite",
    "sea-*",
    "sled",
    "sqlite*",
    "sqlx*",
    "surrealdb*",
    "tokio-postgres",
    "welds*",
];

/// Types of HTTP; a client may use them inside, a public interface of core may not.
const HTTP: &[&str] =
    &["cookie", "h2", "http", "http-body*", "httparse", "hyper*", "mime", "tower", "tower-*"];

/// The HTTP client behind the breached-password check. What hangs below it is its own business.
const CLIENT: &str = "reqwest";

pub(super) fn check(
    workspace: &Workspace,
    crates: &[String],
    sources: &[RustSource],
) -> Result<Vec<Violation>, String> {
    let mut found = Vec::new();
    for name in crates {
        let (rule, in_tree, direct): (_, Vec<_>, Vec<_>) = if name == "security-core" {
            (CORE, [FRAMEWORKS, DATABASES].concat(), [FRAMEWORKS, DATABASES, HTTP].concat())
        } else if name.starts_with("datastore-") {
            let views: Vec<&str> =
                crates.iter().map(String::as_str).filter(|name| is_http_crate(name)).collect();
            (DATASTORE, [FRAMEWORKS, &views].concat(), [FRAMEWORKS, HTTP, &views, &[CLIENT]].concat())
        } else {
            continue;
        };
        let direct_names = workspace.dependencies(name, Reach::Direct)?;
        let tree = workspace.dependencies(name, Reach::TreeWithout(&[CLIENT]))?;
        let deeper: Vec<String> = tree.into_iter().filter(|inner| !direct_names.contains(inner)).collect();
        found.extend(forbidden_crates(rule, name, &direct_names, &direct));
        found.extend(forbidden_crates(rule, name, &deeper, &in_tree));
        let folder = format!("crates/{name}/src/");
        let own = sources.iter().filter(|source| source.path.starts_with(&folder));
        found.extend(own.flat_map(|source| forbidden_names(rule, source, &direct)));
    }
    Ok(found)
}

/// Our own crates that speak HTTP.
fn is_http_crate(name: &str) -> bool {
    name == "security-views" || name.starts_with("web-")
}

fn forbidden_crates(
    rule: &'static str,
    owner: &str,
    present: &[String],
    forbidden: &[&str],
) -> Vec<Violation> {
    let bad = present.iter().filter(|name| forbidden.iter().any(|pattern| matches(pattern, name)));
    bad.map(|name| Violation::new(rule, owner, format!("depends on `{name}`"))).collect()
}

fn forbidden_names(rule: &'static str, source: &RustSource, forbidden: &[&str]) -> Vec<Violation> {
    let mentions = source.mentions();
    let paths = mentions.iter().filter(|mention| mention.imported || mention.segments.len() > 1);
    let bad = paths.filter(|mention| {
        let name = mention.root().replace('_', "-");
        forbidden.iter().any(|pattern| matches(pattern, &name))
    });
    bad.map(|mention| Violation::at(rule, &source.path, mention.line, format!("names `{mention}`"))).collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framework_or_database_in_the_tree_is_found() {
        let tree = ["serde", "axum-core", "sea-orm", "http"].map(str::to_owned);
        let found = forbidden_crates(CORE, "security-core", &tree, &[FRAMEWORKS, DATABASES].concat());
        let problems: Vec<&str> = found.iter().map(|violation| violation.problem.as_str()).collect();
        assert_eq!(problems, ["depends on `axum-core`", "depends on `sea-orm`"]);
        assert_eq!(forbidden_crates(CORE, "security-core", &tree, HTTP).len(), 1);
    }

    #[test]
    fn a_source_that_names_a_framework_is_found() {
        let source = RustSource::sample(
            "crates/security-core/src/x.rs",
            "use sea_orm::{entity::*, Set};\nfn f(http: u8) -> ::http::Uri { crate::http::x() }",
        );
        let found = forbidden_names(CORE, &source, &[DATABASES, HTTP].concat());
        let places: Vec<&str> =
            found.iter().map(|violation| violation.place.rsplit(':').next().unwrap()).collect();
        assert_eq!(places, ["1", "1", "2"]);
    }

    #[test]
    fn the_real_dependency_trees_can_be_read() {
        let workspace = Workspace::of_this_program();
        let direct = workspace.dependencies("security-core", Reach::Direct).unwrap();
        assert!(direct.contains(&"serde".to_owned()), "{direct:?}");
        let tree = workspace.dependencies("security-core", Reach::TreeWithout(&[CLIENT])).unwrap();
        assert!(tree.len() > direct.len());
    }
}
