//! `use_authenticated_fetch`: requests that always carry the session token.

use yew::prelude::*;

use super::use_auth::missing_provider;
use crate::browser::console_error;
use crate::components::use_surroundings;
use crate::fetch::Fetch;

/// A handle for requests with the session token: in event handlers, in background tasks, in a hidden tab.
///
/// It always sends the bearer token, and to the page's own origin only, unless the `AuthProvider` allows others.
/// It may be moved into closures and outlive the component. Same as the `useFetch` hook of Clerk's guide on
/// same-origin requests.
///
/// Outside an `AuthProvider` its requests fail with
/// [`FetchError::MissingProvider`](crate::fetch::FetchError::MissingProvider).
///
/// ```
/// use yew::prelude::*;
/// use yew::platform::spawn_local;
/// use yew_clerk::hooks::use_authenticated_fetch;
///
/// #[component]
/// fn Ping() -> Html {
///     let api = use_authenticated_fetch();
///     let onclick = move |_| {
///         let api = api.clone();
///         spawn_local(async move {
///             let _answer = api.post("/api/ping").send().await;
///         });
///     };
///     html! { <button {onclick}>{ "Ping" }</button> }
/// }
/// ```
#[hook]
pub fn use_authenticated_fetch() -> Fetch {
    let context = use_surroundings().auth.clone();
    let missing = context.is_none();
    use_memo((), move |()| {
        if missing {
            console_error(&missing_provider("use_authenticated_fetch").to_string());
        }
    });
    context.map_or_else(
        || Fetch::missing(missing_provider("use_authenticated_fetch")),
        |context| context.fetch().clone(),
    )
}
