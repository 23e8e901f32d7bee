//! web-axum
