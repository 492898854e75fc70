//! `use_swr_client`: the cache of SWR's hooks.

use yew::prelude::*;

use crate::client::QueryClient;
use crate::components::use_surroundings;

/// The cache that SWR's hooks use here: that of the nearest `SwrConfig` with one of its own, else of the nearest
/// `QueryClientProvider`, else the page's.
///
/// Same as the `cache`, `mutate` and `unload` of SWR's `useSWRConfig`, which are its methods.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_swr_client;
///
/// #[component]
/// fn SwitchTenant() -> Html {
///     let client = use_swr_client();
///     let onclick = move |_| client.unload();
///     html! { <button {onclick}>{ "Another tenant" }</button> }
/// }
/// ```
#[hook]
pub fn use_swr_client() -> QueryClient {
    use_surroundings().client_of_swr()
}
