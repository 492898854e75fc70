//! What is read of Clerk's objects, property by property: they have cycles, and getters that JSON does not see.

use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

use super::js::{get, json, list, set, text, word};
use crate::auth::clerk::{
    Attempt, ClerkError, ClerkJson, ClerkSnapshot, ClerkStatus, EmailAddress, ErrorDetail,
    ErrorFields, ErrorMeta, FactorOffer, Flow, Known, Membership, Organization, Session,
    SessionStatus, SessionTask, SignInAttempt, SignUpAttempt, User, is_lasting,
};

/// What tells, before clerk-js does, that somebody else is there: it changes its objects in place, or for others.
pub type Marks = [JsValue; 9];

/// The marks of this moment.
pub fn marks(clerk: &JsValue) -> Marks {
    let [session, user, organization, client] =
        ["session", "user", "organization", "client"].map(|name| get(clerk, name));
    let [id, status, organization_id] =
        ["id", "status", "lastActiveOrganizationId"].map(|name| get(&session, name));
    let last = get(&client, "lastActiveSessionId");
    let (how, loaded) = (get(clerk, "status"), get(clerk, "loaded"));
    let how = if how.is_undefined() { loaded } else { how };
    [session, user, organization, id, status, organization_id, last, client, how]
}

/// Everything that Clerk knows.
pub fn snapshot(clerk: &JsValue) -> ClerkSnapshot {
    let client = get(clerk, "client");
    let (session_now, user_now) = (get(clerk, "session"), get(clerk, "user"));
    let now = known(&session_now, session);
    // The active session and its user are met again: each object is read once.
    let is_one = user_now == get(&session_now, "user");
    let same = now.present().and_then(|session| session.user.clone()).filter(|_| is_one);
    let session_of = |of: &JsValue| match &now {
        Known::Present(now) if *of == session_now => now.clone(),
        _ => Rc::new(session(of)),
    };
    let sessions = list(&client, "sessions").map(|all| all.iter().map(session_of).collect());
    ClerkSnapshot {
        status: status(clerk),
        user: same.map_or_else(|| known(&user_now, user), Known::Present),
        session: now,
        organization: known(&get(clerk, "organization"), organization),
        sessions,
        last_active_session_id: text(&client, "lastActiveSessionId"),
        factor_ages: factor_ages(&session_now),
        sign_in: sign_in(&get(&client, "signIn")),
        sign_up: sign_up(&get(&client, "signUp")),
    }
}

fn status(clerk: &JsValue) -> ClerkStatus {
    let name = get(clerk, "status").as_string();
    // Older versions have no status.
    let older = || if get(clerk, "loaded").is_truthy() { "ready" } else { "loading" }.to_owned();
    ClerkStatus::named(&name.unwrap_or_else(older))
}

fn known<T>(value: &JsValue, read: fn(&JsValue) -> T) -> Known<Rc<T>> {
    if value.is_null() {
        Known::Absent
    } else if value.is_object() {
        Known::Present(Rc::new(read(value)))
    } else {
        Known::Unknown
    }
}

fn all<T>(of: &JsValue, name: &str, read: fn(&JsValue) -> T) -> Vec<T> {
    list(of, name).unwrap_or_default().iter().map(read).collect()
}

fn string(value: &JsValue) -> Rc<str> {
    value.as_string().unwrap_or_default().into()
}

fn claims_of(session: &JsValue) -> JsValue {
    get(&get(&get(session, "lastActiveToken"), "jwt"), "claims")
}

fn factor_ages(session: &JsValue) -> Option<[f64; 2]> {
    let ages = get(&claims_of(session), "fva");
    let [first, second, count] = ["0", "1", "length"].map(|name| get(&ages, name).as_f64());
    Some([first?, second?]).filter(|_| count == Some(2.0))
}

fn session(of: &JsValue) -> Session {
    let claims = claims_of(of);
    let user_now = get(of, "user");
    Session {
        id: word(of, "id"),
        status: SessionStatus::named(&word(of, "status")),
        last_active_organization_id: text(of, "lastActiveOrganizationId"),
        tasks: all(of, "tasks", |task| SessionTask { key: word(task, "key") }),
        features: text(&claims, "fea"),
        plans: text(&claims, "pla"),
        claims: claims.is_object().then(|| lasting(&claims)),
        user: user_now.is_object().then(|| Rc::new(user(&user_now))),
    }
}

/// What a token says of the user.
fn lasting(claims: &JsValue) -> ClerkJson {
    let kept: JsValue = Object::new().into();
    for name in Object::keys(claims.unchecked_ref::<Object>()) {
        if let Some(name) = name.as_string().filter(|name| is_lasting(name)) {
            set(&kept, &name, &get(claims, &name));
        }
    }
    json(&kept, &JsValue::NULL)
}

fn user(of: &JsValue) -> User {
    let email = get(of, "primaryEmailAddress");
    User {
        id: word(of, "id"),
        first_name: text(of, "firstName"),
        last_name: text(of, "lastName"),
        full_name: text(of, "fullName"),
        username: text(of, "username"),
        image_url: text(of, "imageUrl"),
        primary_email_address: email.is_object().then(|| EmailAddress {
            id: word(&email, "id"),
            email_address: word(&email, "emailAddress"),
        }),
        public_metadata: json(&get(of, "publicMetadata"), &JsValue::NULL),
        organization_memberships: all(of, "organizationMemberships", |of| Rc::new(membership(of))),
    }
}

fn membership(of: &JsValue) -> Membership {
    Membership {
        id: word(of, "id"),
        role: word(of, "role"),
        permissions: all(of, "permissions", string),
        organization: Rc::new(organization(&get(of, "organization"))),
    }
}

fn organization(of: &JsValue) -> Organization {
    Organization {
        id: word(of, "id"),
        name: word(of, "name"),
        slug: text(of, "slug"),
        image_url: text(of, "imageUrl"),
    }
}

/// An attempt to sign in or up, without what Clerk keeps beside it.
pub fn attempt(flow: Flow, of: &JsValue) -> Attempt {
    match flow {
        Flow::SignIn => Attempt::SignIn(sign_in(of)),
        Flow::SignUp => Attempt::SignUp(sign_up(of)),
    }
}

fn sign_in(of: &JsValue) -> SignInAttempt {
    SignInAttempt {
        id: text(of, "id"),
        status: text(of, "status"),
        identifier: text(of, "identifier"),
        supported_first_factors: offers(of, "supportedFirstFactors"),
        supported_second_factors: offers(of, "supportedSecondFactors"),
        created_session_id: text(of, "createdSessionId"),
    }
}

fn offers(of: &JsValue, name: &str) -> Option<Vec<FactorOffer>> {
    let offer = |of: &JsValue| FactorOffer {
        strategy: word(of, "strategy"),
        safe_identifier: text(of, "safeIdentifier"),
        email_address_id: text(of, "emailAddressId"),
        phone_number_id: text(of, "phoneNumberId"),
    };
    list(of, name).map(|offers| offers.iter().map(offer).collect())
}

fn sign_up(of: &JsValue) -> SignUpAttempt {
    let names = |name| list(of, name).map(|names| names.iter().map(string).collect());
    SignUpAttempt {
        id: text(of, "id"),
        status: text(of, "status"),
        missing_fields: names("missingFields"),
        unverified_fields: names("unverifiedFields"),
        email_address: text(of, "emailAddress"),
        created_user_id: text(of, "createdUserId"),
        created_session_id: text(of, "createdSessionId"),
    }
}

/// What was thrown, by its fields: the names of clerk-js's classes are minified.
pub fn error_of(thrown: &JsValue) -> ClerkError {
    if let Some(text) = thrown.as_string() {
        return ClerkError::new("unknown", text);
    }
    let fields = ErrorFields {
        code: text(thrown, "code"),
        message: text(thrown, "message"),
        status: get(thrown, "status").as_f64().map(|status| status as u16),
        errors: Some(all(thrown, "errors", detail)),
    };
    fields.error()
}

fn detail(of: &JsValue) -> ErrorDetail {
    let meta = get(of, "meta");
    ErrorDetail {
        code: word(of, "code"),
        message: word(of, "message"),
        long_message: text(of, "longMessage"),
        meta: meta.is_object().then(|| ErrorMeta { param_name: text(&meta, "paramName") }),
    }
}
