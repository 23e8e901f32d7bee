//! An application on a free port, with one account.

use std::net::SocketAddr;

use actix_web::{App, HttpServer};
use axum::Router;
use axum::routing::get;
use portcullis_tests::visitor::Visitor;
use security_core::account::{NewUser, User};
use security_core::config::ConfigLoader;
use security_core::datastore::UserKey;
use security_core::mail::DiscardingMailSender;
use security_core::secret::PlainPassword;
use security_core::{Security, SecurityConfig};
use security_testkit::memory::MemoryDatastore;
use security_views::Views;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// The web framework of a server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Framework {
    Axum,
    Actix,
}

/// A running server. It stops with the test at the latest.
pub(crate) struct Server {
    address: SocketAddr,
    security: Security,
    stop: oneshot::Sender<()>,
    stopped: oneshot::Receiver<()>,
}

impl Server {
    pub(crate) async fn start(framework: Framework, options: &[(&str, Value)]) -> Self {
        let security = Security::builder(config(options), MemoryDatastore::new())
            .mail_sender(DiscardingMailSender)
            .build();
        let security = security.expect("the configuration is good");
        let mut ann = NewUser::new("ann@harbour.example");
        let password = PlainPassword::new("a boat and three oars");
        ann.password = Some(security.hasher().hash(&password).await.expect("a password can be hashed"));
        security.datastore().create_user(ann).await.expect("the datastore is empty");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (stop, asked_to_stop) = oneshot::channel();
        let (has_stopped, stopped) = oneshot::channel();
        let views = Views::new(&security);
        match framework {
            Framework::Axum => drop(tokio::spawn(serve_axum(views, listener, asked_to_stop, has_stopped))),
            Framework::Actix => drop(std::thread::spawn(move || {
                actix_web::rt::System::new().block_on(serve_actix(
                    views,
                    listener,
                    asked_to_stop,
                    has_stopped,
                ));
            })),
        }
        Self { address, security, stop, stopped }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn user(&self, email: &str) -> User {
        let found = self.security.datastore().find_user(&UserKey::email(email)).await;
        found.expect("the datastore answers").expect("there is such a user")
    }

    /// Asks the server to stop, and waits until it has.
    pub(crate) fn stop(self) -> impl Future<Output = ()> {
        let _ = self.stop.send(());
        async move {
            let _ = self.stopped.await;
        }
    }
}

pub(crate) async fn sign_in(visitor: &mut Visitor) {
    let token = visitor.get("/login").await.json()["response"]["csrf_token"].clone();
    let form = json!({
        "email": "ann@harbour.example", "password": "a boat and three oars", "csrf_token": token,
    });
    assert_eq!(visitor.call("POST", "/login").json(&form).send().await.status, 200);
}

fn config(options: &[(&str, Value)]) -> SecurityConfig {
    let mut loader = ConfigLoader::new()
        .set("SECRET_KEY", "a key for tests alone, of no use")
        .set("SECURITY_PASSWORD_SALT", "a salt for tests alone")
        .set(
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS",
            json!({"argon2__memory_cost": 64, "argon2__time_cost": 1}),
        );
    for (name, value) in options {
        loader = loader.set(*name, value.clone());
    }
    loader.load().expect("the options of the test are good")
}

async fn serve_axum(
    views: Views,
    listener: std::net::TcpListener,
    asked_to_stop: oneshot::Receiver<()>,
    has_stopped: oneshot::Sender<()>,
) {
    use web_axum::{CurrentUser, SecurityLayer, guard};

    let who = get(async |user: CurrentUser| json!({ "user": user.email }).to_string());
    let app: Router = Router::new()
        .route("/who", who)
        .route("/members", get(async || "members").route_layer(guard::auth_required()))
        .merge(web_axum::views(&views))
        .layer(SecurityLayer::new(views));
    listener.set_nonblocking(true).expect("a listener can be asynchronous");
    let listener = tokio::net::TcpListener::from_std(listener).expect("there is a runtime");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let asked = async move { drop(asked_to_stop.await) };
    axum::serve(listener, service).with_graceful_shutdown(asked).await.expect("the server ends well");
    let _ = has_stopped.send(());
}

async fn serve_actix(
    views: Views,
    listener: std::net::TcpListener,
    asked_to_stop: oneshot::Receiver<()>,
    has_stopped: oneshot::Sender<()>,
) {
    use actix_web::web;
    use web_actix::{CurrentUser, SecurityMiddleware, guard};

    async fn who(user: CurrentUser) -> String {
        json!({ "user": user.email }).to_string()
    }
    let app = move || {
        App::new()
            .route("/who", web::get().to(who))
            .service(web::resource("/members").wrap(guard::auth_required()).to(async || "members"))
            .configure(web_actix::views(&views))
            .wrap(SecurityMiddleware::new(&views))
    };
    let server =
        HttpServer::new(app).workers(3).disable_signals().listen(listener).expect("it listens").run();
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        let _ = asked_to_stop.await;
        handle.stop(true).await;
    });
    server.await.expect("the server ends well");
    let _ = has_stopped.send(());
}
