//! `use_swr_config`: what the SWR hooks of a component go by.

use std::rc::Rc;

use yew::prelude::*;

use crate::client::{QueryClient, SwrOptions};
use crate::components::use_surroundings;
use crate::engine::erased::same;

/// What [`use_swr_config`] gives. Equal as long as the configuration is the same one.
#[derive(Clone)]
pub struct SwrConfigHandle {
    client: QueryClient,
    options: Option<Rc<SwrOptions>>,
}

impl PartialEq for SwrConfigHandle {
    fn eq(&self, other: &Self) -> bool {
        same(self.options.as_ref(), other.options.as_ref(), Rc::ptr_eq)
            && self.client == other.client
    }
}

impl SwrConfigHandle {
    /// The cache that the SWR hooks use here, with `mutate` and its relatives as methods. Same as SWR's `cache` and
    /// `mutate`.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// The options that the enclosing configurations have set, the outermost first; what they leave out is SWR's default.
    #[must_use]
    pub fn options(&self) -> SwrOptions {
        self.options.as_deref().cloned().unwrap_or_default()
    }
}

/// The cache and the options of the SWR hooks in this component. It does not render again by itself. Same as SWR's
/// `useSWRConfig`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_swr_config;
///
/// #[component]
/// fn Refresh() -> Html {
///     let config = use_swr_config();
///     let onclick = move |_| drop(config.client().mutate::<String, ()>("/api/user"));
///     html! { <button {onclick}>{ "Refresh" }</button> }
/// }
/// ```
#[hook]
pub fn use_swr_config() -> SwrConfigHandle {
    let around = use_surroundings();
    let client = around.client_of_swr();
    SwrConfigHandle { client, options: around.swr_value.clone() }
}
