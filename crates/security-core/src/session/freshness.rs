//! Whether the last proof of identity is recent enough.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::contents::Session;
use crate::clock::unix_seconds;
use crate::config::FreshnessConfig;

/// Seconds by which the clocks of two nodes may differ.
const CLOCK_SKEW: f64 = 10.0;

/// Decides whether the last proof of identity is recent enough for a sensitive action.
///
/// A check that passes opens a grace period in the session, during which further checks pass and extend it, so that
/// nobody is interrupted in the middle of a task. It never reaches further than twice `within` after the proof.
///
/// Callers with HTTP Basic credentials prove themselves with every request and need no check.
///
/// ```
/// use std::time::Duration;
///
/// use chrono::DateTime;
/// use security_core::session::FreshnessRule;
///
/// let rule = FreshnessRule { within: Some(Duration::from_secs(600)), grace: Duration::from_secs(60) };
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// assert!(rule.check(Some(1_699_999_700.0), None, now));
/// assert!(!rule.check(Some(1_699_999_000.0), None, now));
/// assert!(!rule.check(None, None, now));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshnessRule {
    /// Greatest age of the proof; `None` means that every proof will do, and none.
    pub within: Option<Duration>,
    /// Length of the grace period.
    pub grace: Duration,
}

impl From<&FreshnessConfig> for FreshnessRule {
    fn from(config: &FreshnessConfig) -> Self {
        Self { within: config.within, grace: config.grace }
    }
}

impl FreshnessRule {
    /// Whether a proof at `proven_at` (unix seconds) is recent enough now.
    ///
    /// `session` is `None` for callers with a token, who get no grace. It is changed only when the check passes: check
    /// for forged requests first.
    #[must_use]
    pub fn check(&self, proven_at: Option<f64>, session: Option<&mut Session>, now: DateTime<Utc>) -> bool {
        let Some(within) = self.within else { return true };
        let Some(proven_at) = proven_at.filter(|at| at.is_finite() && *at > 0.0) else { return false };
        let age = unix_seconds(now) - proven_at;
        if age < -CLOCK_SKEW || within.is_zero() {
            return false;
        }
        let is_recent = age.max(0.0) < within.as_secs_f64();
        let Some(session) = session else { return is_recent };

        let latest = (proven_at + 2.0 * within.as_secs_f64()).floor() as i64;
        let is_in_grace = session.grace_until().is_some_and(|end| now.timestamp() < end.min(latest));
        if is_recent || is_in_grace {
            let grace = i64::try_from(self.grace.as_secs()).unwrap_or(i64::MAX);
            session.set_grace_until(now.timestamp().saturating_add(grace).min(latest));
        }
        is_recent || is_in_grace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour, with ten minutes of grace.
    const RULE: FreshnessRule =
        FreshnessRule { within: Some(Duration::from_secs(3600)), grace: Duration::from_secs(600) };
    const PROOF: f64 = 1_700_000_000.5;

    fn after(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 500_000_000).unwrap()
    }

    fn session(grace_until: Option<i64>) -> Session {
        let mut session = Session::default();
        if let Some(end) = grace_until {
            session.set_grace_until(1_700_000_000 + end);
        }
        session
    }

    #[test]
    fn a_proof_counts_until_it_is_as_old_as_allowed() {
        for (age, is_fresh) in
            [(0, true), (3599, true), (3600, false), (86_400, false), (-9, true), (-11, false)]
        {
            assert_eq!(RULE.check(Some(PROOF), None, after(age)), is_fresh, "token, {age}");
            assert_eq!(
                RULE.check(Some(PROOF), Some(&mut session(None)), after(age)),
                is_fresh,
                "session, {age}"
            );
        }
    }

    #[test]
    fn no_proof_is_never_fresh_not_even_in_grace() {
        for proof in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut session = session(Some(500));
            assert!(!RULE.check(proof, Some(&mut session), after(0)), "{proof:?}");
            assert_eq!(session, self::session(Some(500)));
        }
    }

    #[test]
    fn everything_is_fresh_when_freshness_is_switched_off() {
        let rule = FreshnessRule { within: None, ..RULE };
        let mut session = session(None);
        assert!(rule.check(None, Some(&mut session), after(0)));
        assert!(session.is_empty());
    }

    #[test]
    fn a_passed_check_opens_the_grace_period_and_a_failed_one_leaves_it_alone() {
        let mut passing = session(None);
        assert!(RULE.check(Some(PROOF), Some(&mut passing), after(3590)));
        assert_eq!(passing, session(Some(3590 + 600)));
        assert!(RULE.check(Some(PROOF), Some(&mut passing), after(4000)));
        assert_eq!(passing, session(Some(4000 + 600)), "it slides");
        assert!(!RULE.check(Some(PROOF), Some(&mut passing), after(4600)));
        assert_eq!(passing, session(Some(4600)));
    }

    #[test]
    fn the_grace_period_ends_at_twice_the_allowed_age_however_often_it_is_extended() {
        let mut busy = session(None);
        let last =
            (0..20_000).step_by(60).take_while(|age| RULE.check(Some(PROOF), Some(&mut busy), after(*age)));
        assert_eq!(last.last(), Some(7140));
    }

    #[test]
    fn a_grace_period_from_elsewhere_that_is_too_long_is_cut() {
        // The reference writes a shifted end on servers outside of UTC.
        let mut shifted = session(Some(50_000));
        assert!(RULE.check(Some(PROOF), Some(&mut shifted), after(4000)));
        assert_eq!(shifted, session(Some(4600)));
        let mut shifted = session(Some(50_000));
        assert!(!RULE.check(Some(PROOF), Some(&mut shifted), after(7200)));
    }

    #[test]
    fn an_allowed_age_of_zero_lets_nothing_pass() {
        let rule = FreshnessRule { within: Some(Duration::ZERO), ..RULE };
        for age in [-5, 0, 5] {
            assert!(!rule.check(Some(PROOF), Some(&mut session(Some(100))), after(age)), "{age}");
        }
    }
}
