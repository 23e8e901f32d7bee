//! How often something may be tried.

use std::time::Duration;

use super::section::section;

section! {
    /// How often something may be tried. Counted in the datastore, so that the limits hold on all nodes together, and
    /// for unknown accounts as for known ones. What is over a limit is answered with status 429.
    pub struct ThrottleConfig "Attempts" {
        /// Wrong passwords for one account or unknown identity within the period; 0 means any number. NIST SP
        /// 800-63B allows 100.
        sign_in: u64, "SECURITY_THROTTLE_SIGN_IN" = 100, ours;
        /// Mails to one address, caused by visitors who are not signed in, within the period; 0 means any number.
        mail: u64, "SECURITY_THROTTLE_MAIL" = 60, ours;
        /// The period, which begins with the first attempt.
        period: Duration, "SECURITY_THROTTLE_PERIOD" = "1 hours", ours;
    }
}
