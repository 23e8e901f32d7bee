//! The HTTP contract through an axum router: every rule without a socket, and some of them over one.

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
struct AxumApp(Router);

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

fn build(views: Views, routes: Vec<GuardedRoute>) -> AxumApp {
    AxumApp(router(views, routes))
}

fn router(views: Views, routes: Vec<GuardedRoute>) -> Router {
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

security_testkit::http_contract!(build);

mod over_a_socket {
    use security_testkit::http_contract::{Adapter, attacks, bodies, csrf, headers, login, logout};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// A server on a free port.
    struct Server(SocketAddr);

    fn serve(views: Views, routes: Vec<GuardedRoute>) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("a listener can be asynchronous");
        let address = listener.local_addr().expect("a listener has an address");
        let router = router(views, routes).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move {
            let listener = TcpListener::from_std(listener).expect("there is a runtime");
            axum::serve(listener, router).await
        });
        Server(address)
    }

    #[async_trait]
    impl TestApp for Server {
        async fn send(&self, request: Request<Bytes>) -> http::Response<Bytes> {
            let (parts, body) = request.into_parts();
            let mut text =
                format!("{} {} HTTP/1.1\r\nconnection: close\r\n", parts.method, parts.uri).into_bytes();
            for (name, value) in &parts.headers {
                text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
            }
            text.extend([b"\r\n", body.as_ref()].concat());
            let mut stream = TcpStream::connect(self.0).await.expect("the server listens");
            // A server that has seen enough may answer, and close, before it has read everything.
            let _ = stream.write_all(&text).await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            read_response(&answer)
        }
    }

    fn read_response(answer: &[u8]) -> http::Response<Bytes> {
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("the server answers");
        let head = std::str::from_utf8(&answer[..end]).expect("a head is text");
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).expect("a head begins with a status");
        let mut response = http::Response::builder().status(status);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            response = response.header(name, value);
        }
        response.body(Bytes::copy_from_slice(&answer[end + 4..])).expect("the response can be read")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_holds_in_the_process_holds_over_a_socket() {
        let adapter = Adapter::new(serve);
        login::a_good_password_signs_in(&adapter).await;
        login::each_slip_in_the_sign_in_form_is_told_next_to_its_field(&adapter).await;
        logout::nothing_a_browser_held_is_of_use_after_signing_out(&adapter).await;
        csrf::the_application_layer_takes_a_token_from_a_form_or_a_header(&adapter).await;
        headers::a_head_is_a_get_without_its_body(&adapter).await;
        headers::a_method_that_a_page_does_not_know_is_refused(&adapter).await;
        bodies::a_body_over_the_limit_is_refused(&adapter).await;
        attacks::no_target_makes_the_server_fail(&adapter).await;
    }
}
