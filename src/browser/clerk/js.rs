//! Reading and calling JavaScript without a type for it: what is not there is 'undefined', and nothing throws past here.

use std::rc::Rc;

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::shapes::error_of;
use crate::auth::clerk::{ClerkCall, ClerkError, ClerkJson};

/// A property; `undefined` where there is none, or where reading it throws.
pub fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

pub fn set(of: &JsValue, name: &str, value: &JsValue) {
    // Fails only for frozen objects, and these are ours.
    drop(Reflect::set(of, &name.into(), value));
}

/// The page's global object.
pub fn global(name: &str) -> JsValue {
    get(&js_sys::global(), name)
}

/// Calls a method now.
pub fn call(of: &JsValue, name: &str, args: &[&JsValue]) -> Result<JsValue, ClerkError> {
    let Some(method) = get(of, name).dyn_ref::<Function>().cloned() else {
        let text = ["this version of Clerk has no `", name, "`"].concat();
        return Err(ClerkError::new("clerk_method_missing", text));
    };
    let args: Array = args.iter().copied().cloned().collect();
    Reflect::apply(&method, of, &args).map_err(|thrown| error_of(&thrown))
}

/// Waits for what a call gave. It is waited for from now on, so that no rejection goes unheard, however soon the
/// future is dropped.
pub fn settled(called: Result<JsValue, ClerkError>) -> ClerkCall<JsValue> {
    match called {
        Err(error) => Box::pin(std::future::ready(Err(error))),
        Ok(value) => {
            let waiting = JsFuture::from(Promise::resolve(&value));
            Box::pin(async move { waiting.await.map_err(|thrown| error_of(&thrown)) })
        }
    }
}

/// A property that is a text.
pub fn text(of: &JsValue, name: &str) -> Option<Rc<str>> {
    get(of, name).as_string().map(Rc::from)
}

/// The same; empty if it is none.
pub fn word(of: &JsValue, name: &str) -> Rc<str> {
    text(of, name).unwrap_or_default()
}

/// What a property lists, if it is a list.
pub fn list(of: &JsValue, name: &str) -> Option<Vec<JsValue>> {
    let value = get(of, name);
    Array::is_array(&value).then(|| Array::from(&value).to_vec())
}

/// A value as JSON; `{}` for what JSON does not know. Of objects it takes these fields alone, or all for `null`.
pub fn json(value: &JsValue, fields: &JsValue) -> ClerkJson {
    let text = JSON::stringify_with_replacer(value, fields).ok().and_then(|text| text.as_string());
    text.map_or_else(ClerkJson::default, ClerkJson::from_text)
}

/// The other way round.
pub fn plain(json: &ClerkJson) -> Result<JsValue, ClerkError> {
    JSON::parse(json.as_str()).map_err(|thrown| error_of(&thrown))
}
