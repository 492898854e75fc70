//! The public key, for anyone who checks tokens.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::state::AppState;

/// `GET /.well-known/jwks.json`.
pub async fn jwks(State(state): State<AppState>) -> Response {
    Json(json!({ "keys": [state.keys().jwk()] })).into_response()
}
