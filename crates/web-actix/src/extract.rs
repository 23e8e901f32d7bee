//! Extractors: who sends the request.

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use security_views::extract::layer_is_missing;
use security_views::{FromContext, GuardRule, RequestContext};

use crate::convert;

security_views::extractors! {
    /// See [`OptionalUser`] for one that refuses nobody.
    CurrentUser,
    /// `Option<CurrentUser>` would be nobody in that case too.
    OptionalUser,
    CurrentCaller,
    Context,
    /// ```
    /// use web_actix::{Guard, GuardRule, Guarded};
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
    /// # let _ = actix_web::App::new().route("/articles", actix_web::web::post().to(edit));
    /// ```
    Guarded
}

/// The context the middleware made for this request.
pub(crate) fn context(request: &HttpRequest) -> Result<RequestContext, HttpResponse> {
    let context = request.extensions().get::<RequestContext>().cloned();
    context.ok_or_else(|| convert::respond(layer_is_missing("web_actix::SecurityMiddleware")))
}

/// A refusal as actix-web wants it.
fn refused(response: HttpResponse) -> Error {
    InternalError::from_response("refused", response).into()
}

macro_rules! extracted {
    ($($extractor:ident $(<$rule:ident>)?),+) => {$(
        impl $(<$rule: GuardRule + 'static>)? FromRequest for $extractor $(<$rule>)? {
            type Error = Error;
            type Future = LocalBoxFuture<'static, Result<Self, Error>>;

            fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                let context = context(request);
                Box::pin(async move {
                    let extracted = Self::from_context(&context.map_err(refused)?).await;
                    extracted.map_err(|response| refused(convert::respond(response)))
                })
            }
        }
    )+};
}

extracted!(CurrentUser, OptionalUser, CurrentCaller, Context, Guarded<R>);
