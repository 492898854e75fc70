//! The user of a session, and the organisations to choose from.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::resources;
use crate::error::ApiError;

/// How many things a page has that asks for no number.
const PAGE: usize = 10;

/// `GET /me`.
pub fn read(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    Ok(enveloped(resources::user(&open.user, &open.memberships)))
}

/// `GET /me/organization_memberships`, by pages of `limit` from `offset` on.
pub fn memberships(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    let number = |name| call.query.filled(name).and_then(|text| text.parse::<usize>().ok());
    let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(PAGE));
    let page: Vec<_> = open
        .memberships
        .iter()
        .skip(offset)
        .take(limit)
        .map(|found| resources::membership(&open.user, found))
        .collect();
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
