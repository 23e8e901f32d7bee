//! What handlers ask for: who sends the request, by whatever means a framework has to hand it to them.

use http::StatusCode;

use crate::context::{Caller, RequestContext};
use crate::guard::Guard;
use crate::respond::Response;

#[doc(hidden)]
pub use security_core::account::User;

/// What is found out about a request for a handler that asks for it, or why the handler must not run.
pub trait FromContext: Sized {
    /// Finds it out.
    ///
    /// # Errors
    ///
    /// The response to send instead of the handler's.
    fn from_context(request: &RequestContext) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// Names guards, for extractors that ask them.
pub trait GuardRule {
    /// The guards a request has to pass, in this order.
    fn guards() -> impl IntoIterator<Item = Guard>;
}

impl RequestContext {
    /// The caller, once the guards of a rule let the request pass.
    ///
    /// # Errors
    ///
    /// The answer of the first guard that refuses, or that of [`require_caller`](Self::require_caller).
    pub async fn require_rule<R: GuardRule>(&self) -> Result<Caller, Response> {
        let guards: Vec<Guard> = R::guards().into_iter().collect();
        for guard in guards {
            guard.check(self).await?;
        }
        self.require_caller().await
    }
}

/// The answer to a request that never was opened: the adapter's layer is not around this route. Says so in the log, where
/// `layer` is what is missing.
#[must_use]
pub fn layer_is_missing(layer: &str) -> Response {
    tracing::error!("{layer} is missing around this route");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Defines the extractors that every adapter has: `CurrentUser`, `OptionalUser`, `CurrentCaller`, `Context` and `Guarded`,
/// each with [`FromContext`]. They are types of the adapter, because only such a type can be given a trait of the framework.
///
/// What an adapter has to say about one of them stands before its name and is added to its documentation.
///
/// ```
/// security_views::extractors! {
///     /// In this framework it is written `user: CurrentUser`.
///     CurrentUser, OptionalUser, CurrentCaller, Context, Guarded
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! extractors {
    (
        $(#[$of_user:meta])* CurrentUser,
        $(#[$of_optional_user:meta])* OptionalUser,
        $(#[$of_caller:meta])* CurrentCaller,
        $(#[$of_context:meta])* Context,
        $(#[$of_guarded:meta])* Guarded
    ) => {
        /// The signed-in user: proven to a guard of this route, else by session or token as
        /// `auth_required` says. Refuses like that guard.
        ///
        $(#[$of_user])*
        #[derive(Debug, Clone)]
        pub struct CurrentUser(pub ::std::sync::Arc<$crate::extract::User>);

        impl ::std::ops::Deref for CurrentUser {
            type Target = $crate::extract::User;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl $crate::extract::FromContext for CurrentUser {
            async fn from_context(request: &$crate::RequestContext) -> Result<Self, $crate::Response> {
                let caller = request.require_caller().await?;
                Ok(Self(::std::sync::Arc::clone(caller.user())))
            }
        }

        /// The signed-in user or nobody. Refuses nobody, and fails when it cannot be found out.
        ///
        $(#[$of_optional_user])*
        #[derive(Debug, Clone)]
        pub struct OptionalUser(pub Option<::std::sync::Arc<$crate::extract::User>>);

        impl $crate::extract::FromContext for OptionalUser {
            async fn from_context(request: &$crate::RequestContext) -> Result<Self, $crate::Response> {
                let caller = request.find_caller().await?;
                Ok(Self(caller.map(|caller| ::std::sync::Arc::clone(caller.user()))))
            }
        }

        /// The signed-in user with how that was proven. Refuses like [`CurrentUser`].
        ///
        $(#[$of_caller])*
        #[derive(Debug, Clone)]
        pub struct CurrentCaller(pub $crate::Caller);

        impl $crate::extract::FromContext for CurrentCaller {
            async fn from_context(request: &$crate::RequestContext) -> Result<Self, $crate::Response> {
                request.require_caller().await.map(Self)
            }
        }

        /// The request as the library sees it: its session, its CSRF token, messages for the next page.
        ///
        $(#[$of_context])*
        #[derive(Debug, Clone)]
        pub struct Context(pub $crate::RequestContext);

        impl $crate::extract::FromContext for Context {
            async fn from_context(request: &$crate::RequestContext) -> Result<Self, $crate::Response> {
                Ok(Self(request.clone()))
            }
        }

        /// A guard as an extractor: the handler runs only for callers who pass the guards of `R`.
        ///
        $(#[$of_guarded])*
        #[derive(Debug, Clone)]
        pub struct Guarded<R> {
            caller: $crate::Caller,
            rule: ::std::marker::PhantomData<fn() -> R>,
        }

        impl<R> Guarded<R> {
            /// The user who passed.
            #[must_use]
            pub fn user(&self) -> &::std::sync::Arc<$crate::extract::User> {
                self.caller.user()
            }

            /// The user who passed, with how that was proven.
            #[must_use]
            pub fn caller(&self) -> &$crate::Caller {
                &self.caller
            }
        }

        impl<R: $crate::GuardRule> $crate::extract::FromContext for Guarded<R> {
            async fn from_context(request: &$crate::RequestContext) -> Result<Self, $crate::Response> {
                let caller = request.require_rule::<R>().await?;
                Ok(Self { caller, rule: ::std::marker::PhantomData })
            }
        }
    };
}
