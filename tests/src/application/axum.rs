//! An application of the HTTP contract with axum.

use std::net::SocketAddr;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use security_testkit::http_contract::{GuardedRoute, Peer, TestApp, echo};
use tower::ServiceExt as _;
use web_axum::{Context, GuardLayer, SecurityLayer, Views};

/// A router, called like a function.
#[derive(Debug)]
pub struct AxumApp(Router);

#[async_trait]
impl TestApp for AxumApp {
    async fn send(&self, request: Request<Bytes>) -> http::Response<Bytes> {
        let mut request = request.map(Body::from);
        if let Some(Peer(peer)) = request.extensions().get().copied() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 49_152)));
        }
        let response = self.0.clone().oneshot(request).await.expect("a router does not fail");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body is whole").to_bytes();
        http::Response::from_parts(parts, body)
    }
}

/// An application of these routes and those of the product.
#[must_use]
pub fn build(views: Views, routes: Vec<GuardedRoute>) -> AxumApp {
    AxumApp(router(views, routes))
}

pub(super) fn router(views: Views, routes: Vec<GuardedRoute>) -> Router {
    let application = routes.into_iter().fold(Router::new(), |router, GuardedRoute { path, guards }| {
        // The layer added last is asked first. `route_layer` would not cover what answers to every method.
        let route =
            guards.into_iter().rev().fold(any(handler), |route, guard| route.layer(GuardLayer::from(guard)));
        router.route(path, route)
    });
    application.merge(web_axum::views(&views)).layer(SecurityLayer::new(views))
}

async fn handler(Context(context): Context, body: Bytes) -> Response {
    echo(&context, &body).await.map(Body::from)
}
