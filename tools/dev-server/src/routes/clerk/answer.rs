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
pub struct Answer {
    value: Value,
    cookies: HeaderMap,
}

impl Answer {
    /// The thing itself.
    #[must_use]
    pub fn bare(value: Value) -> Self {
        Self { value, cookies: HeaderMap::new() }
    }

    /// What the query wants of a list: `limit` items from `offset` on, or the first ten.
    #[must_use]
    pub fn page(call: &Call, all: &[Value]) -> Self {
        let number = |name| call.query.filled(name).and_then(|number| number.parse::<usize>().ok());
        let (from, most) = (number("offset").unwrap_or(0), number("limit").unwrap_or(10));
        let page: Vec<_> = all.iter().skip(from).take(most).collect();
        let response = json!({ "data": page, "total_count": all.len() });
        Self::bare(json!({ "response": response, "client": null }))
    }

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
        let client = resources::client(state, call, browser)?;
        let mut answer = Self::bare(json!({ "response": response, "client": client }));
        if call.by_cookie() && call.key.as_ref().is_none_or(|key| key.secret() != secret) {
            cookies::set_client(&mut answer.cookies, secret);
        }
        Ok(answer.telling_who_is_in(call, Some(browser)))
    }

    /// The same answer, with the cookie by which other tabs notice who is signed in. With a development
    /// key, pages write that one themselves.
    #[must_use]
    pub fn telling_who_is_in(mut self, call: &Call, browser: Option<&Browser>) -> Self {
        if call.by_cookie() {
            let signed_in = browser.filter(|browser| !browser.sessions.is_empty());
            let since = signed_in.map_or(0, |browser| browser.record.sessions_changed_at_ms / 1000);
            cookies::set_client_uat(&mut self.cookies, since);
        }
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.cookies, Json(self.value)).into_response()
    }
}
