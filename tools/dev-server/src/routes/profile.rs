//! The caller's own profile.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store;

/// Most characters in a bio.
const MAX_BIO_CHARS: usize = 500;

/// The answer of `/api/profile`.
#[derive(Serialize)]
pub struct Profile {
    user_id: String,
    username: String,
    name: String,
    bio: String,
    org_id: Option<String>,
    updated_at_ms: u64,
}

/// A change of a profile.
#[derive(Deserialize)]
pub struct Change {
    #[serde(default)]
    bio: Option<String>,
}

/// `GET /api/profile`.
///
/// # Errors
/// If the caller is not authenticated.
pub async fn read(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Profile>, ApiError> {
    let id = caller.user.id.clone();
    let profile = state.store(move |store| store.profile(&id)).await?;
    Ok(shown(caller, profile))
}

/// `PATCH /api/profile`.
///
/// # Errors
/// If the caller is not authenticated, the request is a foreign page's, or the bio is missing or too long.
pub async fn update(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(change): JsonBody<Change>,
) -> Result<Json<Profile>, ApiError> {
    let bio = change.bio.ok_or_else(|| ApiError::invalid("bio", "The bio is missing."))?;
    if bio.chars().count() > MAX_BIO_CHARS {
        let rule = format!("A bio may have {MAX_BIO_CHARS} characters at most.");
        return Err(ApiError::invalid("bio", rule));
    }
    let (id, now_ms) = (caller.user.id.clone(), state.now_ms());
    let profile = state.store(move |store| store.set_bio(&id, &bio, now_ms)).await?;
    Ok(shown(caller, profile))
}

fn shown(caller: Caller, profile: store::Profile) -> Json<Profile> {
    Json(Profile {
        user_id: caller.user.id,
        username: caller.user.username,
        name: caller.user.name,
        bio: profile.bio,
        org_id: caller.org_id,
        updated_at_ms: profile.updated_at_ms,
    })
}
