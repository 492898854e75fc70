//! The page's events, made by hand, and a look at what listens to them.

#![allow(dead_code, reason = "each test file uses its own part")]

use js_sys::Function;
use wasm_bindgen::JsValue;
use web_sys::Event;

use crate::stage::{pause, settle};

/// Runs a piece of JavaScript and gives what it returns.
pub fn script(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::NULL).unwrap()
}

fn count(body: &str) -> u32 {
    script(body).as_f64().unwrap() as u32
}

/// Fires an event at the window.
pub fn at_window(name: &str) {
    let event = Event::new(name).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// Lets the deferred reaction to an event happen.
pub async fn react() {
    pause(15).await;
    settle().await;
}

pub async fn focus() {
    at_window("focus");
    react().await;
}

/// Hides or shows the page, by what the document says and its event.
pub fn turn_visible(visible: bool) {
    let state = if visible { "visible" } else { "hidden" };
    script(&format!(
        "Object.defineProperty(document, 'visibilityState', {{ configurable: true, get: () => '{state}' }});
         document.dispatchEvent(new Event('visibilitychange', {{ bubbles: true }}));"
    ));
}

pub async fn hide() {
    turn_visible(false);
    react().await;
}

pub async fn show() {
    turn_visible(true);
    react().await;
}

pub async fn go_offline() {
    at_window("offline");
    react().await;
}

pub async fn go_online() {
    at_window("online");
    react().await;
}

/// What a page gets that comes back from the back/forward cache.
pub async fn come_back() {
    script("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));");
    react().await;
}

/// Counts, from now on, the listeners that are added for the page's state, and the timers that are set.
pub fn count_listeners_and_timers() {
    script(
        "const names = ['focus', 'visibilitychange', 'online', 'offline', 'pageshow'];
         if (!window.counted) {
             const target = EventTarget.prototype, timer = window.setTimeout;
             const add = target.addEventListener, remove = target.removeEventListener;
             const is = (self, name) =>
                 (self === window || self === document) && names.includes(name);
             target.addEventListener = function (name, ...rest) {
                 if (is(this ?? window, name)) window.counted.added += 1;
                 return add.call(this ?? window, name, ...rest);
             };
             target.removeEventListener = function (name, ...rest) {
                 if (is(this ?? window, name)) window.counted.removed += 1;
                 return remove.call(this ?? window, name, ...rest);
             };
             window.setTimeout = (...rest) => { window.counted.timers += 1; return timer(...rest); };
         }
         window.counted = { added: 0, removed: 0, timers: 0 };",
    );
}

pub fn listeners_added() -> u32 {
    count("return window.counted.added")
}

pub fn listeners_removed() -> u32 {
    count("return window.counted.removed")
}

pub fn timers_set() -> u32 {
    count("return window.counted.timers")
}
