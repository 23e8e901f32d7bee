//! The API of the application itself: a notice board for members, kept until the server stops.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use web_axum::CurrentUser;

/// The notices, oldest first.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Vec<Value>>>);

impl Board {
    fn notices(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /api/board`: the notices, for members.
pub(crate) async fn read(State(board): State<Board>, user: CurrentUser) -> Json<Value> {
    Json(json!({ "you": user.email, "notices": *board.notices() }))
}

/// `POST /api/board`: pins a notice. The guard of the route has seen the CSRF token.
pub(crate) async fn write(
    State(board): State<Board>,
    user: CurrentUser,
    Json(notice): Json<Value>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let text = notice["text"].as_str().unwrap_or_default().trim();
    if text.is_empty() {
        let problem = ["A notice needs a text."];
        let body = json!({ "errors": problem, "field_errors": { "text": problem } });
        return Err((StatusCode::BAD_REQUEST, Json(body)));
    }
    board.notices().push(json!({ "by": user.email, "text": text }));
    Ok(read(State(board), user).await)
}

/// `DELETE /api/board`: takes everything down, for members who proved within a minute that it is them.
pub(crate) async fn clear(State(board): State<Board>, user: CurrentUser) -> Json<Value> {
    board.notices().clear();
    read(State(board), user).await
}

/// `GET /api/reports`: for moderators, whom nobody has made yet.
pub(crate) async fn reports() -> Json<Value> {
    Json(json!({ "reports": [] }))
}
