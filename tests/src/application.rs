//! The applications of the HTTP contract, one for each adapter.

pub mod actix;
pub mod axum;
pub mod socket;
