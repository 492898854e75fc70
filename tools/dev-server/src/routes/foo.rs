//! A greeting with a count, and one that needs no sign-in.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};

use crate::auth::{Caller, Via};
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::state::AppState;

/// The answer of `/api/foo`.
#[derive(Serialize)]
pub struct Foo {
    message: String,
    user_id: String,
    count: u64,
    via: Via,
    server_time_ms: u64,
}

/// `GET /api/public`.
pub async fn public(State(state): State<AppState>) -> Json<Value> {
    Json(json!({ "message": "Hello, whoever you are", "server_time_ms": state.now_ms() }))
}

/// `GET /api/foo`.
///
/// # Errors
/// If the caller is not authenticated.
pub async fn read(State(state): State<AppState>, caller: Caller) -> Result<Json<Foo>, ApiError> {
    let id = caller.user.id.clone();
    let count = state.store(move |store| store.count(&id)).await?;
    Ok(greet(&state, caller, count))
}

/// `POST /api/foo`: adds one to the caller's count.
///
/// # Errors
/// If the caller is not authenticated, or the request is a foreign page's.
pub async fn increment(
    State(state): State<AppState>,
    caller: Caller,
    _: EmptyBody,
) -> Result<Json<Foo>, ApiError> {
    let id = caller.user.id.clone();
    let count = state.store(move |store| store.increment(&id)).await?;
    Ok(greet(&state, caller, count))
}

fn greet(state: &AppState, caller: Caller, count: u64) -> Json<Foo> {
    Json(Foo {
        message: format!("Hello, {}", caller.user.name),
        user_id: caller.user.id,
        count,
        via: caller.via,
        server_time_ms: state.now_ms(),
    })
}
