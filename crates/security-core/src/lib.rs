//! The rules of account security, without a web framework and without a database.
//!
//! [`Security`] is the assembled product: a configuration, a datastore, and everything users and visitors can do
//! with accounts. Applications usually meet it through an adapter such as `web-axum`; authors of datastores need
//! [`datastore`], authors of adapters `security-views`.
//!
//! | To … | see |
//! |---|---|
//! | configure | [`config::SecurityConfig`] |
//! | assemble | [`Security::builder`] |
//! | keep accounts in another database | [`datastore::Datastore`] |
//! | speak another language, or in other words | [`message::Messages`] |
//! | send mail another way | [`mail::MailSender`] |
//! | be told what happens | [`event::EventSubscriber`] |
//! | take part in decisions | [`hooks::AccountHooks`] |
//! | keep sessions elsewhere | [`session::SessionStore`] |
//!
//! The crate reads the clock, the environment, files, the network and the random source only through its ports.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod account;
pub mod client;
pub mod clock;
pub mod config;
pub mod datastore;
pub mod error;
pub mod event;
pub mod feature;
pub mod hooks;
pub mod mail;
pub mod message;
pub mod password;
pub mod secret;
pub mod security;
pub mod session;
pub mod template;
pub mod token;

pub use config::SecurityConfig;
pub use error::{Error, FieldError, Refusal};
pub use security::Security;
