//! Account security for [actix-web](actix_web): services, middleware, extractors and guards.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use datastore_seaorm::SeaOrmDatastore;
//! use web_actix::{CurrentUser, Security, SecurityConfig, SecurityMiddleware, Views, guard};
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
//! let views = Views::from(Security::builder(SecurityConfig::load()?, users).build()?);
//!
//! HttpServer::new(move || {
//!     App::new()
//!         .route("/", web::get().to(home))
//!         .service(web::resource("/admin").wrap(guard::roles_required(["admin"])).to(admin))
//!         .configure(web_actix::views(&views))
//!         .wrap(SecurityMiddleware::new(&views))
//! })
//! .bind(("127.0.0.1", 8000))?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! ```
//!
//! The views are made once and shared by the workers; an application with several workers needs nothing more, because no
//! worker keeps a state of its own.
//!
//! # Guards
//!
//! A guard is middleware for a resource or a scope ([`guard`]), or the type of an extractor ([`Guarded`]). Middleware sees
//! the body, so it finds a CSRF token in a form; an extractor finds one in the headers only.
//!
//! # The peer's address
//!
//! Sign-ins are tracked, and sessions tied, to the address of the peer. `X-Forwarded-For` counts only as
//! far as proxies in `SECURITY_TRUSTED_PROXIES` wrote it.
//!
//! This crate translates and decides nothing: every rule is in `security-core` and `security-views`. It is also the one
//! place where the two generations of the `http` crate meet: actix-web 4 speaks 0.2, the views speak 1.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod convert;
mod extract;
pub mod guard;
mod middleware;
mod routes;

pub use convert::respond;
pub use extract::{Context, CurrentCaller, CurrentUser, Guarded, OptionalUser};
pub use guard::GuardMiddleware;
pub use middleware::SecurityMiddleware;
pub use routes::views;

pub use security_core::{Security, SecurityConfig};
pub use security_views::{Caller, Guard, GuardRule, RequestContext, ResponsePolicy, Views};
