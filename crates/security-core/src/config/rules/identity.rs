//! Users can be known by something, and usernames can be chosen.

use super::super::SecurityConfig;
use super::Findings;
use crate::account::identity::{AddressRules, StandardPhoneUtil};

/// Width of the username column.
const WIDEST_USERNAME: usize = 255;

/// Unicode general categories and their groups.
const CATEGORIES: [&str; 37] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co",
    "Cn",
];

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    let identity = &config.identity;
    let attributes = &identity.attributes;
    const ATTRIBUTES: &str = "SECURITY_USER_IDENTITY_ATTRIBUTES";
    findings.refuse_if(attributes.is_empty(), &[ATTRIBUTES], "must not be empty, or nobody could sign in");
    for (index, rule) in attributes.iter().enumerate() {
        let is_repeated = attributes[..index].iter().any(|earlier| earlier.attribute == rule.attribute);
        findings.refuse_if(is_repeated, &[ATTRIBUTES], format!("`{}` occurs twice", rule.attribute.name()));
    }

    for (is_on, option) in [
        (identity.username_required, "SECURITY_USERNAME_REQUIRED"),
        (config.features.change_username, "SECURITY_CHANGE_USERNAME"),
        (config.features.username_recovery, "SECURITY_USERNAME_RECOVERY"),
    ] {
        findings.refuse_if(
            is_on && !identity.username_enable,
            &[option, "SECURITY_USERNAME_ENABLE"],
            "there are no usernames unless they are enabled",
        );
    }
    let (min, max) = (identity.username_min_length, identity.username_max_length);
    findings.refuse_if(
        min < 1 || min > max || max > WIDEST_USERNAME,
        &["SECURITY_USERNAME_MIN_LENGTH", "SECURITY_USERNAME_MAX_LENGTH"],
        format!("must be at least 1, at most {WIDEST_USERNAME}, and the first not above the second"),
    );
    let categories = [
        ("SECURITY_USERNAME_ALLOWED_CHARS", &identity.username_allowed_chars),
        ("SECURITY_WAN_NAME_ALLOWED_CHARS", &config.webauthn.name_allowed_chars),
    ];
    for (option, given) in categories {
        let is_unknown = |name: &String| !CATEGORIES.contains(&name.as_str());
        findings.refuse_if(
            given.as_ref().is_some_and(|given| given.is_empty() || given.iter().any(is_unknown)),
            &[option],
            "must be a list of Unicode general categories such as L, Nd or Pc, or none",
        );
    }
    let region = &identity.phone_region_default;
    let is_code = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
    findings.refuse_if(
        !(is_code && StandardPhoneUtil::knows_region(region)),
        &["SECURITY_PHONE_REGION_DEFAULT"],
        "must be a country code of two capital letters, such as US or GB",
    );
    let (_, problems) = AddressRules::read(identity.email_validator_args.as_ref());
    for problem in problems {
        findings.refuse_if(true, &["SECURITY_EMAIL_VALIDATOR_ARGS"], problem);
    }
}
