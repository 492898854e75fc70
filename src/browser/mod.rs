//! The browser: the only place that touches the DOM's interfaces.

#[cfg(feature = "clerk")]
pub mod clerk;
pub mod page;
pub mod runtime;
pub mod transport;

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::client::QueryClient;
use crate::client::runtime::Runtime;

/// The surroundings to use here: the browser's, or off the browser (in server-side rendering, say) a world in
/// which time stands still and nothing is fetched.
#[must_use]
pub fn default_runtime() -> Rc<dyn Runtime> {
    if cfg!(target_arch = "wasm32") {
        Rc::new(runtime::BrowserRuntime)
    } else {
        Rc::new(crate::engine::sim::Sim::new())
    }
}

/// A client for the whole life of the page, with its listeners.
struct DefaultClient {
    client: QueryClient,
    _page: Rc<page::PageEvents>,
}

impl DefaultClient {
    fn new() -> Self {
        let client = QueryClient::new(default_runtime());
        let page = client.environment(|client| page::PageEvents::new(&client));
        Self { client, _page: page }
    }
}

thread_local! {
    static DEFAULT_CLIENT: DefaultClient = DefaultClient::new();
}

/// The client of hooks that are used without a provider, as SWR's are: one for the page.
#[must_use]
pub fn default_client() -> QueryClient {
    DEFAULT_CLIENT.with(|default| default.client.clone())
}

/// Whether the browser calls the network slow, or the user saves data. Where it says nothing, it is not.
#[must_use]
pub fn is_network_slow() -> bool {
    if !cfg!(target_arch = "wasm32") {
        return false;
    }
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    let navigator = web_sys::window().map(|window| window.navigator());
    let connection = navigator.map(|navigator| get(&navigator, "connection")).unwrap_or_default();
    if !connection.is_object() {
        return false;
    }
    let kind = get(&connection, "effectiveType").as_string();
    matches!(kind.as_deref(), Some("slow-2g" | "2g")) || get(&connection, "saveData") == true
}

/// The number that a text in JavaScript's and JSON's form stands for; the browser has the code for that.
#[must_use]
pub fn parse_float(text: &str) -> f64 {
    if cfg!(target_arch = "wasm32") {
        js_sys::parse_float(text)
    } else {
        text.parse().unwrap_or(f64::NAN)
    }
}

/// Says in the console what a developer should mend.
pub fn console_error(text: &str) {
    if cfg!(target_arch = "wasm32") {
        web_sys::console::error_1(&text.into());
    } else {
        eprintln!("{text}");
    }
}
