//! Requests by the browser's own `fetch`, addresses by its own `URL`.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::Headers;
use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, RequestInit, Response, Url};

use super::runtime::BrowserRuntime;
use crate::client::runtime::LocalFuture;
use crate::engine::signal::{OnAbort, Signal};
use crate::fetch::{
    Body, Fetch, InvalidUrl, RawResponse, Request, ResponseReader, Target, Transport,
    TransportError,
};

/// The browser's `fetch`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserTransport;

/// A handle for plain requests by the browser; `None` where there is none.
#[must_use]
pub fn page_fetch() -> Option<Fetch> {
    let in_browser = cfg!(target_arch = "wasm32");
    in_browser.then(|| Fetch::plain(Rc::new(BrowserTransport), Rc::new(BrowserRuntime)))
}

impl Transport for BrowserTransport {
    fn send(&self, request: Request) -> LocalFuture<Result<RawResponse, TransportError>> {
        Box::pin(async move {
            let transfer = Transfer::new(&request.signal)?;
            match start(&request, &transfer.controller).await {
                Ok(response) => Ok(RawResponse {
                    status: response.status(),
                    redirected: response.redirected(),
                    reader: Box::new(BrowserReader { response, transfer }),
                }),
                Err(error) => Err(transfer.failure(&error)),
            }
        })
    }

    fn resolve(&self, url: &str) -> Result<Target, InvalidUrl> {
        let page = web_sys::window().ok_or_else(|| InvalidUrl::new("there is no page"))?;
        let base = page.document().and_then(|document| document.base_uri().ok().flatten());
        let parsed = match base {
            Some(base) => Url::new_with_base(url, &base),
            None => Url::new(url),
        };
        let url = parsed.map_err(|_| InvalidUrl::new("the browser cannot read it"))?;
        let (href, origin) = (url.href(), url.origin());
        let own = page.location().origin().unwrap_or_default();
        // A scheme has no other character that could be taken for its end.
        let end = href.bytes().position(|byte| byte == b':').unwrap_or_default();
        let scheme = href.get(..end).unwrap_or_default();
        // As the browser writes it, the path follows the origin at once unless there is a user name or a password.
        let has_userinfo = matches!(scheme, "http" | "https")
            && !href.strip_prefix(&*origin).is_some_and(|rest| rest.starts_with('/'));
        Ok(Target {
            scheme: scheme.into(),
            host: url.hostname().into(),
            path: url.pathname().into(),
            // An opaque origin is not even the same as itself.
            is_same_origin: origin != "null" && origin == own,
            has_userinfo,
            href: href.into(),
            origin: origin.into(),
        })
    }
}

/// Calls `fetch`. Not by way of gloo's request, which panics when a page's own wrapper around `fetch`
/// rejects with something other than an `Error`: that would stop the whole app.
async fn start(request: &Request, controller: &AbortController) -> Result<Response, JsValue> {
    let init = init(request, &controller.signal())?;
    let page = web_sys::window().ok_or(JsValue::NULL)?;
    let answer = JsFuture::from(page.fetch_with_str_and_init(&request.url, &init)).await?;
    answer.dyn_into()
}

/// Property by property: the typed setters of web-sys are one import and one table of words each.
fn init(request: &Request, signal: &AbortSignal) -> Result<RequestInit, JsValue> {
    let headers = Object::new();
    for (name, value) in &request.headers {
        set(&headers, name, &JsValue::from_str(value))?;
    }
    let body = match &request.body {
        Body::None => JsValue::UNDEFINED,
        Body::Text(text) => JsValue::from_str(text),
        Body::Bytes(bytes) => Uint8Array::from(&**bytes).into(),
    };
    let words = [
        ("method", request.method.as_str()),
        ("credentials", request.credentials.as_str()),
        ("mode", request.mode.as_str()),
        ("redirect", request.redirect.as_str()),
        ("cache", request.cache.as_str()),
    ];
    let init = Object::new();
    for (name, word) in words {
        set(&init, name, &JsValue::from_str(word))?;
    }
    for (name, value) in [("headers", &*headers), ("body", &body), ("signal", signal)] {
        set(&init, name, value)?;
    }
    Ok(init.unchecked_into())
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<bool, JsValue> {
    Reflect::set(object, &JsValue::from_str(name), value)
}

/// A running `fetch`, from its start to the last byte of the body. Dropping it earlier aborts it.
struct Transfer {
    controller: AbortController,
    ended: Cell<bool>,
    _on_abort: OnAbort,
}

impl Transfer {
    fn new(signal: &Signal) -> Result<Self, TransportError> {
        let controller =
            AbortController::new().map_err(|_| TransportError::network("no AbortController"))?;
        let aborting = controller.clone();
        // Without a reason: the promise then rejects with an `AbortError`, which is an `Error`.
        let on_abort = signal.on_abort(move || aborting.abort());
        Ok(Self { controller, ended: Cell::new(false), _on_abort: on_abort })
    }

    fn end(&self) {
        self.ended.set(true);
    }

    fn failure(&self, error: &JsValue) -> TransportError {
        self.end();
        if self.controller.signal().aborted() {
            return TransportError::Aborted;
        }
        match error.dyn_ref::<js_sys::Error>() {
            Some(error) => TransportError::network(String::from(error.message())),
            None => TransportError::network("the browser gave no reason"),
        }
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if !self.ended.get() {
            self.controller.abort();
        }
    }
}

struct BrowserReader {
    response: Response,
    transfer: Transfer,
}

impl BrowserReader {
    /// Waits for what the browser reads. One future for all kinds of bodies.
    fn read(
        self,
        begin: fn(&Response) -> Result<Promise, JsValue>,
    ) -> LocalFuture<Result<JsValue, TransportError>> {
        Box::pin(async move {
            let read = match begin(&self.response) {
                Ok(reading) => JsFuture::from(reading).await,
                Err(error) => Err(error),
            };
            self.transfer.end();
            read.map_err(|error| self.transfer.failure(&error))
        })
    }
}

impl ResponseReader for BrowserReader {
    fn status_text(&self) -> String {
        self.response.status_text()
    }

    fn url(&self) -> String {
        self.response.url()
    }

    fn header(&self, name: &str) -> Option<String> {
        Headers::from_raw(self.response.headers()).get(name)
    }

    fn text(self: Box<Self>) -> LocalFuture<Result<String, TransportError>> {
        let read = self.read(Response::text);
        Box::pin(async move { Ok(read.await?.as_string().unwrap_or_default()) })
    }

    fn bytes(self: Box<Self>) -> LocalFuture<Result<Vec<u8>, TransportError>> {
        let read = self.read(Response::array_buffer);
        Box::pin(async move { Ok(Uint8Array::new(&read.await?).to_vec()) })
    }
}
