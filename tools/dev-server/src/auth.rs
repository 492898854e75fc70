//! Who sends a request.

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use serde::Serialize;

use crate::cookies;
use crate::error::ApiError;
use crate::request_log::LogTicket;
use crate::state::AppState;
use crate::store::User;
use crate::tokens::{Jwt, Refusal, Verified};

/// By which way a token came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// The `Authorization` header.
    Bearer,
    /// The `__session` cookie.
    Cookie,
}

/// What a request offers as a proof of identity.
#[derive(Debug)]
pub enum Presented {
    /// An `Authorization` header, with its token if it has the right form. The cookie is then not even
    /// looked at: a caller who means to be one user must never turn out to be another.
    Bearer(Option<Jwt>),
    /// No such header, but a session cookie.
    Cookie(Jwt),
    /// Neither.
    Nothing,
}

impl Presented {
    /// Reads the headers of a request.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
        if let Some(first) = authorizations.next() {
            // Two headers are two claims; neither is believed.
            let only = authorizations.next().is_none().then_some(first);
            let text = only.and_then(|value| value.to_str().ok());
            return Self::Bearer(text.and_then(bearer_token));
        }
        match cookies::read(headers, cookies::SESSION) {
            Some(token) if !token.is_empty() => Self::Cookie(Jwt::new(token)),
            _ => Self::Nothing,
        }
    }
}

fn bearer_token(value: &str) -> Option<Jwt> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Jwt::new(token.trim()))
}

/// The user who sends a request, proven by a token of a live session.
pub struct Caller {
    /// The user.
    pub user: User,
    /// The organisation that the token is for.
    pub org_id: Option<String>,
    /// By which way the token came.
    pub via: Via,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let (jwt, via) = match Presented::of(&parts.headers) {
            Presented::Bearer(Some(jwt)) => (jwt, Via::Bearer),
            Presented::Bearer(None) => return Err(Refusal::Invalid.into()),
            Presented::Cookie(jwt) => (jwt, Via::Cookie),
            Presented::Nothing => return Err(Refusal::Missing.into()),
        };
        if via == Via::Cookie {
            state.origins().check_cookie_use(&parts.method, &parts.headers)?;
        }
        let Verified { claims, is_own } = state.verify(&jwt).await?;
        let org_id = claims.o.map(|org| org.id);
        let user = if is_own {
            live_user(state, claims.sub, claims.sid).await?
        } else {
            stranger(claims.sub)
        };
        identify(state, &parts.extensions, &user.id);
        Ok(Self { user, org_id, via })
    }
}

/// The user of a session that lives.
async fn live_user(state: &AppState, user: String, session: String) -> Result<User, ApiError> {
    let found = state
        .store(move |store| {
            let session = store.session(&session)?;
            let lives = session.is_some_and(|found| found.is_live() && found.user_id == user);
            if lives { store.user(&user) } else { Ok(None) }
        })
        .await?;
    found.ok_or_else(|| Refusal::SessionEnded.into())
}

/// A user of a real instance of Clerk, of whom the token says no more than the id. Whether the session lives is
/// Clerk's to know: its tokens live a minute.
fn stranger(id: String) -> User {
    User {
        username: id.clone(),
        name: id.clone(),
        id,
        password: String::new(),
        org_id: None,
        email: String::new(),
    }
}

/// Enters in the log who sent the request with these extensions.
pub fn identify(state: &AppState, extensions: &Extensions, user_id: &str) {
    if let Some(ticket) = extensions.get::<LogTicket>() {
        state.log().identify(*ticket, user_id);
    }
}
