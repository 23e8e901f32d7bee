//! Account pages, JSON API, forms and guards as functions from an HTTP request to an HTTP response, for any
//! framework.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod envelope;
pub mod form;
pub mod input;
pub mod negotiate;
pub mod page;
pub mod redirect;
