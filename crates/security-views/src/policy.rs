//! How decisions become responses, and where an application may answer in its own way.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use http::StatusCode;
use minijinja::Value as TemplateValue;
use security_core::account::User;
use security_core::message::Language;
use security_core::session::Mechanism;
use serde_json::{Map, Value};

use crate::context::RequestContext;
use crate::envelope::envelope;
use crate::negotiate;
use crate::respond::Response;

/// How the library answers. Every method has a default; an application replaces the ones it cares about and hands the
/// whole to [`Views::with_policy`](crate::Views::with_policy).
///
/// The methods that may take over a whole response answer `None` to leave it to the library.
///
/// ```
/// use security_core::account::User;
/// use security_views::ResponsePolicy;
/// use serde_json::{Map, Value, json};
///
/// #[derive(Debug)]
/// struct ShowNames;
///
/// impl ResponsePolicy for ShowNames {
///     fn user_payload(&self, user: &User) -> Map<String, Value> {
///         Map::from_iter([("email".to_owned(), json!(user.email))])
///     }
/// }
/// ```
#[async_trait]
pub trait ResponsePolicy: Debug + Send + Sync {
    /// Whether to answer in JSON. Default: the request sends JSON, or likes it best.
    fn wants_json(&self, request: &RequestContext) -> bool {
        negotiate::wants_json(request.headers())
    }

    /// The language to answer in. Default: none, which leaves it to `Accept-Language`. Of a language that the product does
    /// not speak, the closest one is taken; if there is none, it is left to the header as well.
    ///
    /// Where the language is the user's own choice, which takes a query to find out, use
    /// [`RequestContext::set_language`].
    fn language(&self, request: &RequestContext) -> Option<Language> {
        let _ = request;
        None
    }

    /// The body of a JSON answer. Default: `{"meta": {"code": …}, "response": …}`.
    fn render_json(
        &self,
        request: &RequestContext,
        status: StatusCode,
        response: Map<String, Value>,
    ) -> Value {
        let _ = request;
        envelope(status, response)
    }

    /// What JSON answers tell a fully signed-in user about the account, under `user`. Default: nothing.
    fn user_payload(&self, user: &User) -> Map<String, Value> {
        let _ = user;
        Map::new()
    }

    /// More variables for a page. `page` is the name of the view: `login`, `register`, `change_password` and so on.
    fn extend_page(
        &self,
        request: &RequestContext,
        page: &str,
        variables: &mut BTreeMap<String, TemplateValue>,
    ) {
        let _ = (request, page, variables);
    }

    /// The answer to a request that has to be authenticated and is not. `methods` are those that would have been
    /// accepted.
    async fn unauthenticated(&self, request: &RequestContext, methods: &[Mechanism]) -> Option<Response> {
        let _ = (request, methods);
        None
    }

    /// The answer to a caller who has to prove who they are once more.
    async fn reauthentication(&self, request: &RequestContext) -> Option<Response> {
        let _ = request;
        None
    }

    /// The answer to a caller who lacks a role or permission. `guard` is the name of the guard that refused, `needs`
    /// what it asked for.
    async fn unauthorized(
        &self,
        request: &RequestContext,
        guard: &str,
        needs: &[String],
    ) -> Option<Response> {
        let _ = (request, guard, needs);
        None
    }
}

/// The answers of the library.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandardPolicy;

impl ResponsePolicy for StandardPolicy {}
