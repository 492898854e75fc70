//! Live sessions: the active one, their organisation, their tokens, and their end.

use axum::http::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::call::{self, Call};
use super::resources;
use crate::clerk::tokens::Form;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{Membership, OpenSession};

/// Most characters in a template's name.
const MAX_TEMPLATE_CHARS: usize = 64;

/// `GET /client/sessions/{id}`.
pub fn read(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    let response = resources::session(state, call, call.session(id)?)?;
    Ok(Answer::bare(json!({ "response": response, "client": null })))
}

/// `POST /client/sessions/{id}/touch`: makes the session the active one. Sets its organisation too if the
/// body names one, or none by an empty value.
pub async fn touch(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    let open = call.session(id)?;
    let org_id = match call.fields.get("active_organization_id") {
        None => open.session.org_id.clone(),
        Some(wanted) => membership(open, wanted)?.map(|found| found.organization.id.clone()),
    };
    let secret = call.secret_or_new();
    let (kept, id, now_ms) = (secret.clone(), id.to_owned(), state.now_ms());
    let (touched, chosen) = (id.clone(), org_id.clone());
    state.store(move |store| store.touch_session(&kept, &touched, chosen, now_ms)).await?;
    let mut browser = call::browser(state, &secret).await?;
    // Another tab may have chosen another organisation meanwhile, which is not for this one to take over.
    if let Some(open) = browser.sessions.iter_mut().find(|open| open.session.id == id) {
        open.session.org_id = org_id;
    }
    // Ended by another request meanwhile.
    let open = browser.session(&id).ok_or_else(call::unauthenticated)?;
    let response = resources::session(state, call, open)?;
    Answer::enveloped(state, call, response, &browser, &secret)
}

/// `POST /client/sessions/{id}/tokens`: a token for the active organisation, or for the one that the body
/// names.
pub fn token(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    let open = call.session(id)?;
    let membership = match call.fields.get("organization_id") {
        None => open.active_membership(),
        Some(wanted) => membership(open, wanted)?,
    };
    minted(state, call, open, Form::Session(membership))
}

/// `POST /client/sessions/{id}/tokens/{template}`. There is a template of any name.
pub fn template_token(
    state: &AppState,
    call: &Call,
    id: &str,
    template: &str,
) -> Result<Answer, ApiError> {
    let open = call.session(id)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let named = (1..=MAX_TEMPLATE_CHARS).contains(&template.len());
    if !named || !template.chars().all(plain) {
        return Err(ApiError::resource_not_found("There is no such template."));
    }
    minted(state, call, open, Form::Template(template))
}

/// `POST /client/sessions/{id}/end` and `/remove`.
pub async fn end(
    state: &AppState,
    call: &Call,
    id: &str,
    status: &str,
) -> Result<Answer, ApiError> {
    let response = resources::bare_session(call.session(id)?, status);
    let secret = call.secret_or_new();
    end_sessions(state, &secret, vec![id.to_owned()]).await?;
    let browser = call::browser(state, &secret).await?;
    Answer::enveloped(state, call, response, &browser, &secret)
}

/// `DELETE /client/sessions` and `DELETE /client`: signs out of everything. Also succeeds if nobody is
/// signed in.
pub async fn end_all(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let Some(browser) = &call.browser else {
        let answer = Answer::bare(json!({ "response": null, "client": null }));
        return Ok(answer.telling_who_is_in(call, None));
    };
    let secret = call.secret_or_new();
    end_sessions(state, &secret, browser.record.session_ids.clone()).await?;
    let browser = call::browser(state, &secret).await?;
    let response = resources::client(state, call, &browser)?;
    Answer::enveloped(state, call, response, &browser, &secret)
}

async fn end_sessions(state: &AppState, secret: &str, ids: Vec<String>) -> Result<(), ApiError> {
    let (secret, now_ms) = (secret.to_owned(), state.now_ms());
    state.store(move |store| store.end_sessions_of_browser(&secret, &ids, now_ms)).await
}

/// A token is the one thing that must not come in an envelope: scripts would not find it there.
fn minted(
    state: &AppState,
    call: &Call,
    open: &OpenSession,
    form: Form<'_>,
) -> Result<Answer, ApiError> {
    let jwt = state.mint(open, form, &call.headers)?;
    Ok(Answer::bare(json!({ "object": "token", "jwt": jwt.expose() })))
}

/// The user's membership of an organisation; none for an empty id, which stands for the user alone.
///
/// # Errors
/// 404 if there is none. Not 422: scripts would take that for the end of the session.
fn membership<'a>(open: &'a OpenSession, org_id: &str) -> Result<Option<&'a Membership>, ApiError> {
    if org_id.is_empty() {
        return Ok(None);
    }
    let found = open.membership(org_id);
    found.map(Some).ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "organization_not_found_or_unauthorized",
            "The user does not belong to this organisation.",
        )
    })
}
