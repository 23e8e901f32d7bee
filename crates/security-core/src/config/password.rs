//! How passwords are hashed and judged.

use std::time::Duration;

use serde_json::{Map, Value};

use super::section::section;
use super::value::{Expected, Input, OptionValue};
use crate::account::identity::NormalizationForm;

section! {
    /// How passwords are hashed and judged.
    pub struct PasswordConfig "Passwords" {
        /// Scheme of new hashes. One of `SECURITY_PASSWORD_SCHEMES`.
        scheme: String, "SECURITY_PASSWORD_HASH" = "argon2";
        /// Schemes of stored hashes. Without `plaintext` and `des_crypt`, which the reference lists: where somebody
        /// has such a hash, add them. Schemes of other frameworks can be added as well; they are read and never
        /// written.
        schemes: Vec<String>, "SECURITY_PASSWORD_SCHEMES"
            = ["bcrypt", "argon2", "pbkdf2_sha256", "pbkdf2_sha512", "sha256_crypt", "sha512_crypt"], changed;
        /// Schemes that are replaced at the next good sign-in; `auto` means all but `SECURITY_PASSWORD_HASH`.
        deprecated_schemes: Vec<String>, "SECURITY_DEPRECATED_PASSWORD_SCHEMES" = ["auto"];
        /// Schemes that hash the password itself instead of its HMAC; true means all, false none but
        /// `plaintext`.
        single_hash: SingleHash, "SECURITY_PASSWORD_SINGLE_HASH"
            = ["django_argon2", "django_bcrypt_sha256", "django_pbkdf2_sha256", "django_pbkdf2_sha1",
               "django_bcrypt", "django_salted_md5", "django_salted_sha1", "django_des_crypt", "plaintext"];
        /// Settings of the schemes, as `scheme__option`: argon2 knows `memory_cost` (KiB, 19456), `time_cost`
        /// (2) and `parallelism` (1), bcrypt `rounds`.
        hash_options: Map<String, Value>, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS" = {};
        /// Fewest characters. The most is always 128.
        length_min: usize, "SECURITY_PASSWORD_LENGTH_MIN" = 8;
        /// `zxcvbn`, or none.
        complexity_checker: Option<String>, "SECURITY_PASSWORD_COMPLEXITY_CHECKER" = null;
        /// Lowest score zxcvbn may give, 0 to 4.
        zxcvbn_minimum_score: u8, "SECURITY_ZXCVBN_MINIMUM_SCORE" = 3;
        /// Ask whether a password is known from a data breach: false, `best-effort`, or `strict`, which
        /// refuses when there is no answer.
        check_breached: BreachCheck, "SECURITY_PASSWORD_CHECK_BREACHED" = false;
        /// How often a password must occur in breaches to be refused.
        breached_count: u64, "SECURITY_PASSWORD_BREACHED_COUNT" = 1;
        /// Unicode form of passwords before they are hashed and compared.
        normalize_form: Option<NormalizationForm>, "SECURITY_PASSWORD_NORMALIZE_FORM" = "NFKD";
        /// Every account has a password. False needs `SECURITY_UNIFIED_SIGNIN`.
        required: bool, "SECURITY_PASSWORD_REQUIRED" = true;
        /// Ask for the password twice when somebody registers.
        confirm_required: bool, "SECURITY_PASSWORD_CONFIRM_REQUIRED" = true;
        /// Schemes of the hashes inside links; the first one makes new ones.
        hashing_schemes: Vec<String>, "SECURITY_HASHING_SCHEMES" = ["sha256_crypt", "hex_md5"];
        /// Those of them that are accepted and no longer made.
        deprecated_hashing_schemes: Vec<String>, "SECURITY_DEPRECATED_HASHING_SCHEMES" = ["auto"];
        /// Address of the breached-password service; five hex digits of a SHA-1 are appended.
        breached_url: String, "SECURITY_PASSWORD_BREACHED_URL"
            = "https://api.pwnedpasswords.com/range/", ours;
        /// How long to wait for the breached-password service.
        breached_timeout: Duration, "SECURITY_PASSWORD_BREACHED_TIMEOUT" = "3 seconds", ours;
    }
}

section! {
    /// The threads that hash passwords.
    pub struct HashingConfig "Hashing" {
        /// How many threads hash; 0 means as many as the machine has cores.
        threads: usize, "SECURITY_HASHING_THREADS" = 0, ours;
        /// How many requests may wait for a thread before new ones are turned away.
        queue: usize, "SECURITY_HASHING_QUEUE" = 64, ours;
        /// How long a request may wait for a thread.
        deadline: Duration, "SECURITY_HASHING_DEADLINE" = "5 seconds", ours;
    }
}

/// Which schemes hash the password itself instead of its HMAC under `SECURITY_PASSWORD_SALT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SingleHash {
    /// Every scheme.
    All,
    /// These. An empty list exempts `plaintext` alone.
    Only(Vec<String>),
}

impl OptionValue for SingleHash {
    fn kind() -> String {
        "true, false or list of text".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match bool::read(input) {
            Ok(true) => Ok(Self::All),
            Ok(false) => Ok(Self::Only(Vec::new())),
            Err(_) => Vec::read(input).map(Self::Only).map_err(|_| Expected::new(Self::kind())),
        }
    }
}

impl SingleHash {
    /// Whether hashes of this scheme are made from the password itself.
    #[must_use]
    pub fn covers(&self, scheme: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(schemes) if schemes.is_empty() => scheme == "plaintext",
            Self::Only(schemes) => schemes.iter().any(|listed| listed == scheme),
        }
    }
}

/// Whether passwords are looked up in published breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreachCheck {
    /// No.
    Off,
    /// Yes, and a lookup that fails lets the password pass.
    BestEffort,
    /// Yes, and a lookup that fails refuses the password.
    Strict,
}

impl OptionValue for BreachCheck {
    fn kind() -> String {
        "false, `best-effort` or `strict`".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        if let Ok(on) = bool::read(input) {
            return Ok(if on { Self::BestEffort } else { Self::Off });
        }
        match Option::<String>::read(input).map_err(|_| Expected::new(Self::kind()))?.as_deref() {
            None => Ok(Self::Off),
            Some("best-effort") => Ok(Self::BestEffort),
            Some("strict") => Ok(Self::Strict),
            Some(_) => Err(Expected::new(Self::kind())),
        }
    }
}
