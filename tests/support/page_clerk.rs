//! A stand-in for clerk-js in the page, and what tests say to it.

#![allow(dead_code, reason = "each test file uses its own part")]

use js_sys::{Reflect, eval};
use wasm_bindgen::JsValue;
use yew_clerk::auth::clerk::{Clerk, ClerkOptions};

use crate::stage::settle;

/// `clerk.example.com`
pub const KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

/// Runs JavaScript.
pub fn js(text: &str) -> JsValue {
    eval(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

pub fn number(text: &str) -> f64 {
    js(text).as_f64().unwrap_or(f64::NAN)
}

/// What Clerk was called with, as JSON.
pub fn calls() -> String {
    js("JSON.stringify(window.Clerk.calls)").as_string().unwrap()
}

pub fn count(call: &str) -> f64 {
    number(&format!("window.Clerk.calls.filter(([name]) => name === '{call}').length"))
}

/// An empty page: no Clerk, no forms, no scripts of ours.
pub fn clean() {
    js(include_str!("fake_clerk.js"));
    js("delete window.Clerk; delete window.__internal_ClerkUICtor; window.runs = 0;
        document.querySelectorAll('script[data-yew-clerk]').forEach(tag => tag.remove());
        document.cookie = '__client_uat=; max-age=0';");
}

/// A page that has a Clerk already, which has not loaded.
pub fn with_clerk() {
    clean();
    js("window.Clerk = makeFakeClerk()");
}

/// No script is fetched by these.
pub fn options() -> ClerkOptions {
    ClerkOptions { ui: false, ..ClerkOptions::new(KEY) }
}

/// A handle on a Clerk that has loaded, with somebody signed in or nobody.
pub async fn loaded(user: &str) -> Clerk {
    with_clerk();
    become_user(user);
    let clerk = Clerk::new(options());
    clerk.load().await.unwrap();
    settle().await;
    clerk
}

/// Somebody signs in; an empty name signs out.
pub fn become_user(user: &str) {
    let name = if user.is_empty() { "null".to_owned() } else { format!("'{user}'") };
    js(&format!("window.Clerk.become({name})"));
}

pub fn has(name: &str) -> bool {
    Reflect::has(&js_sys::global(), &name.into()).unwrap()
}

/// A script as an address.
pub fn script(text: &str) -> String {
    format!("data:text/javascript,{}", js_sys::encode_uri_component(text))
}
