//! One database, two sites at once: Flask-Security and this product with the same settings. Whatever one of them hands
//! out is good at the other, so a team can switch over in the middle of a day, and back again.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use datastore_diesel::DieselDatastore;
use datastore_seaorm::SeaOrmDatastore;
use portcullis_tests::visitor::{Answer, Visitor};
use sea_orm::{ConnectionTrait as _, Database};
use security_core::Security;
use security_core::config::ConfigLoader;
use security_core::datastore::Datastore;
use security_core::secret::random_identity;
use security_core::session::Mechanism;
use security_testkit::http_contract::echo;
use security_testkit::outbox::MemoryOutbox;
use security_views::{Guard, Views};
use serde_json::{Map, Value, json};
use web_axum::{Context, GuardLayer, SecurityLayer};

use crate::inherited::Inherited;
use crate::reference::{Reference, python};

const AMBER: &str = "amber@harbour.example";
const PASSWORD: &str = "amber-secret-11";

#[tokio::test(flavor = "multi_thread")]
async fn visitors_of_a_sqlite_file_notice_no_switch() {
    let Some(python) = python() else { return };
    let database = Inherited::from("5_9");
    let path = database.path();
    let settings = database.path().with_file_name("settings.json");
    std::fs::write(&settings, Value::from(settings_of_both()).to_string()).expect("the settings are written");
    let reference =
        Reference::start(&python, &format!("sqlite:///{}", path.display()), &settings, None).await;
    let store = SeaOrmDatastore::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    store.migrate().await.expect("what is missing is added");
    switch_back_and_forth(&reference, &Ours::start(Arc::new(store)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_of_a_postgres_database_notice_no_switch() {
    let Some(python) = python() else { return };
    let Some(address) = std::env::var("SECURITY_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()) else {
        return;
    };
    let name = format!("security_{}", random_identity());
    let server = Database::connect(&address).await.expect("the server is there");
    server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database is made");
    let url = format!("{}/{name}", address.rsplit_once('/').expect("an address").0);
    let checked = tokio::spawn(async move {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = folder.path().join("settings.json");
        std::fs::write(&settings, Value::from(settings_of_both()).to_string()).expect("they are written");
        let for_python = url.replacen("postgres://", "postgresql+psycopg://", 1);
        let reference = Reference::start(&python, &for_python, &settings, Some((AMBER, PASSWORD))).await;
        let store = DieselDatastore::connect(&url).await.expect("it opens");
        store.migrate().await.expect("what is missing is added");
        switch_back_and_forth(&reference, &Ours::start(Arc::new(store)).await).await;
    })
    .await;
    server.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("it goes away");
    checked.expect("no visitor notices");
}

/// One table of settings for both sides, under the names they share.
fn settings_of_both() -> Map<String, Value> {
    let settings = json!({
        "SECRET_KEY": "pl8-Qv_3x!Wren.Otter/Basalt=17",
        "SECURITY_PASSWORD_SALT": "Salt-of-the-harbour-4471",
        "SECURITY_USERNAME_ENABLE": true,
        "SECURITY_TRACKABLE": true,
        "SECURITY_CHANGEABLE": true,
        "SECURITY_RECOVERABLE": true,
        "SECURITY_RETURN_GENERIC_RESPONSES": true,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": false},
    });
    settings.as_object().cloned().expect("it is an object")
}

/// This product on a port of its own.
struct Ours {
    url: String,
    security: Security,
    outbox: MemoryOutbox,
}

impl Ours {
    async fn start(store: Arc<dyn Datastore>) -> Self {
        let settings = ConfigLoader::new().table(settings_of_both()).set("SERVER_NAME", "harbour.example");
        let outbox = MemoryOutbox::new();
        let security = Security::builder(settings.load().expect("the settings are understood"), store)
            .mail_sender(outbox.clone())
            .build()
            .expect("the product can be assembled");
        let views = Views::new(&security);
        let route = |guards: &[Guard]| {
            let plain =
                any(async |Context(context): Context| echo(&context, &[]).await.map(axum::body::Body::from));
            guards.iter().rev().fold(plain, |route, guard| route.layer(GuardLayer::from(guard.clone())))
        };
        let minutes = |count: u64| std::time::Duration::from_secs(60 * count);
        let fresh =
            Guard::auth_required().methods([Mechanism::Session]).within(minutes(10)).grace(minutes(1));
        let router: Router = Router::new()
            .route("/whoami", route(&[]))
            .route("/session-only", route(&[Guard::auth_required().methods([Mechanism::Session])]))
            .route("/token-only", route(&[Guard::auth_token_required()]))
            .route("/admins-only", route(&[Guard::roles_required(["admin"])]))
            .route("/fresh", route(&[fresh]))
            .merge(web_axum::views(&views))
            .layer(SecurityLayer::new(views));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { url, security, outbox }
    }

    async fn last_mail(&self) -> String {
        self.security.mailer().idle().await;
        let mails = self.outbox.take();
        mails.last().and_then(|mail| mail.text.clone()).expect("there was a mail")
    }
}

/// One of the two sites.
#[derive(Clone, Copy)]
enum Site<'a> {
    Theirs(&'a Reference),
    Ours(&'a Ours),
}

impl Site<'_> {
    fn visitor(self) -> Visitor {
        match self {
            Self::Theirs(site) => site.visitor(),
            Self::Ours(site) => Visitor::of(&site.url),
        }
    }

    /// A visitor who brings these cookies of the other site along.
    fn welcomes(self, from: &Visitor, cookies: &[&str]) -> Visitor {
        let mut visitor = self.visitor();
        for name in cookies {
            visitor.set_cookie(name, from.cookie(name).unwrap_or_else(|| unreachable!("no cookie {name}")));
        }
        visitor
    }

    /// The path of the link in the last mail.
    async fn last_link(self) -> String {
        let mail = match self {
            Self::Theirs(site) => site.last_mail().await,
            Self::Ours(site) => site.last_mail().await,
        };
        let start = mail.find("/reset/").expect("the mail has a link");
        mail[start..].split_whitespace().next().unwrap_or_default().to_owned()
    }
}

async fn switch_back_and_forth(reference: &Reference, ours: &Ours) {
    let (theirs, ours) = (Site::Theirs(reference), Site::Ours(ours));
    for (here, there) in [(theirs, ours), (ours, theirs)] {
        a_session_goes_on(here, there).await;
        a_remember_cookie_is_good(here, there).await;
        a_token_is_good(here, there).await;
        a_form_that_was_open_can_be_sent(here, there).await;
    }
    let mut password = PASSWORD.to_owned();
    for (here, there) in [(theirs, ours), (ours, theirs)] {
        password = a_changed_password_is_the_one_that_counts(here, there, &password).await;
        password = a_reset_link_is_good(here, there, &password).await;
    }
}

async fn sign_in(visitor: &mut Visitor, password: &str) -> Answer {
    let token = visitor.get("/login").await.form_token().to_owned();
    let form = [("email", AMBER), ("password", password), ("remember", "y"), ("csrf_token", &token)];
    visitor.submit("/login", &form).await
}

async fn user(visitor: &mut Visitor, path: &str) -> Value {
    let answer = visitor.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()["user"].clone()
}

async fn a_session_goes_on(here: Site<'_>, there: Site<'_>) {
    let mut visitor = here.visitor();
    assert!(sign_in(&mut visitor, PASSWORD).await.status.is_redirection());
    let mut visitor = there.welcomes(&visitor, &["session"]);
    for path in ["/whoami", "/session-only", "/admins-only", "/fresh"] {
        assert_eq!(user(&mut visitor, path).await, AMBER, "{path}");
    }
    // And back, with what the other side made of the cookie.
    let mut visitor = here.welcomes(&visitor, &["session"]);
    for path in ["/session-only", "/fresh"] {
        assert_eq!(user(&mut visitor, path).await, AMBER, "{path}");
    }
}

async fn a_remember_cookie_is_good(here: Site<'_>, there: Site<'_>) {
    let mut visitor = here.visitor();
    sign_in(&mut visitor, PASSWORD).await;
    let mut visitor = there.welcomes(&visitor, &["remember_token"]);
    assert_eq!(user(&mut visitor, "/session-only").await, AMBER);
    assert_ne!(visitor.get("/fresh").await.status, 200, "who was remembered has proven nothing today");
}

async fn a_token_is_good(here: Site<'_>, there: Site<'_>) {
    let mut visitor = here.visitor().wanting_json();
    let page = visitor.call("GET", "/login").header("content-type", "application/json").send().await.json();
    let form = json!({
        "email": AMBER, "password": PASSWORD, "csrf_token": page["response"]["csrf_token"],
    });
    let answer = visitor.post("/login?include_auth_token", &form).await.json();
    let token = answer["response"]["user"]["authentication_token"].as_str().expect("a token").to_owned();
    let mut program = there.visitor().wanting_json();
    let answer = program.call("GET", "/token-only").header("Authentication-Token", &token).send().await;
    assert_eq!((answer.status.as_u16(), &answer.json()["user"]), (200, &json!(AMBER)));
}

async fn a_form_that_was_open_can_be_sent(here: Site<'_>, there: Site<'_>) {
    let mut visitor = here.visitor();
    let token = visitor.get("/login").await.form_token().to_owned();
    let mut visitor = there.welcomes(&visitor, &["session"]);
    let form = [("email", AMBER), ("password", PASSWORD), ("csrf_token", &*token)];
    assert!(visitor.submit("/login", &form).await.status.is_redirection());
    assert_eq!(user(&mut visitor, "/session-only").await, AMBER);
}

async fn a_changed_password_is_the_one_that_counts(here: Site<'_>, there: Site<'_>, old: &str) -> String {
    let mut elsewhere = there.visitor();
    assert!(sign_in(&mut elsewhere, old).await.status.is_redirection());
    let mut visitor = here.visitor();
    sign_in(&mut visitor, old).await;
    let token = visitor.get("/change").await.form_token().to_owned();
    let new = random_identity();
    let form =
        [("password", old), ("new_password", &new), ("new_password_confirm", &new), ("csrf_token", &token)];
    assert!(visitor.submit("/change", &form).await.status.is_redirection());
    elsewhere.forget_cookie("remember_token");
    assert_ne!(elsewhere.get("/session-only").await.status, 200, "other sessions end");
    only_this_password_opens(there, old, &new).await;
    only_this_password_opens(here, old, &new).await;
    new
}

async fn a_reset_link_is_good(here: Site<'_>, there: Site<'_>, old: &str) -> String {
    let mut visitor = here.visitor();
    let token = visitor.get("/reset").await.form_token().to_owned();
    visitor.submit("/reset", &[("email", AMBER), ("csrf_token", &token)]).await;
    let link = here.last_link().await;
    let mut visitor = there.visitor();
    let token = visitor.get(&link).await.form_token().to_owned();
    let new = random_identity();
    let form = [("password", &*new), ("password_confirm", &new), ("csrf_token", &token)];
    assert!(visitor.submit(&link, &form).await.status.is_redirection());
    only_this_password_opens(here, old, &new).await;
    only_this_password_opens(there, old, &new).await;
    new
}

async fn only_this_password_opens(site: Site<'_>, old: &str, new: &str) {
    assert_eq!(sign_in(&mut site.visitor(), old).await.status, 200, "the form comes back");
    assert!(sign_in(&mut site.visitor(), new).await.status.is_redirection());
}
