//! `QueryClientProvider`: gives a cache to the components below.

use yew::prelude::*;

use super::link::use_link;
use super::surroundings::use_surroundings;
use crate::browser::default_runtime;
use crate::client::QueryClient;

/// The properties of [`QueryClientProvider`].
#[derive(Clone, PartialEq, Properties)]
pub struct QueryClientProviderProps {
    /// The client. Default: a new one, for as long as the component lives.
    #[prop_or_default]
    pub client: Option<QueryClient>,
    /// The components that use it.
    #[prop_or_default]
    pub children: Html,
}

/// Gives a cache to the hooks below it, and lets that cache know when the page is focused, shown, or online.
///
/// Same as TanStack Query's. May stand inside or outside of `AuthProvider`; either way, private data goes when
/// the user changes.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::QueryClientProvider;
///
/// #[component]
/// fn App() -> Html {
///     html! { <QueryClientProvider><main>{ "…" }</main></QueryClientProvider> }
/// }
/// ```
#[component]
pub fn QueryClientProvider(props: &QueryClientProviderProps) -> Html {
    let own = use_mut_ref(|| None::<QueryClient>);
    let client = props.client.clone().unwrap_or_else(|| {
        own.borrow_mut().get_or_insert_with(|| QueryClient::new(default_runtime())).clone()
    });
    let around = use_surroundings();
    use_link([Some(&client), None], around.auth.clone());
    around.provide(|parts| parts.client = Some(client), &props.children)
}
