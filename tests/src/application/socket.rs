//! The same applications behind a socket, called by a client that changes nothing on the way.

use std::net::{SocketAddr, TcpListener};

use actix_web::{App, HttpServer};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use security_testkit::http_contract::{GuardedRoute, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use web_actix::{SecurityMiddleware, Views};

/// A server on a free port, which stops when this is dropped.
#[derive(Debug)]
pub struct OverSocket {
    address: SocketAddr,
    _running: oneshot::Sender<()>,
}

/// An application with axum.
///
/// # Panics
///
/// When there is no free port.
#[must_use]
pub fn axum(views: Views, routes: Vec<GuardedRoute>) -> OverSocket {
    let (server, listener, dropped) = OverSocket::listen();
    listener.set_nonblocking(true).expect("a listener can be asynchronous");
    let listener = tokio::net::TcpListener::from_std(listener).expect("there is a runtime");
    let router = super::axum::router(views, routes).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move {
        tokio::select! {
            _ = axum::serve(listener, router) => {}
            _ = dropped => {}
        }
    });
    server
}

/// An application with actix-web, with two workers.
///
/// # Panics
///
/// When there is no free port.
#[must_use]
pub fn actix(views: Views, routes: Vec<GuardedRoute>) -> OverSocket {
    let (server, listener, dropped) = OverSocket::listen();
    let application = move || {
        let routes = routes.clone();
        App::new()
            .configure(|config| super::actix::mount(config, routes))
            .configure(web_actix::views(&views))
            .wrap(SecurityMiddleware::new(&views))
    };
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(application).workers(2).disable_signals();
            tokio::select! {
                _ = server.listen(listener).expect("it listens").run() => {}
                _ = dropped => {}
            }
        });
    });
    server
}

impl OverSocket {
    fn listen() -> (Self, TcpListener, oneshot::Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (_running, dropped) = oneshot::channel();
        (Self { address, _running }, listener, dropped)
    }
}

#[async_trait]
impl TestApp for OverSocket {
    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let mut text =
            format!("{} {} HTTP/1.1\r\nconnection: close\r\n", parts.method, parts.uri).into_bytes();
        for (name, value) in &parts.headers {
            text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        text.extend([b"\r\n", body.as_ref()].concat());
        let mut stream = TcpStream::connect(self.address).await.expect("the server listens");
        // A server that has seen enough may answer, and close, before it has read everything.
        let _ = stream.write_all(&text).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        read_response(&answer)
    }
}

fn read_response(answer: &[u8]) -> Response<Bytes> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("the server answers");
    let head = std::str::from_utf8(&answer[..end]).expect("a head is text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a head begins with a status");
    let mut response = Response::builder().status(status);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    response.body(Bytes::copy_from_slice(&answer[end + 4..])).expect("the response can be read")
}
