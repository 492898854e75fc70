//! Clerk's moves, taken by the app's router.

use std::any::Any;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::Url;

use super::js::{get, set};
use crate::auth::clerk::{Navigate, Navigation};

impl Navigate {
    /// Goes where it is told.
    pub fn new(go: impl Fn(&Navigation) + 'static) -> Self {
        Self::with(Rc::new(go), give)
    }
}

/// Gives clerk-js the app's router. It asks for both or neither.
fn give(navigate: &Navigate, options: &dyn Any) {
    let Some(options) = options.downcast_ref::<JsValue>() else { return };
    for (name, replace) in [("routerPush", false), ("routerReplace", true)] {
        let navigate = navigate.clone();
        let go = Closure::<dyn Fn(JsValue)>::new(move |to: JsValue| go(&navigate, &to, replace));
        // It lives as long as clerk-js does, which is as long as the page.
        set(options, name, &go.into_js_value());
    }
}

/// clerk-js itself leaves by `window.location` where another origin is meant. A router that got one would show it as a
/// path of the app, so this does not rely on it.
fn go(navigate: &Navigate, to: &JsValue, replace: bool) {
    let to = to.as_string().or_else(|| get(to, "href").as_string());
    let here = web_sys::window().map(|window| window.location());
    let Some((here, to)) = here.zip(to) else { return };
    let base = here.href().unwrap_or_default();
    let Ok(url) = Url::new_with_base(&to, &base) else { return };
    if here.origin().is_ok_and(|origin| origin == url.origin()) {
        let to = [url.pathname(), url.search(), url.hash()].concat().into();
        navigate.go(&Navigation { to, replace });
    } else if matches!(url.protocol().as_str(), "https:" | "http:") {
        // It fails for what is no address.
        drop(if replace { here.replace(&url.href()) } else { here.assign(&url.href()) });
    }
}
