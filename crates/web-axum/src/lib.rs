//! Account security for [axum]: routes, a layer, extractors and guards.
//!
//! ```no_run
//! use axum::Router;
//! use axum::routing::get;
//! use datastore_seaorm::SeaOrmDatastore;
//! use web_axum::{CurrentUser, Security, SecurityConfig, SecurityLayer, guard};
//!
//! async fn home(user: CurrentUser) -> String {
//!     format!("Hello, {}", user.email)
//! }
//!
//! async fn admin() -> &'static str {
//!     "The office"
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let users = SeaOrmDatastore::connect("sqlite://app.db?mode=rwc").await?;
//! users.migrate().await?;
//! let security = Security::builder(SecurityConfig::load()?, users).build()?;
//!
//! let app: Router = Router::new()
//!     .route("/", get(home))
//!     .route("/admin", get(admin).route_layer(guard::roles_required(["admin"])))
//!     .merge(web_axum::views(&security))
//!     .layer(SecurityLayer::new(security));
//! # Ok(())
//! # }
//! ```
//!
//! # Guards
//!
//! A guard is a layer for routes ([`guard`]), or the type of an extractor ([`Guarded`]). A layer sees the body, so it
//! finds a CSRF token in a form; an extractor finds one in the headers only.
//!
//! # The peer's address
//!
//! Sign-ins are tracked, and sessions tied, to the address of the peer. Serve the application with
//! `into_make_service_with_connect_info::<SocketAddr>()`, or it stays unknown. `X-Forwarded-For` counts only as far as
//! proxies in `SECURITY_TRUSTED_PROXIES` wrote it.
//!
//! This crate translates and decides nothing: every rule is in `security-core` and `security-views`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod extract;
pub mod guard;
mod layer;
mod routes;

pub use extract::{Context, CurrentCaller, CurrentUser, Guarded, OptionalUser};
pub use guard::GuardLayer;
pub use layer::{SecurityLayer, SecurityService};
pub use routes::views;

pub use security_core::{Security, SecurityConfig};
pub use security_views::{Caller, Guard, GuardRule, RequestContext, ResponsePolicy, Views};
