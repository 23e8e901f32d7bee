//! The routes the configuration asks for.

use http::Method;
use security_core::config::{RoutesConfig, SecurityConfig};

/// A page or endpoint of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// Signing in.
    Login,
    /// Signing out.
    Logout,
    /// Proving one's identity again.
    Verify,
    /// Opening an account.
    Register,
    /// Asking for a confirmation link.
    SendConfirmation,
    /// Opening a confirmation link.
    ConfirmEmail,
    /// Opening a link to sign in with.
    TokenLogin,
    /// Asking for a link to set a new password with.
    ForgotPassword,
    /// Opening such a link, and setting the password.
    ResetPassword,
    /// Changing the password.
    ChangePassword,
    /// Files that pages need.
    Static,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 11] = [
        Self::Login,
        Self::Logout,
        Self::Verify,
        Self::Register,
        Self::SendConfirmation,
        Self::ConfirmEmail,
        Self::TokenLogin,
        Self::ForgotPassword,
        Self::ResetPassword,
        Self::ChangePassword,
        Self::Static,
    ];

    /// The name of the route, as options that hold a view may use it with a dot in front.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Logout => "logout",
            Self::Verify => "verify",
            Self::Register => "register",
            Self::SendConfirmation => "send_confirmation",
            Self::ConfirmEmail => "confirm_email",
            Self::TokenLogin => "token_login",
            Self::ForgotPassword => "forgot_password",
            Self::ResetPassword => "reset_password",
            Self::ChangePassword => "change_password",
            Self::Static => "static",
        }
    }

    /// The endpoint of this name. A link needs its token and cannot be named.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let named = |endpoint: &Self| !endpoint.needs_link() && *endpoint != Self::Static;
        Self::ALL.into_iter().filter(named).find(|endpoint| endpoint.name() == name)
    }

    /// Whether the endpoint is reached by a mailed link only.
    const fn needs_link(self) -> bool {
        matches!(self, Self::ConfirmEmail | Self::TokenLogin | Self::ResetPassword)
    }

    /// Whether a mere look at the endpoint may use a link up.
    pub(crate) const fn spends_link(self) -> bool {
        matches!(self, Self::ConfirmEmail | Self::TokenLogin)
    }
}

/// Where an endpoint is, and which methods it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    endpoint: Endpoint,
    path: String,
    parameter: Option<&'static str>,
    methods: Vec<Method>,
}

impl Route {
    /// Which endpoint it is.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// The path, with `{token}` or `{file}` in the place of its parameter if it has one. Both axum and actix-web
    /// understand it as it is.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name of the parameter in the path.
    #[must_use]
    pub fn parameter(&self) -> Option<&'static str> {
        self.parameter
    }

    /// Whether a request for this path is one for this route.
    pub(crate) fn leads_to(&self, path: &str) -> bool {
        let Some((before, rest)) = self.path.split_once('{') else { return self.path == path };
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        let parameter = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        parameter.is_some_and(|parameter| !parameter.is_empty() && !parameter.contains('/'))
    }

    /// The methods it answers. `HEAD` is answered like `GET`; anything else is refused with 405 by
    /// [`Views::serve`](crate::Views::serve), so that every adapter refuses alike.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }
}

/// The routes of a configuration. A feature that is off has none.
pub(crate) fn routes(config: &SecurityConfig) -> Vec<Route> {
    let (features, paths) = (&config.features, &config.routes);
    let both = || vec![Method::GET, Method::POST];
    let mut routes = vec![route(config, Endpoint::Login, &paths.login, both())];
    if let Some(methods) = &config.general.logout_methods {
        let methods = methods.iter().filter_map(|method| method.parse().ok()).collect();
        routes.push(route(config, Endpoint::Logout, &paths.logout, methods));
    }
    if config.freshness.within.is_some() {
        routes.push(route(config, Endpoint::Verify, &paths.verify, both()));
    }
    if features.registerable {
        routes.push(route(config, Endpoint::Register, &paths.register, both()));
    }
    if features.confirmable {
        routes.push(route(config, Endpoint::SendConfirmation, &paths.confirm, both()));
        routes.push(child(config, Endpoint::ConfirmEmail, &paths.confirm, "token", both()));
    }
    if features.passwordless {
        // A GET spends the link, and so does the button of the page that may stand in between.
        routes.push(child(config, Endpoint::TokenLogin, &paths.login, "token", both()));
    }
    if features.recoverable {
        routes.push(route(config, Endpoint::ForgotPassword, &paths.reset, both()));
        routes.push(child(config, Endpoint::ResetPassword, &paths.reset, "token", both()));
    }
    if features.changeable {
        routes.push(route(config, Endpoint::ChangePassword, &paths.change, both()));
    }
    let files = &config.general.static_folder_url;
    routes.push(child(config, Endpoint::Static, files, "file", vec![Method::GET]));
    routes
}

fn route(config: &SecurityConfig, endpoint: Endpoint, path: &str, methods: Vec<Method>) -> Route {
    let path = format!("{}{path}", config.general.url_prefix.as_deref().unwrap_or_default());
    Route { endpoint, path, parameter: None, methods }
}

/// A route with a parameter below a path.
fn child(
    config: &SecurityConfig,
    endpoint: Endpoint,
    path: &str,
    parameter: &'static str,
    methods: Vec<Method>,
) -> Route {
    let path = RoutesConfig::child(path, &format!("{{{parameter}}}"));
    Route { parameter: Some(parameter), ..route(config, endpoint, &path, methods) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(config: &SecurityConfig) -> Vec<String> {
        routes(config).iter().map(|route| route.path().to_owned()).collect()
    }

    #[test]
    fn a_feature_that_is_off_has_no_route() {
        let mut config = SecurityConfig::default();
        assert_eq!(paths(&config), ["/login", "/logout", "/verify", "/fs-static/{file}"]);
        config.general.logout_methods = None;
        config.freshness.within = None;
        assert_eq!(paths(&config), ["/login", "/fs-static/{file}"]);
    }

    #[test]
    fn a_link_is_a_child_of_its_page() {
        let mut config = SecurityConfig::default();
        config.features.confirmable = true;
        config.general.url_prefix = Some("/account".to_owned());
        assert!(paths(&config).contains(&"/account/confirm/{token}".to_owned()));
        config.routes.confirm = "/confirm/".to_owned();
        assert!(paths(&config).contains(&"/account/confirm/{token}/".to_owned()));
    }

    #[test]
    fn a_route_knows_the_paths_that_lead_to_it() {
        let mut config = SecurityConfig::default();
        config.features.confirmable = true;
        let routes = routes(&config);
        let lead = |path: &str| routes.iter().filter(|route| route.leads_to(path)).count();
        for path in ["/login", "/confirm", "/confirm/token", "/fs-static/file"] {
            assert_eq!(lead(path), 1, "{path}");
        }
        for path in ["/", "/login/", "/confirm/", "/confirm/a/b", "/confirmed", "/{token}"] {
            assert_eq!(lead(path), 0, "{path}");
        }
    }
}
