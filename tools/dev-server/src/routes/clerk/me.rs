//! The user of a session, and the organisations to choose from.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::resources;
use crate::error::ApiError;

/// `GET /me`.
pub fn read(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    Ok(enveloped(resources::user(&open.user, &open.memberships)))
}

/// `GET /me/organization_memberships`. All are on the first page.
pub fn memberships(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    let first = call.query.get("offset").is_none_or(|offset| offset == "0");
    let all = open.memberships.iter().map(|found| resources::membership(&open.user, found));
    let page: Vec<_> = all.filter(|_| first).collect();
    Ok(enveloped(json!({ "data": page, "total_count": open.memberships.len() })))
}

/// `GET /me/organization_invitations` and `/me/organization_suggestions`. Nobody invites anybody here.
pub fn nothing(call: &Call) -> Result<Answer, ApiError> {
    call.own_session()?;
    Ok(enveloped(json!({ "data": [], "total_count": 0 })))
}

fn enveloped(response: Value) -> Answer {
    Answer::bare(json!({ "response": response, "client": null }))
}
