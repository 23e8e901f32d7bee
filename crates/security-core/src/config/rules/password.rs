//! Password schemes and limits make sense.

use super::super::{BreachCheck, SecurityConfig};
use super::Findings;
use crate::password::{READ_ONLY_SCHEMES, SUPPORTED_DATA_SCHEMES, SUPPORTED_SCHEMES};

/// Longest password, a limit of the reference that is not configurable.
const LONGEST: usize = 128;
/// More threads than any machine has use for.
const MOST_THREADS: usize = 1024;

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    let password = &config.password;
    let readable = [&SUPPORTED_SCHEMES[..], &READ_ONLY_SCHEMES].concat();
    findings.only("SECURITY_PASSWORD_SCHEMES", &password.schemes, &readable);
    findings.only("SECURITY_PASSWORD_HASH", std::slice::from_ref(&password.scheme), &SUPPORTED_SCHEMES);
    findings.refuse_if(
        !password.schemes.contains(&password.scheme),
        &["SECURITY_PASSWORD_HASH", "SECURITY_PASSWORD_SCHEMES"],
        format!("`{}` is not among the schemes {}", password.scheme, password.schemes.join(", ")),
    );
    for scheme in password.deprecated_schemes.iter().filter(|scheme| *scheme != "auto") {
        let options = ["SECURITY_DEPRECATED_PASSWORD_SCHEMES", "SECURITY_PASSWORD_SCHEMES"];
        findings.refuse_if(
            !password.schemes.contains(scheme),
            &options,
            format!("`{scheme}` is deprecated and not a scheme at all"),
        );
        findings.refuse_if(
            *scheme == password.scheme,
            &["SECURITY_DEPRECATED_PASSWORD_SCHEMES", "SECURITY_PASSWORD_HASH"],
            format!("`{scheme}` cannot be deprecated and the scheme of new hashes"),
        );
    }
    findings.refuse_if(
        password.hashing_schemes.is_empty(),
        &["SECURITY_HASHING_SCHEMES"],
        "must not be empty",
    );
    findings.only("SECURITY_HASHING_SCHEMES", &password.hashing_schemes, &SUPPORTED_DATA_SCHEMES);
    findings.refuse_if(
        password.hashing_schemes.first().is_some_and(|scheme| scheme == "hex_md5"),
        &["SECURITY_HASHING_SCHEMES"],
        "must not begin with `hex_md5`: digests of that scheme are read and no longer made",
    );
    findings.refuse_if(
        !(1..=LONGEST).contains(&password.length_min),
        &["SECURITY_PASSWORD_LENGTH_MIN"],
        format!("must be from 1 to {LONGEST}"),
    );
    let checker = password.complexity_checker.as_deref();
    findings.refuse_if(
        checker.is_some_and(|checker| checker != "zxcvbn"),
        &["SECURITY_PASSWORD_COMPLEXITY_CHECKER"],
        "must be `zxcvbn` or none; another checker is given to the builder in code",
    );
    findings.refuse_if(
        password.zxcvbn_minimum_score > 4,
        &["SECURITY_ZXCVBN_MINIMUM_SCORE"],
        "must be from 0 to 4",
    );
    findings.refuse_if(
        password.check_breached != BreachCheck::Off && password.breached_count == 0,
        &["SECURITY_PASSWORD_BREACHED_COUNT"],
        "is 0, which would refuse every password",
    );
    findings.refuse_if(
        !password.required && !config.features.unified_signin,
        &["SECURITY_PASSWORD_REQUIRED", "SECURITY_UNIFIED_SIGNIN"],
        "accounts without a password need unified sign-in to get in",
    );
    findings.refuse_if(
        config.hashing.threads > MOST_THREADS,
        &["SECURITY_HASHING_THREADS"],
        format!("must be at most {MOST_THREADS}; 0 takes as many as there are cores"),
    );
}
