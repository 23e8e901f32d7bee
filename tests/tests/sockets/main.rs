//! What only shows on a real socket: bodies in pieces, late and too long, HTTP/2, and shutting down in mid-request.
//! Each rule through axum and through actix-web.

mod server;
mod wire;

use std::time::Duration;

use portcullis_tests::visitor::Visitor;
use server::{Framework, Server};
use wire::Wire;

/// Runs a rule through every framework.
macro_rules! through_every_framework {
    ($($(#[doc = $doc:literal])* $rule:ident)+) => {
        mod axum {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::Framework::Axum).await;
            })+
        }

        mod actix {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::Framework::Actix).await;
            })+
        }
    };
}

through_every_framework! {
    a_body_in_pieces_is_read_like_one_in_one_piece
    a_chunked_body_over_the_limit_is_refused_before_it_ends
    a_body_that_does_not_arrive_is_not_waited_for_forever
    a_request_under_way_is_answered_before_the_server_stops
    every_worker_knows_who_is_signed_in
    where_a_visitor_comes_from_is_what_a_trusted_proxy_says
    a_form_with_a_file_is_read_as_a_form
}

async fn a_body_in_pieces_is_read_like_one_in_one_piece(framework: Framework) {
    let server = Server::start(framework, &[]).await;
    let mut wire = Wire::connect(&server).await;
    let head = "POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n";
    wire.send(head).await;
    for piece in ["{\"email\": \"ann@harbour", ".example\", \"next\":", " \"//evil.example\"}"] {
        wire.send(&format!("{:x}\r\n{piece}\r\n", piece.len())).await;
    }
    wire.send("0\r\n\r\n").await;
    let answer = wire.answer().await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("\"next\""), "the slip in the last piece was seen: {answer}");
}

async fn a_chunked_body_over_the_limit_is_refused_before_it_ends(framework: Framework) {
    let server = Server::start(framework, &[("MAX_CONTENT_LENGTH", 1000.into())]).await;
    let mut wire = Wire::connect(&server).await;
    wire.send("POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    let piece = "x".repeat(600);
    for _ in 0..2 {
        wire.send(&format!("{:x}\r\n{piece}\r\n", piece.len())).await;
    }
    let answer = wire.answer().await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

async fn a_body_that_does_not_arrive_is_not_waited_for_forever(framework: Framework) {
    let server = Server::start(framework, &[("SECURITY_BODY_TIMEOUT", "200 milliseconds".into())]).await;
    let mut wire = Wire::connect(&server).await;
    wire.send(
        "POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    )
    .await;
    let answer = tokio::time::timeout(Duration::from_secs(10), wire.answer()).await.expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

async fn a_request_under_way_is_answered_before_the_server_stops(framework: Framework) {
    let server = Server::start(framework, &[]).await;
    let mut visitor = Visitor::of(&server.url()).wanting_json();
    let token =
        visitor.get("/login").await.json()["response"]["csrf_token"].as_str().expect("a token").to_owned();
    let body = format!(
        "{{\"email\": \"ann@harbour.example\", \"password\": \"a boat and three oars\", \"csrf_token\": \"{token}\"}}"
    );
    let mut wire = Wire::connect(&server).await;
    let session = visitor.cookie("session").expect("a session");
    wire.send(&format!(
        "POST /login HTTP/1.1\r\nhost: x\r\ncookie: session={session}\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    wire.settle().await;
    let stopping = server.stop();
    wire.send(&body).await;
    let answer = wire.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("set-cookie: session="), "{answer}");
    tokio::time::timeout(Duration::from_secs(30), stopping).await.expect("the server stops");
}

async fn every_worker_knows_who_is_signed_in(framework: Framework) {
    let server = Server::start(framework, &[]).await;
    let mut visitor = Visitor::of(&server.url()).wanting_json();
    server::sign_in(&mut visitor).await;
    // Each request is a connection of its own, which any worker may take.
    for _ in 0..12 {
        assert_eq!(visitor.get("/who").await.json()["user"], "ann@harbour.example");
    }
}

async fn where_a_visitor_comes_from_is_what_a_trusted_proxy_says(framework: Framework) {
    for (trusted, expected) in
        [(serde_json::json!(["127.0.0.1"]), "203.0.113.9"), (serde_json::json!([]), "127.0.0.1")]
    {
        let options = [("SECURITY_TRUSTED_PROXIES", trusted), ("SECURITY_TRACKABLE", true.into())];
        let server = Server::start(framework, &options).await;
        let mut visitor = Visitor::of(&server.url()).wanting_json();
        let token = visitor.get("/login").await.json()["response"]["csrf_token"].clone();
        let form = serde_json::json!({
            "email": "ann@harbour.example", "password": "a boat and three oars", "csrf_token": token,
        });
        let call = visitor.call("POST", "/login").json(&form);
        let answer = call.header("x-forwarded-for", "198.51.100.1, 203.0.113.9").send().await;
        assert_eq!(answer.status, 200);
        let user = server.user("ann@harbour.example").await;
        assert_eq!(user.current_login_ip.as_deref(), Some(expected));
    }
}

async fn a_form_with_a_file_is_read_as_a_form(framework: Framework) {
    let server = Server::start(framework, &[]).await;
    let mut visitor = Visitor::of(&server.url());
    let token = visitor.get("/login").await.form_token().to_owned();
    let part = |name: &str, value: &str| {
        format!("--frontier\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = [
        part("email", "ann@harbour.example"),
        part("password", "a boat and three oars"),
        part("csrf_token", &token),
        "--frontier\r\ncontent-disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n\r\n\u{1}\r\n--frontier--\r\n"
            .to_owned(),
    ]
    .concat();
    let call = visitor.call("POST", "/login").body("multipart/form-data; boundary=frontier", body);
    let answer = call.send().await;
    assert_eq!(answer.status, 302, "{answer:?}");
    assert_eq!(visitor.wanting_json().get("/who").await.json()["user"], "ann@harbour.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_are_served_over_http_2_as_well() {
    let server = Server::start(Framework::Axum, &[]).await;
    let stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let executor = hyper_util::rt::TokioExecutor::new();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get(format!("{}/members", server.url())).header("accept", "text/html");
    let request = request.body(http_body_util::Full::new(bytes::Bytes::new())).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!((response.version(), response.status().as_u16()), (http::Version::HTTP_2, 302));
    assert_eq!(response.headers()["location"], "/login?next=%2Fmembers");
}
