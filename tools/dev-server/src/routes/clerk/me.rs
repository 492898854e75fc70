//! The user of a session, and the organisations to choose from.

use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::resources;
use crate::error::ApiError;

/// `GET /me`.
pub fn read(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    let response = resources::user(&open.user, &open.memberships);
    Ok(Answer::bare(json!({ "response": response, "client": null })))
}

/// `GET /me/organization_memberships`, by pages of `limit` from `offset` on.
pub fn memberships(call: &Call) -> Result<Answer, ApiError> {
    let open = call.own_session()?;
    let all = open.memberships.iter().map(|found| resources::membership(&open.user, found));
    Ok(Answer::page(call, &all.collect::<Vec<_>>()))
}

/// `GET /me/organization_suggestions`. There are none.
pub fn nothing(call: &Call) -> Result<Answer, ApiError> {
    call.own_session()?;
    Ok(Answer::page(call, &[]))
}
