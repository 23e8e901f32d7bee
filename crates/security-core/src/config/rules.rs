//! What options have to do with each other, checked once at start-up.

mod features;
mod identity;
mod keys;
mod password;
mod surroundings;
mod web;

use super::error::ConfigProblem;
use super::{SecurityConfig, availability};

/// Everything that is wrong with the configuration as a whole.
pub(super) fn check(config: &SecurityConfig) -> Vec<ConfigProblem> {
    let mut findings = Findings::default();
    keys::check(config, &mut findings);
    password::check(config, &mut findings);
    identity::check(config, &mut findings);
    web::check(config, &mut findings);
    surroundings::check(config, &mut findings);
    features::check(config, &mut findings);
    // Last, so that what is wrong with a feature is known before it can be switched on.
    findings.problems.extend(availability::check(config));
    findings.problems
}

/// Says in the log what is allowed and still not wise.
pub(super) fn warn(config: &SecurityConfig) {
    let mail = &config.mail;
    let advice: [(bool, &str, &str); 8] = [
        (config.features.passwordless, "SECURITY_PASSWORDLESS", "is deprecated; unified sign-in replaces it"),
        (
            config.features.registerable
                && config.general.return_generic_responses
                && (!config.features.confirmable || config.confirm.login_without_confirmation),
            "SECURITY_RETURN_GENERIC_RESPONSES",
            "cannot hide at registration which addresses have accounts, because a new user is signed in at once; \
             SECURITY_CONFIRMABLE makes it",
        ),
        (
            config.general.preferred_url_scheme == "https" && !config.session.cookie.secure,
            "SESSION_COOKIE_SECURE",
            "is off although the site is served over HTTPS",
        ),
        (config.recover.auto_login, "SECURITY_AUTO_LOGIN_AFTER_RESET", "is deprecated"),
        (
            config.password.length_min < 8,
            "SECURITY_PASSWORD_LENGTH_MIN",
            "is below 8, the least NIST SP 800-63B accepts",
        ),
        (
            config.password.schemes.iter().any(|scheme| scheme == "plaintext"),
            "SECURITY_PASSWORD_SCHEMES",
            "accepts passwords stored in plain text",
        ),
        (
            mail.password.is_some() && !mail.use_tls && !mail.use_ssl,
            "MAIL_PASSWORD",
            "goes to the mail server unencrypted without MAIL_USE_TLS or MAIL_USE_SSL",
        ),
        (
            config.features.unified_signin
                && config.unified_signin.enabled_methods.iter().any(|method| method == "sms")
                && config.identity.rule(super::IdentityAttribute::UsPhoneNumber).is_none(),
            "SECURITY_US_ENABLED_METHODS",
            "has `sms`, but us_phone_number is not among SECURITY_USER_IDENTITY_ATTRIBUTES",
        ),
    ];
    for (_, option, advice) in advice.iter().filter(|(applies, ..)| *applies) {
        tracing::warn!(feature = "configuration", option, "{option} {advice}");
    }
}

/// The problems found so far.
#[derive(Default)]
struct Findings {
    problems: Vec<ConfigProblem>,
}

impl Findings {
    /// Notes a problem with these options when it is there.
    fn refuse_if(&mut self, is_wrong: bool, options: &[&'static str], explanation: impl Into<String>) {
        if is_wrong {
            self.problems
                .push(ConfigProblem::Rule { options: options.to_vec(), explanation: explanation.into() });
        }
    }

    /// Notes a list that holds something else than these choices.
    fn only(&mut self, option: &'static str, given: &[String], choices: &[&str]) {
        let is_unknown = |name: &&String| !choices.contains(&name.as_str());
        for name in given.iter().filter(is_unknown) {
            self.refuse_if(true, &[option], format!("`{name}` is not one of {}", choices.join(", ")));
        }
    }
}
