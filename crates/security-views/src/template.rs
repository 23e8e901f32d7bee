//! What every page knows, and how pages are rendered.

use std::collections::BTreeMap;

use http::{HeaderValue, StatusCode, header};
use minijinja::value::Kwargs;
use minijinja::{Value as TemplateValue, context};
use security_core::Error;
use security_core::message::PageText;
use security_core::template::Templates;

use crate::context::RequestContext;
use crate::csrf::token_for;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::route::{Endpoint, Route};

impl RequestContext {
    /// Renders a page of the application in the frame of the account pages. `name` is what
    /// [`ResponsePolicy::extend_page`](crate::ResponsePolicy::extend_page) knows the page by, `template` one of
    /// [`Views::with_templates`](crate::Views::with_templates) or a file in the application's template folder.
    ///
    /// The template sees what every account page sees, and the given variables.
    ///
    /// # Errors
    ///
    /// The response to send instead, when the session store or the datastore cannot be reached.
    pub async fn page(
        &self,
        name: &str,
        template: &str,
        variables: impl serde::Serialize,
    ) -> Result<Response, Response> {
        let own = TemplateValue::from(minijinja::value::Serde(variables));
        let mut page =
            page(self, name, template, own).await.map_err(|error| respond::failure(self, &error))?;
        // It holds a CSRF token, and perhaps who is signed in.
        let no_store = HeaderValue::from_static("private, no-store");
        page.headers_mut().insert(header::CACHE_CONTROL, no_store);
        Ok(page)
    }
}

/// Renders the page of a view. `name` is the view's name, by which an application may add variables.
pub(crate) async fn page(
    request: &RequestContext,
    name: &str,
    template: &str,
    own: TemplateValue,
) -> Result<Response, Error> {
    let security = request.security().clone();
    let caller = request.caller().await?;
    let (token, flashes) = request
        .change_session(|session| {
            let flashes = session.take_flashes().into_iter();
            let flashes: Vec<_> =
                flashes.map(|flash| context! { category => flash.category, text => flash.text }).collect();
            (token_for(&security, session), flashes)
        })
        .await?;
    let mut more = BTreeMap::new();
    request.views().policy().extend_page(request, name, &mut more);
    let current_user = caller.map(|caller| {
        let user = caller.user();
        let roles: Vec<String> = user.roles.iter().map(|role| role.name.clone()).collect();
        context! { email => user.email.as_str(), username => user.username.as_deref(), roles }
    });
    let shared = context! {
        _fs_is_user_authenticated => current_user.is_some(),
        current_user,
        flashes,
        csrf_token => token,
        next => next_of_query(request),
    };
    let variables =
        page_context(request, context! { ..own, ..context! { ..shared, ..TemplateValue::from(more) } });
    match request.views().pages().render(template, variables) {
        Ok(page) => Ok(respond::html(request, StatusCode::OK, page)),
        Err(error) => {
            tracing::error!(%error, template, "a page could not be rendered");
            let text = request.page_text(PageText::CannotBeShown);
            Ok(respond::bare(request, StatusCode::INTERNAL_SERVER_ERROR, &text))
        }
    }
}

/// What a page knows without asking the session: features, addresses, the site.
pub(crate) fn page_context(request: &RequestContext, own: TemplateValue) -> TemplateValue {
    let views = request.views();
    let config = views.security().config();
    let url = |endpoint| views.url(endpoint);
    let signs_out_by = |method| {
        config
            .general
            .logout_methods
            .as_ref()
            .is_some_and(|methods| methods.iter().any(|known| known == method))
    };
    context! {
        ..own,
        ..context! {
            security => context! {
                flags => context! {
                    registerable => config.features.registerable,
                    confirmable => config.features.confirmable,
                    recoverable => config.features.recoverable,
                    changeable => config.features.changeable,
                    passwordless => config.features.passwordless,
                    username_enable => config.identity.username_enable,
                    logout_post => signs_out_by("POST"),
                    logout_get => signs_out_by("GET"),
                },
                urls => context! {
                    login => url(Endpoint::Login),
                    logout => url(Endpoint::Logout),
                    verify => url(Endpoint::Verify),
                    register => url(Endpoint::Register),
                    confirm => url(Endpoint::SendConfirmation),
                    reset => url(Endpoint::ForgotPassword),
                    change => url(Endpoint::ChangePassword),
                    static => views.below_root(&views.security().route_path(&config.general.static_folder_url)),
                },
            },
            site => context! {
                name => config.general.name(),
                url => config.general.application_root.as_str(),
            },
            lang => request.language().to_string(),
            text_direction => if request.language().is_right_to_left() { "rtl" } else { "ltr" },
            csrf_field_name => config.csrf.field_name.as_str(),
            stylesheet_url => views.stylesheet_url(),
        }
    }
}

/// Lets templates say where our endpoints are, as pages written for the reference do: `url_for_security("login")`,
/// `url_for_security("reset_password", token=reset_password_token)`. Any other variable goes into the query string.
pub(crate) fn knowing_addresses(pages: Templates, routes: &[Route], root: &str) -> Templates {
    let root = root.trim_end_matches('/').to_owned();
    let routes = routes.to_vec();
    pages.customise(|environment| {
        environment.add_function("url_for_security", move |name: String, variables: Kwargs| {
            address(&routes, &root, &name, &variables)
        });
    })
}

fn address(routes: &[Route], root: &str, name: &str, variables: &Kwargs) -> Result<String, minijinja::Error> {
    let no_route = || minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "there is no such route");
    let route = routes.iter().find(|route| route.endpoint().name() == name).ok_or_else(no_route)?;
    let mut path = format!("{root}{}", route.path());
    if let Some(parameter) = route.parameter() {
        path = path.replace(&format!("{{{parameter}}}"), variables.get::<&str>(parameter)?);
    }
    let others = variables.args().filter(|given| Some(*given) != route.parameter());
    let others = others.map(|given| Ok((given, variables.get::<TemplateValue>(given)?.to_string())));
    let others = others.collect::<Result<Vec<_>, minijinja::Error>>()?;
    let others: Vec<_> = others.iter().map(|(given, value)| (*given, value.as_str())).collect();
    Ok(if others.is_empty() { path } else { with_query(&path, &others) })
}

/// Something serialisable for a template.
pub(crate) fn template_value(value: &impl serde::Serialize) -> TemplateValue {
    TemplateValue::from(minijinja::value::Serde(value))
}

/// The `next` of the query string, if it may be followed. Pages carry it over to their own form and links.
pub(crate) fn next_of_query(request: &RequestContext) -> Option<String> {
    let next = request.query("next")?;
    request.views().redirects().accept(&next, request.host())
}
