//! A whole axum application with accounts, in one command: `cargo run -p axum-quickstart`.
//!
//! This file is the application. What the quickstarts have in common is in `examples/quickstart-setup`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use quickstart_setup::page::{self, Page};
use quickstart_setup::{Arguments, Quickstart};
use tokio::net::TcpListener;
use web_axum::{Context, CurrentCaller, SecurityLayer, Views, guard};

#[tokio::main]
async fn main() {
    if let Err(error) = run(Arguments::from_command_line()).await {
        eprintln!("axum-quickstart: {error}");
        std::process::exit(1);
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], arguments.port))).await?;
    let quickstart = Quickstart::prepare(&arguments, listener.local_addr()?).await?;
    let service = application(quickstart.views()).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    quickstart.finish().await;
    Ok(())
}

/// The application: its own pages, each with its guard, the account pages, and one layer around it all.
fn application(views: Views) -> Router {
    let minute = Duration::from_secs(60);
    let fresh = guard::auth_required().within(minute).grace(minute);
    let admin = members_page(page::ADMIN).route_layer(guard::roles_required(["admin"]));
    let write = members_page(page::WRITE).route_layer(guard::permissions_required(["write"]));
    Router::new()
        .route("/", open_page(page::HOME))
        .route("/members", members_page(page::MEMBERS).route_layer(guard::auth_required()))
        .route("/fresh", members_page(page::FRESH).route_layer(fresh))
        .route("/admin", admin.route_layer(guard::auth_required()))
        .route("/write", write.route_layer(guard::auth_required()))
        .route("/token", members_page(page::TOKEN).route_layer(guard::auth_token_required()))
        .route("/basic", members_page(page::BASIC).route_layer(guard::http_auth_required()))
        .route("/account", open_page(page::ACCOUNT))
        .route("/healthz", get(healthz))
        .merge(web_axum::views(&views))
        .layer(SecurityLayer::new(views))
}

/// A page for anybody, which says who is signed in if somebody is.
fn open_page(page: Page) -> MethodRouter {
    get(move |Context(context): Context, caller: Option<CurrentCaller>| async move {
        page::show(&context, page, caller.as_ref().map(|caller| &caller.0)).await.map(Body::from)
    })
}

/// A page for callers who passed its guard.
fn members_page(page: Page) -> MethodRouter {
    get(move |Context(context): Context, CurrentCaller(caller): CurrentCaller| async move {
        page::show(&context, page, Some(&caller)).await.map(Body::from)
    })
}

async fn healthz(Context(context): Context) -> Response {
    page::health(&context).await.map(Body::from)
}

/// Ends when the process is told to stop.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("axum-quickstart: the process cannot be interrupted: {error}");
        std::future::pending::<()>().await;
    }
}
