//! Assembling the product.

use std::path::PathBuf;
use std::sync::Arc;

use super::columns::{self, MissingColumns};
use super::translations::{self, Translation};
use super::{Parts, Security};
use crate::account::identity::{Identities, MailUtil, PhoneUtil, UsernameUtil};
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, SecurityConfig};
use crate::datastore::Datastore;
use crate::event::{EventSubscriber, Events};
use crate::feature::register::RegistrationField;
use crate::hooks::{AccountHooks, NoHooks};
use crate::mail::{MailQueue, MailSender, MailSetupError, Mailer, configured_sender};
use crate::message::TranslationError;
use crate::password::{BreachChecker, HasherSetupError, PasswordHasher, PasswordPolicy, PolicySetupError};
use crate::session::{CsrfTokens, RememberCookies, SessionStore, SignedCookieSessions};
use crate::template::{MAIL_TEMPLATES, TemplateError, Templates};
use crate::token::Tokens;

/// Why the product could not be assembled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Options contradict each other, or one that is needed is missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Passwords cannot be hashed as configured.
    #[error(transparent)]
    Hasher(#[from] HasherSetupError),
    /// Passwords cannot be judged as configured.
    #[error(transparent)]
    Policy(#[from] PolicySetupError),
    /// Mail cannot be sent as configured.
    #[error(transparent)]
    Mail(#[from] MailSetupError),
    /// A mail template is missing or has a mistake.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A translation has a mistake.
    #[error(transparent)]
    Translation(#[from] TranslationError),
    /// A field of the registration form has a name that is taken.
    #[error("the registration form has a field `{0}` already")]
    FieldTaken(&'static str),
    /// The table of users lacks columns that are needed.
    #[error(transparent)]
    MissingColumns(#[from] MissingColumns),
    /// The datastore cannot say which columns there are.
    #[error(
        "the datastore has not looked at its tables: call its `migrate`, or its `inspect`, before `build`"
    )]
    UnseenTables,
}

/// A datastore, owned or shared.
pub trait IntoDatastore {
    /// The datastore behind a shared pointer.
    fn into_datastore(self) -> Arc<dyn Datastore>;
}

impl<D: Datastore + 'static> IntoDatastore for D {
    fn into_datastore(self) -> Arc<dyn Datastore> {
        Arc::new(self)
    }
}

impl IntoDatastore for Arc<dyn Datastore> {
    fn into_datastore(self) -> Arc<dyn Datastore> {
        self
    }
}

/// Assembles a [`Security`]. What is not given has the default the configuration names.
#[derive(Debug)]
#[must_use = "nothing is assembled before `build`"]
pub struct SecurityBuilder {
    config: SecurityConfig,
    datastore: Arc<dyn Datastore>,
    clock: Arc<dyn Clock>,
    mail: Option<Arc<dyn MailSender>>,
    breaches: Option<Arc<dyn BreachChecker>>,
    identities: Identities,
    sessions: Option<Arc<dyn SessionStore>>,
    hooks: Arc<dyn AccountHooks>,
    events: Events,
    fields: Vec<RegistrationField>,
    templates: Option<PathBuf>,
    translations: Vec<Translation>,
}

impl SecurityBuilder {
    pub(super) fn new(config: SecurityConfig, datastore: Arc<dyn Datastore>) -> Self {
        Self {
            identities: Identities::new(&config.identity),
            config,
            datastore,
            clock: Arc::new(SystemClock),
            mail: None,
            breaches: None,
            sessions: None,
            hooks: Arc::new(NoHooks),
            events: Events::default(),
            fields: Vec::new(),
            templates: None,
            translations: Vec::new(),
        }
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sends mails. Default: the SMTP server of `MAIL_SERVER`, or nothing when `MAIL_SUPPRESS_SEND` is on.
    pub fn mail_sender(mut self, sender: impl MailSender + 'static) -> Self {
        self.mail = Some(Arc::new(sender));
        self
    }

    /// Knows breached passwords. Default: the service at `PASSWORD_BREACHED_URL`. Asked only when
    /// `PASSWORD_CHECK_BREACHED` is on.
    pub fn breach_checker(mut self, checker: impl BreachChecker + 'static) -> Self {
        self.breaches = Some(Arc::new(checker));
        self
    }

    /// Reads e-mail addresses.
    pub fn mail_util(mut self, util: impl MailUtil + 'static) -> Self {
        self.identities = self.identities.with_mail_util(Arc::new(util));
        self
    }

    /// Reads usernames.
    pub fn username_util(mut self, util: impl UsernameUtil + 'static) -> Self {
        self.identities = self.identities.with_username_util(Arc::new(util));
        self
    }

    /// Reads phone numbers.
    pub fn phone_util(mut self, util: impl PhoneUtil + 'static) -> Self {
        self.identities = self.identities.with_phone_util(Arc::new(util));
        self
    }

    /// Keeps sessions. Default: in a signed cookie, as Flask does.
    pub fn session_store(mut self, store: impl SessionStore + 'static) -> Self {
        self.sessions = Some(Arc::new(store));
        self
    }

    /// Takes part in decisions about accounts.
    pub fn hooks(mut self, hooks: impl AccountHooks + 'static) -> Self {
        self.hooks = Arc::new(hooks);
        self
    }

    /// Is told what happens to accounts. May be called several times.
    pub fn subscriber(mut self, subscriber: impl EventSubscriber + 'static) -> Self {
        self.events.subscribe(Arc::new(subscriber));
        self
    }

    /// Adds a field to the registration form.
    pub fn registration_field(mut self, field: RegistrationField) -> Self {
        self.fields.push(field);
        self
    }

    /// A folder whose files replace built-in templates of the same name: `security/login_user.html`,
    /// `security/email/welcome.txt` and so on.
    pub fn template_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.templates = Some(folder.into());
        self
    }

    /// Adds a translation, or replaces texts of one, in the Fluent format: see
    /// [`Messages::translate`](crate::message::Messages::translate). `language` is a tag such as `fr` or `pt-BR`.
    ///
    /// Files of the folders in `SECURITY_I18N_DIRNAME`, and in `security/locales` of the template folder, come after
    /// this, so that whoever runs the application has the last word.
    ///
    /// ```no_run
    /// # fn f(builder: security_core::security::SecurityBuilder) {
    /// let builder = builder.translation("fr", "INVALID_PASSWORD = Ce mot de passe n’est pas le bon.");
    /// # }
    /// ```
    pub fn translation(mut self, language: impl Into<String>, text: impl Into<String>) -> Self {
        self.translations.push(Translation::from_code(language.into(), text.into()));
        self
    }

    /// Checks the whole and starts the hashing threads.
    ///
    /// # Errors
    ///
    /// When the configuration contradicts itself, names something that is not there, needs a column that the table of
    /// users lacks, or a translation has a mistake.
    pub fn build(self) -> Result<Security, BuildError> {
        let mut config = self.config.completed();
        config.validate()?;
        let table = self.datastore.user_table().ok_or(BuildError::UnseenTables)?;
        columns::check(&config, &self.fields, &table)?;
        translations::speak(&mut config, &self.translations, self.templates.as_deref())?;
        check_fields(&self.fields, &config.csrf.field_name)?;
        let hasher =
            PasswordHasher::new(&config.password, &config.hashing, config.secrets.password_salt.as_ref())?;
        let policy = match self.breaches {
            Some(breaches) => {
                PasswordPolicy::with_breach_checker(&config.password, hasher.clone(), breaches)?
            }
            None => PasswordPolicy::new(&config.password, hasher.clone())?,
        };
        let sender = match self.mail {
            Some(sender) => sender,
            None => configured_sender(&config.mail)?,
        };
        let templates = Templates::new(MAIL_TEMPLATES, self.templates.clone());
        let mailer = Mailer::new(&config, templates, MailQueue::start(sender));
        mailer.check_templates()?;
        let parts = Parts {
            hasher,
            policy,
            tokens: Tokens::new(&config.secrets),
            sessions: self
                .sessions
                .unwrap_or_else(|| Arc::new(SignedCookieSessions::new(&config.secrets, &config.session))),
            remember: RememberCookies::new(&config.secrets),
            csrf: CsrfTokens::new(&config.secrets, &config.csrf, config.general.testing),
            mailer,
            config,
            datastore: self.datastore,
            clock: self.clock,
            identities: self.identities,
            events: self.events,
            hooks: self.hooks,
            fields: self.fields,
            templates: self.templates,
        };
        Ok(Security { parts: Arc::new(parts), language: None })
    }
}

/// Names of the fields the registration form has itself.
const OWN_FIELDS: [&str; 6] = ["email", "username", "password", "password_confirm", "next", "submit"];

fn check_fields(fields: &[RegistrationField], csrf_field: &str) -> Result<(), BuildError> {
    for (index, field) in fields.iter().enumerate() {
        let name = field.name();
        let is_repeated = fields[..index].iter().any(|other| other.name() == name);
        if is_repeated || name == csrf_field || OWN_FIELDS.contains(&name) {
            return Err(BuildError::FieldTaken(name));
        }
    }
    Ok(())
}
