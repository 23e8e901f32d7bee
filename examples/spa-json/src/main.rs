//! A single-page application with accounts: `cargo run -p spa-json`.
//!
//! This file is the application; the others are its own notice board, its page, its answers and its options.

#![forbid(unsafe_code)]

mod board;
mod page;
mod policy;
mod settings;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::routing::{delete, get};
use clap::Parser as _;
use datastore_seaorm::SeaOrmDatastore;
use security_core::mail::FileOutbox;
use tokio::net::TcpListener;
use web_axum::{Security, SecurityLayer, Views, guard};

/// An axum API with accounts, and a page of plain JavaScript that uses it.
#[derive(Debug, clap::Parser)]
#[command(name = "spa-json", about)]
struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Folder for the database, the keys and the mails; it is made if it is missing.
    #[arg(long, default_value = "./spa-data")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_env_filter("warn").init();
    let Arguments { port, data } = Arguments::parse();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let config = settings::load(&data, address)?;
    let outbox = FileOutbox::new(data.join("outbox"), "no-reply@localhost")?;
    let users = SeaOrmDatastore::connect(&settings::database(&data)).await?;
    users.migrate().await?;
    let security = Security::builder(config, users).mail_sender(outbox).build()?;

    println!("Open http://{address}\nMails arrive in {}\nStop with Ctrl+C", data.join("outbox").display());
    let service = application(&security).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

/// The page, the API with its guards, and the account endpoints below `/api`.
fn application(security: &Security) -> Router {
    let views = Views::new(security).with_policy(policy::Answers);
    let member = guard::auth_required;
    let board = get(board::read).post(board::write).route_layer(member());
    let cleared = delete(board::clear).route_layer(member().within(Duration::from_secs(60)));
    let reports = get(board::reports).route_layer(guard::roles_required(["moderator"]));
    Router::new()
        .route("/", get(page::index))
        .route("/reset", get(page::index))
        .route("/app.js", get(page::script))
        .route("/api/board", board.merge(cleared))
        .route("/api/reports", reports.route_layer(member()))
        .with_state(board::Board::default())
        .merge(web_axum::views(&views))
        .layer(SecurityLayer::new(views))
}
