//! What tests and the app need beside the API: faults, token life, ended sessions, the request log, and who can
//! sign in.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::dev_clerk;
use crate::body::{EmptyBody, JsonBody};
use crate::config::MAX_TOKEN_LIFE_SECONDS;
use crate::error::ApiError;
use crate::faults::StandingFault;
use crate::request_log::Requests;
use crate::state::AppState;
use crate::tokens::TokenSettings;

/// Largest clock skew that can be asked for, in seconds: a day.
const MAX_SKEW_SECONDS: i32 = 86_400;

/// Everything below `/__dev`.
pub fn router(state: AppState) -> Router<AppState> {
    Router::new()
        .route("/health", get(health))
        .route("/faults", put(set_faults).delete(clear_faults))
        .route("/token-life", post(set_token_life))
        .route("/expire-sessions", post(expire_sessions))
        .route("/requests", get(requests).delete(reset_requests))
        .route("/users", get(users))
        .nest("/clerk", dev_clerk::router())
        .layer(from_fn_with_state(state, own_pages_only))
}

/// Middleware: no foreign page may disturb the server, or read from it by some trick.
async fn own_pages_only(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match state.origins().check_not_foreign(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn health() -> Json<Value> {
    Json(json!({ "ok": true }))
}

async fn set_faults(
    State(state): State<AppState>,
    JsonBody(list): JsonBody<Vec<StandingFault>>,
) -> Result<StatusCode, ApiError> {
    state.faults().replace(list)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(state): State<AppState>) -> StatusCode {
    state.faults().clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct TokenLife {
    #[serde(default)]
    seconds: Option<u32>,
    #[serde(default)]
    skew_seconds: i32,
}

async fn set_token_life(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<TokenLife>,
) -> Result<Json<TokenSettings>, ApiError> {
    let life_seconds = body
        .seconds
        .filter(|seconds| (1..=MAX_TOKEN_LIFE_SECONDS).contains(seconds))
        .ok_or_else(|| ApiError::invalid("seconds", "A token lives 1 to 86400 seconds."))?;
    if !(-MAX_SKEW_SECONDS..=MAX_SKEW_SECONDS).contains(&body.skew_seconds) {
        return Err(ApiError::invalid("skew_seconds", "The skew is 86400 seconds at most."));
    }
    let settings = TokenSettings { life_seconds, skew_seconds: body.skew_seconds };
    *state.token_settings() = settings;
    Ok(Json(settings))
}

async fn expire_sessions(
    State(state): State<AppState>,
    _: EmptyBody,
) -> Result<Json<Value>, ApiError> {
    let now_ms = state.now_ms();
    let ended = state.store(move |store| store.end_all_sessions(now_ms)).await?;
    Ok(Json(json!({ "ended": ended })))
}

async fn requests(State(state): State<AppState>) -> Json<Requests> {
    Json(state.log().snapshot())
}

async fn reset_requests(State(state): State<AppState>) -> StatusCode {
    state.log().reset();
    StatusCode::NO_CONTENT
}

/// Who can sign in, for the app's sign-in page. The passwords are public on purpose.
async fn users(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let users = state.store(|store| store.users()).await?;
    let listed = users.iter().map(
        |user| json!({ "username": user.username, "name": user.name, "password": user.password }),
    );
    Ok(Json(listed.collect()))
}
