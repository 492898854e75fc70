//! The object by which the harness drives the page.

use js_sys::{Float64Array, Object, Promise, Reflect, WebAssembly};
use wasm_bindgen::prelude::*;
use yew::prelude::*;

use crate::data::{self, Source};
use crate::list::{Mode, Shown, show};

/// What one dialect does with its cache.
#[derive(Clone, Copy)]
pub struct Cache {
    /// Its name.
    pub name: &'static str,
    /// Writes the data of a mounted key without a fetch.
    pub set_data: fn(&str, u32),
    /// Fetches a mounted key.
    pub refetch: fn(&str),
    /// Empties the cache.
    pub clear: fn(),
}

fn set(target: &Object, name: &str, value: impl Into<JsValue>) {
    let is_set = Reflect::set(target, &name.into(), &value.into());
    debug_assert!(is_set.is_ok(), "{name}");
}

fn mode_of(mode: &str) -> Mode {
    match mode {
        "fresh" => Mode::Fresh,
        "focus" => Mode::Focus,
        _ => Mode::Default,
    }
}

/// Starts the application `A` and hands it to the harness.
pub fn run<A>(cache: Cache)
where
    A: yew::html::BaseComponent<Properties = ()>,
{
    let root = web_sys::window().and_then(|window| window.document());
    let Some(root) = root.and_then(|document| document.get_element_by_id("app")) else { return };
    yew::Renderer::<A>::with_root(root).render();
    let adapter = Object::new();
    set(&adapter, "name", cache.name);
    set(&adapter, "version", concat!("yew-clerk ", env!("CARGO_PKG_VERSION"), ", yew 0.23"));
    set(&adapter, "ready", Promise::resolve(&JsValue::UNDEFINED));
    let mount = |n: u32, prefix: String, single: bool, mode: String, source: String| {
        let source = if source == "net" { Source::Net } else { Source::Mem };
        show(Shown::Rows { n, prefix, single, mode: mode_of(&mode), source });
    };
    let mount = Closure::<dyn Fn(u32, String, bool, String, String)>::new(mount);
    set(&adapter, "mount", mount.into_js_value());
    let mount_payload = Closure::<dyn Fn()>::new(|| show(Shown::Payload));
    set(&adapter, "mountPayload", mount_payload.into_js_value());
    let unmount = Closure::<dyn Fn()>::new(|| show(Shown::Nothing));
    set(&adapter, "unmount", unmount.into_js_value());
    let set_data = move |key: String, version: u32| (cache.set_data)(&key, version);
    set(&adapter, "setData", Closure::<dyn Fn(String, u32)>::new(set_data).into_js_value());
    let refetch = move |key: String| (cache.refetch)(&key);
    set(&adapter, "refetch", Closure::<dyn Fn(String)>::new(refetch).into_js_value());
    set(&adapter, "clear", Closure::<dyn Fn()>::new(cache.clear).into_js_value());
    let counters = || Float64Array::from(data::counters().as_slice());
    set(&adapter, "counters", Closure::<dyn Fn() -> Float64Array>::new(counters).into_js_value());
    set(&adapter, "memory", Closure::<dyn Fn() -> f64>::new(memory).into_js_value());
    set(&adapter, "live", Closure::<dyn Fn() -> f64>::new(live).into_js_value());
    register(&adapter);
}

/// The bytes of the WebAssembly memory.
fn memory() -> f64 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    f64::from(buffer.byte_length())
}

/// The bytes of it that are in use.
#[allow(clippy::cast_precision_loss, reason = "less than 4 GB")]
fn live() -> f64 {
    crate::counted::live() as f64
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = __benchRegister)]
    fn register(adapter: &Object);
}

/// A row, as the driver looks for it.
pub fn row(has_failed: bool, is_waiting: bool, label: Option<String>) -> Html {
    let text = match label {
        _ if has_failed => "error".to_owned(),
        Some(label) if !is_waiting => label,
        _ => "…".to_owned(),
    };
    html! { <div class="row">{ text }</div> }
}
