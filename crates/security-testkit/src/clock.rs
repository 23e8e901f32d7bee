//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use security_core::clock::Clock;

/// A clock that a test sets and moves; clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use security_core::clock::Clock as _;
/// use security_testkit::clock::ManualClock;
///
/// let clock = ManualClock::at_unix(1_699_175_600);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().timestamp(), 1_699_175_660);
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl ManualClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { now: Arc::new(Mutex::new(now)) }
    }

    /// A clock that shows this many seconds after the beginning of 1970.
    ///
    /// # Panics
    ///
    /// When no calendar reaches that far.
    #[must_use]
    pub fn at_unix(seconds: i64) -> Self {
        Self::new(DateTime::from_timestamp(seconds, 0).expect("a time within the calendar"))
    }

    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        self.change(|now| now + by);
    }

    /// Sets the time, also backward.
    pub fn set(&self, now: DateTime<Utc>) {
        self.change(|_| now);
    }

    fn change(&self, to: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = to(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_shows_the_time_that_was_set_on_the_other() {
        let clock = ManualClock::at_unix(0);
        let other = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(other.now().timestamp_millis(), 1500);
        other.set(DateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
    }
}
