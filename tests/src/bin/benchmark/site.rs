//! The application that is measured, and one account that is signed in there.

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use datastore_seaorm::SeaOrmDatastore;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use security_core::account::NewUser;
use security_core::config::ConfigLoader;
use security_core::datastore::{UserKey, UserStore as _};
use security_core::secret::PlainPassword;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use web_axum::{CurrentUser, Security, SecurityLayer, guard};

use crate::load::Connection;

const EMAIL: &str = "skipper@harbour.example";
const PASSWORD: &str = "three sheets to the wind";

/// A way to ask for the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The application looks the account up itself; nothing of the library is around the route.
    Floor,
    /// The route wants somebody who is signed in, and the request has a session cookie.
    Session,
    /// The route wants an authentication token, and the request has one.
    Token,
}

impl Variant {
    pub(crate) const ALL: [Self; 3] = [Self::Floor, Self::Session, Self::Token];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Session => "session",
            Self::Token => "token",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Floor => "/floor",
            Self::Session => "/session",
            Self::Token => "/token",
        }
    }
}

/// The application, listening on a loopback port until it is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
    security: Security,
    cookie: HeaderValue,
    token: HeaderValue,
    server: tokio::task::JoinHandle<()>,
    _folder: TempDir,
}

impl Site {
    /// Makes a database in a temporary folder, starts the application, and signs an account in over HTTP.
    pub(crate) async fn open() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("bench.sqlite").display());
        let users = SeaOrmDatastore::connect(&url).await?;
        users.migrate().await?;
        let config = ConfigLoader::new()
            .set("SECRET_KEY", "a key for the benchmark, and for nothing else")
            .set("SECURITY_PASSWORD_SALT", "a salt for the benchmark")
            .load()?;
        let security = Security::builder(config, users.clone()).build()?;
        let mut skipper = NewUser::new(EMAIL);
        skipper.password = Some(security.hasher().hash(&PlainPassword::new(PASSWORD)).await?);
        let key = UserKey::Uniquifier(users.create_user(skipper).await?.fs_uniquifier);

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = application(&security, Floor { users, key });
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                eprintln!("the server stopped: {error}");
            }
        });
        let (cookie, token) = sign_in(address).await?;
        Ok(Self { address, security, cookie, token, server, _folder: folder })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn security(&self) -> &Security {
        &self.security
    }

    /// The request to repeat. All variants send the same headers, but for the credential.
    pub(crate) fn request(&self, variant: Variant) -> Request<String> {
        let credential = match variant {
            Variant::Floor => None,
            Variant::Session => Some((header::COOKIE, self.cookie.clone())),
            Variant::Token => Some((HeaderName::from_static("authentication-token"), self.token.clone())),
        };
        request("GET", variant.path(), credential, None)
    }

    /// What every variant answers.
    pub(crate) fn expected() -> String {
        greeting(EMAIL)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What the floor needs: the one query, with a key that is known.
#[derive(Clone)]
struct Floor {
    users: SeaOrmDatastore,
    key: UserKey,
}

fn application(security: &Security, floor: Floor) -> Router {
    let secured = Router::new()
        .route("/session", get(greet))
        .route("/token", get(greet).route_layer(guard::auth_token_required()))
        .merge(web_axum::views(security))
        .layer(SecurityLayer::new(security));
    Router::new().route("/floor", get(greet_without_security)).with_state(floor).merge(secured)
}

async fn greet(user: CurrentUser) -> String {
    greeting(&user.email)
}

async fn greet_without_security(State(floor): State<Floor>) -> Response {
    match floor.users.find_user(&floor.key).await {
        Ok(Some(user)) => greeting(&user.email).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn greeting(email: &str) -> String {
    format!("Hello, {email}")
}

/// Signs in as a JSON client does: a CSRF token first, then the password. Answers the cookie and the token.
async fn sign_in(address: SocketAddr) -> Result<(HeaderValue, HeaderValue), Box<dyn Error + Send + Sync>> {
    let mut connection = Connection::open(address).await?;
    let (headers, body) = connection.send(request("GET", "/login", None, None)).await?;
    let cookie = session_cookie(&headers)?;
    let csrf_token = member(&body, "/response/csrf_token")?;

    let form = json!({"email": EMAIL, "password": PASSWORD, "csrf_token": csrf_token});
    let path = "/login?include_auth_token";
    let (headers, body) =
        connection.send(request("POST", path, Some((header::COOKIE, cookie)), Some(&form))).await?;
    let token = member(&body, "/response/user/authentication_token")?;
    Ok((session_cookie(&headers)?, HeaderValue::from_str(&token)?))
}

fn request(
    method: &str,
    path: &str,
    credential: Option<(HeaderName, HeaderValue)>,
    json: Option<&Value>,
) -> Request<String> {
    let mut request = Request::new(json.map(Value::to_string).unwrap_or_default());
    *request.method_mut() = method.parse().expect("the method is one of ours");
    *request.uri_mut() = path.parse().expect("the path is one of ours");
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("benchmark"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
    if json.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.extend(credential);
    request
}

/// The session cookie as the browser sends it back.
fn session_cookie(headers: &HeaderMap) -> Result<HeaderValue, Box<dyn Error + Send + Sync>> {
    let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let cookie =
        cookies.filter(|cookie| cookie.starts_with("session=")).find_map(|cookie| cookie.split(';').next());
    Ok(HeaderValue::from_str(cookie.ok_or("no session cookie in the answer")?)?)
}

fn member(body: &[u8], pointer: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let body: Value = serde_json::from_slice(body)?;
    let text = body.pointer(pointer).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("no {pointer} in {body}"))?.to_owned())
}
