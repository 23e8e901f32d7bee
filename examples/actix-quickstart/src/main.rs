//! A whole actix-web application with accounts, in one command: `cargo run -p actix-quickstart`.
//!
//! This file is the application. What the quickstarts have in common is in `examples/quickstart-setup`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, Route};
use quickstart_setup::page::{self, Page};
use quickstart_setup::{Arguments, Quickstart};
use web_actix::{Context, CurrentCaller, SecurityMiddleware, guard, respond};

#[actix_web::main]
async fn main() {
    if let Err(error) = run(Arguments::from_command_line()).await {
        eprintln!("actix-quickstart: {error}");
        std::process::exit(1);
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))?;
    let quickstart = Quickstart::prepare(&arguments, listener.local_addr()?).await?;
    let views = quickstart.views();
    let app = move || {
        App::new().configure(pages).configure(web_actix::views(&views)).wrap(SecurityMiddleware::new(&views))
    };
    HttpServer::new(app).listen(listener)?.run().await?;
    quickstart.finish().await;
    Ok(())
}

/// The application's own pages, each with its guard.
fn pages(config: &mut ServiceConfig) {
    let minute = Duration::from_secs(60);
    let fresh = guard::auth_required().within(minute).grace(minute);
    let admin = web::resource("/admin").wrap(guard::roles_required(["admin"]));
    let write = web::resource("/write").wrap(guard::permissions_required(["write"]));
    config
        .route("/", open_page(page::HOME))
        .service(web::resource("/members").wrap(guard::auth_required()).route(members_page(page::MEMBERS)))
        .service(web::resource("/fresh").wrap(fresh).route(members_page(page::FRESH)))
        .service(admin.wrap(guard::auth_required()).route(members_page(page::ADMIN)))
        .service(write.wrap(guard::auth_required()).route(members_page(page::WRITE)))
        .service(web::resource("/token").wrap(guard::auth_token_required()).route(members_page(page::TOKEN)))
        .service(web::resource("/basic").wrap(guard::http_auth_required()).route(members_page(page::BASIC)))
        .route("/account", open_page(page::ACCOUNT))
        .route("/healthz", web::get().to(healthz));
}

/// A page for anybody, which says who is signed in if somebody is.
fn open_page(page: Page) -> Route {
    web::get().to(move |Context(context): Context, caller: Option<CurrentCaller>| async move {
        respond(page::show(&context, page, caller.as_ref().map(|caller| &caller.0)).await)
    })
}

/// A page for callers who passed its guard.
fn members_page(page: Page) -> Route {
    web::get().to(move |Context(context): Context, CurrentCaller(caller): CurrentCaller| async move {
        respond(page::show(&context, page, Some(&caller)).await)
    })
}

async fn healthz(Context(context): Context) -> HttpResponse {
    respond(page::health(&context).await)
}
