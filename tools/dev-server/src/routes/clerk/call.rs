//! A request to Clerk's frontend API, read once for all endpoints.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, StatusCode};

use crate::auth::identify;
use crate::body::Fields;
use crate::clerk::BrowserKey;
use crate::error::ApiError;
use crate::random;
use crate::state::AppState;
use crate::store::{Browser, OpenSession};

/// A request and the browser that it comes from.
pub struct Call {
    /// The method that is meant.
    pub method: Method,
    /// What follows `/v1/`.
    pub path: String,
    /// The body's fields.
    pub fields: Fields,
    /// The query's fields.
    pub query: Fields,
    /// The headers.
    pub headers: HeaderMap,
    /// By what the browser wants to be known.
    pub key: Option<BrowserKey>,
    /// The browser, if the key is good.
    pub browser: Option<Browser>,
}

impl FromRequest<AppState> for Call {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let key = BrowserKey::of(&parts.headers, &parts.uri);
        // By the method on the wire: what a foreign page sends is a change whatever it calls it.
        if !matches!(key, Some(BrowserKey::Query(_))) {
            state.origins().check_cookie_use(&parts.method, &parts.headers)?;
        }
        let fields = Fields::of_body(&parts.headers, body).await?;
        let browser = match &key {
            Some(key) => {
                let secret = key.secret().to_owned();
                state.store(move |store| store.browser(&secret)).await?
            }
            None => None,
        };
        let path = parts.uri.path().strip_prefix("/v1/").unwrap_or_default().to_owned();
        if let Some(open) = browser.as_ref().and_then(|browser| meant_session(browser, &path)) {
            identify(state, &parts.extensions, &open.user.id);
        }
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let method = meant_method(parts.method, &query)?;
        Ok(Self { method, path, fields, query, headers: parts.headers, key, browser })
    }
}

/// The session that a path names, or else the active one.
fn meant_session<'a>(browser: &'a Browser, path: &str) -> Option<&'a OpenSession> {
    match path.strip_prefix("client/sessions/").and_then(|rest| rest.split('/').next()) {
        Some(id) => browser.session(id),
        None => browser.active(),
    }
}

/// The method that the query names. Only a POST may stand for another method: a link or an image on a
/// foreign page, which arrives as a GET with its cookie, must not change anything.
fn meant_method(method: Method, query: &Fields) -> Result<Method, ApiError> {
    match query.filled("_method") {
        Some(name) if method == Method::POST => {
            Method::from_bytes(name.to_ascii_uppercase().as_bytes())
                .map_err(|_| ApiError::bad_request("bad_query", format!("{name:?} is no method.")))
        }
        _ => Ok(method),
    }
}

impl Call {
    /// The live session with this id, of this browser and no other.
    ///
    /// # Errors
    /// 401 if the browser is unknown or the session has ended, 404 if it is not the browser's.
    pub fn session(&self, id: &str) -> Result<&OpenSession, ApiError> {
        let browser = self.browser.as_ref().ok_or_else(unauthenticated)?;
        if let Some(open) = browser.session(id) {
            return Ok(open);
        }
        if browser.record.session_ids.iter().any(|known| known == id) {
            // A page that still believes in the session learns by this status that it is over.
            return Err(unauthenticated());
        }
        Err(ApiError::resource_not_found("This browser has no such session."))
    }

    /// The live session that the query names, or else the active one.
    ///
    /// # Errors
    /// As [`Self::session`], and 401 if there is none.
    pub fn own_session(&self) -> Result<&OpenSession, ApiError> {
        match self.query.filled("_clerk_session_id") {
            Some(id) => self.session(id),
            None => self.browser.as_ref().and_then(Browser::active).ok_or_else(unauthenticated),
        }
    }

    /// The secret of a browser that is known. An unknown one may have been planted, so it gets a new one.
    #[must_use]
    pub fn secret_or_new(&self) -> String {
        match (&self.key, &self.browser) {
            (Some(key), Some(_)) => key.secret().to_owned(),
            _ => random::secret(),
        }
    }

    /// Whether the browser is known by its cookie, or will be.
    #[must_use]
    pub fn by_cookie(&self) -> bool {
        !matches!(self.key, Some(BrowserKey::Query(_)))
    }
}

/// The secret of a browser after a sign-in. One in a cookie is replaced, because it may have been planted
/// in the browser beforehand; one in the query is the page's to keep.
#[must_use]
pub fn new_secret(key: Option<&BrowserKey>) -> String {
    match key {
        Some(BrowserKey::Query(secret)) => secret.clone(),
        _ => random::secret(),
    }
}

/// The browser with this secret, as it is after a change.
///
/// # Errors
/// 401 if another request has replaced its secret meanwhile.
pub async fn browser(state: &AppState, secret: &str) -> Result<Browser, ApiError> {
    let secret = secret.to_owned();
    state.store(move |store| store.browser(&secret)).await?.ok_or_else(unauthenticated)
}

/// 401 as Clerk says it of a browser without a session.
#[must_use]
pub fn unauthenticated() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "authentication_invalid",
        "There is no live session for this request.",
    )
}
