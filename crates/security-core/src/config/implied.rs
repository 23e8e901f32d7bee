//! What follows from what was set.

use super::{IdentityAttribute, IdentityRule, SecurityConfig};

/// Fills in what follows from other options.
pub(super) fn apply(config: &mut SecurityConfig) {
    let root = &config.general.application_root;
    config.redirect.post_login_view.get_or_insert_with(|| root.clone());
    config.redirect.post_logout_view.get_or_insert_with(|| root.clone());
    if !config.set_options.contains("SESSION_COOKIE_PATH") {
        config.session.cookie.path.clone_from(root);
    }

    if config.identity.username_enable && config.identity.rule(IdentityAttribute::Username).is_none() {
        let username = IdentityRule { attribute: IdentityAttribute::Username, case_insensitive: true };
        config.identity.attributes.push(username);
    }

    let csrf = &mut config.csrf;
    if !csrf.headers.iter().any(|header| header.eq_ignore_ascii_case(&csrf.header)) {
        csrf.headers.push(csrf.header.clone());
    }
    csrf.methods.iter_mut().for_each(|method| method.make_ascii_uppercase());
    csrf.application_layer |= config
        .set_options
        .iter()
        .any(|name| name == "WTF_CSRF_CHECK_DEFAULT" || name.starts_with("SECURITY_CSRF_"));
    config.general.logout_methods.iter_mut().flatten().for_each(|method| method.make_ascii_uppercase());

    config.mail.suppress_send = config.mail.suppress_send_option.unwrap_or(config.general.testing);
}
