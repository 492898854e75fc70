//! An answer.

use std::fmt;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::decode;
use super::error::{FetchError, StatusError};
use super::headers;
use super::log::RequestOutcome;
use super::policy::Answer;
use super::retry_after::retry_after;
use super::scope::Scope;
use super::transport::RawResponse;
use crate::auth::Token;
use crate::client::runtime::LocalFuture;
use crate::engine::time::Time;

/// How much of an error's body is kept as text, in bytes.
const TEXT_LIMIT: usize = 4 * 1024;
/// An error's body longer than this is not looked at as JSON.
const JSON_LIMIT: usize = 256 * 1024;

/// An answer whose headers are there and whose body can be read once.
///
/// Dropping it unread ends the transfer. The request's timeout covers the reading of the body.
pub struct Response {
    raw: RawResponse,
    secret: Option<Token>,
    scope: Scope,
}

impl Response {
    pub(super) fn new(answer: Answer, mut scope: Scope) -> Self {
        scope.entry.outcome = RequestOutcome::Status(answer.raw.status);
        Self {
            raw: answer.raw,
            secret: answer.secret,
            scope,
        }
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.raw.status
    }

    /// The status text; empty with HTTP/2.
    #[must_use]
    pub fn status_text(&self) -> &str {
        &self.raw.status_text
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.raw.status)
    }

    /// The address that answered, after redirects, with its query.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.raw.url
    }

    /// Whether there were redirects.
    #[must_use]
    pub const fn redirected(&self) -> bool {
        self.raw.redirected
    }

    /// A header of the answer, its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        headers::find(&self.raw.headers, name)
    }

    /// The body as text.
    ///
    /// # Errors
    /// When the transfer fails, is aborted, or takes too long, or the user changes meanwhile.
    pub async fn text(self) -> Result<String, FetchError> {
        Ok(self.read().await?.text)
    }

    /// The body as bytes.
    ///
    /// # Errors
    /// As [`Response::text`].
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        let Self { raw, mut scope, .. } = self;
        let read = scope.run(raw.body.bytes()).await;
        let bytes = read.and_then(|read| read.map_err(|error| scope.failure(error)));
        scope.note(&bytes);
        scope.finish();
        bytes
    }

    /// The body, decoded from JSON. An empty body is `null`: it decodes to `()` and to `None`.
    ///
    /// # Errors
    /// As [`Response::text`], and [`FetchError::Decode`], which says where the answer is not as
    /// expected.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, FetchError> {
        self.load().await?.decode()
    }

    /// The body as text, ready to be decoded. Boxed, so that what is compiled anew for each type is the decoding
    /// alone.
    fn load(self) -> LocalFuture<Result<Loaded, FetchError>> {
        Box::pin(self.read())
    }

    /// Reads the body as text.
    pub(super) async fn read(self) -> Result<Loaded, FetchError> {
        let Self {
            raw,
            secret,
            mut scope,
        } = self;
        let read = scope.run(raw.body.text()).await;
        let text = read.and_then(|read| read.map_err(|error| scope.failure(error)));
        scope.note(&text);
        scope.finish();
        Ok(Loaded {
            text: text?,
            secret,
            scope,
        })
    }

    /// The answer as an error: for those that are not 2xx.
    pub(super) async fn into_error(self, now: Time) -> FetchError {
        let after = self.header("retry-after");
        let wait = after.and_then(|value| retry_after(value, self.header("date"), now));
        let (status, status_text) = (self.raw.status, self.raw.status_text.clone());
        let url = self.scope.url.clone();
        let (text, secret) = match self.read().await {
            Ok(loaded) => (loaded.text, loaded.secret),
            // That the body broke off does not matter beside the status.
            Err(FetchError::Network(_)) => (String::new(), None),
            Err(error) => return error,
        };
        let json = Some(&text).filter(|text| text.len() <= JSON_LIMIT);
        let mut body: Option<Value> = json.and_then(|text| serde_json::from_str(text).ok());
        // By its parts and not its text, which may write the token's characters in another way.
        let echoed = match (&mut body, &secret) {
            (Some(body), Some(token)) => hide_in(body, token),
            _ => false,
        };
        let shown = match &body {
            Some(body) if echoed => body.to_string(),
            _ => hide(text, secret.as_ref()),
        };
        let text = Rc::from(beginning(&shown));
        let status_text = hide(status_text.to_string(), secret.as_ref()).into();
        let retry_after = wait;
        FetchError::Status(Rc::new(StatusError {
            status,
            status_text,
            url,
            body,
            text,
            retry_after,
        }))
    }
}

/// A body that was read.
pub(super) struct Loaded {
    text: String,
    secret: Option<Token>,
    scope: Scope,
}

impl Loaded {
    pub(super) fn decode<T: DeserializeOwned>(self) -> Result<T, FetchError> {
        match decode::json(&self.text) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.refuse(&error)),
        }
    }

    #[cold]
    fn refuse(mut self, error: &serde_json::Error) -> FetchError {
        let error = decode::failure(&self.text, &self.scope.url, error);
        let error = scrub(error, self.secret.as_ref());
        self.scope.note_failure(&error);
        error
    }
}

fn beginning(text: &str) -> &str {
    let end = (0..=TEXT_LIMIT.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Takes the token out of what a server sent back: some echo a request's headers in their errors.
fn hide(text: String, secret: Option<&Token>) -> String {
    match secret {
        Some(token) if text.contains(token.expose()) => text.replace(token.expose(), "[token]"),
        _ => text,
    }
}

/// The same for JSON; tells whether there was anything to take out.
fn hide_in(value: &mut Value, token: &Token) -> bool {
    match value {
        Value::String(text) if text.contains(token.expose()) => {
            *text = text.replace(token.expose(), "[token]");
            true
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, item| hide_in(item, token) | any),
        Value::Object(map) if map.keys().any(|key| key.contains(token.expose())) => {
            *value = Value::String("[token]".to_owned());
            true
        }
        Value::Object(map) => map
            .values_mut()
            .fold(false, |any, item| hide_in(item, token) | any),
        _ => false,
    }
}

fn scrub(error: FetchError, secret: Option<&Token>) -> FetchError {
    match error {
        FetchError::Decode(error) => {
            let mut clean = (*error).clone();
            clean.message = hide(clean.message.to_string(), secret).into();
            clean.path = hide(clean.path.to_string(), secret).into();
            FetchError::Decode(Rc::new(clean))
        }
        error => error,
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("url", &self.scope.url)
            .finish_non_exhaustive()
    }
}
