//! How many passwords can be hashed.

use std::time::Duration;

use security_core::Security;
use security_core::secret::PlainPassword;
use tokio::task::JoinSet;

use crate::Failure;
use crate::contest::{Stopwatch, total};

/// Passwords that are hashed at once: more than there are threads for it.
const HASHES_AT_ONCE: usize = 8;

/// Hashes passwords as the configuration says for a while, and answers how many in a second.
pub(super) async fn hashes_per_second(security: &Security, time: Duration) -> Result<f64, Failure> {
    let watch = Stopwatch::start(time);
    let mut callers = JoinSet::new();
    for _ in 0..HASHES_AT_ONCE {
        let security = security.clone();
        callers.spawn(async move {
            let password = PlainPassword::new("a password like any other");
            let mut hashed = 0_u32;
            while watch.is_running() {
                security.hasher().hash(&password).await?;
                hashed += 1;
            }
            Ok(hashed)
        });
    }
    Ok(watch.stop(total(callers).await?).rate)
}
