//! Account pages, JSON API, forms, CSRF protection and guards, as functions from an HTTP request to an HTTP response,
//! for any framework.
//!
//! Applications meet this crate through an adapter such as `web-axum`. An adapter is small: it registers
//! [`Views::routes`], opens a [`RequestContext`] for every request and closes it, and turns [`Guard`]s into whatever its
//! framework calls middleware. What the answers look like, an application decides with a [`ResponsePolicy`] and with
//! templates of its own.
//!
//! A view is a function of the request, the configuration and the datastore; nothing here listens on a socket.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod context;
mod cookies;
mod csrf;
mod destination;
pub mod envelope;
pub mod extract;
mod flash;
pub mod form;
pub mod guard;
pub mod input;
mod language;
pub mod negotiate;
pub mod page;
pub mod policy;
mod proxy;
pub mod redirect;
pub mod respond;
pub mod route;
mod template;
mod view;
pub mod views;

pub use context::{Caller, RequestContext};
pub use extract::{FromContext, GuardRule};
pub use guard::Guard;
pub use policy::{ResponsePolicy, StandardPolicy};
pub use respond::Response;
pub use route::{Endpoint, Route};
pub use views::Views;
