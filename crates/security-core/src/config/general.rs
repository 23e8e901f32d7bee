//! Where the product lives and how it answers in general.

use std::time::Duration;

use serde_json::Value;

use super::network::Network;
use super::section::section;
use super::value::{Codec, Expected, Input, OptionValue, wrong};
use crate::session::Mechanism;

section! {
    /// Where the product lives in the application, and how it answers in general.
    pub struct GeneralConfig "General" {
        /// Name of the group of routes, and prefix of every endpoint name.
        blueprint_name: String, "SECURITY_BLUEPRINT_NAME" = "security";
        /// Path before all routes of the product.
        url_prefix: Option<String>, "SECURITY_URL_PREFIX" = null;
        /// Subdomain that serves the routes of the product.
        subdomain: Option<String>, "SECURITY_SUBDOMAIN" = null;
        /// Path the application is mounted at. Sign-in and sign-out lead there unless told otherwise.
        application_root: String, "APPLICATION_ROOT" = "/";
        /// Host, and port if it is not the usual one, that links in mails point to.
        server_name: Option<String>, "SERVER_NAME" = null;
        /// What pages and mails call the site; none means its host.
        site_name: Option<String>, "SECURITY_SITE_NAME" = null, ours;
        /// Scheme of links in mails: `http` or `https`.
        preferred_url_scheme: String, "PREFERRED_URL_SCHEME" = "http";
        /// For tests: CSRF tokens have no age limit and no mail leaves.
        testing: bool, "TESTING" = false;
        /// Longest request body in bytes. The reference has no limit of its own.
        max_content_length: usize, "MAX_CONTENT_LENGTH" = 65536, changed;
        /// How long to wait for the body of a request to our routes, and to guards that look into it.
        body_timeout: Duration, "SECURITY_BODY_TIMEOUT" = "30 seconds", ours;
        /// Addresses and networks of proxies in front of the application. What they write into `X-Forwarded-For` and
        /// `X-Forwarded-Proto` counts; the same headers from anybody else do not.
        trusted_proxies: Vec<Network>, "SECURITY_TRUSTED_PROXIES" = [], ours;
        /// Whether pages queue messages for the next page.
        flash_messages: bool, "SECURITY_FLASH_MESSAGES" = true;
        /// Folder of the packaged static files. They are compiled in, so this is accepted and has no effect.
        static_folder: Option<String>, "SECURITY_STATIC_FOLDER" = "static";
        /// URL below which the packaged static files are served.
        static_folder_url: String, "SECURITY_STATIC_FOLDER_URL" = "/fs-static";
        /// Directives of the `Cache-Control` header of our own routes: a table of directive to true or value.
        cache_control: Option<String> as CacheControl, "SECURITY_CACHE_CONTROL"
            = {"private": true, "no-store": true};
        /// `Content-Security-Policy` of our pages; none sends no such header. Where forms lead to another origin in the
        /// end, as with `SECURITY_REDIRECT_ALLOWED_SUBDOMAINS`, browsers want it in `form-action`.
        content_security_policy: Option<String>, "SECURITY_CONTENT_SECURITY_POLICY"
            = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", ours;
        /// Show a page with a button before a mailed link is used up, so that programs that open every link in a mail
        /// do not use it up. False uses it up at once, as the reference does.
        link_interstitial: bool, "SECURITY_LINK_INTERSTITIAL" = false, ours;
        /// Answer alike whether or not an account exists. The reference has false.
        return_generic_responses: bool, "SECURITY_RETURN_GENERIC_RESPONSES" = true, changed;
        /// Realm of the HTTP Basic challenge.
        default_http_auth_realm: String, "SECURITY_DEFAULT_HTTP_AUTH_REALM" = "Login Required";
        /// How callers of our own endpoints may identify themselves. With `basic`, every refusal is a 401
        /// challenge.
        api_enabled_methods: Vec<Mechanism>, "SECURITY_API_ENABLED_METHODS" = ["session", "token"];
        /// Whether a sign-in from code that does not say is remembered, and the box in the form is ticked.
        default_remember_me: bool, "SECURITY_DEFAULT_REMEMBER_ME" = false;
        /// Methods of the sign-out route; none removes the route.
        logout_methods: Option<Vec<String>>, "SECURITY_LOGOUT_METHODS" = ["POST"];
        /// Ask for a CSRF token at sign-out.
        logout_csrf: bool, "SECURITY_LOGOUT_CSRF" = false;
        /// Put an authentication token in every JSON answer that may carry one.
        backwards_compat_auth_token: bool, "SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN" = false;
        /// Load users together with their roles. This version always does.
        join_user_roles: bool, "SECURITY_JOIN_USER_ROLES" = true;
        /// Let the current user be absent instead of anonymous. In Rust it is always an `Option`.
        anonymous_user_disabled: bool, "SECURITY_ANONYMOUS_USER_DISABLED" = false;
        /// Name of the command group for users; false removes it.
        cli_users_name: Option<String> as NameOrFalse, "SECURITY_CLI_USERS_NAME" = "users";
        /// Name of the command group for roles; false removes it.
        cli_roles_name: Option<String> as NameOrFalse, "SECURITY_CLI_ROLES_NAME" = "roles";
        /// Name of the template variable with the nonce for script elements. Our pages need no script.
        script_nonce_key: Option<String>, "SECURITY_SCRIPT_NONCE_KEY" = null;
        /// Switches off the plain sign-in guard of the reference's login layer. True is refused here.
        login_disabled: bool, "LOGIN_DISABLED" = false;
    }
}

section! {
    /// The languages the product speaks. A request gets the one it likes best of those there are.
    pub struct TranslationConfig "Translation" {
        /// Name of the catalogue.
        domain: String, "SECURITY_I18N_DOMAIN" = "flask_security";
        /// Folders of translations, each a file such as `fr.ftl`. `builtin` stands for those of the product; without it
        /// only English is built in.
        directories: Vec<String> as OneOrMore, "SECURITY_I18N_DIRNAME" = "builtin";
        /// Translate the built-in messages of forms.
        forms: bool, "WTF_I18N_ENABLED" = true;
        /// Language of those who understand none of the others, and of the texts that `SECURITY_MSG_` options replace.
        default_locale: String, "BABEL_DEFAULT_LOCALE" = "en";
    }
}

impl GeneralConfig {
    /// What people call the site: `SECURITY_SITE_NAME`, else `SERVER_NAME`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.site_name.as_deref().or(self.server_name.as_deref())
    }
}

/// `{"private": true, "max-age": 5}` as a header value.
pub(super) struct CacheControl;

impl Codec<Option<String>> for CacheControl {
    fn kind() -> String {
        "table of directives, or none".to_owned()
    }

    fn read(_before: Option<&Option<String>>, input: Input<'_>) -> Result<Option<String>, Expected> {
        let Some(table) = Option::<serde_json::Map<String, Value>>::read(input)? else { return Ok(None) };
        let mut directives = Vec::with_capacity(table.len());
        for (name, value) in &table {
            let name = name.replace('_', "-");
            let value = match value {
                Value::Bool(true) => None,
                Value::Bool(false) | Value::Null => continue,
                Value::Number(number) => Some(number.to_string()),
                Value::String(text) => Some(text.clone()),
                Value::Array(_) | Value::Object(_) => return Err(Expected::new(Self::kind())),
            };
            let is_word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if name.is_empty() || !is_word(&name) || !value.as_deref().is_none_or(is_word) {
                return Err(Expected::new("a table of directives with letters, digits and hyphens"));
            }
            directives.push(value.map_or_else(|| name.clone(), |value| format!("{name}={value}")));
        }
        // The map is sorted by name; a privacy directive reads best in front.
        directives.sort_by_key(|directive| !matches!(directive.as_str(), "private" | "public"));
        Ok((!directives.is_empty()).then(|| directives.join(", ")))
    }
}

/// A name, or `false` for none.
pub(super) struct NameOrFalse;

impl Codec<Option<String>> for NameOrFalse {
    fn kind() -> String {
        "text or false".to_owned()
    }

    fn read(_before: Option<&Option<String>>, input: Input<'_>) -> Result<Option<String>, Expected> {
        match input {
            Input::Typed(Value::Bool(false)) => Ok(None),
            Input::Text(text) if text.eq_ignore_ascii_case("false") => Ok(None),
            input => Option::<String>::read(input).map_err(|_| Expected::new(Self::kind())),
        }
    }
}

/// A text, or a list of them.
pub(super) struct OneOrMore;

impl Codec<Vec<String>> for OneOrMore {
    fn kind() -> String {
        "text or list of text".to_owned()
    }

    fn read(_before: Option<&Vec<String>>, input: Input<'_>) -> Result<Vec<String>, Expected> {
        match input {
            Input::Typed(Value::String(text)) => Ok(vec![text.clone()]),
            input => Vec::read(input).map_err(|_| wrong::<Vec<String>>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cache_control_becomes_a_header_value() {
        assert_eq!(GeneralConfig::default().cache_control.as_deref(), Some("private, no-store"));
        let read = |value: Value| CacheControl::read(None, Input::Typed(&value));
        assert_eq!(read(json!({"max_age": 5, "private": false})), Ok(Some("max-age=5".to_owned())));
        assert_eq!(read(json!(null)), Ok(None));
        assert!(read(json!({"private\r\nX": true})).is_err());
        assert!(read(json!({"private": "a\r\nb"})).is_err());
    }

    #[test]
    fn a_command_group_goes_away_with_false() {
        assert_eq!(NameOrFalse::read(None, Input::Text("False")), Ok(None));
        assert_eq!(NameOrFalse::read(None, Input::Typed(&json!(false))), Ok(None));
        assert!(NameOrFalse::read(None, Input::Typed(&json!(true))).is_err());
    }
}
