//! Reading a configuration: sources in order, the later one wins, every problem reported.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::environment::{Environment, ProcessEnvironment};
use super::error::{ConfigError, ConfigProblem, ConfigSource};
use super::value::{Expected, Input, OptionValue};
use super::{OptionInfo, SecurityConfig, file, implied, registry, replaced, rules};
use crate::message::{MessageKey, Severity};

/// Collects the sources of a configuration. The later source wins, option by option.
///
/// ```
/// use security_core::config::ConfigLoader;
/// use serde_json::json;
///
/// let config = ConfigLoader::new()
///     .set("SECRET_KEY", "hVjGx3kmZy0cHdQ2b9pXeA")
///     .set("SECURITY_PASSWORD_SALT", "W4bqyZ2s8tK1")
///     .set("SECURITY_REGISTERABLE", true)
///     .set("SECURITY_TOKEN_MAX_AGE", "2 hours")
///     .load()?;
/// assert!(config.features.registerable);
/// assert_eq!(config.token.max_age.as_secs(), 7200);
/// # Ok::<(), security_core::config::ConfigError>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "nothing is read before `load`"]
pub struct ConfigLoader<'e> {
    layers: Vec<Layer<'e>>,
}

/// One source.
enum Layer<'e> {
    File(PathBuf),
    Environment(&'e dyn Environment),
    Code(Map<String, Value>),
}

impl std::fmt::Debug for Layer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Environment(_) => f.debug_tuple("Environment").finish_non_exhaustive(),
            Self::Code(table) => f.debug_tuple("Code").field(&table.keys()).finish(),
        }
    }
}

/// The variable that names a configuration file.
pub(super) const FILE_VARIABLE: &str = "PORTCULLIS_CONFIG";

/// An unknown name that begins like this is an error in the environment too. Other variables belong to
/// somebody else.
const OUR_PREFIXES: [&str; 4] = ["SECURITY_", "WTF_CSRF_", "REMEMBER_COOKIE_", "SESSION_COOKIE_"];

/// Variables of our own test runner.
const TEST_PREFIX: &str = "SECURITY_TEST_";

impl<'e> ConfigLoader<'e> {
    /// No sources: all defaults, which lack the keys and are therefore refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a `.toml` or `.json` file whose top-level keys are the names of options.
    ///
    /// It is read by the environment given to [`environment`](Self::environment), else by the process.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.layers.push(Layer::File(path.into()));
        self
    }

    /// Reads the environment variables that have the names of options.
    ///
    /// Lists may be written with commas or as JSON, tables as JSON.
    pub fn environment(mut self, environment: &'e dyn Environment) -> Self {
        self.layers.push(Layer::Environment(environment));
        self
    }

    /// Sets one option.
    pub fn set(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.table(Map::from_iter([(name.into(), value.into())]))
    }

    /// Sets several options, by their names.
    pub fn table(mut self, options: Map<String, Value>) -> Self {
        self.layers.push(Layer::Code(options));
        self
    }

    /// Reads all sources and checks the whole.
    ///
    /// # Errors
    ///
    /// When a source cannot be read, an option is unknown or has a wrong value, or options contradict each
    /// other. The error lists everything that was found.
    pub fn load(self) -> Result<SecurityConfig, ConfigError> {
        let (config, problems) = self.inspect();
        ConfigError::of(problems)?;
        rules::warn(&config);
        Ok(config)
    }

    /// Reads all sources like [`load`](Self::load), for a program that reports on a configuration instead of running
    /// with it: answers what was understood, and every problem.
    ///
    /// # Security
    ///
    /// Do not run on a configuration that has problems: what was not understood is at its default.
    #[must_use]
    pub fn inspect(self) -> (SecurityConfig, Vec<ConfigProblem>) {
        let mut problems = Vec::new();
        let given = self.gather(&mut problems);
        let mut config = SecurityConfig::default();
        for (name, Given { value, source }) in &given {
            let read = match registry::find(name) {
                Some(entry) => value
                    .as_input()
                    .and_then(|input| entry.update(&mut config, input))
                    .map_err(|error| error.0),
                None => read_message(&mut config, name, value),
            };
            match read {
                Ok(()) => drop(config.set_options.insert(name.clone())),
                Err(expected) => {
                    let (name, source) = (name.clone(), source.clone());
                    problems.push(ConfigProblem::WrongValue { name, source, expected });
                }
            }
        }
        move_cookie_key(&mut config, &given, &mut problems);
        implied::apply(&mut config);
        let mut broken = rules::check(&config);
        broken.retain(|rule| !follows_from(rule, &problems));
        problems.append(&mut broken);
        (config, problems)
    }

    /// The last value of every known option.
    fn gather(&self, problems: &mut Vec<ConfigProblem>) -> BTreeMap<String, Given> {
        let files = self.layers.iter().rev().find_map(|layer| match layer {
            Layer::Environment(environment) => Some(*environment),
            Layer::File(_) | Layer::Code(_) => None,
        });
        let files = files.unwrap_or(&ProcessEnvironment);
        let mut given = BTreeMap::new();
        for layer in &self.layers {
            match layer {
                Layer::File(path) => {
                    let source = ConfigSource::File(path.clone());
                    match file::read(path, files) {
                        Ok(table) => take(&mut given, typed(&table), &source, problems),
                        Err(problem) => problems.push(ConfigProblem::File { path: path.clone(), problem }),
                    }
                }
                Layer::Environment(environment) => {
                    let variables = environment.variables().into_iter();
                    let ours = variables.filter(|(name, _)| is_ours(name));
                    let texts = ours.map(|(name, text)| (name, Raw::Text(text)));
                    take(&mut given, texts, &ConfigSource::Environment, problems);
                }
                Layer::Code(table) => take(&mut given, typed(table), &ConfigSource::Code, problems),
            }
        }
        given
    }
}

impl SecurityConfig {
    /// Reads the configuration of this process: the file named by the environment variable
    /// `PORTCULLIS_CONFIG`, if it is set, then the environment.
    ///
    /// # Errors
    ///
    /// As [`ConfigLoader::load`].
    pub fn load() -> Result<Self, ConfigError> {
        Self::load_from(&ProcessEnvironment)
    }

    /// Like [`load`](Self::load), from another environment.
    ///
    /// # Errors
    ///
    /// As [`ConfigLoader::load`].
    pub fn load_from(environment: &dyn Environment) -> Result<Self, ConfigError> {
        let variables = environment.variables();
        let file = variables.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
        let loader = match file {
            Some((_, path)) => ConfigLoader::new().file(Path::new(path)),
            None => ConfigLoader::new(),
        };
        loader.environment(environment).load()
    }

    /// A configuration for tests and examples, with this key and otherwise defaults.
    ///
    /// # Security
    ///
    /// The password salt is a fixed text and the host is `localhost`. Not for a real site.
    ///
    /// # Errors
    ///
    /// When the key is shorter than 16 bytes.
    ///
    /// ```
    /// use security_core::config::SecurityConfig;
    ///
    /// let config = SecurityConfig::development("not a secret, just a test")?;
    /// assert_eq!(config.general.server_name.as_deref(), Some("localhost"));
    /// # Ok::<(), security_core::config::ConfigError>(())
    /// ```
    pub fn development(secret_key: &str) -> Result<Self, ConfigError> {
        ConfigLoader::new()
            .set("SECRET_KEY", secret_key)
            .set("SECURITY_PASSWORD_SALT", "a salt for development only")
            .set("SERVER_NAME", "localhost")
            .load()
    }

    /// Fills in what follows from other options, for a configuration that code has changed.
    #[must_use]
    pub(crate) fn completed(mut self) -> Self {
        implied::apply(&mut self);
        self
    }

    /// Checks the rules between options again, for a configuration that code has changed after loading it.
    ///
    /// # Errors
    ///
    /// When options contradict each other, or one that is needed is missing.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::of(rules::check(self))
    }

    /// Every option there is, in the order of the documentation. Messages (`SECURITY_MSG_…`) are listed by
    /// [`MessageKey::ALL`].
    pub fn options() -> impl Iterator<Item = &'static OptionInfo> {
        registry::entries().iter().map(|entry| &entry.info)
    }
}

/// Whether a broken rule only repeats what was reported: a file, or an option of the rule, could not be read.
fn follows_from(rule: &ConfigProblem, reported: &[ConfigProblem]) -> bool {
    let ConfigProblem::Rule { options, .. } = rule else { return false };
    reported.iter().any(|problem| match problem {
        ConfigProblem::File { .. } => true,
        ConfigProblem::WrongValue { name, .. } => options.contains(&name.as_str()),
        _ => false,
    })
}

/// The value of an option, and where it comes from.
struct Given {
    value: Raw,
    source: ConfigSource,
}

enum Raw {
    Typed(Value),
    Text(String),
}

impl Raw {
    fn as_input(&self) -> Result<Input<'_>, Expected> {
        match self {
            Self::Typed(value) => Ok(Input::Typed(value)),
            Self::Text(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
                Err(Expected::new("text in UTF-8"))
            }
            Self::Text(text) => Ok(Input::Text(text)),
        }
    }
}

fn typed(table: &Map<String, Value>) -> impl Iterator<Item = (String, Raw)> {
    table.iter().map(|(name, value)| (name.clone(), Raw::Typed(value.clone())))
}

fn is_ours(name: &str) -> bool {
    let has_our_prefix = OUR_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    registry::find(name).is_some() || (has_our_prefix && !name.starts_with(TEST_PREFIX))
}

/// Puts the values of a source over those before it, and reports names that are no options.
fn take(
    given: &mut BTreeMap<String, Given>,
    values: impl Iterator<Item = (String, Raw)>,
    source: &ConfigSource,
    problems: &mut Vec<ConfigProblem>,
) {
    for (name, value) in values {
        if registry::find(&name).is_some() || message_key(&name).is_some() {
            given.insert(name, Given { value, source: source.clone() });
        } else if let Some(instead) = replaced::advice(&name) {
            problems.push(ConfigProblem::ReplacedOption { name, source: source.clone(), instead });
        } else {
            let nearest = registry::nearest(&name);
            problems.push(ConfigProblem::UnknownOption { name, source: source.clone(), nearest });
        }
    }
}

fn message_key(name: &str) -> Option<MessageKey> {
    MessageKey::from_name(name.strip_prefix(registry::MESSAGE_PREFIX)?)
}

/// `SECURITY_MSG_KEY = [text, severity]`, or the text alone.
fn read_message(config: &mut SecurityConfig, name: &str, value: &Raw) -> Result<(), String> {
    const SHAPE: &str = "a text, or a list of text and severity";
    let Some(key) = message_key(name) else { return Err("the name of a message".to_owned()) };
    let input = value.as_input().map_err(|error| error.0)?;
    let is_list = match input {
        Input::Typed(value) => value.is_array(),
        Input::Text(text) => text.trim_start().starts_with('['),
    };
    let (text, severity) = if is_list {
        let parts = Vec::<String>::read(input).map_err(|_| SHAPE.to_owned())?;
        let [text, severity] = <[String; 2]>::try_from(parts).map_err(|_| SHAPE.to_owned())?;
        let severity: Severity = severity
            .parse()
            .map_err(|_| "a severity of `info`, `success`, `warning` or `error`".to_owned())?;
        (text, severity)
    } else {
        (String::read(input).map_err(|_| SHAPE.to_owned())?, key.default_severity())
    };
    let replaced = config.messages.replace(key, text, severity);
    replaced.map_err(|error| format!("placeholders the message can fill: {error}"))
}

/// In old releases of the reference the table of cookie attributes also held the name of the cookie.
fn move_cookie_key(
    config: &mut SecurityConfig,
    given: &BTreeMap<String, Given>,
    problems: &mut Vec<ConfigProblem>,
) {
    let Some(Given { value, .. }) = given.get("SECURITY_CSRF_COOKIE") else { return };
    let table = value.as_input().and_then(Map::read).unwrap_or_default();
    let Some(Value::String(key)) = table.get("key") else { return };
    match &config.csrf.cookie_name {
        Some(name) if name != key => problems.push(ConfigProblem::Rule {
            options: vec!["SECURITY_CSRF_COOKIE", "SECURITY_CSRF_COOKIE_NAME"],
            explanation: "both name the cookie; leave out `key`".to_owned(),
        }),
        _ => config.csrf.cookie_name = Some(key.clone()),
    }
}
