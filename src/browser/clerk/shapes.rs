//! What is read of Clerk's objects.

use wasm_bindgen::JsValue;

use super::js::{Part, get, project, read, set};
use crate::auth::clerk::{ClerkSnapshot, Flow};

use Part::{At, Each, Is, Of};

const ORGANIZATION: &[Part] = &[Is("id"), Is("name"), Is("slug"), Is("imageUrl")];

const MEMBERSHIP: &[Part] =
    &[Is("id"), Is("role"), Is("permissions"), Of("organization", ORGANIZATION)];

const EMAIL: &[Part] = &[Is("id"), Is("emailAddress")];

const USER: &[Part] = &[
    Is("id"),
    Is("firstName"),
    Is("lastName"),
    Is("fullName"),
    Is("username"),
    Is("imageUrl"),
    Of("primaryEmailAddress", EMAIL),
    Is("publicMetadata"),
    Each("organizationMemberships", MEMBERSHIP),
];

const TASK: &[Part] = &[Is("key")];

/// A session and, by its user's names, whose it is.
const SESSION: &[Part] = &[
    Is("id"),
    Is("status"),
    Is("lastActiveOrganizationId"),
    Each("tasks", TASK),
    At("claims", &["lastActiveToken", "jwt", "claims"]),
    Of(
        "user",
        &[
            Is("id"),
            Is("firstName"),
            Is("lastName"),
            Is("fullName"),
            Is("username"),
            Is("imageUrl"),
            Of("primaryEmailAddress", EMAIL),
        ],
    ),
];

const CLERK: &[Part] = &[
    Is("status"),
    Of("session", SESSION),
    Of("user", USER),
    Of("organization", ORGANIZATION),
    At("lastActiveSessionId", &["client", "lastActiveSessionId"]),
];

const FACTOR: &[Part] =
    &[Is("strategy"), Is("safeIdentifier"), Is("emailAddressId"), Is("phoneNumberId")];

const SIGN_IN: &[Part] = &[
    Is("id"),
    Is("status"),
    Is("identifier"),
    Each("supportedFirstFactors", FACTOR),
    Each("supportedSecondFactors", FACTOR),
    Is("createdSessionId"),
];

const SIGN_UP: &[Part] = &[
    Is("id"),
    Is("status"),
    Is("missingFields"),
    Is("unverifiedFields"),
    Is("emailAddress"),
    Is("createdUserId"),
    Is("createdSessionId"),
];

/// What Clerk keeps at its client, and a snapshot beside the rest.
const CLIENT: &[Part] = &[Each("sessions", SESSION), Of("signIn", SIGN_IN), Of("signUp", SIGN_UP)];

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

/// Everything that Clerk knows. `None` if it is of a kind that nobody has seen.
pub fn snapshot(clerk: &JsValue) -> Option<ClerkSnapshot> {
    let plain = project(clerk, CLERK);
    // Older versions have no status.
    if !get(&plain, "status").is_string() {
        let is_loaded = get(clerk, "loaded").is_truthy();
        set(&plain, "status", &(if is_loaded { "ready" } else { "loading" }).into());
    }
    let client = project(&get(clerk, "client"), CLIENT);
    for name in ["sessions", "signIn", "signUp"] {
        let value = get(&client, name);
        if !value.is_undefined() {
            set(&plain, name, &value);
        }
    }
    read(&plain)
}

/// An attempt to sign in or up, without what Clerk keeps beside it.
pub fn attempt(flow: Flow, attempt: &JsValue) -> serde_json::Value {
    let parts = match flow {
        Flow::SignIn => SIGN_IN,
        Flow::SignUp => SIGN_UP,
    };
    read(&project(attempt, parts)).unwrap_or_default()
}
