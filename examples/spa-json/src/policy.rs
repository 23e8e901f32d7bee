//! How this application answers: JSON below `/api`, without an envelope, and with a word for the script on what to do
//! next.

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use security_core::account::User;
use security_core::message::MessageKey;
use security_core::session::Mechanism;
use security_views::Response;
use serde_json::{Map, Value, json};
use web_axum::{RequestContext, ResponsePolicy};

/// The answers of this application. What is not replaced here is answered as the library does.
#[derive(Debug)]
pub(crate) struct Answers;

#[async_trait]
impl ResponsePolicy for Answers {
    /// Everything below `/api`, whatever the request says it likes.
    fn wants_json(&self, request: &RequestContext) -> bool {
        request.uri().path().starts_with("/api/")
    }

    /// The members as they are: the status line has the code already.
    fn render_json(&self, _: &RequestContext, _: StatusCode, response: Map<String, Value>) -> Value {
        Value::Object(response)
    }

    /// What the script learns about whoever signed in.
    fn user_payload(&self, user: &User) -> Map<String, Value> {
        Map::from_iter([("email".to_owned(), json!(user.email))])
    }

    async fn unauthenticated(&self, request: &RequestContext, _: &[Mechanism]) -> Option<Response> {
        Some(refusal(
            request,
            StatusCode::UNAUTHORIZED,
            MessageKey::Unauthenticated,
            json!({ "next": "sign-in" }),
        ))
    }

    async fn reauthentication(&self, request: &RequestContext) -> Option<Response> {
        let key = MessageKey::ReauthenticationRequired;
        Some(refusal(request, StatusCode::UNAUTHORIZED, key, json!({ "next": "verify" })))
    }

    async fn unauthorized(&self, request: &RequestContext, _: &str, needs: &[String]) -> Option<Response> {
        Some(refusal(request, StatusCode::FORBIDDEN, MessageKey::Unauthorized, json!({ "needs": needs })))
    }
}

/// A refusal in the shape the library's own have, and something more.
fn refusal(request: &RequestContext, status: StatusCode, text: MessageKey, more: Value) -> Response {
    let mut body = more;
    body["errors"] = json!([request.wording().text(text, &[])]);
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
