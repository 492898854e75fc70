//! Forms whose fields are the browser's to keep: what is in them is asked for when they are sent.

use wasm_bindgen::JsCast;
use web_sys::{Event, FormData, HtmlFormElement};

/// The form that is being sent, which is ours to do.
pub fn submitted(event: &Event) -> Option<HtmlFormElement> {
    event.prevent_default();
    event.target()?.dyn_into().ok()
}

/// What is in the field of this name.
pub fn value(form: &Option<HtmlFormElement>, name: &str) -> String {
    let data = form.as_ref().and_then(|form| FormData::new_with_form(form).ok());
    data.and_then(|data| data.get(name).as_string()).unwrap_or_default()
}
