//! What tests and pages need to know of the local Clerk, and to order from it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::clerk::new_secret;
use crate::body::{JsonBody, QueryOf};
use crate::clerk::{self, BrowserKey};
use crate::cookies;
use crate::error::ApiError;
use crate::random;
use crate::state::AppState;
use crate::store::{Membership, User};

/// Everything below `/__dev/clerk`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(describe))
        .route("/sign-in", get(sign_in))
        .route("/tickets", post(issue_ticket))
        .route("/revoke", post(revoke))
        .route("/memberships", post(add_memberships))
        .route("/settings", post(set))
}

/// Keys, the proxy's address, and who can sign in how. The passwords are public on purpose.
async fn describe(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let users = state
        .store(|store| {
            let users = store.users()?.into_iter();
            users
                .map(|user| Ok((store.memberships(&user.id)?, user)))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(Json(json!({
        "live": clerk::live_key(),
        "test": clerk::test_key(),
        "proxy_url": clerk::PROXY_URL,
        "email_code": clerk::EMAIL_CODE,
        "single_session_mode": state.single_session(),
        "users": users.iter().map(|(of, user)| described(user, of)).collect::<Vec<_>>(),
    })))
}

fn described(user: &User, memberships: &[Membership]) -> Value {
    let organizations = memberships.iter().map(|membership| {
        let organization = &membership.organization;
        json!({ "id": organization.id, "name": organization.name, "role": membership.role })
    });
    json!({
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "password": user.password,
        "organizations": organizations.collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
struct Visit {
    user: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    to: String,
}

/// `GET /__dev/clerk/sign-in?user=ada&key=live&to=/`: an address to open in a browser, which is then
/// signed in without a form. A GET changes something here because a browser can be sent nowhere else.
async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    QueryOf(visit): QueryOf<Visit>,
) -> Result<Response, ApiError> {
    let to = if visit.to.is_empty() { "/".to_owned() } else { visit.to };
    if !is_own_path(&to) {
        return Err(ApiError::invalid("to", "It must be a path of this server."));
    }
    let user = user_called(&state, visit.user).await?;
    let cookie = cookies::read(&headers, cookies::CLIENT).map(str::to_owned);
    let (key, to) = match visit.key.as_str() {
        "" | "live" => (cookie.map(BrowserKey::Cookie), to),
        "test" => {
            let secret = random::id("dvb_");
            let to = with_query(&to, &format!("{}={secret}", clerk::DEV_BROWSER));
            (Some(BrowserKey::Query(secret)), to)
        }
        _ => return Err(ApiError::invalid("key", "It must be live or test.")),
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let target = HeaderValue::from_str(&to)
        .map_err(|_| ApiError::invalid("to", "It has characters that an address has not."))?;
    response.headers_mut().insert(header::LOCATION, target);
    let (secret, now_ms) = (new_secret(key.as_ref()), state.now_ms());
    if !matches!(key, Some(BrowserKey::Query(_))) {
        cookies::set_client(response.headers_mut(), &secret);
        cookies::set_client_uat(response.headers_mut(), now_ms / 1000);
    }
    let old = key.map(|key| key.secret().to_owned());
    state.store(move |store| store.open_session(old.as_deref(), &secret, &user, now_ms)).await?;
    Ok(response)
}

/// Whether a redirect to this stays on this server.
fn is_own_path(to: &str) -> bool {
    let rest = to.strip_prefix('/');
    rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && to.bytes().all(|b| b.is_ascii_graphic())
}

fn with_query(path: &str, pair: &str) -> String {
    let (path, fragment) = path.split_once('#').map_or((path, None), |(a, b)| (a, Some(b)));
    let sign = if path.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{path}{sign}{pair}{fragment}")
}

#[derive(Deserialize)]
struct ForUser {
    #[serde(default)]
    user: String,
}

/// `POST /__dev/clerk/tickets`: a ticket that signs a user in, once.
async fn issue_ticket(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<ForUser>,
) -> Result<Json<Value>, ApiError> {
    let user = user_called(&state, body.user).await?;
    let ticket = random::secret();
    let kept = ticket.clone();
    state.store(move |store| store.issue_ticket(&kept, &user.id)).await?;
    Ok(Json(json!({ "ticket": ticket })))
}

#[derive(Deserialize)]
struct OfSession {
    #[serde(default)]
    session_id: String,
}

/// `POST /__dev/clerk/revoke`: ends one session, as an administrator would.
async fn revoke(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<OfSession>,
) -> Result<StatusCode, ApiError> {
    let now_ms = state.now_ms();
    let was_live = state.store(move |store| store.end_session(&body.session_id, now_ms)).await?;
    if was_live {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("No live session has this id."))
    }
}

#[derive(Deserialize)]
struct Crowd {
    #[serde(default)]
    user: String,
    #[serde(default)]
    count: u32,
}

/// Most memberships that can be asked for.
const MAX_CROWD: u32 = 1_000;

/// `POST /__dev/clerk/memberships`: makes a user a member of many more organisations.
async fn add_memberships(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<Crowd>,
) -> Result<StatusCode, ApiError> {
    if !(1..=MAX_CROWD).contains(&body.count) {
        return Err(ApiError::invalid("count", "It must be 1 to 1000."));
    }
    let (user, now_ms) = (user_called(&state, body.user).await?, state.now_ms());
    state.store(move |store| store.join_crowd(&user.id, body.count, now_ms)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    single_session_mode: bool,
}

/// `POST /__dev/clerk/settings`.
async fn set(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<Settings>,
) -> Result<StatusCode, ApiError> {
    state.set_single_session(body.single_session_mode);
    Ok(StatusCode::NO_CONTENT)
}

async fn user_called(state: &AppState, name: String) -> Result<User, ApiError> {
    let found = state.store(move |store| store.user_called(&name)).await?;
    found.ok_or_else(|| ApiError::invalid("user", "There is no such user."))
}

#[cfg(test)]
mod tests {
    use super::{is_own_path, with_query};

    #[test]
    fn a_redirect_stays_on_this_server() {
        for to in ["/", "/notes?page=2#top"] {
            assert!(is_own_path(to), "{to}");
        }
        for to in ["", "notes", "//evil.example", "/\\evil.example", "http://evil.example", "/a\nb"]
        {
            assert!(!is_own_path(to), "{to:?}");
        }
    }

    #[test]
    fn a_query_is_added_before_the_fragment() {
        assert_eq!(with_query("/a#b", "x=1"), "/a?x=1#b");
        assert_eq!(with_query("/a?y=2", "x=1"), "/a?y=2&x=1");
    }
}
