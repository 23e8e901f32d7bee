//! The rules of account security, without a web framework and without a database.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod account;
pub mod clock;
pub mod config;
pub mod datastore;
pub mod message;
pub mod password;
pub mod secret;
pub mod session;
pub mod token;
