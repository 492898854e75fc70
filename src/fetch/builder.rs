//! Writing down a request, and sending it.

use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::Fetch;
use super::error::{FetchError, InvalidUrl};
use super::exchange::{Exchange, Plan};
use super::log::Entry;
use super::request::{Body, Cache, Credentials, Method};
use super::response::{Loaded, Response, decoded};
use super::scope::Scope;
use super::{headers, query};
use crate::auth::TokenOptions;
use crate::client::runtime::LocalFuture;
use crate::engine::key::{Key, KeyError};
use crate::engine::signal::Signal;

/// How long a request may take from the wish for a token to the last byte of the body.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A request that is being written down. Nothing happens before one of the `async` methods is awaited.
///
/// A mistake in writing it down is reported there too. Dropping the future aborts the request.
#[must_use = "a request is sent only when `json`, `text`, `bytes` or `send` is awaited"]
pub struct RequestBuilder {
    fetch: Fetch,
    /// Boxed, because each of the methods moves it.
    plan: Box<Plan>,
}

impl RequestBuilder {
    pub(super) fn new(fetch: Fetch, method: Method, url: &str) -> Self {
        let plan = Box::new(Plan {
            method,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Body::None,
            content_type: "",
            credentials: Credentials::default(),
            cache: None,
            timeout: Some(DEFAULT_TIMEOUT),
            signal: None,
            token: TokenOptions::default(),
            mistake: None,
        });
        Self { fetch, plan }
    }

    /// Sets a header, in place of one with the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match headers::refusal(name, value) {
            None => headers::set(&mut self.plan.headers, name, value.to_owned()),
            Some(reason) => {
                self.blame(FetchError::InvalidHeader { name: headers::shown(name).into(), reason });
            }
        }
        self
    }

    /// Adds to the address's query: a struct, a map, or a list of pairs. A list as a value repeats its
    /// name; `None` leaves its name out.
    pub fn query<T: Serialize + ?Sized>(self, parameters: &T) -> Self {
        self.append_query(Key::of(parameters))
    }

    /// Sends `value` as JSON.
    pub fn json_body<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.set_json(serde_json::to_string(value))
    }

    /// Sends text.
    pub fn text_body(mut self, text: impl Into<Rc<str>>) -> Self {
        self.plan.body = Body::Text(text.into());
        self.plan.content_type = "text/plain;charset=UTF-8";
        self
    }

    /// Sends bytes.
    pub fn bytes_body(mut self, bytes: impl Into<Rc<[u8]>>) -> Self {
        self.plan.body = Body::Bytes(bytes.into());
        self.plan.content_type = "application/octet-stream";
        self
    }

    /// How long everything may take: token, answer and body. Default [`DEFAULT_TIMEOUT`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.plan.timeout = Some(timeout);
        self
    }

    /// Waits as long as it takes.
    pub fn no_timeout(mut self) -> Self {
        self.plan.timeout = None;
        self
    }

    /// Aborts the request when `signal` does, as the signal that a query function is given.
    pub fn signal(mut self, signal: &Signal) -> Self {
        signal.consume();
        self.plan.signal = Some(signal.clone());
        self
    }

    /// Whether the browser adds its cookies. Default: on the page's own origin. An authenticated
    /// request never sends cookies to another origin.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.plan.credentials = credentials;
        self
    }

    /// How the browser's HTTP cache is used. Default: as the headers say; not at all with a token.
    pub fn cache(mut self, cache: Cache) -> Self {
        self.plan.cache = Some(cache);
        self
    }

    /// Which token an authenticated request sends. Default: the session token. Has no effect on a plain
    /// request.
    pub fn token(mut self, options: TokenOptions) -> Self {
        self.plan.token = options;
        self
    }

    /// Sends the request and decodes the answer from JSON.
    ///
    /// # Errors
    /// Whatever goes wrong, an answer that is not 2xx included.
    pub fn json<T: DeserializeOwned>(self) -> impl Future<Output = Result<T, FetchError>> {
        decoded(self.load())
    }

    /// Sends the request and reads the answer as text. Boxed, so that what is compiled anew for each type is
    /// the decoding alone.
    pub(crate) fn load(self) -> LocalFuture<Result<Loaded, FetchError>> {
        let sent = self.start(false);
        Box::pin(async move { sent.await?.load().await })
    }

    /// Sends the request and reads the answer as text.
    ///
    /// # Errors
    /// As [`RequestBuilder::json`].
    pub async fn text(self) -> Result<String, FetchError> {
        self.start(false).await?.text().await
    }

    /// Sends the request and reads the answer as bytes.
    ///
    /// # Errors
    /// As [`RequestBuilder::json`].
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        self.start(false).await?.bytes().await
    }

    /// Sends the request; ready when the headers of the answer are there.
    ///
    /// # Errors
    /// As [`RequestBuilder::json`].
    pub async fn send(self) -> Result<Response, FetchError> {
        self.start(false).await
    }

    /// Sends the request and takes every status for an answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send_any_status(self) -> Result<Response, FetchError> {
        self.start(true).await
    }

    /// What all of these do. Boxed, because each copy in the program would be a large one.
    fn start(self, any_status: bool) -> LocalFuture<Result<Response, FetchError>> {
        Box::pin(async move {
            let mut exchange = self.prepare()?;
            let sent = exchange.send().await;
            exchange.scope.note(&sent);
            let response = Response::new(sent?, exchange);
            if any_status || response.is_ok() {
                return Ok(response);
            }
            Err(response.into_error().await)
        })
    }

    /// Checks what was written down, and has the address resolved. Here begins the time that the request has.
    fn prepare(self) -> Result<Box<Exchange>, FetchError> {
        let settings = self.fetch.settings()?;
        let mut plan = self.plan;
        if let Some(mistake) = plan.mistake.take() {
            return Err(mistake);
        }
        if plan.body != Body::None {
            if !plan.method.allows_body() {
                let message =
                    [plan.method.as_str(), " requests cannot have a body"].concat().into();
                return Err(FetchError::Encode { message });
            }
            if headers::find(&plan.headers, "content-type").is_none() {
                headers::set(&mut plan.headers, "Content-Type", plan.content_type.to_owned());
            }
        }
        let target = settings.transport.resolve(&plan.url)?;
        if target.has_userinfo {
            let error = InvalidUrl::new("a user name or password cannot stand in it");
            return Err(error.into());
        }
        let shown = target.display();
        let path = if target.is_same_origin { target.path.clone() } else { shown.clone() };
        let entry = Entry::new(plan.method, path, settings.runtime.clone());
        let scope =
            Scope::new(entry, shown, &*settings.runtime, plan.timeout, plan.signal.as_ref());
        Ok(Box::new(Exchange { settings, plan, target, scope }))
    }

    pub(crate) fn append_query(mut self, parameters: Result<Key, KeyError>) -> Self {
        let appended = match parameters {
            Ok(value) => query::append(&mut self.plan.url, &value).map_err(Rc::from),
            Err(error) => Err(query::refusal(error)),
        };
        if let Err(message) = appended {
            self.blame(FetchError::Encode { message });
        }
        self
    }

    fn set_json(mut self, json: Result<String, serde_json::Error>) -> Self {
        match json {
            Ok(json) => self.plan.body = Body::Text(json.into()),
            Err(error) => self.blame(FetchError::Encode { message: unwritable(&error) }),
        }
        self.plan.content_type = "application/json";
        self
    }

    /// Remembers the first mistake.
    fn blame(&mut self, mistake: FetchError) {
        self.plan.mistake.get_or_insert(mistake);
    }
}

/// Why a body cannot be written as JSON. That is a mistake in the program, to be found while it is developed:
/// a release spares itself the code for `serde_json`'s own words.
fn unwritable(error: &serde_json::Error) -> Rc<str> {
    if cfg!(debug_assertions) {
        return error.to_string().into();
    }
    let why =
        if error.is_data() { "its type refuses" } else { "a map in it has a key that is no text" };
    ["the body cannot be written as JSON: ", why].concat().into()
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.plan.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("RequestBuilder")
            .field("method", &self.plan.method)
            .field("url", &path)
            .finish_non_exhaustive()
    }
}
