//! Argon2 (RFC 9106), the default for new hashes.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Scheme, SchemeError, decimal, random, within};
use crate::password::error::HasherSetupError;
use crate::password::options::SchemeOptions;
use crate::password::workspace::Workspace;

/// Argon2 with the settings for new hashes.
///
/// New hashes are argon2id, version 19. Defaults: 19456 KiB, 2 passes, 1 lane, 16 bytes of salt, 32 bytes of digest
/// (OWASP Password Storage Cheat Sheet). Verifies argon2i, argon2d and argon2id, versions 16 and 19; a hash
/// without `v=` is version 16.
///
/// # Security
///
/// Stored hashes are worked on up to [`MAX_MEMORY_KIB`], [`MAX_WORK_KIB`] and [`MAX_LANES`].
#[derive(Debug)]
pub(super) struct Argon2Scheme {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    digest_length: u32,
    /// Whether the number of passes was configured, as opposed to defaulted.
    passes_configured: bool,
}

/// Memory a stored hash may ask for: 1 GiB.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// Memory times passes a stored hash may ask for: 4 GiB, a few seconds of one core.
const MAX_WORK_KIB: u64 = 4 * 1024 * 1024;
/// Lanes a stored hash may ask for. They are computed one after the other.
const MAX_LANES: u32 = 64;
/// Bytes of salt in new hashes.
const SALT_LENGTH: usize = 16;

impl Argon2Scheme {
    /// Reads `argon2__memory_cost`, `argon2__time_cost` (or `rounds`), `argon2__parallelism`, `argon2__digest_size`.
    pub(super) fn new(options: &SchemeOptions<'_>) -> Result<Self, HasherSetupError> {
        let lanes = options.number(&["parallelism"], 1..=MAX_LANES)?.unwrap_or(1);
        let memory_kib = options.number(&["memory_cost"], 8..=MAX_MEMORY_KIB)?.unwrap_or(19_456);
        let passes = options.number(&["time_cost", "rounds"], 1..=4096)?;
        let digest_length = options.number(&["digest_size", "hash_len"], 16..=64)?.unwrap_or(32);
        let scheme = Self {
            memory_kib,
            passes: passes.unwrap_or(2),
            lanes,
            digest_length,
            passes_configured: passes.is_some(),
        };
        if memory_kib < 8 * lanes {
            return Err(options.error("memory_cost", "must be at least 8 for each lane".to_owned()));
        }
        if u64::from(memory_kib) * u64::from(scheme.passes) > MAX_WORK_KIB {
            let problem = format!("times the time cost must not exceed {MAX_WORK_KIB}");
            return Err(options.error("memory_cost", problem));
        }
        Ok(scheme)
    }

    /// The PHC text of a hash with the configured settings.
    fn encode(&self, salt: &[u8], digest: &[u8]) -> String {
        let Self { memory_kib, passes, lanes, .. } = self;
        let (salt, digest) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(digest));
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}")
    }
}

impl Scheme for Argon2Scheme {
    fn name(&self) -> &'static str {
        "argon2"
    }

    fn claims(&self, stored: &str) -> bool {
        ["$argon2id$", "$argon2i$", "$argon2d$"].iter().any(|prefix| stored.starts_with(prefix))
    }

    fn is_sound(&self, stored: &str) -> bool {
        Stored::parse(stored).is_ok()
    }

    fn hash(&self, secret: &[u8], workspace: &mut Workspace) -> Result<String, SchemeError> {
        let salt = random::<SALT_LENGTH>();
        let mut digest = vec![0; self.digest_length as usize];
        let (memory_kib, passes, lanes) = (self.memory_kib, self.passes, self.lanes);
        let cost =
            Cost { algorithm: Algorithm::Argon2id, version: Version::V0x13, memory_kib, passes, lanes };
        cost.digest(secret, &salt, &mut digest, workspace)?;
        Ok(self.encode(&salt, &digest))
    }

    fn verify(&self, secret: &[u8], stored: &str, workspace: &mut Workspace) -> Result<bool, SchemeError> {
        verify(secret, stored, workspace)
    }

    fn is_outdated(&self, stored: &str) -> bool {
        let Ok(Stored { cost, digest, .. }) = Stored::parse(stored) else { return true };
        cost.algorithm != Algorithm::Argon2id
            || cost.version != Version::V0x13
            || cost.memory_kib != self.memory_kib
            || cost.lanes != self.lanes
            || digest.len() != self.digest_length as usize
            || cost.passes < self.passes
            || (self.passes_configured && cost.passes != self.passes)
    }

    fn decoy(&self) -> String {
        self.encode(&random::<SALT_LENGTH>(), &random::<64>()[..self.digest_length as usize])
    }

    fn memory_kib(&self) -> usize {
        self.memory_kib as usize
    }
}

/// Whether the secret made this hash.
pub(super) fn verify(secret: &[u8], stored: &str, workspace: &mut Workspace) -> Result<bool, SchemeError> {
    let stored = Stored::parse(stored)?;
    let mut digest = Zeroizing::new(vec![0; stored.digest.len()]);
    stored.cost.digest(secret, &stored.salt, &mut digest, workspace)?;
    Ok(digest.ct_eq(&stored.digest).into())
}

/// Everything but salt and secret that decides the digest.
#[derive(Debug)]
struct Cost {
    algorithm: Algorithm,
    version: Version,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    fn digest(
        &self,
        secret: &[u8],
        salt: &[u8],
        digest: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), SchemeError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(digest.len()))
            .map_err(|_| SchemeError::Malformed)?;
        let blocks = params.block_count();
        let argon2 = Argon2::new(self.algorithm, self.version, params);
        workspace
            .with_blocks(blocks, |memory| {
                argon2.hash_password_into_with_memory(secret, salt, digest, memory)
            })?
            .map_err(|_| SchemeError::Malformed)
    }
}

/// A stored hash in its parts.
#[derive(Debug)]
struct Stored {
    cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Stored {
    /// Takes `$argon2id$v=19$m=…,t=…,p=…$salt$digest` apart, in exactly this order.
    fn parse(stored: &str) -> Result<Self, SchemeError> {
        let mut fields = stored.strip_prefix('$').ok_or(SchemeError::Malformed)?.split('$');
        let mut next = || fields.next().ok_or(SchemeError::Malformed);
        let algorithm = match next()? {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return Err(SchemeError::Malformed),
        };
        let mut field = next()?;
        let version = match field.strip_prefix("v=") {
            None => Version::V0x10,
            Some(version) => {
                field = next()?;
                match version {
                    "16" => Version::V0x10,
                    "19" => Version::V0x13,
                    _ => return Err(SchemeError::Malformed),
                }
            }
        };
        let mut numbers = field.split(',');
        let mut number = |prefix: &str| {
            let text = numbers.next().and_then(|part| part.strip_prefix(prefix));
            decimal(text.ok_or(SchemeError::Malformed)?)
        };
        let memory_kib = within(number("m=")?, 8..=MAX_MEMORY_KIB)?;
        let passes = number("t=")?;
        let lanes = within(number("p=")?, 1..=MAX_LANES)?;
        let (salt, digest) = (next()?, next()?);
        let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| SchemeError::Malformed);
        let (salt, digest) = (decode(salt)?, decode(digest)?);
        let sound = numbers.next().is_none()
            && fields.next().is_none()
            && u64::from(memory_kib) * u64::from(passes) <= MAX_WORK_KIB
            && (8..=256).contains(&salt.len())
            && (10..=128).contains(&digest.len());
        let cost = Cost { algorithm, version, memory_kib, passes, lanes };
        if sound { Ok(Self { cost, salt, digest }) } else { Err(SchemeError::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn scheme(options: &Value) -> Result<Argon2Scheme, HasherSetupError> {
        let options: Map<String, Value> = options.as_object().unwrap().clone();
        Argon2Scheme::new(&SchemeOptions::of("argon2", &options))
    }

    #[test]
    fn new_hashes_follow_the_owasp_recommendation() {
        let hash = scheme(&json!({})).unwrap().hash(b"secret", &mut Workspace::default()).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let stored = Stored::parse(&hash).unwrap();
        assert_eq!((stored.salt.len(), stored.digest.len()), (16, 32));
    }

    #[test]
    fn a_planted_hash_cannot_exhaust_memory_or_time() {
        let tail = "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        assert!(Stored::parse(&format!("$argon2id$v=19$m=1048576,t=4,p=1${tail}")).is_ok());
        for cost in ["m=1048577,t=1,p=1", "m=1048576,t=5,p=1", "m=8,t=4294967295,p=1", "m=65536,t=1,p=65"] {
            assert!(Stored::parse(&format!("$argon2id$v=19${cost}${tail}")).is_err(), "{cost}");
        }
    }

    #[test]
    fn a_hash_with_other_members_or_another_order_is_refused() {
        let tail = "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        for head in [
            "$argon2id$v=19$m=64,t=1,p=1,data=AAAA",
            "$argon2id$v=19$t=1,m=64,p=1",
            "$argon2id$v=19$m=064,t=1,p=1",
            "$argon2id$v=18$m=64,t=1,p=1",
            "$argon2id$v=19$v=19$m=64,t=1,p=1",
            "$argon2x$v=19$m=64,t=1,p=1",
        ] {
            assert!(Stored::parse(&format!("{head}${tail}")).is_err(), "{head}");
        }
        assert!(Stored::parse(&format!("$argon2id$v=19$m=64,t=1,p=1${tail}$x")).is_err());
        assert!(Stored::parse(&format!("$argon2id$v=19$m=64,t=1,p=1${tail}==")).is_err());
    }

    #[test]
    fn a_hash_with_fewer_passes_is_outdated_even_when_the_number_is_not_configured() {
        let hash = |passes| format!("$argon2id$v=19$m=64,t={passes},p=1$c2FsdHNhbHQ${}", "A".repeat(43));
        let defaulted = scheme(&json!({"argon2__memory_cost": 64})).unwrap();
        assert!(defaulted.is_outdated(&hash(1)));
        assert!(!defaulted.is_outdated(&hash(2)) && !defaulted.is_outdated(&hash(3)));
        let configured = scheme(&json!({"argon2__memory_cost": 64, "argon2__rounds": 2})).unwrap();
        assert!(!configured.is_outdated(&hash(2)) && configured.is_outdated(&hash(3)));
    }

    #[test]
    fn impossible_costs_stop_the_start() {
        assert!(scheme(&json!({"argon2__memory_cost": 31, "argon2__parallelism": 4})).is_err());
        assert!(scheme(&json!({"argon2__memory_cost": 1048576, "argon2__time_cost": 5})).is_err());
    }
}
