//! The whole product, with everything outside of it replaced.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use security_core::account::{NewRole, NewUser, User};
use security_core::clock::Clock as _;
use security_core::config::ConfigLoader;
use security_core::datastore::{Condition, Datastore, UserChange, UserKey};
use security_core::event::Event;
use security_core::feature::register::RegistrationField;
use security_core::hooks::AccountHooks;
use security_core::mail::Email;
use security_core::message::MessageKey;
use security_core::secret::PlainPassword;
use security_core::security::SecurityBuilder;
use security_core::session::Mechanism;
use security_core::{Error, Security};
use security_views::negotiate::Style;
use security_views::{Guard, Views};
use serde_json::{Map, Value, json};

use super::visitor::Visitor;
use super::{Adapter, GuardedRoute, TestApp};
use crate::clock::ManualClock;
use crate::counting::CountingDatastore;
use crate::datastore_contract::FreshStore;
use crate::events::EventLog;
use crate::outbox::MemoryOutbox;

/// The password of every account a [`Scene`] makes.
pub const PASSWORD: &str = "battery staple orbit";

/// The host of the application, and the one its visitors call.
pub(super) const HOST: &str = "harbour.example";

/// When a scene begins.
pub(super) const BEGINNING: i64 = 1_760_000_000;

/// Accounts that the application holds closed.
#[derive(Debug, Clone, Default)]
pub struct LockList {
    emails: Arc<Mutex<BTreeSet<String>>>,
}

impl LockList {
    /// What a visitor is told about a locked account.
    pub const TEXT: &str = "This berth is chained off.";

    fn emails(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.emails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccountHooks for LockList {
    async fn locked(&self, user: &User) -> Result<Option<String>, Error> {
        Ok(self.emails().contains(&user.email).then(|| Self::TEXT.to_owned()))
    }
}

/// A product with an application around it, a clock that stands still, and nothing else in the world.
///
/// Registering, changing the password and counting sign-ins are on, and the answers tell what is wrong; the options
/// given to [`with`](Self::with) come on top. Cheap to clone; clones are the same scene.
#[derive(Clone)]
pub struct Scene {
    stage: Arc<Stage>,
}

struct Stage {
    app: Box<dyn TestApp>,
    security: Security,
    store: Arc<dyn Datastore>,
    counting: CountingDatastore,
    /// What has to live as long as the datastore.
    _fresh: FreshStore,
    clock: ManualClock,
    outbox: MemoryOutbox,
    events: EventLog,
    locks: LockList,
}

impl Scene {
    /// The scene with the options it has anyway.
    ///
    /// # Panics
    ///
    /// When the application cannot be built.
    #[must_use]
    pub fn new(adapter: &Adapter) -> Self {
        Self::with(adapter, [])
    }

    /// The scene with these options as well, by their names.
    ///
    /// # Panics
    ///
    /// When the options contradict each other.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a list that is written at the call reads best without a reference"
    )]
    pub fn with<const N: usize>(adapter: &Adapter, options: [(&str, Value); N]) -> Self {
        Self::staged(adapter, &options, |views| views)
    }

    /// The same, with a hand on the views, say to give them a policy.
    ///
    /// # Panics
    ///
    /// When the options contradict each other.
    #[must_use]
    pub fn staged(
        adapter: &Adapter,
        options: &[(&str, Value)],
        arrange: impl FnOnce(Views) -> Views,
    ) -> Self {
        Self::assembled(adapter, options, |builder| builder, arrange)
    }

    /// The same, with a hand on the builder as well, say to give it templates and hooks.
    ///
    /// # Panics
    ///
    /// When the product cannot be assembled.
    #[must_use]
    pub fn assembled(
        adapter: &Adapter,
        options: &[(&str, Value)],
        assemble: impl FnOnce(SecurityBuilder) -> SecurityBuilder,
        arrange: impl FnOnce(Views) -> Views,
    ) -> Self {
        let mut table = Map::from_iter([
            ("SECRET_KEY".to_owned(), json!("lighthouse keeper's own key, 1871")),
            ("SECURITY_PASSWORD_SALT".to_owned(), json!("salt of seven seas")),
            ("SERVER_NAME".to_owned(), json!(HOST)),
            ("SECURITY_REGISTERABLE".to_owned(), json!(true)),
            ("SECURITY_CHANGEABLE".to_owned(), json!(true)),
            ("SECURITY_TRACKABLE".to_owned(), json!(true)),
            ("SECURITY_RETURN_GENERIC_RESPONSES".to_owned(), json!(false)),
            ("SECURITY_HASHING_THREADS".to_owned(), json!(1)),
            ("SECURITY_HASHING_DEADLINE".to_owned(), json!("1 minutes")),
            // Quick hashes: what is slow on purpose makes no rule truer.
            (
                "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS".to_owned(),
                json!({"argon2__memory_cost": 8, "argon2__time_cost": 1}),
            ),
        ]);
        table.extend(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let config = ConfigLoader::new().table(table).load().expect("the options of the scene fit together");
        let clock = ManualClock::at_unix(BEGINNING);
        let fresh = adapter.open(&clock);
        let store = fresh.store();
        let counting = CountingDatastore::new(Arc::clone(&store));
        let (outbox, events, locks) = (MemoryOutbox::new(), EventLog::new(), LockList::default());
        let builder = Security::builder(config, counting.clone())
            .clock(clock.clone())
            .mail_sender(outbox.clone())
            .subscriber(events.clone())
            .hooks(locks.clone())
            .registration_field(RegistrationField::text("nickname", "Nickname").at_most(20));
        let security = assemble(builder).build().expect("the product can be assembled");
        let app = adapter.build(arrange(Views::new(&security)));
        let stage = Stage { app, security, store, counting, _fresh: fresh, clock, outbox, events, locks };
        Self { stage: Arc::new(stage) }
    }

    /// Somebody with a browser: asks for pages, keeps cookies.
    #[must_use]
    pub fn browser(&self) -> Visitor {
        Visitor::new(self.clone(), Style::Html)
    }

    /// A program that speaks JSON and keeps cookies, such as a single-page application.
    #[must_use]
    pub fn json_client(&self) -> Visitor {
        Visitor::new(self.clone(), Style::Json)
    }

    /// A program that speaks JSON, keeps no cookies and sends this token with every request.
    #[must_use]
    pub fn token_client(&self, token: &str) -> Visitor {
        self.json_client().without_cookies().with_header("authentication-token", token)
    }

    /// A program that speaks JSON, keeps no cookies and sends HTTP Basic credentials with every request.
    #[must_use]
    pub fn basic_client(&self, name: &str, password: &str) -> Visitor {
        self.json_client().without_cookies().with_basic(name, password)
    }

    /// A [browser](Self::browser) and a [JSON client](Self::json_client), for rules that hold in both styles.
    #[must_use]
    pub fn both(&self) -> [Visitor; 2] {
        [self.browser(), self.json_client()]
    }

    /// The product.
    #[must_use]
    pub fn security(&self) -> &Security {
        &self.stage.security
    }

    /// The accounts.
    #[must_use]
    pub fn store(&self) -> &dyn Datastore {
        &*self.stage.store
    }

    /// What the product asked the datastore since the last call, oldest first.
    #[must_use]
    pub fn queries(&self) -> Vec<&'static str> {
        self.stage.counting.take_calls()
    }

    /// Makes the next mails fail; see [`MemoryOutbox::fail_next`].
    #[must_use]
    pub fn outbox(&self) -> &MemoryOutbox {
        &self.stage.outbox
    }

    pub(super) fn app(&self) -> &dyn TestApp {
        &*self.stage.app
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.stage.clock.now()
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.stage.clock.advance(by);
    }

    /// Lets minutes pass.
    pub fn advance_minutes(&self, minutes: u64) {
        self.advance(Duration::from_secs(60 * minutes));
    }

    /// The text of a message.
    #[must_use]
    pub fn text(&self, key: MessageKey) -> String {
        self.text_with(key, &[])
    }

    /// The text of a message with variables.
    #[must_use]
    pub fn text_with(&self, key: MessageKey, variables: &[(&str, &str)]) -> String {
        self.security().messages().text(key, variables)
    }

    /// The mails since the last call, once all of them went out.
    pub async fn mails(&self) -> Vec<Email> {
        self.security().mailer().idle().await;
        self.stage.outbox.take()
    }

    /// Drops the events so far.
    pub async fn forget_events(&self) {
        drop(self.full_events().await);
    }

    /// The names of the events since the last call, once all of them were told.
    pub async fn events(&self) -> Vec<&'static str> {
        self.full_events().await.iter().map(Event::name).collect()
    }

    /// The events since the last call, once all of them were told.
    pub async fn full_events(&self) -> Vec<Event> {
        self.security().events().idle().await;
        self.stage.events.take()
    }

    /// An account with this address, confirmed, with [`PASSWORD`].
    pub async fn account(&self, email: &str) -> User {
        self.account_with(email, |_| {}).await
    }

    /// The same, changed before it is stored.
    ///
    /// # Panics
    ///
    /// When it cannot be stored.
    pub async fn account_with(&self, email: &str, edit: impl FnOnce(&mut NewUser)) -> User {
        let mut new = NewUser::new(email);
        new.password = Some(self.hash(PASSWORD).await);
        new.confirmed_at = Some(self.now());
        edit(&mut new);
        for role in &new.roles {
            // A role that exists already is fine.
            let _ = self.store().create_role(NewRole::new(role, [format!("{role}-work")])).await;
        }
        self.store().create_user(new).await.expect("the account can be stored")
    }

    /// The account with this address as it is stored now, if there is one.
    ///
    /// # Panics
    ///
    /// When the datastore does not answer.
    pub async fn find(&self, email: &str) -> Option<User> {
        self.store().find_user(&UserKey::email(email)).await.expect("the datastore answers")
    }

    /// The account with this address as it is stored now.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn user(&self, email: &str) -> User {
        self.find(email).await.expect("the account exists")
    }

    /// Changes a stored account.
    ///
    /// # Panics
    ///
    /// When there is none, or the change cannot be stored.
    pub async fn change(&self, email: &str, edit: impl FnOnce(&mut UserChange)) {
        let mut change = UserChange::default();
        edit(&mut change);
        let id = self.user(email).await.id;
        let changed = self.store().update_user(&id, &Condition::Exists, &change).await;
        assert!(changed.expect("the change can be stored"), "the account exists");
    }

    /// Gives an account another password, or none.
    pub async fn set_password(&self, email: &str, password: Option<&str>) {
        let hash = match password {
            Some(password) => Some(self.hash(password).await),
            None => None,
        };
        self.change(email, |change| change.password = Some(hash)).await;
    }

    async fn hash(&self, password: &str) -> String {
        let hash = self.security().hasher().hash(&PlainPassword::new(password)).await;
        hash.expect("a password can be hashed")
    }

    /// A new authentication token for an account, proven just now.
    ///
    /// # Panics
    ///
    /// When there is no such account.
    pub async fn token(&self, email: &str) -> String {
        let proven_at = security_core::clock::unix_seconds(self.now());
        self.security().issue_token(&self.user(email).await, proven_at)
    }

    /// Deactivates an account.
    pub async fn deactivate(&self, email: &str) {
        self.change(email, |change| change.active = Some(false)).await;
    }

    /// Holds an account closed by the application's hook.
    pub fn lock(&self, email: &str) {
        self.stage.locks.emails().insert(email.to_owned());
    }

    /// Opens it again.
    pub fn unlock(&self, email: &str) {
        self.stage.locks.emails().remove(email);
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene").field("security", &self.stage.security).finish_non_exhaustive()
    }
}

/// The path of the first link in a mail.
///
/// # Panics
///
/// When there is none.
#[track_caller]
pub(super) fn link_in(mail: &Email) -> String {
    let text = mail.text.as_deref().unwrap_or_default();
    let prefix = format!("http://{HOST}");
    let start = text.find(&prefix).expect("the mail has a link to the application") + prefix.len();
    text[start..].split_whitespace().next().unwrap_or_default().to_owned()
}

/// The routes of the application in every scene.
pub(super) fn routes() -> Vec<GuardedRoute> {
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let route = |path, guards: &[Guard]| GuardedRoute { path, guards: guards.to_vec() };
    let auth = Guard::auth_required;
    vec![
        route("/who", &[]),
        route("/auth", &[auth()]),
        route("/auth/session", &[auth().methods([Mechanism::Session])]),
        route("/auth/token", &[Guard::auth_token_required()]),
        route("/auth/basic", &[Guard::http_auth_required()]),
        route("/auth/realm", &[Guard::http_auth_required().realm("Engine room")]),
        route("/auth/every", &[auth().methods([Mechanism::Basic, Mechanism::Session, Mechanism::Token])]),
        route("/login-required", &[Guard::login_required()]),
        route("/fresh", &[auth().within(minutes(10)).grace(minutes(5))]),
        route(
            "/fresh/every",
            &[auth().methods([Mechanism::Basic, Mechanism::Session, Mechanism::Token]).within(minutes(10))],
        ),
        route("/anonymous", &[Guard::anonymous_user_required()]),
        route("/unauth-csrf", &[Guard::unauth_csrf()]),
        route("/roles/all", &[auth(), Guard::roles_required(["pilot", "keeper"])]),
        route("/roles/any", &[auth(), Guard::roles_accepted(["pilot", "keeper"])]),
        route("/roles/alone", &[Guard::roles_required(["pilot"])]),
        route("/permissions/all", &[auth(), Guard::permissions_required(["pilot-work", "keeper-work"])]),
        route("/permissions/any", &[auth(), Guard::permissions_accepted(["pilot-work", "keeper-work"])]),
        route("/permissions/alone", &[Guard::permissions_accepted(["pilot-work"])]),
    ]
}
