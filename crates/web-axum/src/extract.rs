//! Extractors: who sends the request.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::response::Response;
use security_views::extract::layer_is_missing;
use security_views::{FromContext, GuardRule, RequestContext};

use crate::body;

security_views::extractors! {
    /// `Option<CurrentUser>` is the user or nobody, and refuses nobody.
    CurrentUser,
    /// The same as `Option<CurrentUser>`, under a name of its own.
    OptionalUser,
    /// `Option<CurrentCaller>` refuses nobody.
    CurrentCaller,
    Context,
    /// ```
    /// use web_axum::{Guard, GuardRule, Guarded};
    ///
    /// struct Editors;
    ///
    /// impl GuardRule for Editors {
    ///     fn guards() -> impl IntoIterator<Item = Guard> {
    ///         [Guard::auth_required(), Guard::permissions_required(["write"])]
    ///     }
    /// }
    ///
    /// async fn edit(editor: Guarded<Editors>) -> String {
    ///     format!("{} may write", editor.user().email)
    /// }
    /// # let _: axum::Router = axum::Router::new().route("/articles", axum::routing::post(edit));
    /// ```
    Guarded
}

/// The context the layer made for this request.
pub(crate) fn context(extensions: &Extensions) -> Result<RequestContext, Response> {
    let context = extensions.get::<RequestContext>().cloned();
    context.ok_or_else(|| body::write(layer_is_missing("web_axum::SecurityLayer")))
}

async fn extract<T: FromContext>(parts: &Parts) -> Result<T, Response> {
    T::from_context(&context(&parts.extensions)?).await.map_err(body::write)
}

macro_rules! extracted {
    ($($extractor:ident $(<$rule:ident>)?),+) => {$(
        impl<S: Sync $(, $rule: GuardRule)?> FromRequestParts<S> for $extractor $(<$rule>)? {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
                extract(parts).await
            }
        }
    )+};
}

extracted!(CurrentUser, OptionalUser, CurrentCaller, Context, Guarded<R>);

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Response> {
        let OptionalUser(user) = extract(parts).await?;
        Ok(user.map(Self))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentCaller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Response> {
        let caller = context(&parts.extensions)?.find_caller().await.map_err(body::write)?;
        Ok(caller.map(Self))
    }
}
