//! The one listener on `window.Clerk`.

use std::rc::Weak;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::Page;
use super::js::{call, set};

/// Holds on to `window.Clerk` and hears of its changes, until it is dropped.
pub struct Listening {
    clerk: JsValue,
    unsubscribe: Option<js_sys::Function>,
    /// Of `Fn`, not `FnMut`: clerk-js calls it while it is being added, and perhaps while it runs.
    told: Closure<dyn Fn()>,
}

impl Listening {
    /// Begins to listen. What is told at once finds nobody yet, which does no harm: it is looked at after loading.
    pub fn new(clerk: JsValue, page: Weak<Page>) -> Self {
        let told = Closure::<dyn Fn()>::new(move || {
            if let Some(page) = page.upgrade() {
                page.changed();
            }
        });
        let unsubscribe = call(&clerk, "addListener", &[told.as_ref()]);
        let options: JsValue = js_sys::Object::new().into();
        set(&options, "notify", &false.into());
        // Older versions have no such event: then loading itself tells.
        drop(call(&clerk, "on", &[&"status".into(), told.as_ref(), &options]));
        let unsubscribe = unsubscribe.ok().and_then(|returned| returned.dyn_into().ok());
        Self { clerk, unsubscribe, told }
    }

    pub const fn clerk(&self) -> &JsValue {
        &self.clerk
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(unsubscribe) = &self.unsubscribe {
            drop(unsubscribe.call0(&JsValue::UNDEFINED));
        }
        drop(call(&self.clerk, "off", &[&"status".into(), self.told.as_ref()]));
    }
}
