//! Core reads the world only through a few named files, so that a test can replace the world.

use super::Violation;
use crate::rust_source::RustSource;

const RULE: &str = "core reaches the outside through its ports only";

/// Something outside, how code names it, and the files of `security-core/src` that may.
struct Outside {
    what: &'static str,
    names: &'static [&'static str],
    allowed: &'static [&'static str],
}

const OUTSIDE: &[Outside] = &[
    Outside { what: "the environment", names: &["std::env"], allowed: &["config/environment.rs"] },
    Outside {
        what: "files",
        names: &["std::fs", "tokio::fs"],
        allowed: &["config/environment.rs", "mail/outbox.rs", "mail/trust.rs", "template.rs"],
    },
    Outside {
        what: "the clock",
        names: &["SystemTime::now", "Instant::now", "Utc::now", "Local::now"],
        // The pool waits for its own threads; no rule about accounts depends on that time.
        allowed: &["clock.rs", "password/pool.rs"],
    },
    Outside {
        what: "the random source",
        names: &["getrandom", "rand", "OsRng", "SysRng", "fastrand"],
        allowed: &["secret.rs"],
    },
    Outside {
        what: "the network",
        names: &["reqwest", "std::net::TcpStream", "std::net::UdpSocket", "tokio::net"],
        allowed: &["mail/careful_stream.rs", "password/breached.rs"],
    },
    Outside { what: "mail servers", names: &["lettre"], allowed: &["mail.rs", "mail/"] },
];

pub(super) fn check(sources: &[RustSource]) -> Vec<Violation> {
    let core = sources.iter().filter(|source| source.path.starts_with("crates/security-core/src/"));
    core.flat_map(check_file).collect()
}

fn check_file(source: &RustSource) -> Vec<Violation> {
    let place = source.path_in_src().unwrap_or_default();
    let mentions = source.mentions();
    let mut found = Vec::new();
    for outside in OUTSIDE {
        let may = outside.allowed.iter().any(|allowed| place == *allowed || is_inside(place, allowed));
        if may {
            continue;
        }
        for mention in &mentions {
            if outside.names.iter().any(|name| is_named(mention, name)) {
                let problem =
                    format!("`{mention}` reads {} outside of {}", outside.what, outside.allowed.join(", "));
                found.push(Violation::at(RULE, &source.path, mention.line, problem));
            }
        }
    }
    found
}

/// `mail/` allows every file of that folder.
fn is_inside(place: &str, allowed: &str) -> bool {
    allowed.ends_with('/') && place.starts_with(allowed)
}

/// A crate's name counts at the start of a path, everything longer anywhere in it.
fn is_named(mention: &crate::rust_source::Mention, name: &str) -> bool {
    let is_crate = !name.contains("::") && name.chars().all(|c| c.is_lowercase());
    if is_crate {
        mention.root() == name && (mention.imported || mention.segments.len() > 1)
    } else {
        mention.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        check(&[RustSource::sample(path, text)]).len()
    }

    #[test]
    fn every_door_to_the_outside_is_watched() {
        let elsewhere = "crates/security-core/src/feature/login.rs";
        for text in [
            "use std::{fmt, env};",
            "fn f() { std::env::var(x) }",
            "use std::fs::File;",
            "use std::time::SystemTime; fn f() { SystemTime::now() }",
            "fn f() { std::time::Instant::now() }",
            "fn f() { chrono::Utc::now() }",
            "fn f() { getrandom::fill(x) }",
            "use rand::rngs::OsRng;",
            "use reqwest::Client;",
            "use lettre::Message;",
        ] {
            assert_eq!(problems(elsewhere, text).min(1), 1, "{text}");
        }
    }

    #[test]
    fn the_named_files_may_and_other_crates_are_not_meant() {
        assert_eq!(problems("crates/security-core/src/config/environment.rs", "use std::{env, fs};"), 0);
        assert_eq!(problems("crates/security-core/src/clock.rs", "fn f() { SystemTime::now() }"), 0);
        assert_eq!(problems("crates/security-core/src/mail/smtp.rs", "use lettre::Message;"), 0);
        assert_eq!(problems("crates/web-axum/src/lib.rs", "use std::env;"), 0);
        assert_eq!(problems("crates/security-core/src/mail/clock.rs", "fn f() { SystemTime::now() }"), 1);
    }

    #[test]
    fn tests_comments_and_compile_time_variables_are_free() {
        let path = "crates/security-core/src/token.rs";
        assert_eq!(problems(path, "#[cfg(test)] mod tests { use std::fs; }"), 0);
        assert_eq!(problems(path, "/// Never `std::env::var`.\nconst A: &str = env!(\"X\");"), 0);
    }
}
