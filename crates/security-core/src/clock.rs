//! The clock port: the only way this crate learns what time it is.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

/// Tells the time.
///
/// Rules about expiry and freshness ask this port, so that a test can hold the clock still and move it.
pub trait Clock: Debug + Send + Sync {
    /// The current time in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

/// Unix time in seconds with fraction, the form in which sessions and tokens carry a time.
#[must_use]
pub fn unix_seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp_micros() as f64 / 1_000_000.0
}
