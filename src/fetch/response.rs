//! An answer.

use std::fmt;
use std::future::Future;
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::decode;
use super::error::{FetchError, StatusError};
use super::exchange::{Answer, Exchange, Scrub};
use super::headers;
use super::log::RequestOutcome;
use super::retry_after::retry_after;
use super::transport::RawResponse;
use crate::client::runtime::LocalFuture;
use crate::json;

/// An answer whose headers are there and whose body can be read once.
///
/// Dropping it unread ends the transfer. The request's timeout covers the reading of the body.
pub struct Response {
    raw: RawResponse,
    scrub: Option<Scrub>,
    exchange: Box<Exchange>,
}

impl Response {
    pub(super) fn new(answer: Answer, mut exchange: Box<Exchange>) -> Self {
        exchange.scope.entry.outcome = RequestOutcome::Status(answer.raw.status);
        Self { raw: answer.raw, scrub: answer.scrub, exchange }
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.raw.status
    }

    /// The status text; empty with HTTP/2.
    #[must_use]
    pub fn status_text(&self) -> String {
        self.raw.reader.status_text()
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.raw.status)
    }

    /// The address that answered, after redirects, with its query.
    #[must_use]
    pub fn url(&self) -> String {
        self.raw.reader.url()
    }

    /// Whether there were redirects.
    #[must_use]
    pub const fn redirected(&self) -> bool {
        self.raw.redirected
    }

    /// A header of the answer, its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        if headers::is_name(name) { self.raw.reader.header(name) } else { None }
    }

    /// The body as text.
    ///
    /// # Errors
    /// When the transfer fails, is aborted, or takes too long, or the user changes meanwhile.
    pub async fn text(self) -> Result<String, FetchError> {
        Ok(self.load().await?.text)
    }

    /// The body as bytes.
    ///
    /// # Errors
    /// As [`Response::text`].
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        let Self { raw, mut exchange, .. } = self;
        let scope = &mut exchange.scope;
        let bytes = scope.transfer(raw.reader.bytes()).await;
        scope.note(&bytes);
        scope.finish();
        bytes
    }

    /// The body, decoded from JSON. An empty body is `null`: it decodes to `()` and to `None`.
    ///
    /// # Errors
    /// As [`Response::text`], and [`FetchError::Decode`], which says where the answer is not as
    /// expected.
    pub fn json<T: DeserializeOwned>(self) -> impl Future<Output = Result<T, FetchError>> {
        decoded(self.load())
    }

    /// Reads the body as text, ready to be decoded. Boxed, so that what is compiled anew for each type is the
    /// decoding alone.
    pub(super) fn load(self) -> LocalFuture<Result<Loaded, FetchError>> {
        Box::pin(self.read())
    }

    async fn read(self) -> Result<Loaded, FetchError> {
        let Self { raw, scrub, mut exchange } = self;
        let scope = &mut exchange.scope;
        let text = scope.transfer(raw.reader.text()).await;
        scope.note(&text);
        scope.finish();
        Ok(Loaded { text: text?, scrub, exchange })
    }

    /// The answer as an error: for those that are not 2xx.
    pub(super) async fn into_error(self) -> FetchError {
        let now = self.exchange.settings.runtime.now();
        let after = self.header("retry-after");
        let date = || self.header("date");
        let wait = after.and_then(|value| retry_after(&value, date().as_deref(), now));
        let scrub = self.scrub.clone();
        let mut error = StatusError {
            status: self.raw.status,
            status_text: clean(&scrub, &self.status_text()),
            url: self.exchange.scope.url.clone(),
            retry_after: wait,
            ..StatusError::default()
        };
        match self.load().await {
            Ok(loaded) => error.set_text(clean(&scrub, &loaded.text)),
            // That the body broke off does not matter beside the status.
            Err(FetchError::Network(_)) => {}
            Err(error) => return error,
        }
        FetchError::Status(Rc::new(error))
    }
}

/// A text of the server's without the token.
fn clean(scrub: &Option<Scrub>, text: &str) -> Rc<str> {
    match scrub {
        Some(scrub) => scrub(text).into(),
        None => text.into(),
    }
}

/// What was loaded, decoded.
pub(super) async fn decoded<T: DeserializeOwned>(
    loading: LocalFuture<Result<Loaded, FetchError>>,
) -> Result<T, FetchError> {
    loading.await?.decode()
}

/// A body that was read.
pub(crate) struct Loaded {
    text: String,
    scrub: Option<Scrub>,
    exchange: Box<Exchange>,
}

impl Loaded {
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<T, FetchError> {
        match decode::json(&self.text) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.refuse(&error)),
        }
    }

    #[cold]
    fn refuse(mut self, error: &json::Error) -> FetchError {
        let mut error = decode::failure(&self.text, &self.exchange.scope.url, error);
        error.message = clean(&self.scrub, &error.message);
        error.path = clean(&self.scrub, &error.path);
        let error = FetchError::Decode(Rc::new(error));
        self.exchange.scope.note_failure(&error);
        error
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("url", &self.exchange.scope.url)
            .finish_non_exhaustive()
    }
}
