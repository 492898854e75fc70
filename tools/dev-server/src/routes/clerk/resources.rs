//! The things of Clerk's frontend API, with the fields that its scripts read. Times are in milliseconds.

use serde_json::{Value, json};

use super::call::Call;
use crate::clerk::tokens::Form;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{Browser, Membership, OpenSession, SignInRecord, User};

/// A session is shown as valid for a week from its last use. It is not ended by then: here, sessions end
/// on demand.
const SESSION_LIFE_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// How long a code would be good.
const CODE_LIFE_MS: u64 = 10 * 60 * 1000;

/// A browser with its live sessions.
///
/// # Errors
/// 500 if a token cannot be signed.
pub fn client(state: &AppState, call: &Call, browser: &Browser) -> Result<Value, ApiError> {
    let sessions: Result<Vec<_>, _> =
        browser.sessions.iter().map(|open| session(state, call, open)).collect();
    let record = &browser.record;
    Ok(json!({
        "object": "client",
        "id": record.id,
        "sessions": sessions?,
        "sign_in": record.sign_in.as_ref().map(|begun| pending_sign_in(state, begun)),
        "sign_up": null,
        "last_active_session_id": browser.active().map(|open| &open.session.id),
        "cookie_expires_at": null,
        "captcha_bypass": true,
        "created_at": record.created_at_ms,
        "updated_at": record.updated_at_ms,
    }))
}

/// A live session. A token for its active organisation comes along, so that pages need not ask for one.
///
/// # Errors
/// 500 if a token cannot be signed.
pub fn session(state: &AppState, call: &Call, open: &OpenSession) -> Result<Value, ApiError> {
    let form = Form::Session(open.active_membership());
    let jwt = state.mint(open, form, &call.headers)?;
    let mut shown = bare_session(open, "active");
    if let Some(fields) = shown.as_object_mut() {
        let token = json!({ "object": "token", "jwt": jwt.expose() });
        fields.insert("last_active_token".to_owned(), token);
    }
    Ok(shown)
}

/// A session without a token, in the given state.
pub fn bare_session(open: &OpenSession, status: &str) -> Value {
    let session = &open.session;
    let used_at = session.touched_at_ms.unwrap_or(session.created_at_ms);
    json!({
        "object": "session",
        "id": session.id,
        "status": status,
        "user": user(&open.user, &open.memberships),
        "public_user_data": public_user_data(&open.user),
        "last_active_organization_id": session.org_id,
        "last_active_token": null,
        "actor": null,
        "tasks": null,
        "factor_verification_age": [0, -1],
        "expire_at": used_at.saturating_add(SESSION_LIFE_MS),
        "abandon_at": used_at.saturating_add(SESSION_LIFE_MS),
        "last_active_at": used_at,
        "created_at": session.created_at_ms,
        "updated_at": used_at,
    })
}

/// A user.
pub fn user(user: &User, memberships: &[Membership]) -> Value {
    let (first, last) = names(user);
    let address = email_id(&user.id);
    json!({
        "object": "user",
        "id": user.id,
        "username": user.username,
        "first_name": first,
        "last_name": last,
        "image_url": "",
        "has_image": false,
        "primary_email_address_id": address,
        "email_addresses": [{
            "object": "email_address",
            "id": address,
            "email_address": user.email,
            "verification": { "status": "verified", "strategy": "admin" },
            "linked_to": [],
        }],
        "phone_numbers": [],
        "external_accounts": [],
        "web3_wallets": [],
        "passkeys": [],
        "organization_memberships":
            memberships.iter().map(|found| membership(user, found)).collect::<Vec<_>>(),
        "password_enabled": true,
        "public_metadata": {},
    })
}

/// A user's place in an organisation.
pub fn membership(user: &User, membership: &Membership) -> Value {
    let organization = &membership.organization;
    let since = organization.created_at_ms;
    json!({
        "object": "organization_membership",
        "id": format!("orgmem_{}_{}", user.username, organization.slug),
        "role": membership.role,
        "permissions": membership.permissions,
        "organization": {
            "object": "organization",
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": "",
            "has_image": false,
            "public_metadata": {},
            "created_at": since,
            "updated_at": since,
        },
        "public_user_data": public_user_data(user),
        "public_metadata": {},
        "created_at": since,
        "updated_at": since,
    })
}

fn public_user_data(user: &User) -> Value {
    let (first, last) = names(user);
    json!({
        "user_id": user.id,
        "identifier": user.email,
        "first_name": first,
        "last_name": last,
        "image_url": "",
        "has_image": false,
    })
}

fn names(user: &User) -> (&str, &str) {
    user.name.split_once(' ').unwrap_or((&user.name, ""))
}

/// The id of a user's e-mail address.
pub fn email_id(user_id: &str) -> String {
    user_id.replacen("user_", "idn_", 1)
}

/// A sign-in that waits for the proof of who signs in.
pub fn pending_sign_in(state: &AppState, begun: &SignInRecord) -> Value {
    let sent = begun.code_sent.then(|| {
        json!({
            "status": "unverified",
            "strategy": "email_code",
            "attempts": 0,
            "expire_at": state.now_ms().saturating_add(CODE_LIFE_MS),
        })
    });
    json!({
        "object": "sign_in",
        "id": begun.id,
        "status": "needs_first_factor",
        "identifier": begun.identifier,
        "supported_identifiers": ["email_address", "username"],
        "supported_first_factors": [
            { "strategy": "password" },
            {
                "strategy": "email_code",
                "email_address_id": email_id(&begun.user_id),
                "safe_identifier": begun.email,
                "primary": true,
            },
        ],
        "first_factor_verification": sent,
        "second_factor_verification": null,
        "user_data": null,
        "created_session_id": null,
    })
}

/// A sign-in that has led to a session.
pub fn complete_sign_in(id: &str, user: &User, session_id: &str) -> Value {
    json!({
        "object": "sign_in",
        "id": id,
        "status": "complete",
        "identifier": user.email,
        "supported_identifiers": ["email_address", "username"],
        "supported_first_factors": null,
        "first_factor_verification": null,
        "second_factor_verification": null,
        "user_data": public_user_data(user),
        "created_session_id": session_id,
    })
}
