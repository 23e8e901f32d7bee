//! The application that is measured, with axum.

use std::net::{SocketAddr, TcpListener};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use security_core::Security;
use web_axum::{CurrentUser, SecurityLayer, guard};

use super::site::{Floor, Stop, greeting};
use crate::Failure;

/// Serves it until it is stopped.
pub(super) fn serve(security: &Security, floor: Floor, listener: TcpListener) -> Result<Stop, Failure> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let service = application(security, floor).into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            eprintln!("the server stopped: {error}");
        }
    });
    Ok(Stop::new(move || server.abort()))
}

fn application(security: &Security, floor: Floor) -> Router {
    let secured = Router::new()
        .route("/session", get(greet))
        .route("/token", get(greet).route_layer(guard::auth_token_required()))
        .merge(web_axum::views(security))
        .layer(SecurityLayer::new(security));
    Router::new().route("/floor", get(greet_without_security)).with_state(floor).merge(secured)
}

async fn greet(user: CurrentUser) -> String {
    greeting(&user.email)
}

async fn greet_without_security(State(floor): State<Floor>) -> Response {
    match floor.find().await {
        Ok(Some(user)) => greeting(&user.email).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
