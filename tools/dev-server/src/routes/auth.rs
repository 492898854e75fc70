//! Signing in and out, and fresh tokens: what Clerk does for a real app.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::auth::Client;
use crate::body::{EmptyBody, JsonBody};
use crate::cookies;
use crate::error::ApiError;
use crate::random;
use crate::state::AppState;
use crate::store::{SessionRecord, User};

/// A session as the app sees it.
#[derive(Serialize)]
struct Session {
    session_id: String,
    user_id: String,
    org_id: Option<String>,
    username: String,
    name: String,
}

impl From<(SessionRecord, User)> for Session {
    fn from((session, user): (SessionRecord, User)) -> Self {
        Self {
            session_id: session.id,
            user_id: user.id,
            org_id: session.org_id,
            username: user.username,
            name: user.name,
        }
    }
}

/// The body of a sign-in.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

/// `POST /auth/sign-in`.
///
/// # Errors
/// 401 `wrong_credentials`, 403 `cross_site`, or what is wrong with the body.
pub async fn sign_in(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Credentials>,
) -> Result<Response, ApiError> {
    let username = body.username.ok_or_else(|| required("username"))?;
    let password = body.password.ok_or_else(|| required("password"))?;
    let user = state
        .store(move |store| store.check_password(&username, &password))
        .await?
        .ok_or_else(wrong_credentials)?;
    // A new secret at every sign-in: one that was planted in the browser beforehand opens nothing.
    let secret = random::secret();
    let (now_ms, kept, begun_for) = (state.now_ms(), secret.clone(), user.clone());
    let session = state
        .store(move |store| {
            store.begin_session(&begun_for, &kept, client.secret.as_deref(), now_ms)
        })
        .await?;
    let jwt = state.mint(&session, &headers)?;
    let body = json!({ "session": Session::from((session, user)) });
    let mut response = Json(body).into_response();
    cookies::set_client(response.headers_mut(), &secret);
    cookies::set_session(response.headers_mut(), &jwt);
    Ok(response)
}

/// `POST /auth/sign-out`. Also succeeds if nobody is signed in.
///
/// # Errors
/// 403 `cross_site`.
pub async fn sign_out(
    State(state): State<AppState>,
    client: Client,
    _: EmptyBody,
) -> Result<Response, ApiError> {
    let now_ms = state.now_ms();
    if let Some(secret) = client.secret {
        state.store(move |store| store.end_session_of_client(&secret, now_ms)).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::clear(response.headers_mut());
    Ok(response)
}

/// `GET /auth/session`.
///
/// # Errors
/// Only if the server fails.
pub async fn session(client: Client) -> Result<Response, ApiError> {
    Ok(Json(json!({ "session": client.session.map(Session::from) })).into_response())
}

/// `POST /auth/token`.
///
/// # Errors
/// 401 `signed_out` without a live session, 403 `cross_site`.
pub async fn token(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    _: EmptyBody,
) -> Result<Response, ApiError> {
    let (session, _) = client.session.ok_or_else(ApiError::signed_out)?;
    let jwt = state.mint(&session, &headers)?;
    let mut response = Json(json!({ "jwt": jwt.expose() })).into_response();
    cookies::set_session(response.headers_mut(), &jwt);
    Ok(response)
}

/// `GET /auth/users`: who can sign in, and how. The passwords are public on purpose.
///
/// # Errors
/// Only if the server fails.
pub async fn users(State(state): State<AppState>) -> Result<Response, ApiError> {
    let users = state.store(|store| store.users()).await?;
    let listed: Vec<_> = users
        .iter()
        .map(|user| json!({ "username": user.username, "name": user.name, "password": user.password }))
        .collect();
    Ok(Json(listed).into_response())
}

fn required(field: &str) -> ApiError {
    ApiError::invalid(field, format!("The {field} is missing."))
}

fn wrong_credentials() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "wrong_credentials",
        "There is no user with this name and password.",
    )
}
