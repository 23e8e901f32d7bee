//! The contract suite for web adapters: what every adapter answers, as tests.
//!
//! Each rule is a public function, grouped by subject, that takes an [`Adapter`] and panics when the promise is broken.
//! [`http_contract!`](crate::http_contract!) turns all of them into tests. The suite talks to the product the way
//! visitors do, request by request, over a [`TestApp`] that the adapter's author makes:
//!
//! - routes of the product as the adapter registers them, inside the adapter's layer;
//! - next to them the [`GuardedRoute`]s that the suite asks for, each behind its guards in the given order. They accept
//!   every method, and answer what [`echo`] makes of the request's context and of the body that reached the handler.
//!
//! ```no_run
//! # use async_trait::async_trait;
//! # use bytes::Bytes;
//! # use security_testkit::http_contract::{GuardedRoute, TestApp};
//! # use security_views::Views;
//! # struct App;
//! # #[async_trait]
//! # impl TestApp for App {
//! #     async fn send(&self, _: http::Request<Bytes>) -> http::Response<Bytes> { http::Response::default() }
//! # }
//! fn build(views: Views, routes: Vec<GuardedRoute>) -> App {
//!     // A router with the product's routes, these routes, and the layer around both.
//! #    let _ = (views, routes); App
//! }
//!
//! security_testkit::http_contract!(build);
//! # fn main() {}
//! ```
//!
//! The datastore behind the application is one in memory. Another one takes its place with
//! [`Adapter::on`], and in the macro with `on = open`, where `open` is an async function from a
//! [`ManualClock`] to a [`FreshStore`]. A list of rules after a semicolon runs those alone:
//!
//! ```no_run
//! # use async_trait::async_trait;
//! # use bytes::Bytes;
//! # use security_testkit::clock::ManualClock;
//! # use security_testkit::datastore_contract::FreshStore;
//! # use security_testkit::http_contract::{GuardedRoute, TestApp};
//! # use security_testkit::memory::MemoryDatastore;
//! # use security_views::Views;
//! # struct App;
//! # #[async_trait]
//! # impl TestApp for App {
//! #     async fn send(&self, _: http::Request<Bytes>) -> http::Response<Bytes> { http::Response::default() }
//! # }
//! # fn build(views: Views, routes: Vec<GuardedRoute>) -> App { let _ = (views, routes); App }
//! async fn open(clock: ManualClock) -> FreshStore {
//!     FreshStore::new(MemoryDatastore::with_clock(clock)) // or a database
//! }
//!
//! security_testkit::http_contract! {
//!     build, on = open;
//!     login { a_good_password_signs_in }
//! }
//! # fn main() {}
//! ```

mod all_rules;
mod answer;
mod cookie_jar;
mod scene;
mod visitor;

pub mod attacks;
pub mod bodies;
pub mod change_password;
pub mod confirm_email;
pub mod cookies_and_sessions;
pub mod csrf;
pub mod csrf_cookie;
pub mod events;
pub mod forgot_password;
pub mod freshness;
pub mod generic_answers;
pub mod guards;
pub mod headers;
pub mod languages;
pub mod links;
pub mod login;
pub mod logout;
pub mod mails;
pub mod new_passwords;
pub mod pages;
pub mod passwordless;
pub mod redirects;
pub mod register;
pub mod remember;
pub mod reset_password;
pub mod spa;
pub mod surroundings;
pub mod throttle;
pub mod timing;
pub mod tokens;
pub mod verify;
pub mod ways_matrix;

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use security_views::{Guard, RequestContext, Views};
use serde_json::json;

pub use answer::{Answer, SetCookie};
pub use cookie_jar::CookieJar;
pub use scene::{LockList, PASSWORD, Scene};
pub use visitor::{Draft, Visitor};

use crate::clock::ManualClock;
use crate::datastore_contract::FreshStore;
use crate::memory::MemoryDatastore;

/// An application under test: a router of some framework, or a server at the other end of a socket.
#[async_trait]
pub trait TestApp: Send + Sync {
    /// Sends one request and waits for its answer.
    ///
    /// The request has a path as its target and a `Host` header, as over HTTP/1.1. Its extension [`Peer`] says where it
    /// comes from; an application in the same process passes that on as the address of the other end.
    async fn send(&self, request: Request<Bytes>) -> Response<Bytes>;
}

/// Where a request comes from, as an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// A route of the application that is not one of ours.
#[derive(Debug, Clone)]
pub struct GuardedRoute {
    /// The path, without parameters.
    pub path: &'static str,
    /// The guards before it, in this order.
    pub guards: Vec<Guard>,
}

/// What the handler of a [`GuardedRoute`] answers, as JSON with status 200: who the caller is, how that was proven, and
/// what of the body reached the handler.
///
/// # Panics
///
/// Never: a content type of ASCII is a header.
pub async fn echo(context: &RequestContext, body: &[u8]) -> security_views::Response {
    let caller = match context.find_caller().await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let answer = json!({
        "user": caller.as_ref().map(|caller| caller.user().email.as_str()),
        "via": caller.as_ref().map(|caller| caller.mechanism().name()),
        "body": String::from_utf8_lossy(body),
    });
    let response = Response::builder().header("content-type", "application/json");
    response.body(answer.to_string().into()).expect("a content type is a header")
}

type Build = dyn Fn(Views, Vec<GuardedRoute>) -> Box<dyn TestApp> + Send + Sync;
type Open = dyn Fn(ManualClock) -> Pin<Box<dyn Future<Output = FreshStore> + Send>> + Send + Sync;

/// How to build an application with the adapter under test, and on which datastore.
pub struct Adapter {
    build: Box<Build>,
    open: Box<Open>,
}

impl Adapter {
    /// The adapter that this function builds applications with, on a datastore in memory.
    pub fn new<A: TestApp + 'static>(
        build: impl Fn(Views, Vec<GuardedRoute>) -> A + Send + Sync + 'static,
    ) -> Self {
        Self {
            build: Box::new(move |views, routes| Box::new(build(views, routes))),
            open: Box::new(|clock| Box::pin(async { FreshStore::new(MemoryDatastore::with_clock(clock)) })),
        }
    }

    /// The same on the datastores that this function opens, a fresh one for every scene. Its times come from the clock.
    #[must_use]
    pub fn on<S>(mut self, open: impl Fn(ManualClock) -> S + Send + Sync + 'static) -> Self
    where
        S: Future<Output = FreshStore> + Send + 'static,
    {
        self.open = Box::new(move |clock| Box::pin(open(clock)));
        self
    }

    fn build(&self, views: Views) -> Box<dyn TestApp> {
        (self.build)(views, scene::routes())
    }

    /// A scene is set in one go, so this waits where it stands; the tests have a runtime of several threads.
    fn open(&self, clock: &ManualClock) -> FreshStore {
        let opening = (self.open)(clock.clone());
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(opening))
    }
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adapter").finish_non_exhaustive()
    }
}
