//! The caller's own notes.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::body::{JsonBody, QueryOf};
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{CreatedNote, Note};

const MAX_TEXT_CHARS: usize = 2000;
const MAX_KEY_CHARS: usize = 200;
const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// Which page of the list.
#[derive(Deserialize)]
pub struct PageQuery {
    #[serde(default)]
    cursor: String,
    #[serde(default)]
    limit: String,
}

/// A page of the list.
#[derive(Serialize)]
pub struct Page {
    items: Vec<Note>,
    next_cursor: Option<String>,
}

/// A new note.
#[derive(Deserialize)]
pub struct NewNote {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// A change of a note.
#[derive(Deserialize)]
pub struct Change {
    #[serde(default)]
    text: Option<String>,
}

type NoteId = Result<Path<String>, PathRejection>;

/// `GET /api/notes`.
///
/// # Errors
/// If the caller is not authenticated, 400 `bad_cursor` or 422 on a limit outside 1..=100.
pub async fn list(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page>, ApiError> {
    let limit = limit(&query.limit)?;
    let before = match query.cursor.as_str() {
        "" => None,
        cursor => Some(read_cursor(cursor).ok_or_else(bad_cursor)?),
    };
    let page = state.store(move |store| store.notes(&caller.user.id, before, limit)).await?;
    let next_cursor = page.next_before.map(write_cursor);
    Ok(Json(Page { items: page.notes, next_cursor }))
}

/// `POST /api/notes`.
///
/// # Errors
/// If the caller is not authenticated, the request is a foreign page's, 422 on a bad text or key, 409 if
/// the note that was made with the key has been deleted since.
pub async fn create(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(new): JsonBody<NewNote>,
) -> Result<Response, ApiError> {
    let text = checked_text(new.text)?;
    let key = checked_key(new.idempotency_key)?;
    let now_ms = state.now_ms();
    let created = state
        .store(move |store| store.create_note(&caller.user.id, &text, key.as_deref(), now_ms))
        .await?;
    match created {
        CreatedNote::New(note) => Ok((StatusCode::CREATED, Json(note)).into_response()),
        CreatedNote::Before(note) => Ok(Json(note).into_response()),
        CreatedNote::Deleted => Err(ApiError::new(
            StatusCode::CONFLICT,
            "deleted",
            "The note that was made with this key has been deleted.",
        )),
    }
}

/// `GET /api/notes/{id}`.
///
/// # Errors
/// If the caller is not authenticated, or has no such note.
pub async fn read(
    State(state): State<AppState>,
    caller: Caller,
    id: NoteId,
) -> Result<Json<Note>, ApiError> {
    let id = known(id)?;
    let note = state.store(move |store| store.note(&caller.user.id, &id)).await?;
    note.map(Json).ok_or_else(no_such_note)
}

/// `PATCH /api/notes/{id}`.
///
/// # Errors
/// If the caller is not authenticated, has no such note, the request is a foreign page's, or the text is bad.
pub async fn update(
    State(state): State<AppState>,
    caller: Caller,
    id: NoteId,
    JsonBody(change): JsonBody<Change>,
) -> Result<Json<Note>, ApiError> {
    let (id, text, now_ms) = (known(id)?, checked_text(change.text)?, state.now_ms());
    let note =
        state.store(move |store| store.update_note(&caller.user.id, &id, &text, now_ms)).await?;
    note.map(Json).ok_or_else(no_such_note)
}

/// `DELETE /api/notes/{id}`.
///
/// # Errors
/// If the caller is not authenticated, has no such note, or the request is a foreign page's.
pub async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    id: NoteId,
) -> Result<StatusCode, ApiError> {
    let id = known(id)?;
    let deleted = state.store(move |store| store.delete_note(&caller.user.id, &id)).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_note()) }
}

fn checked_text(text: Option<String>) -> Result<String, ApiError> {
    let text = text.ok_or_else(|| ApiError::invalid("text", "The text is missing."))?;
    let text = text.trim();
    match text.chars().count() {
        1..=MAX_TEXT_CHARS => Ok(text.to_owned()),
        0 => Err(ApiError::invalid("text", "A note needs some text.")),
        _ => Err(ApiError::invalid(
            "text",
            format!("A note may have {MAX_TEXT_CHARS} characters at most."),
        )),
    }
}

fn checked_key(key: Option<String>) -> Result<Option<String>, ApiError> {
    match key.as_deref().map(|key| key.chars().count()) {
        None | Some(1..=MAX_KEY_CHARS) => Ok(key),
        Some(_) => Err(ApiError::invalid(
            "idempotency_key",
            format!("A key has 1 to {MAX_KEY_CHARS} characters."),
        )),
    }
}

fn limit(text: &str) -> Result<usize, ApiError> {
    if text.is_empty() {
        return Ok(DEFAULT_LIMIT);
    }
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| {
        ApiError::invalid("limit", format!("The limit is a number from 1 to {MAX_LIMIT}."))
    })
}

/// A cursor holds the number of the last note seen. It is wrapped up so that nobody comes to rely on
/// what is inside, and marked so that a later form can be told apart.
fn write_cursor(before: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("1:{before}"))
}

fn read_cursor(cursor: &str) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("1:")?.parse().ok()
}

fn bad_cursor() -> ApiError {
    ApiError::bad_request("bad_cursor", "The cursor is not one that this list gave out.")
}

/// An id that is not even text is the id of no note.
fn known(id: NoteId) -> Result<String, ApiError> {
    id.map(|Path(id)| id).map_err(|_| no_such_note())
}

fn no_such_note() -> ApiError {
    ApiError::not_found("There is no such note.")
}
