//! Answers of Clerk's frontend API.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::call::Call;
use super::resources;
use crate::cookies;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::Browser;

/// An answer that is no error.
pub enum Answer {
    /// The thing itself.
    Bare(Value),
    /// The thing, the browser's new state beside it, and cookies.
    Enveloped(Value, HeaderMap),
}

impl Answer {
    /// The answer to a change. The browser, which holds `secret` from now on, comes along with it, so
    /// that pages need not ask for it.
    ///
    /// # Errors
    /// 500 if a token cannot be signed.
    pub fn enveloped(
        state: &AppState,
        call: &Call,
        response: Value,
        browser: &Browser,
        secret: &str,
    ) -> Result<Self, ApiError> {
        let mut headers = HeaderMap::new();
        if call.by_cookie() {
            if call.key.as_ref().is_none_or(|key| key.secret() != secret) {
                cookies::set_client(&mut headers, secret);
            }
            let signed_in = !browser.sessions.is_empty();
            let since = if signed_in { browser.record.updated_at_ms / 1000 } else { 0 };
            cookies::set_client_uat(&mut headers, since);
        }
        let client = resources::client(state, call, browser)?;
        Ok(Self::Enveloped(json!({ "response": response, "client": client }), headers))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Bare(value) => Json(value).into_response(),
            Self::Enveloped(value, headers) => (headers, Json(value)).into_response(),
        }
    }
}
