//! security-testkit
