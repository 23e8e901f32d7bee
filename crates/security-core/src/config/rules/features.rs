//! A feature that is on has what it needs, and one that is off is not half configured.

use super::super::SecurityConfig;
use super::Findings;

/// Kinds of one-time codes.
const CODES: [&str; 3] = ["email", "authenticator", "sms"];
/// Kinds of passcodes of unified sign-in.
const PASSCODES: [&str; 4] = ["password", "email", "authenticator", "sms"];
/// Fewest random bytes of a challenge (WebAuthn Level 2, section 13.4.3).
const SHORTEST_CHALLENGE: usize = 16;

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    check_codes(config, findings);
    check_passkeys(config, findings);
    check_providers(config, findings);
    findings.refuse_if(
        !config.register.use_v2,
        &["SECURITY_USE_REGISTER_V2"],
        "there is one registration form; leave the option out",
    );
}

fn check_codes(config: &SecurityConfig, findings: &mut Findings) {
    let (features, totp) = (&config.features, &config.totp);
    let (two_factor, unified) = (&config.two_factor, &config.unified_signin);
    findings.only("SECURITY_TWO_FACTOR_ENABLED_METHODS", &two_factor.enabled_methods, &CODES);
    findings.only("SECURITY_US_ENABLED_METHODS", &unified.enabled_methods, &PASSCODES);
    findings.only("SECURITY_US_MFA_REQUIRED", &unified.mfa_required, &PASSCODES);
    findings.refuse_if(
        features.two_factor && two_factor.enabled_methods.is_empty(),
        &["SECURITY_TWO_FACTOR_ENABLED_METHODS", "SECURITY_TWO_FACTOR"],
        "a second factor needs a method",
    );
    findings.refuse_if(
        features.unified_signin && unified.enabled_methods.is_empty(),
        &["SECURITY_US_ENABLED_METHODS", "SECURITY_UNIFIED_SIGNIN"],
        "unified sign-in needs a method",
    );
    findings.refuse_if(
        two_factor.required && !features.two_factor,
        &["SECURITY_TWO_FACTOR_REQUIRED", "SECURITY_TWO_FACTOR"],
        "a second factor cannot be required and switched off",
    );
    findings.refuse_if(
        unified.replaces_login && !features.unified_signin,
        &["SECURITY_US_SIGNIN_REPLACES_LOGIN", "SECURITY_UNIFIED_SIGNIN"],
        "unified sign-in cannot replace the sign-in page and be switched off",
    );
    for (is_on, option) in [
        (features.two_factor, "SECURITY_TWO_FACTOR"),
        (features.unified_signin, "SECURITY_UNIFIED_SIGNIN"),
        (features.multi_factor_recovery_codes, "SECURITY_MULTI_FACTOR_RECOVERY_CODES"),
    ] {
        findings.refuse_if(
            is_on && totp.secrets.is_none(),
            &[option, "SECURITY_TOTP_SECRETS"],
            "codes need a key; set SECURITY_TOTP_SECRETS to a table of tag and secret, such as {\"1\": \"…\"}",
        );
        findings.refuse_if(
            is_on && totp.issuer.is_none(),
            &[option, "SECURITY_TOTP_ISSUER"],
            "authenticator applications show the name of the site; set SECURITY_TOTP_ISSUER",
        );
    }
    findings.refuse_if(
        totp.secrets.as_ref().is_some_and(std::collections::BTreeMap::is_empty),
        &["SECURITY_TOTP_SECRETS"],
        "must have at least one key",
    );
    findings.refuse_if(
        config.recovery_codes.count == 0,
        &["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"],
        "must be at least 1",
    );
}

fn check_passkeys(config: &SecurityConfig, findings: &mut Findings) {
    let webauthn = &config.webauthn;
    findings.refuse_if(
        webauthn.challenge_bytes.is_some_and(|bytes| bytes < SHORTEST_CHALLENGE),
        &["SECURITY_WAN_CHALLENGE_BYTES"],
        format!("must be at least {SHORTEST_CHALLENGE}"),
    );
    let usages = webauthn.allow_as_verify.as_deref().unwrap_or_default();
    findings.only("SECURITY_WAN_ALLOW_AS_VERIFY", usages, &["first", "secondary"]);
    findings.refuse_if(
        webauthn.name_max_length == 0,
        &["SECURITY_WAN_NAME_MAX_LENGTH"],
        "must be at least 1",
    );
}

fn check_providers(config: &SecurityConfig, findings: &mut Findings) {
    let oauth = &config.oauth;
    const PROVIDERS: &str = "SECURITY_OAUTH_BUILTIN_PROVIDERS";
    findings.only(PROVIDERS, &oauth.builtin_providers, &["github", "google"]);
    if !config.features.oauth_enable {
        return;
    }
    let offers = |provider: &str| oauth.builtin_providers.iter().any(|offered| offered == provider);
    for (provider, is_missing, option) in [
        ("github", oauth.github_client_id.is_none(), "GITHUB_CLIENT_ID"),
        ("github", oauth.github_client_secret.is_none(), "GITHUB_CLIENT_SECRET"),
        ("google", oauth.google_client_id.is_none(), "GOOGLE_CLIENT_ID"),
        ("google", oauth.google_client_secret.is_none(), "GOOGLE_CLIENT_SECRET"),
    ] {
        findings.refuse_if(
            is_missing && offers(provider),
            &[option, PROVIDERS, "SECURITY_OAUTH_ENABLE"],
            format!("`{provider}` is offered and this is not set"),
        );
    }
}
