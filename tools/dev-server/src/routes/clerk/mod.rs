//! Clerk's frontend API, as far as its scripts need it to sign in, to fetch tokens, to switch the
//! organisation and to sign out.
//!
//! Its methods are told by a query parameter as often as by the request itself, so requests find their
//! handler here and not by the router.

mod answer;
mod call;
mod environment;
mod me;
mod organizations;
mod resources;
mod scripts;
mod sessions;
mod sign_ins;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::json;

use self::answer::Answer;
use self::call::Call;
use super::jwks;
use crate::clerk::BrowserKey;
use crate::error::ApiError;
use crate::random;
use crate::state::AppState;

pub use self::call::new_secret;

/// Everything below `/__clerk`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/{*rest}", any(v1))
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/npm/@clerk/{package}/dist/{file}", get(scripts::serve))
}

async fn v1(State(state): State<AppState>, call: Call) -> Response {
    match dispatch(&state, &call).await {
        Ok(answer) => answer.into_response(),
        Err(error) => error.into_response(),
    }
}

async fn dispatch(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let path: Vec<&str> = call.path.split('/').collect();
    // What needs no browser comes first: a page whose browser is unknown has to come to know one.
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["dev_browser"]) => return dev_browser(state).await,
        ("GET" | "PATCH", ["environment"]) => return Ok(environment::read(state)),
        _ => {}
    }
    if let (Some(BrowserKey::Query(_)), None) = (&call.key, &call.browser) {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "dev_browser_unauthenticated",
            "This development browser is not known here.",
        ));
    }
    match (call.method.as_str(), path.as_slice()) {
        ("GET", ["client"]) => read_client(state, call),
        ("POST" | "PUT", ["client"]) => make_client(state, call).await,
        ("DELETE", ["client"] | ["client", "sessions"]) => sessions::end_all(state, call).await,
        ("POST", ["client", "sign_ins"]) => sign_ins::create(state, call).await,
        ("GET", ["client", "sign_ins", id]) => sign_ins::read(state, call, id),
        ("POST", ["client", "sign_ins", id, "prepare_first_factor"]) => {
            sign_ins::prepare(state, call, id).await
        }
        ("POST", ["client", "sign_ins", id, "attempt_first_factor"]) => {
            sign_ins::attempt(state, call, id).await
        }
        ("GET", ["me"]) => me::read(call),
        ("GET", ["me", "organization_memberships"]) => me::memberships(call),
        ("GET", ["me", "organization_invitations"]) => {
            organizations::of_the_user(state, call).await
        }
        ("GET", ["me", "organization_suggestions"]) => me::nothing(call),
        ("GET", ["organizations", id, "memberships"]) => {
            organizations::memberships(state, call, id).await
        }
        ("GET", ["organizations", id, "invitations"]) => organizations::invitations(call, id),
        ("GET", ["organizations", id, "membership_requests" | "domains"]) => {
            organizations::nothing(call, id)
        }
        ("GET", ["client", "sessions", id]) => sessions::read(state, call, id),
        ("POST", ["client", "sessions", id, "touch"]) => sessions::touch(state, call, id).await,
        ("POST", ["client", "sessions", id, "tokens"]) => sessions::token(state, call, id),
        ("POST", ["client", "sessions", id, "tokens", template]) => {
            sessions::template_token(state, call, id, template)
        }
        ("POST", ["client", "sessions", id, "end"]) => {
            sessions::end(state, call, id, "ended").await
        }
        ("POST", ["client", "sessions", id, "remove"]) => {
            sessions::end(state, call, id, "removed").await
        }
        _ => Err(ApiError::resource_not_found("There is nothing at this address for this method.")),
    }
}

/// A new development browser. Its secret is told to the page, which sends it along from then on.
async fn dev_browser(state: &AppState) -> Result<Answer, ApiError> {
    let (secret, now_ms) = (random::id("dvb_"), state.now_ms());
    let id = secret.clone();
    state.store(move |store| store.meet_browser(&secret, now_ms)).await?;
    Ok(Answer::bare(json!({ "object": "dev_browser", "id": id })))
}

fn read_client(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let browser = call.browser.as_ref();
    let client = browser.map(|browser| resources::client(state, call, browser)).transpose()?;
    let answer = Answer::bare(json!({ "response": client, "client": null }));
    Ok(answer.telling_who_is_in(call, browser))
}

async fn make_client(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let secret = call.secret_or_new();
    let (kept, now_ms) = (secret.clone(), state.now_ms());
    state.store(move |store| store.meet_browser(&kept, now_ms)).await?;
    let browser = call::browser(state, &secret).await?;
    let response = resources::client(state, call, &browser)?;
    Answer::enveloped(state, call, response, &browser, &secret)
}
