//! A whole axum application with accounts, in one command: `cargo run -p axum-quickstart`.
//!
//! `main.rs` is the application; the other files are what a demonstration needs around it.

#![forbid(unsafe_code)]

mod arguments;
mod first_start;
mod pages;
mod seed;
mod settings;

use std::error::Error;
use std::net::SocketAddr;

use arguments::Arguments;
use axum::Router;
use axum::routing::get;
use clap::Parser as _;
use datastore_seaorm::SeaOrmDatastore;
use security_core::mail::FileOutbox;
use settings::Settings;
use std::time::Duration;
use tokio::net::TcpListener;
use web_axum::{Security, SecurityLayer, Views, guard};

#[tokio::main]
async fn main() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).init();
    if let Err(error) = run(Arguments::parse()).await {
        eprintln!("axum-quickstart: {error}");
        std::process::exit(1);
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // First of all: the port becomes part of the addresses in mails.
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], arguments.port))).await?;
    let address = listener.local_addr()?;
    let settings = Settings::read(&arguments, address)?;
    let users = SeaOrmDatastore::connect(&settings.database).await?;
    users.migrate().await?;

    let security = Security::builder(settings.config, users)
        .mail_sender(FileOutbox::new(&settings.outbox, &settings.sender)?)
        .build()?;
    let administrator = first_start::prepare(&security).await?;
    if let Some(seed) = &arguments.seed {
        seed::plant(&security, seed).await?;
    }

    settings::announce(
        &format!("http://{address}"),
        &arguments,
        &settings.outbox,
        &settings.database,
        administrator.as_ref(),
    );

    let service = application(&security).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    security.mailer().idle().await;
    Ok(())
}

/// The application: its own pages, each with its guard, the account pages, and one layer around it all.
fn application(security: &Security) -> Router {
    let views = Views::new(security).with_templates(pages::TEMPLATES);
    let minute = Duration::from_secs(60);
    let admin = get(pages::admin).route_layer(guard::roles_required(["admin"]));
    let write = get(pages::write).route_layer(guard::permissions_required(["write"]));
    Router::new()
        .route("/", get(pages::home))
        .route("/members", get(pages::members).route_layer(guard::auth_required()))
        .route("/fresh", get(pages::fresh).route_layer(guard::auth_required().within(minute).grace(minute)))
        .route("/admin", admin.route_layer(guard::auth_required()))
        .route("/write", write.route_layer(guard::auth_required()))
        .route("/token", get(pages::token).route_layer(guard::auth_token_required()))
        .route("/basic", get(pages::basic).route_layer(guard::http_auth_required()))
        .route("/account", get(pages::account))
        .route("/healthz", get(pages::healthz))
        .merge(web_axum::views(&views))
        .layer(SecurityLayer::new(views))
}

/// Ends when the process is told to stop.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "the process cannot be interrupted");
        std::future::pending::<()>().await;
    }
}
