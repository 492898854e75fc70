//! Loading clerk-js and, if wanted, its ready-made forms.

use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::js::{call, get, global, plain, set};
use super::listening::Listening;
use super::script::{Left, Script};
use super::shapes::error_of;
use super::{Page, UI, has_ui};
use crate::auth::clerk::{ClerkError, ClerkOptions, PublishableKey};
use crate::browser::console_error;

/// Loads what is not there yet. A `window.Clerk` that the page has already is taken as it is.
pub async fn load(
    page: Rc<Page>,
    options: Rc<ClerkOptions>,
    key: PublishableKey,
) -> Result<(), ClerkError> {
    // Both begin before either is waited for.
    let forms = forms(&options, &key);
    let clerk = clerk_js(&options, &key).await?;
    wait_for_forms(forms).await;
    adopt(&page, &clerk);
    if !get(&clerk, "loaded").is_truthy() {
        let running = begin(&clerk, &options)?;
        let outcome = JsFuture::from(running.clone()).await;
        if Object::is(&get(&clerk, RUNNING), &running) {
            set(&clerk, RUNNING, &JsValue::UNDEFINED);
        }
        outcome.map_err(|thrown| error_of(&thrown))?;
    }
    page.changed();
    if get(&clerk, "loaded").is_truthy() {
        return Ok(());
    }
    Err(ClerkError::new(
        "clerk_load_failed",
        "Clerk could not load; its servers may be out of reach",
    ))
}

async fn clerk_js(options: &ClerkOptions, key: &PublishableKey) -> Result<JsValue, ClerkError> {
    let found = global("Clerk");
    if found.is_object() {
        return Ok(found);
    }
    let url = options.clerk_js(key);
    let attributes = [
        ("data-clerk-publishable-key", Some(key.as_str())),
        ("data-clerk-proxy-url", options.proxy_url.as_deref()),
        ("data-clerk-domain", options.domain.as_deref()),
        ("nonce", options.nonce.as_deref()),
    ];
    match Script::load(&url, &attributes)?.leaves("Clerk").await {
        Left::This(clerk) => Ok(clerk),
        problem => Err(failed("failed_to_load_clerk_js", &url, &problem)),
    }
}

/// The forms' script, if it is wanted and not there.
fn forms(options: &ClerkOptions, key: &PublishableKey) -> Option<(String, Script)> {
    let url = options.clerk_ui(key).filter(|_| !has_ui())?;
    let script = Script::load(&url, &[("nonce", options.nonce.as_deref())]).ok()?;
    Some((url, script))
}

/// Without the forms everything else works, so their absence is said and does not stop the loading.
async fn wait_for_forms(forms: Option<(String, Script)>) {
    let Some((url, script)) = forms else { return };
    let left = script.leaves(UI).await;
    if !matches!(left, Left::This(_)) {
        let error = failed("failed_to_load_clerk_ui", &url, &left);
        console_error(&["Clerk: ", &error.message].concat());
    }
}

fn failed(code: &str, url: &str, left: &Left) -> ClerkError {
    let problem = match left {
        Left::NotFetched => " did not load; see whether it is blocked",
        Left::Nothing | Left::This(_) => {
            " ran, but left nothing: see its own message in the console"
        }
    };
    ClerkError::new(code, ["the script ", url, problem].concat())
}

/// Listens to this object, and no longer to another one.
fn adopt(page: &Rc<Page>, clerk: &JsValue) {
    // Made outside of the borrow: clerk-js calls the listener while it is being added.
    let listening = Listening::new(clerk.clone(), Rc::downgrade(page));
    let former = page.found.replace(Some(listening));
    drop(former);
}

/// Where the load that runs is kept: clerk-js would begin a second one, and another handle, or another app in the
/// page, knows nothing of ours.
const RUNNING: &str = "__yew_clerk_load";

/// The load that runs already, or one that begins now.
fn begin(clerk: &JsValue, options: &ClerkOptions) -> Result<Promise, ClerkError> {
    let mut running = get(clerk, RUNNING);
    if !running.is_object() {
        running = call(clerk, "load", &[&load_options(options)?])?;
    }
    // The very same if it is a promise already.
    let promise = Promise::resolve(&running);
    set(clerk, RUNNING, &promise);
    Ok(promise)
}

fn load_options(options: &ClerkOptions) -> Result<JsValue, ClerkError> {
    let object: JsValue = Object::new().into();
    let texts = [
        ("nonce", &options.nonce),
        ("signInUrl", &options.sign_in_url),
        ("signUpUrl", &options.sign_up_url),
        ("afterSignOutUrl", &options.after_sign_out_url),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(&object, name, &(&**text).into());
        }
    }
    for (name, value) in &options.more {
        set(&object, name, &plain(value)?);
    }
    if let Some(navigate) = &options.navigate {
        navigate.give(&object);
    }
    if options.domain.is_some() {
        set(&object, "isSatellite", &true.into());
    }
    if !options.telemetry {
        set(&object, "telemetry", &false.into());
    }
    if options.ui && has_ui() {
        let ui: JsValue = Object::new().into();
        set(&ui, "ClerkUI", &global(UI));
        set(&object, "ui", &ui);
    }
    Ok(object)
}
