//! Reading and calling JavaScript without a type for it: what is not there is 'undefined', and nothing throws past here.

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::auth::clerk::{ClerkCall, ClerkError, ErrorFields};

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

/// What was thrown, by its fields: the names of clerk-js's classes are minified.
pub fn error_of(thrown: &JsValue) -> ClerkError {
    const FIELDS: [Part; 4] =
        [Part::Is("code"), Part::Is("message"), Part::Is("status"), Part::Is("errors")];
    if let Some(text) = thrown.as_string() {
        return ClerkError::new("unknown", text);
    }
    let fields: Option<ErrorFields> = read(&project(thrown, &FIELDS));
    let message = || ErrorFields {
        message: get(thrown, "message").as_string().map(Into::into),
        ..ErrorFields::default()
    };
    fields.unwrap_or_else(message).error()
}

/// What to take of an object.
pub enum Part {
    /// A property as it is.
    Is(&'static str),
    /// Parts of an object.
    Of(&'static str, &'static [Part]),
    /// Parts of each item of a list.
    Each(&'static str, &'static [Part]),
    /// What lies deeper, under a name of its own.
    At(&'static str, &'static [&'static str]),
}

/// A plain object with these parts: Clerk's own have cycles, and getters that JSON does not see. What is `undefined`
/// stays out, and what is `null` stays in.
pub fn project(from: &JsValue, parts: &[Part]) -> JsValue {
    if !from.is_object() {
        return from.clone();
    }
    let object: JsValue = Object::new().into();
    for part in parts {
        let (name, value) = match part {
            Part::Is(name) => (name, get(from, name)),
            Part::Of(name, parts) => (name, project(&get(from, name), parts)),
            Part::Each(name, parts) => (name, each(&get(from, name), parts)),
            Part::At(name, path) => {
                (name, path.iter().fold(from.clone(), |value, name| get(&value, name)))
            }
        };
        if !value.is_undefined() {
            set(&object, name, &value);
        }
    }
    object
}

fn each(list: &JsValue, parts: &[Part]) -> JsValue {
    if !Array::is_array(list) {
        return list.clone();
    }
    Array::from(list).iter().map(|item| project(&item, parts)).collect::<Array>().into()
}

/// Reads a plain object into a type.
pub fn read<T: DeserializeOwned>(plain: &JsValue) -> Option<T> {
    let text = JSON::stringify(plain).ok()?.as_string()?;
    crate::json::from_str(&text).ok()
}

/// Plain data for JavaScript.
pub fn plain(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap_or_default()
}
