//! `use_query_client`: the client of the nearest provider.

use yew::prelude::*;

use super::observed::ClientOrProblem;
use crate::browser::{console_error, default_client};
use crate::client::{Problem, QueryClient};
use crate::components::{Surroundings, use_surroundings};
use crate::fetch::MissingProvider;

/// The client of the nearest `QueryClientProvider`: to invalidate, prefetch, or write data.
///
/// Same as TanStack Query's `useQueryClient`. Outside a provider it says so in the console, and gives the
/// page's default client, which hooks with a provider do not share.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_query_client;
///
/// #[component]
/// fn Reload() -> Html {
///     let client = use_query_client();
///     let onclick = move |_| { client.invalidate_queries("notes"); };
///     html! { <button {onclick}>{ "Reload notes" }</button> }
/// }
/// ```
#[hook]
pub fn use_query_client() -> QueryClient {
    let around = use_surroundings();
    use_client_of(&around)
}

/// The client of what is around, or the page's default one and a word in the console.
#[hook]
pub(super) fn use_client_of(around: &Surroundings) -> QueryClient {
    let found = around.client.clone();
    let missing = found.is_none();
    use_memo((), move |()| {
        if missing {
            console_error(&missing_provider("use_query_client").to_string());
        }
    });
    found.unwrap_or_else(default_client)
}

pub(crate) const fn missing_provider(hook: &'static str) -> Problem {
    Problem::MissingProvider(MissingProvider { hook, provider: "QueryClientProvider" })
}

pub(crate) fn client_for(found: Option<QueryClient>, hook: &'static str) -> ClientOrProblem {
    found.ok_or(missing_provider(hook))
}
