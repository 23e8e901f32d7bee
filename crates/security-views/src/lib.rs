//! security-views
