//! The frame around every JSON answer.

use http::StatusCode;
use serde_json::{Map, Value, json};

/// Puts a response into its frame: `{"meta": {"code": 200}, "response": {…}}`.
///
/// The code in the body is the status of the HTTP response.
///
/// ```
/// use http::StatusCode;
/// use security_views::envelope::envelope;
/// use serde_json::Map;
///
/// let body = envelope(StatusCode::OK, Map::new());
/// assert_eq!(body.to_string(), r#"{"meta":{"code":200},"response":{}}"#);
/// ```
#[must_use]
pub fn envelope(status: StatusCode, response: Map<String, Value>) -> Value {
    json!({"meta": {"code": status.as_u16()}, "response": Value::Object(response)})
}
