//! The application that is measured, with actix-web.

use std::net::TcpListener;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};
use security_core::Security;
use web_actix::{CurrentUser, SecurityMiddleware, Views, guard};

use super::site::{Floor, Stop, greeting};
use crate::Failure;

/// Serves it until it is stopped, with a worker for each core.
pub(super) fn serve(security: &Security, floor: Floor, listener: TcpListener) -> Result<Stop, Failure> {
    let (views, floor) = (Views::from(security), Data::new(floor));
    let application = move || {
        let secured = web::scope("").configure(pages).configure(web_actix::views(&views));
        App::new()
            .app_data(Data::clone(&floor))
            .route("/floor", web::get().to(greet_without_security))
            .service(secured.wrap(SecurityMiddleware::new(&views)))
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(application).workers(workers).disable_signals().listen(listener)?.run();
    let handle = server.handle();
    tokio::spawn(async move {
        if let Err(error) = server.await {
            eprintln!("the server stopped: {error}");
        }
    });
    Ok(Stop::new(move || drop(tokio::spawn(handle.stop(false)))))
}

fn pages(config: &mut ServiceConfig) {
    config
        .route("/session", web::get().to(greet))
        .service(web::resource("/token").wrap(guard::auth_token_required()).route(web::get().to(greet)));
}

async fn greet(user: CurrentUser) -> String {
    greeting(&user.email)
}

async fn greet_without_security(floor: Data<Floor>) -> HttpResponse {
    match floor.find().await {
        Ok(Some(user)) => HttpResponse::Ok().body(greeting(&user.email)),
        _ => HttpResponse::InternalServerError().finish(),
    }
}
