//! The assembled and validated whole.

mod builder;
mod columns;
mod translations;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use builder::{BuildError, IntoDatastore, SecurityBuilder};
pub use columns::MissingColumns;

use crate::account::User;
use crate::account::identity::Identities;
use crate::clock::Clock;
use crate::config::{RoutesConfig, SecurityConfig};
use crate::datastore::Datastore;
use crate::event::{Event, Events, UserSummary};
use crate::feature::register::RegistrationField;
use crate::hooks::AccountHooks;
use crate::mail::{MailKind, Mailer};
use crate::message::{Language, Messages};
use crate::password::{PasswordHasher, PasswordPolicy};
use crate::session::{CsrfTokens, FreshnessRule, RememberCookies, SessionStore};
use crate::token::Tokens;

/// Account security for one product: its configuration, its accounts, and everything that can be done with them.
///
/// Cheap to clone; clones are the same product. The features are methods: [`register`](Self::register),
/// [`sign_in`](Self::sign_in), [`change_password`](Self::change_password) and so on. Calling them from code is as safe
/// as calling the views that do.
///
/// ```no_run
/// # async fn f(store: impl security_core::security::IntoDatastore) -> Result<(), Box<dyn std::error::Error>> {
/// use security_core::config::SecurityConfig;
/// use security_core::Security;
///
/// let security = Security::builder(SecurityConfig::load()?, store).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Security {
    parts: Arc<Parts>,
    /// What mails are written in; the default of the site if nobody has said.
    language: Option<Language>,
}

/// What the whole is made of.
struct Parts {
    config: SecurityConfig,
    datastore: Arc<dyn Datastore>,
    clock: Arc<dyn Clock>,
    hasher: PasswordHasher,
    policy: PasswordPolicy,
    identities: Identities,
    tokens: Tokens,
    sessions: Arc<dyn SessionStore>,
    remember: RememberCookies,
    csrf: CsrfTokens,
    mailer: Mailer,
    events: Events,
    hooks: Arc<dyn AccountHooks>,
    fields: Vec<RegistrationField>,
    templates: Option<std::path::PathBuf>,
}

impl Security {
    /// Starts to assemble the product from what nobody can do without.
    pub fn builder(config: SecurityConfig, datastore: impl IntoDatastore) -> SecurityBuilder {
        SecurityBuilder::new(config, datastore.into_datastore())
    }

    /// The same product, whose mails are in this language, or the closest that there is; views ask for the language of the
    /// visitor. Otherwise mails are in the language of the site, `BABEL_DEFAULT_LOCALE`.
    ///
    /// ```
    /// # async fn f(security: security_core::Security) -> Result<(), Box<dyn std::error::Error>> {
    /// security.speaking(&"de".parse()?).send_reset_instructions("ann@example.org").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn speaking(&self, language: &Language) -> Self {
        let language = self.messages().closest(language).cloned();
        Self { parts: Arc::clone(&self.parts), language }
    }

    /// The configuration, fixed since the start.
    #[must_use]
    pub fn config(&self) -> &SecurityConfig {
        &self.parts.config
    }

    /// The accounts.
    #[must_use]
    pub fn datastore(&self) -> &dyn Datastore {
        &*self.parts.datastore
    }

    /// The time by the product's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    /// Hashes and checks passwords.
    #[must_use]
    pub fn hasher(&self) -> &PasswordHasher {
        &self.parts.hasher
    }

    /// Judges new passwords.
    #[must_use]
    pub fn password_policy(&self) -> &PasswordPolicy {
        &self.parts.policy
    }

    /// Reads what users are known by.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.parts.identities
    }

    /// Signs and reads tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.parts.tokens
    }

    /// Reads and writes sessions.
    #[must_use]
    pub fn sessions(&self) -> &dyn SessionStore {
        &*self.parts.sessions
    }

    /// Reads and writes remember-me cookies.
    #[must_use]
    pub fn remember_cookies(&self) -> &RememberCookies {
        &self.parts.remember
    }

    /// Issues and checks CSRF tokens.
    #[must_use]
    pub fn csrf_tokens(&self) -> &CsrfTokens {
        &self.parts.csrf
    }

    /// The wording of every message, in every language there is.
    #[must_use]
    pub fn messages(&self) -> &Messages {
        &self.parts.config.messages
    }

    /// Who is told what happens.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.parts.events
    }

    /// Makes and sends mails.
    #[must_use]
    pub fn mailer(&self) -> &Mailer {
        &self.parts.mailer
    }

    /// The fields the application adds to the registration form.
    #[must_use]
    pub fn registration_fields(&self) -> &[RegistrationField] {
        &self.parts.fields
    }

    /// The application's folder of templates.
    #[must_use]
    pub fn template_folder(&self) -> Option<&Path> {
        self.parts.templates.as_deref()
    }

    /// The freshness that `FRESHNESS` and `FRESHNESS_GRACE_PERIOD` ask for.
    #[must_use]
    pub fn freshness(&self) -> FreshnessRule {
        FreshnessRule::from(&self.config().freshness)
    }

    /// The path of one of our routes, from the path in the configuration.
    #[must_use]
    pub fn route_path(&self, path: &str) -> String {
        format!("{}{path}", self.config().general.url_prefix.as_deref().unwrap_or_default())
    }

    pub(crate) fn hooks(&self) -> &dyn AccountHooks {
        &*self.parts.hooks
    }

    pub(crate) async fn announce(&self, event: Event) {
        self.parts.events.announce(event).await;
    }

    /// Queues a mail to the owner of an account. A mail that cannot be made is logged: what it is about has happened.
    pub(crate) fn post(
        &self,
        kind: MailKind,
        user: &User,
        mut context: Vec<(&'static str, minijinja::Value)>,
    ) {
        let about = UserSummary::from(user);
        context.push(("user", minijinja::Value::from(minijinja::value::Serde(&about))));
        self.post_to(kind, &user.email, context);
    }

    /// Makes a mail and throws it away, for when nobody is to be told and the time must not tell either.
    pub(crate) fn rehearse(
        &self,
        kind: MailKind,
        to: &str,
        mut context: Vec<(&'static str, minijinja::Value)>,
    ) {
        context.push((
            "user",
            minijinja::context! { id => 0, email => to, username => minijinja::Value::from(()) },
        ));
        let mut context = context.into_iter().collect();
        self.hooks().extend_mail(kind, &mut context);
        if let Err(error) = self.parts.mailer.render(kind, to, self.mail_language(), context) {
            tracing::error!(?kind, %error, "a mail could not be rendered");
        }
    }

    /// Whether a visitor must not learn which accounts exist.
    pub(crate) fn answers_alike(&self) -> bool {
        self.config().general.return_generic_responses
    }

    /// Queues a mail to an address.
    pub(crate) fn post_to(&self, kind: MailKind, to: &str, context: Vec<(&'static str, minijinja::Value)>) {
        let mut context: BTreeMap<&'static str, minijinja::Value> = context.into_iter().collect();
        self.hooks().extend_mail(kind, &mut context);
        if let Err(error) = self.parts.mailer.post(kind, to, self.mail_language(), context) {
            tracing::error!(?kind, %error, "a mail could not be queued");
        }
    }

    /// A span of time as mails spell it.
    pub(crate) fn mailed_duration(&self, duration: Duration) -> minijinja::Value {
        self.messages().in_language(self.mail_language()).duration(duration).into()
    }

    fn mail_language(&self) -> &Language {
        self.language.as_ref().unwrap_or_else(|| self.messages().default_language())
    }

    /// The absolute address of a link in a mail, below one of our routes. `None` when no canonical host is configured.
    pub(crate) fn mailed_link(&self, path: &str, token: &str) -> Option<String> {
        let child = RoutesConfig::child(path, token);
        self.parts.mailer.absolute_url(&self.route_path(&child))
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Security").field("datastore", &self.parts.datastore).finish_non_exhaustive()
    }
}
