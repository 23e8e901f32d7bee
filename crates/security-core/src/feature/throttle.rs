//! Limits to how often something may be tried, the same for known and unknown accounts.

use std::time::Duration;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use crate::account::User;
use crate::datastore::UserKey;
use crate::error::Error;
use crate::secret::hex;
use crate::security::Security;

/// What is counted: attempts at one account, or mails to one address.
#[derive(Debug, Clone)]
pub(super) struct Tries {
    mark: String,
    limit: u64,
}

impl Tries {
    fn new(kind: &str, subject: &str, limit: u64) -> Self {
        Self { mark: mark(&[kind, subject]), limit }
    }
}

/// What the datastore knows a thing by: no address or token is stored for counting.
pub(super) fn mark(parts: &[&str]) -> String {
    hex(&Sha256::digest(parts.join("\0").as_bytes()))
}

impl Security {
    /// Wrong passwords for an account, whatever identity was used, or for an identity nobody has.
    pub(super) fn sign_in_tries(&self, user: Option<&User>, key: Option<&UserKey>) -> Tries {
        let subject = match (user, key) {
            (Some(user), _) => format!("user {}", user.id),
            (None, Some(UserKey::Identity { attribute, value, .. })) => {
                format!("{} {}", attribute.name(), value.to_lowercase())
            }
            (None, _) => "nobody".to_owned(),
        };
        Tries::new("sign-in", &subject, self.config().throttle.sign_in)
    }

    /// Refuses when there were too many already.
    pub(super) async fn check_tries(&self, tries: &Tries) -> Result<(), Error> {
        if tries.limit > 0 && self.datastore().uses(&tries.mark, self.now()).await? >= tries.limit {
            return Err(self.throttled());
        }
        Ok(())
    }

    /// Counts one more, and answers how many there are.
    pub(super) async fn count_try(&self, tries: &Tries) -> Result<u64, Error> {
        if tries.limit == 0 {
            return Ok(0);
        }
        let now = self.now();
        let until = now + TimeDelta::from_std(self.config().throttle.period).unwrap_or(TimeDelta::days(1));
        Ok(self.datastore().count_use(&tries.mark, until, now).await?)
    }

    /// Counts a mail that a visitor asks for, or refuses when there were too many.
    pub(super) async fn allow_mail(&self, address: &str) -> Result<(), Error> {
        let tries = Tries::new("mail", &address.to_lowercase(), self.config().throttle.mail);
        match self.count_try(&tries).await? {
            count if count > tries.limit => Err(self.throttled()),
            _ => Ok(()),
        }
    }

    fn throttled(&self) -> Error {
        let retry_after = self.config().throttle.period.max(Duration::from_secs(1));
        tracing::warn!(feature = "throttle", "too many attempts");
        Error::Throttled { retry_after }
    }
}
