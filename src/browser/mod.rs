//! The browser: the only place that touches the DOM's interfaces.

#[cfg(feature = "clerk")]
pub mod clerk;
pub mod page;
pub mod runtime;
pub mod transport;

use std::rc::Rc;

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
