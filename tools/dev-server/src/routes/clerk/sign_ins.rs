//! Signing in: by password, by a code in an e-mail, or with a ticket.

use axum::http::StatusCode;
use subtle::ConstantTimeEq;

use super::answer::Answer;
use super::call::{self, Call, new_secret};
use super::resources;
use crate::clerk::EMAIL_CODE;
use crate::error::ApiError;
use crate::random;
use crate::state::AppState;
use crate::store::{SignInRecord, User};

/// `POST /client/sign_ins`: begins, and completes at once if the body is proof enough.
pub async fn create(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let id = random::id("sia_");
    match call.fields.filled("strategy") {
        None => begin(state, call, id, false).await,
        Some("email_code") => begin(state, call, id, true).await,
        Some("password") => {
            let user = named_user(state, call).await?;
            check_password(call, &user)?;
            complete(state, call, &id, user).await
        }
        Some("ticket") => {
            let ticket = required(call, "ticket")?.to_owned();
            let user = state.store(move |store| store.redeem_ticket(&ticket)).await?;
            let user = user.ok_or_else(|| {
                refused("ticket_invalid_code", "The ticket is not valid.").about("ticket")
            })?;
            complete(state, call, &id, user).await
        }
        Some(_) => Err(unknown_strategy()),
    }
}

/// `GET /client/sign_ins/{id}`.
pub fn read(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    Ok(Answer::bare(resources::pending_sign_in(state, begun(call, id)?)))
}

/// `POST /client/sign_ins/{id}/prepare_first_factor`: "sends" the code.
pub async fn prepare(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    let found = begun(call, id)?.clone();
    match call.fields.filled("strategy") {
        Some("email_code") => {}
        _ => return Err(unknown_strategy()),
    }
    let address = resources::email_id(&found.user_id);
    if call.fields.filled("email_address_id").is_some_and(|given| given != address) {
        return Err(ApiError::resource_not_found("The user has no such e-mail address.")
            .about("email_address_id"));
    }
    keep(state, call, SignInRecord { code_sent: true, ..found }).await
}

/// `POST /client/sign_ins/{id}/attempt_first_factor`.
pub async fn attempt(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    let found = begun(call, id)?.clone();
    let user_id = found.user_id;
    let user = state.store(move |store| store.user(&user_id)).await?.ok_or_else(unknown_user)?;
    match call.fields.filled("strategy") {
        Some("password") => check_password(call, &user)?,
        Some("email_code") => {
            if !found.code_sent {
                let rule = "A code must have been asked for first.";
                return Err(ApiError::bad_request("verification_missing", rule));
            }
            let code = required(call, "code")?;
            if !bool::from(code.as_bytes().ct_eq(EMAIL_CODE.as_bytes())) {
                return Err(refused("form_code_incorrect", "The code is wrong.").about("code"));
            }
        }
        _ => return Err(unknown_strategy()),
    }
    complete(state, call, id, user).await
}

async fn begin(
    state: &AppState,
    call: &Call,
    id: String,
    code_sent: bool,
) -> Result<Answer, ApiError> {
    let user = named_user(state, call).await?;
    refuse_if_signed_in(state, call, &user)?;
    let identifier = required(call, "identifier")?.to_owned();
    let begun = SignInRecord { id, user_id: user.id, email: user.email, identifier, code_sent };
    keep(state, call, begun).await
}

/// Keeps a sign-in that has begun, and shows it.
async fn keep(state: &AppState, call: &Call, begun: SignInRecord) -> Result<Answer, ApiError> {
    let secret = call.secret_or_new();
    let response = resources::pending_sign_in(state, &begun);
    let (kept, now_ms) = (secret.clone(), state.now_ms());
    state.store(move |store| store.set_sign_in(&kept, begun, now_ms)).await?;
    let browser = call::browser(state, &secret).await?;
    Answer::enveloped(state, call, response, &browser, &secret)
}

async fn complete(state: &AppState, call: &Call, id: &str, user: User) -> Result<Answer, ApiError> {
    refuse_if_signed_in(state, call, &user)?;
    let secret = new_secret(call.key.as_ref());
    let old = call.key.as_ref().map(|key| key.secret().to_owned());
    let (renewed, now_ms, begun_for) = (secret.clone(), state.now_ms(), user.clone());
    let session = state
        .store(move |store| store.open_session(old.as_deref(), &renewed, &begun_for, now_ms))
        .await?;
    let browser = call::browser(state, &secret).await?;
    let response = resources::complete_sign_in(id, &user, &session.id);
    Answer::enveloped(state, call, response, &browser, &secret)
}

/// Somebody who is signed in here already is told by which session.
fn refuse_if_signed_in(state: &AppState, call: &Call, user: &User) -> Result<(), ApiError> {
    let Some(browser) = &call.browser else {
        return Ok(());
    };
    if let Some(open) = browser.sessions.iter().find(|open| open.user.id == user.id) {
        let rule = "This user is signed in already.";
        return Err(ApiError::bad_request("identifier_already_signed_in", rule)
            .because_of_session(&open.session.id));
    }
    match browser.active() {
        Some(open) if state.single_session() => {
            let rule = "Somebody is signed in already.";
            Err(ApiError::bad_request("session_exists", rule).because_of_session(&open.session.id))
        }
        _ => Ok(()),
    }
}

fn begun<'a>(call: &'a Call, id: &str) -> Result<&'a SignInRecord, ApiError> {
    let browser = call.browser.as_ref();
    let begun = browser.and_then(|browser| browser.record.sign_in.as_ref());
    begun
        .filter(|begun| begun.id == id)
        .ok_or_else(|| ApiError::resource_not_found("This browser has no such sign-in."))
}

async fn named_user(state: &AppState, call: &Call) -> Result<User, ApiError> {
    let identifier = required(call, "identifier")?.to_owned();
    state.store(move |store| store.user_called(&identifier)).await?.ok_or_else(unknown_user)
}

fn check_password(call: &Call, user: &User) -> Result<(), ApiError> {
    if user.has_password(required(call, "password")?) {
        return Ok(());
    }
    Err(refused("form_password_incorrect", "The password is wrong.").about("password"))
}

fn required<'a>(call: &'a Call, field: &str) -> Result<&'a str, ApiError> {
    let value = call.fields.filled(field);
    value.ok_or_else(|| {
        refused("form_param_missing", format!("The {field} is missing.")).about(field)
    })
}

fn unknown_user() -> ApiError {
    refused("form_identifier_not_found", "There is no such user.").about("identifier")
}

fn unknown_strategy() -> ApiError {
    refused("form_param_value_invalid", "There is no such way to sign in.").about("strategy")
}

fn refused(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}
