//! Hashing passwords and checking them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::data_hash::DataSchemes;
use super::error::{HashError, HasherSetupError};
use super::options;
use super::pool::{HashingLoad, PoolSettings, WorkerPool};
use super::scheme::{self, READ_ONLY_SCHEMES, SUPPORTED_SCHEMES, Scheme, SchemeError};
use super::workspace::Workspace;
use crate::account::identity::NormalizationForm;
use crate::config::{HashingConfig, PasswordConfig, SingleHash};
use crate::secret::PlainPassword;

/// Hashes new passwords and checks typed ones against stored hashes.
///
/// Callers hand in what was typed: the normalisation of `PASSWORD_NORMALIZE_FORM` happens inside. A stored hash
/// names its own scheme; new hashes are made with `PASSWORD_HASH`. Unless a scheme is listed in
/// `PASSWORD_SINGLE_HASH`, it is fed base64(HMAC-SHA512(`PASSWORD_SALT`, password)) instead of the password
/// ("double hash"), so that a stolen table alone is of no use.
///
/// The work is done by a few threads with a bounded queue (`HASHING_THREADS`, `HASHING_QUEUE`,
/// `HASHING_DEADLINE`). Clones share them; they end with the last clone.
///
/// # Security
///
/// - Checking a password of an unknown account, of one without a password, or against a damaged hash does the same
///   work as checking a wrong password against a hash with current settings: it really checks a decoy.
/// - Work factors in stored hashes are bounded, so that a planted hash cannot exhaust memory or time: argon2
///   1 GiB and 4 GiB of memory times passes, bcrypt cost 17, PBKDF2 10 million and SHA-crypt 5 million rounds.
/// - Passwords, HMACs and argon2's memory are wiped after use.
///
/// ```
/// use security_core::config::{HashingConfig, PasswordConfig};
/// use security_core::password::{PasswordHasher, Verdict};
/// use security_core::secret::PlainPassword;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = "a long random text from the configuration".to_owned().into();
/// let hasher = PasswordHasher::new(&PasswordConfig::default(), &HashingConfig::default(), Some(&key))?;
///
/// let stored = hasher.hash(&PlainPassword::new("Battery staple 42")).await?;
/// let verdict = hasher.verify(&PlainPassword::new("Battery staple 42"), Some(&stored)).await?;
/// assert_eq!(verdict, Verdict::Match { needs_rehash: false });
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    context: Arc<Context>,
    data_schemes: Arc<DataSchemes>,
    pool: Arc<WorkerPool>,
}

/// What checking a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a verdict that is not looked at lets everybody in"]
pub enum Verdict {
    /// The password is the one that was hashed.
    Match {
        /// Whether the hash should be replaced by a new one of the same password: its scheme is deprecated or it was
        /// made with other settings.
        needs_rehash: bool,
    },
    /// The password is wrong, or there is no usable hash to check it against.
    Mismatch,
}

impl Verdict {
    /// Whether the password is the one that was hashed.
    #[must_use]
    pub fn is_match(self) -> bool {
        matches!(self, Self::Match { .. })
    }
}

impl PasswordHasher {
    /// Builds the hasher and starts its threads.
    ///
    /// `password_salt` is `SECURITY_PASSWORD_SALT`, the key of the double hash.
    ///
    /// # Errors
    ///
    /// When a scheme or option is unknown, the settings contradict each other, or threads cannot be started.
    pub fn new(
        password: &PasswordConfig,
        hashing: &HashingConfig,
        password_salt: Option<&SecretString>,
    ) -> Result<Self, HasherSetupError> {
        let context = Context::new(password, password_salt)?;
        let data_schemes = DataSchemes::new(&password.hashing_schemes)?;
        let pool = WorkerPool::start(PoolSettings {
            threads: hashing.threads,
            queue: hashing.queue,
            deadline: hashing.deadline,
            memory_kib: context.current().scheme.memory_kib(),
        })
        .map_err(HasherSetupError::Threads)?;
        Ok(Self { context: Arc::new(context), data_schemes: Arc::new(data_schemes), pool: Arc::new(pool) })
    }

    /// Hashes a new password, as typed, for storing.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] under overload, [`HashError::Unhashable`] when the current scheme cannot take the
    /// password (only possible with single hashing).
    pub async fn hash(&self, password: &PlainPassword) -> Result<String, HashError> {
        let password = self.normalize(password);
        let context = Arc::clone(&self.context);
        self.pool.run(move |workspace| context.hash(&password, workspace)).await?
    }

    /// Checks a password, as typed, against the stored hash of an account.
    ///
    /// `None` stands for an unknown account or one without a password. It answers [`Verdict::Mismatch`] after the
    /// usual work, so that the time taken does not tell which accounts exist; hand it in instead of returning early.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] under overload, [`HashError::Failed`] when hashing is broken. A damaged hash is not an
    /// error but a mismatch.
    pub async fn verify(&self, password: &PlainPassword, hash: Option<&str>) -> Result<Verdict, HashError> {
        let password = self.normalize(password);
        let stored = hash.map(|text| Zeroizing::new(text.to_owned()));
        let context = Arc::clone(&self.context);
        self.pool
            .run(move |workspace| context.verify(&password, stored.as_ref().map(|s| s.as_str()), workspace))
            .await?
    }

    /// The password in the Unicode form of `PASSWORD_NORMALIZE_FORM`, in which it is measured and hashed.
    ///
    /// [`hash`](Self::hash) and [`verify`](Self::verify) do this themselves.
    #[must_use]
    pub fn normalize(&self, password: &PlainPassword) -> PlainPassword {
        match &self.context.normalize_form {
            Some(form) => PlainPassword::new(form.apply(password.expose())),
            None => PlainPassword::new(password.expose()),
        }
    }

    /// Counts for metrics: waiting, refused and finished jobs, and hashes computed.
    #[must_use]
    pub fn load(&self) -> HashingLoad {
        HashingLoad { hashes: self.context.hashes.load(Ordering::Relaxed), ..self.pool.load() }
    }

    /// The schemes of digests inside links.
    pub(super) fn data_schemes(&self) -> &Arc<DataSchemes> {
        &self.data_schemes
    }

    /// The threads, for other work too heavy for an async worker.
    pub(super) fn pool(&self) -> &WorkerPool {
        &self.pool
    }
}

/// The longest password a scheme is fed without the HMAC step, in characters.
const SINGLE_HASH_LIMIT: usize = 4096;

/// The settings, ready for use on the hashing threads.
struct Context {
    /// In order of identification; `plaintext` last.
    schemes: Vec<Listed>,
    /// Index of the scheme for new hashes.
    current: usize,
    /// A hash of the current scheme that no password matches.
    decoy: String,
    password_salt: Option<SecretString>,
    normalize_form: Option<NormalizationForm>,
    /// Hashes computed so far.
    hashes: AtomicU64,
}

/// A scheme with what the configuration says about it.
#[derive(Debug)]
struct Listed {
    scheme: Box<dyn Scheme>,
    is_single: bool,
    is_deprecated: bool,
}

impl Context {
    fn new(config: &PasswordConfig, password_salt: Option<&SecretString>) -> Result<Self, HasherSetupError> {
        options::check_scheme_names(&config.hash_options)?;
        let unsupported = |option, name: &str| HasherSetupError::UnsupportedScheme {
            option,
            scheme: name.to_owned(),
            supported: supported_in(option),
        };
        if !SUPPORTED_SCHEMES.contains(&config.scheme.as_str()) {
            return Err(unsupported("SECURITY_PASSWORD_HASH", &config.scheme));
        }
        check_deprecated(config)?;
        let auto = config.deprecated_schemes.iter().any(|name| name == "auto");
        let mut seen = BTreeSet::new();
        let mut schemes = Vec::new();
        for name in config.schemes.iter().filter(|name| seen.insert(name.as_str())) {
            let scheme = scheme::build(name, &config.hash_options)?
                .ok_or_else(|| unsupported("SECURITY_PASSWORD_SCHEMES", name))?;
            schemes.push(Listed {
                scheme,
                is_single: is_single(&config.single_hash, name),
                is_deprecated: (auto && *name != config.scheme) || config.deprecated_schemes.contains(name),
            });
        }
        schemes.sort_by_key(|listed| listed.scheme.name() == "plaintext");
        warn_of_weak(&schemes);
        let current = schemes.iter().position(|listed| listed.scheme.name() == config.scheme);
        let current = current.ok_or_else(|| HasherSetupError::SchemeNotListed {
            scheme: config.scheme.clone(),
            listed: config.schemes.join(", "),
        })?;
        let password_salt = password_salt.filter(|salt| !salt.expose_secret().is_empty());
        if let (None, Some(listed)) = (password_salt, schemes.iter().find(|listed| !listed.is_single)) {
            return Err(HasherSetupError::SaltMissing { scheme: listed.scheme.name() });
        }
        Ok(Self {
            decoy: schemes[current].scheme.decoy(),
            schemes,
            current,
            password_salt: password_salt.cloned(),
            normalize_form: config.normalize_form,
            hashes: AtomicU64::new(0),
        })
    }

    fn current(&self) -> &Listed {
        &self.schemes[self.current]
    }

    fn hash(&self, password: &PlainPassword, workspace: &mut Workspace) -> Result<String, HashError> {
        let current = self.current();
        let secret = self.secret(password, current).map_err(hash_error)?;
        self.count();
        current.scheme.hash(secret.as_bytes(), workspace).map_err(hash_error)
    }

    fn verify(
        &self,
        password: &PlainPassword,
        stored: Option<&str>,
        workspace: &mut Workspace,
    ) -> Result<Verdict, HashError> {
        let listed = stored.and_then(|text| self.schemes.iter().find(|listed| listed.scheme.claims(text)));
        let (Some(stored), Some(listed)) = (stored, listed) else {
            if stored.is_some() {
                tracing::debug!("a stored password hash is of no scheme in SECURITY_PASSWORD_SCHEMES");
            }
            return self.check_decoy(password, workspace);
        };
        match self.check(password, stored, listed, workspace) {
            Ok(false) => Ok(Verdict::Mismatch),
            Ok(true) => {
                let needs_rehash = listed.is_deprecated || listed.scheme.is_outdated(stored);
                Ok(Verdict::Match { needs_rehash })
            }
            Err(SchemeError::OutOfMemory) => Err(HashError::Failed),
            Err(SchemeError::Unhashable(_)) => self.check_decoy(password, workspace),
            Err(SchemeError::Malformed) => {
                let scheme = listed.scheme.name();
                tracing::warn!(scheme, "a stored password hash is damaged or asks for too much work");
                self.check_decoy(password, workspace)
            }
        }
    }

    /// Does the work of checking a password with the current scheme.
    fn check_decoy(&self, password: &PlainPassword, workspace: &mut Workspace) -> Result<Verdict, HashError> {
        match self.check(password, &self.decoy, self.current(), workspace) {
            Err(SchemeError::OutOfMemory) => Err(HashError::Failed),
            _ => Ok(Verdict::Mismatch),
        }
    }

    fn check(
        &self,
        password: &PlainPassword,
        stored: &str,
        listed: &Listed,
        workspace: &mut Workspace,
    ) -> Result<bool, SchemeError> {
        let secret = self.secret(password, listed)?;
        let outcome = listed.scheme.verify(secret.as_bytes(), stored, workspace);
        if outcome.is_ok() {
            self.count();
        }
        outcome
    }

    /// What the scheme is fed: the password, or its HMAC.
    fn secret(&self, password: &PlainPassword, listed: &Listed) -> Result<Zeroizing<String>, SchemeError> {
        let text = password.expose();
        match &self.password_salt {
            Some(key) if !listed.is_single => Ok(double_hash(key, text)),
            _ if text.chars().count() > SINGLE_HASH_LIMIT => Err(SchemeError::Unhashable("it is too long")),
            _ => Ok(Zeroizing::new(text.to_owned())),
        }
    }

    fn count(&self) {
        self.hashes.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("schemes", &self.schemes)
            .field("current", &self.current().scheme.name())
            .finish_non_exhaustive()
    }
}

/// The first step of a double hash: 88 characters of standard base64.
fn double_hash(key: &SecretString, password: &str) -> Zeroizing<String> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key.expose_secret().as_bytes())
        .expect("HMAC takes keys of every length");
    mac.update(password.as_bytes());
    let digest = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
    Zeroizing::new(STANDARD.encode(&digest[..]))
}

/// Whether a scheme is fed the password itself. An empty list exempts plain text alone.
fn is_single(single_hash: &SingleHash, scheme: &str) -> bool {
    match single_hash {
        SingleHash::All => true,
        SingleHash::Only(names) if names.is_empty() => scheme == "plaintext",
        SingleHash::Only(names) => names.iter().any(|name| name == scheme),
    }
}

/// The scheme names that an option may hold.
fn supported_in(option: &str) -> String {
    match option {
        "SECURITY_PASSWORD_HASH" => SUPPORTED_SCHEMES.join(", "),
        _ => [&SUPPORTED_SCHEMES[..], &READ_ONLY_SCHEMES].concat().join(", "),
    }
}

/// Says once, when the hasher is built, that stolen hashes of these schemes are as good as passwords.
fn warn_of_weak(schemes: &[Listed]) {
    let names = schemes.iter().map(|listed| listed.scheme.name()).filter(|name| scheme::is_weak(name));
    let names: Vec<&str> = names.collect();
    if !names.is_empty() {
        tracing::warn!(
            schemes = names.join(", "),
            "SECURITY_PASSWORD_SCHEMES accepts weak password hashes; take these out when nobody has one any more"
        );
    }
}

fn check_deprecated(config: &PasswordConfig) -> Result<(), HasherSetupError> {
    for scheme in config.deprecated_schemes.iter().filter(|name| *name != "auto") {
        let problem = if *scheme == config.scheme {
            "makes the new hashes"
        } else if !config.schemes.contains(scheme) {
            "is not in SECURITY_PASSWORD_SCHEMES"
        } else {
            continue;
        };
        return Err(HasherSetupError::Deprecated { scheme: scheme.clone(), problem });
    }
    Ok(())
}

pub(super) fn hash_error(error: SchemeError) -> HashError {
    match error {
        SchemeError::Unhashable(reason) => HashError::Unhashable(reason),
        SchemeError::Malformed | SchemeError::OutOfMemory => HashError::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// argon2 as cheap as it gets, one thread.
    fn cheap() -> PasswordConfig {
        let options = json!({"argon2__memory_cost": 8, "argon2__time_cost": 1, "bcrypt__rounds": 4});
        PasswordConfig { hash_options: options.as_object().unwrap().clone(), ..PasswordConfig::default() }
    }

    fn build(config: &PasswordConfig) -> Result<PasswordHasher, HasherSetupError> {
        let hashing = HashingConfig { threads: 1, queue: 64, deadline: Duration::from_secs(3600) };
        PasswordHasher::new(config, &hashing, Some(&"key".into()))
    }

    fn schemes(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const TYPED: &str = "P\u{e4}ssw\u{f6}rd";

    #[tokio::test]
    async fn a_password_matches_in_every_unicode_form_it_can_be_typed_in() {
        let hasher = build(&cheap()).unwrap();
        let stored = hasher.hash(&PlainPassword::new(TYPED)).await.unwrap();
        let other_form = PlainPassword::new("Pa\u{308}sswo\u{308}rd");
        let verdict = hasher.verify(&other_form, Some(&stored)).await.unwrap();
        assert_eq!(verdict, Verdict::Match { needs_rehash: false });
        assert!(!hasher.verify(&PlainPassword::new("Passwort"), Some(&stored)).await.unwrap().is_match());
    }

    #[tokio::test]
    async fn an_unknown_account_and_a_damaged_hash_cost_what_a_wrong_password_costs() {
        let hasher = build(&cheap()).unwrap();
        let stored = hasher.hash(&PlainPassword::new(TYPED)).await.unwrap();
        let damaged = &stored[..stored.len() - 1];
        let planted = "$argon2id$v=19$m=4294967295,t=9,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        for hash in
            [Some(stored.as_str()), None, Some(""), Some(damaged), Some(planted), Some("$2x$04$x"), Some("?")]
        {
            let before = hasher.load();
            let verdict = hasher.verify(&PlainPassword::new("wrong"), hash).await.unwrap();
            assert_eq!(verdict, Verdict::Mismatch, "{hash:?}");
            let after = hasher.load();
            assert_eq!((after.hashes - before.hashes, after.finished - before.finished), (1, 1), "{hash:?}");
        }
    }

    #[tokio::test]
    async fn the_decoy_matches_no_password_in_any_scheme() {
        for scheme in ["argon2", "bcrypt"] {
            let hasher = build(&PasswordConfig { scheme: scheme.to_owned(), ..cheap() }).unwrap();
            let decoy = PlainPassword::new(hasher.context.decoy.clone());
            assert_eq!(hasher.verify(&decoy, None).await.unwrap(), Verdict::Mismatch);
            assert_eq!(hasher.verify(&PlainPassword::new(""), None).await.unwrap(), Verdict::Mismatch);
        }
    }

    #[tokio::test]
    async fn a_hash_of_a_deprecated_scheme_needs_a_rehash() {
        let old = build(&PasswordConfig { scheme: "bcrypt".to_owned(), ..cheap() }).unwrap();
        let stored = old.hash(&PlainPassword::new(TYPED)).await.unwrap();
        for (deprecated, needs_rehash) in [(vec!["auto"], true), (vec!["bcrypt"], true), (vec![], false)] {
            let config = PasswordConfig { deprecated_schemes: schemes(&deprecated), ..cheap() };
            let verdict =
                build(&config).unwrap().verify(&PlainPassword::new(TYPED), Some(&stored)).await.unwrap();
            assert_eq!(verdict, Verdict::Match { needs_rehash }, "{deprecated:?}");
        }
    }

    #[tokio::test]
    async fn a_text_that_is_no_hash_is_a_password_only_where_plaintext_is_listed() {
        let typed = PlainPassword::new("letmein");
        assert!(!build(&cheap()).unwrap().verify(&typed, Some("letmein")).await.unwrap().is_match());
        let config = PasswordConfig {
            schemes: schemes(&["plaintext", "argon2"]),
            single_hash: SingleHash::Only(Vec::new()),
            ..cheap()
        };
        let hasher = build(&config).unwrap();
        let verdict = hasher.verify(&typed, Some("letmein")).await.unwrap();
        assert_eq!(verdict, Verdict::Match { needs_rehash: true });
        for stored in ["", "!", "*", "$scrypt$ln=4", "{SSHA}x"] {
            assert!(
                !hasher.verify(&PlainPassword::new(stored), Some(stored)).await.unwrap().is_match(),
                "{stored}"
            );
        }
    }

    #[tokio::test]
    async fn an_overlong_password_is_refused_only_where_it_is_not_reduced_to_an_hmac_first() {
        let long = PlainPassword::new("x".repeat(SINGLE_HASH_LIMIT + 1));
        let double = build(&cheap()).unwrap();
        let stored = double.hash(&long).await.unwrap();
        assert!(double.verify(&long, Some(&stored)).await.unwrap().is_match());
        let single = build(&PasswordConfig { single_hash: SingleHash::All, ..cheap() }).unwrap();
        assert!(matches!(single.hash(&long).await, Err(HashError::Unhashable(_))));
        assert_eq!(single.verify(&long, Some(&stored)).await.unwrap(), Verdict::Mismatch);
    }

    #[test]
    fn contradictory_settings_stop_the_start() {
        let hashing = HashingConfig { threads: 1, ..HashingConfig::default() };
        for salt in [None, Some("".into())] {
            let refused = PasswordHasher::new(&cheap(), &hashing, salt.as_ref());
            assert!(matches!(refused, Err(HasherSetupError::SaltMissing { .. })));
        }
        let single = PasswordConfig { single_hash: SingleHash::All, ..cheap() };
        assert!(PasswordHasher::new(&single, &hashing, None).is_ok());

        let unknown = PasswordConfig { schemes: schemes(&["argon2", "rot13"]), ..cheap() };
        let error = build(&unknown).unwrap_err().to_string();
        assert!(error.contains("rot13") && error.contains("sha512_crypt"), "{error}");
        let unlisted = PasswordConfig { schemes: schemes(&["bcrypt"]), ..cheap() };
        assert!(matches!(build(&unlisted), Err(HasherSetupError::SchemeNotListed { .. })));
        for name in ["argon2", "rot13"] {
            let config = PasswordConfig { deprecated_schemes: schemes(&[name]), ..cheap() };
            assert!(matches!(build(&config), Err(HasherSetupError::Deprecated { .. })), "{name}");
        }
    }

    #[test]
    fn weak_schemes_are_named_once_in_the_log() {
        let log = LogLines::default();
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, || {
            build(&cheap()).unwrap();
            assert_eq!(log.text(), "");
            let listed = schemes(&["argon2", "scrypt", "des_crypt", "plaintext", "hex_md5"]);
            let hasher = build(&PasswordConfig { schemes: listed, ..cheap() }).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let typed = PlainPassword::new("letmein");
            assert!(runtime.block_on(hasher.verify(&typed, Some("letmein"))).unwrap().is_match());
        });
        assert_eq!(log.text().matches("weak").count(), 1, "{}", log.text());
        assert!(log.text().contains("des_crypt, hex_md5, plaintext"), "{}", log.text());
    }

    #[derive(Debug, Clone, Default)]
    struct LogLines(Arc<std::sync::Mutex<Vec<u8>>>);

    impl LogLines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl std::io::Write for LogLines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for LogLines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn nothing_secret_shows_in_debug() {
        let key = "do not show this".into();
        let hashing = HashingConfig { threads: 1, ..HashingConfig::default() };
        let hasher = PasswordHasher::new(&cheap(), &hashing, Some(&key)).unwrap();
        let shown = format!("{hasher:?}");
        assert!(!shown.contains("do not show") && !shown.contains(&hasher.context.decoy), "{shown}");
    }
}
