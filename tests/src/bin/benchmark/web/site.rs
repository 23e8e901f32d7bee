//! The application that is measured, and one account that is signed in there.

use std::fmt;
use std::net::{SocketAddr, TcpListener};

use datastore_seaorm::SeaOrmDatastore;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use security_core::Security;
use security_core::account::{NewUser, User};
use security_core::config::ConfigLoader;
use security_core::datastore::{DatastoreError, UserKey, UserStore as _};
use security_core::secret::PlainPassword;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::connection::Connection;
use super::{actix_application, axum_application};
use crate::Failure;

const EMAIL: &str = "skipper@harbour.example";
const PASSWORD: &str = "three sheets to the wind";

/// What serves the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framework {
    Axum,
    Actix,
}

impl Framework {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::Actix => "actix-web",
        }
    }
}

/// A way to ask for the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// The application looks the account up itself; nothing of the library is around the route.
    Floor,
    /// The route wants somebody who is signed in, and the request has a session cookie.
    Session,
    /// The route wants an authentication token, and the request has one.
    Token,
}

impl Variant {
    pub(super) const ALL: [Self; 3] = [Self::Floor, Self::Session, Self::Token];

    pub(super) const fn name(self) -> &'static str {
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
pub(super) struct Site {
    address: SocketAddr,
    security: Security,
    cookie: HeaderValue,
    token: HeaderValue,
    _server: Stop,
    _folder: TempDir,
}

impl Site {
    /// Makes a database in a temporary folder, starts the application, and signs an account in over HTTP.
    pub(super) async fn open(framework: Framework) -> Result<Self, Failure> {
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

        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let serve = match framework {
            Framework::Axum => axum_application::serve,
            Framework::Actix => actix_application::serve,
        };
        let server = serve(&security, Floor { users, key }, listener)?;
        let (cookie, token) = sign_in(address).await?;
        Ok(Self { address, security, cookie, token, _server: server, _folder: folder })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn security(&self) -> &Security {
        &self.security
    }

    /// The request to repeat. All variants send the same headers, but for the credential.
    pub(super) fn request(&self, variant: Variant) -> Request<String> {
        let credential = match variant {
            Variant::Floor => None,
            Variant::Session => Some((header::COOKIE, self.cookie.clone())),
            Variant::Token => Some((HeaderName::from_static("authentication-token"), self.token.clone())),
        };
        request("GET", variant.path(), credential, None)
    }

    /// What every variant answers.
    pub(super) fn expected() -> String {
        greeting(EMAIL)
    }
}

/// Stops a server when it is dropped.
pub(super) struct Stop(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Stop {
    pub(super) fn new(stop: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(stop)))
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            stop();
        }
    }
}

/// What the floor needs: the one query, with a key that is known.
#[derive(Debug, Clone)]
pub(super) struct Floor {
    users: SeaOrmDatastore,
    key: UserKey,
}

impl Floor {
    /// Makes the query.
    pub(super) async fn find(&self) -> Result<Option<User>, DatastoreError> {
        self.users.find_user(&self.key).await
    }
}

/// The text that all routes answer.
pub(super) fn greeting(email: &str) -> String {
    format!("Hello, {email}")
}

/// Signs in as a JSON client does: a CSRF token first, then the password. Answers the cookie and the token.
async fn sign_in(address: SocketAddr) -> Result<(HeaderValue, HeaderValue), Failure> {
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
fn session_cookie(headers: &HeaderMap) -> Result<HeaderValue, Failure> {
    let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let cookie =
        cookies.filter(|cookie| cookie.starts_with("session=")).find_map(|cookie| cookie.split(';').next());
    Ok(HeaderValue::from_str(cookie.ok_or("no session cookie in the answer")?)?)
}

fn member(body: &[u8], pointer: &str) -> Result<String, Failure> {
    let body: Value = serde_json::from_slice(body)?;
    let text = body.pointer(pointer).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("no {pointer} in {body}"))?.to_owned())
}
