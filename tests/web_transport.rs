//! The browser's own `fetch` and `URL` behind the library's requests.

#![cfg(target_arch = "wasm32")]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew_clerk::auth::{AuthClient, Identity, fixed_token};
use yew_clerk::browser::runtime::BrowserRuntime;
use yew_clerk::browser::transport::BrowserTransport;
use yew_clerk::client::runtime::{Runtime, sleep};
use yew_clerk::engine::signal::Signal;
use yew_clerk::fetch::{self, Fetch, FetchError, RefusedBecause, Transport};

wasm_bindgen_test_configure!(run_in_browser);

fn origin() -> String {
    web_sys::window().unwrap().location().origin().unwrap()
}

fn authenticated() -> Fetch {
    let runtime = Rc::new(BrowserRuntime);
    let source = fixed_token("opaque").with_identity(Identity::new("user_1", "sess_1"));
    let auth = AuthClient::new(Rc::new(source), runtime.clone());
    Fetch::authenticated(Rc::new(BrowserTransport), runtime, auth)
}

async fn pause(millis: u64) {
    sleep(&BrowserRuntime, Duration::from_millis(millis)).await;
}

/// Replaces the page's `fetch` until the guard is dropped.
struct FakeFetch(JsValue);

impl FakeFetch {
    fn new(body: &str) -> Self {
        let window = web_sys::window().unwrap();
        let real = Reflect::get(&window, &"fetch".into()).unwrap();
        let fake = Function::new_with_args("url, init", body);
        Reflect::set(&window, &"fetch".into(), &fake).unwrap();
        Self(real)
    }
}

impl Drop for FakeFetch {
    fn drop(&mut self) {
        Reflect::set(&web_sys::window().unwrap(), &"fetch".into(), &self.0).unwrap();
    }
}

#[wasm_bindgen_test]
async fn the_page_itself_is_fetched_from_its_own_origin() {
    let response = fetch::get("/").send().await.unwrap();
    assert_eq!((response.status(), response.is_ok()), (200, true));
    assert_eq!(response.url(), format!("{}/", origin()));
    assert!(response.header("Content-Type").unwrap().contains("html"));
    assert!(response.text().await.unwrap().contains("<html"));
}

#[wasm_bindgen_test]
async fn what_is_not_there_is_an_error_with_its_status() {
    let error = fetch::get("/no-such-file.json?key=secret").json::<u8>().await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(!error.to_string().contains("secret"));
}

#[wasm_bindgen_test]
async fn an_authenticated_request_to_the_own_origin_is_answered() {
    let response = authenticated().get("/").send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[wasm_bindgen_test]
async fn data_and_blob_addresses_are_read() {
    let data = fetch::get("data:application/json,%7B%22a%22%3A1%7D").json::<serde_json::Value>();
    assert_eq!(data.await, Ok(serde_json::json!({ "a": 1 })));
    let make = Function::new_no_args("return URL.createObjectURL(new Blob(['[1,2]']))");
    let address = make.call0(&JsValue::NULL).unwrap().as_string().unwrap();
    assert_eq!(fetch::get(&address).json::<Vec<u8>>().await, Ok(vec![1, 2]));
    assert_eq!(fetch::get(&address).bytes().await, Ok(b"[1,2]".to_vec()));
    for address in [&*address, "data:,x", "javascript:0", "about:blank"] {
        let refused = authenticated().get(address).send().await.map(|_| ());
        let Err(FetchError::OriginRefused { reason, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(reason, RefusedBecause::NotHttp);
    }
}

#[wasm_bindgen_test]
async fn hostile_addresses_are_read_as_the_browser_reads_them_and_get_no_token() {
    let api = authenticated();
    for (address, host) in [
        ("//evil.example/x", "http://evil.example"),
        ("///evil.example/x", "http://evil.example"),
        ("/\\evil.example", "http://evil.example"),
        ("\\\\evil.example", "http://evil.example"),
        ("\t//evil.example", "http://evil.example"),
        ("/\n/evil.example", "http://evil.example"),
        ("https:evil.example", "https://evil.example"),
        ("https:\\\\evil.example", "https://evil.example"),
        ("https://EVIL.example:443/", "https://evil.example"),
        ("https://\u{ff45}vil.example", "https://evil.example"),
        ("https://\u{430}pp.example/", "https://xn--pp-6kc.example"),
        ("https://127.0.0.1.evil.example/", "https://127.0.0.1.evil.example"),
    ] {
        let refused = api.get(address).send().await.map(|_| ());
        let Err(FetchError::OriginRefused { origin, .. }) = refused else {
            panic!("{address}: {refused:?}");
        };
        assert_eq!(&*origin, host, "{address}");
    }
    for address in ["https://user@evil.example/", "//a:b@evil.example", "https://", "http://[::1"] {
        let refused = api.get(address).send().await.map(|_| ());
        assert!(matches!(refused, Err(FetchError::InvalidUrl(_))), "{address}: {refused:?}");
    }
}

#[wasm_bindgen_test]
fn addresses_are_resolved_with_all_their_parts() {
    let target = BrowserTransport.resolve("/a/../b?c=d#e").unwrap();
    assert_eq!(&*target.href, format!("{}/b?c=d#e", origin()));
    assert_eq!((&*target.scheme, &*target.path), ("http", "/b"));
    assert_eq!(*target.origin, *origin());
    assert!(target.is_same_origin && !target.has_userinfo);
    let six = BrowserTransport.resolve("http://[0:0::1]:81/").unwrap();
    assert_eq!((&*six.host, &*six.origin), ("[::1]", "http://[::1]:81"));
    let four = BrowserTransport.resolve("http://0x7f.1/").unwrap();
    assert_eq!(&*four.host, "127.0.0.1");
    assert!(!four.is_same_origin || origin() == "http://127.0.0.1");
    let data = BrowserTransport.resolve("data:,x").unwrap();
    assert!(&*data.origin == "null" && !data.is_same_origin);
}

#[wasm_bindgen_test]
async fn another_origin_without_leave_is_a_network_error() {
    // Port 9 is on every browser's list of forbidden ports: no packet leaves.
    let error = fetch::get("http://localhost:9/").send().await.unwrap_err();
    assert!(matches!(error, FetchError::Network(_)) && error.is_retryable(), "{error}");
}

#[wasm_bindgen_test]
async fn an_abort_reaches_the_browser_and_is_told_as_one() {
    let _fake = FakeFetch::new(
        "return new Promise((_, reject) => init.signal.addEventListener('abort', () => {
            window.abortsSeen = (window.abortsSeen || 0) + 1;
            reject(init.signal.reason);
        }))",
    );
    let aborts = || {
        let count = Reflect::get(&web_sys::window().unwrap(), &"abortsSeen".into()).unwrap();
        count.as_f64().unwrap_or_default() as u32
    };
    let before = aborts();
    let signal = Signal::new();
    let outcome = Rc::new(Cell::new(None));
    let (told, request) = (outcome.clone(), fetch::get("/").signal(&signal));
    BrowserRuntime.spawn(Box::pin(async move {
        told.set(Some(request.send().await.map(|_| ())));
    }));
    pause(20).await;
    signal.abort();
    pause(20).await;
    assert_eq!(outcome.take(), Some(Err(FetchError::Aborted)));
    assert_eq!(aborts(), before + 1);

    let timeout = Duration::from_millis(20);
    let late = fetch::get("/").timeout(timeout).send().await.map(|_| ());
    assert_eq!(late, Err(FetchError::Timeout { after: timeout }));
    assert_eq!(aborts(), before + 2);
}

#[wasm_bindgen_test]
async fn dropping_a_request_or_an_unread_answer_aborts_it_in_the_browser() {
    let _fake = FakeFetch::new(
        "init.signal.addEventListener('abort', () => { window.dropped = (window.dropped || 0) + 1; });
         return url.endsWith('never') ? new Promise(() => {}) : Promise.resolve(new Response('x'))",
    );
    let dropped = || {
        let count = Reflect::get(&web_sys::window().unwrap(), &"dropped".into()).unwrap();
        count.as_f64().unwrap_or_default() as u32
    };
    let waiting = yew_clerk::client::runtime::race(fetch::get("/never").send(), pause(20));
    drop(waiting.await);
    assert_eq!(dropped(), 1);
    drop(fetch::get("/").send().await.unwrap());
    assert_eq!(dropped(), 2);
    assert_eq!(fetch::get("/").text().await, Ok("x".to_owned()));
    assert_eq!(dropped(), 2, "what was read to its end is not aborted");
}

#[wasm_bindgen_test]
async fn a_wrapped_fetch_that_rejects_with_anything_stops_nothing() {
    for reason in ["'text'", "null", "undefined", "5", "{}", "new Error('lost')"] {
        let _fake = FakeFetch::new(&format!("return Promise.reject({reason})"));
        let error = fetch::get("/").send().await.unwrap_err();
        assert!(matches!(error, FetchError::Network(_)), "{reason}: {error}");
    }
    let _fake = FakeFetch::new("return Promise.resolve('not a response')");
    assert!(fetch::get("/").send().await.is_err());
}

#[wasm_bindgen_test]
async fn bodies_headers_and_rules_arrive_at_the_browser() {
    let _fake = FakeFetch::new(
        "const request = new Request(url, init);
         return request.text().then(body => new Response(JSON.stringify([
             request.method, request.url, body, request.headers.get('content-type'),
             request.headers.get('authorization'), request.mode, request.redirect,
             request.credentials, request.cache])))",
    );
    let own = authenticated().post("/x?a=1").json_body(&[1]);
    let own: Vec<Option<String>> = own.json().await.unwrap();
    let url = format!("{}/x?a=1", origin());
    let expected = [
        "POST",
        &url,
        "[1]",
        "application/json",
        "Bearer opaque",
        "same-origin",
        "follow",
        "same-origin",
        "no-store",
    ];
    assert_eq!(own.iter().flatten().collect::<Vec<_>>(), expected);
    let api = authenticated().allowing(&["https://api.example"]).unwrap();
    let foreign = api.put("https://api.example/x").bytes_body(*b"ab");
    let foreign: Vec<Option<String>> = foreign.json().await.unwrap();
    let expected = [
        "PUT",
        "https://api.example/x",
        "ab",
        "application/octet-stream",
        "Bearer opaque",
        "cors",
        "error",
        "omit",
        "no-store",
    ];
    assert_eq!(foreign.iter().flatten().collect::<Vec<_>>(), expected);
}
