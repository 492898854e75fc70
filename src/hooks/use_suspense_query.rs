//! `use_suspense_query`: TanStack Query's hook for a component that has nothing to show without its data.

use yew::prelude::*;
use yew::suspense::SuspensionResult;

use super::observed::Types;
use super::suspended::{is_first_load, use_suspended, use_suspended_while};
use super::thrown::{throw_each, throw_without_data};
use super::use_queries::use_queries_observed;
use super::use_query::{QueryHandle, use_query_observed};
use crate::client::QueryOptions;
use crate::components::use_surroundings;

/// [`use_query_with`](super::use_query_with) that suspends the component while its first data loads: the enclosing
/// `<Suspense>` shows its fallback meanwhile.
///
/// It is always enabled, and has no placeholder: for another key whose data is not there it suspends anew. It does not
/// suspend for what is fetched in the background. Same as TanStack Query's `useSuspenseQuery`. Differs from TanStack
/// Query:
///
/// - An error is thrown to the [`QueryErrorBoundary`](crate::components::QueryErrorBoundary) around. Without one, it is in
///   [`QueryHandle::error`], for Yew has nothing else that would catch it.
/// - It suspends only while a fetch runs. Offline, signed out, or without a key there would be no end to it: then the
///   component renders, and [`QueryHandle::is_paused`] tells the first.
/// - `stale_time` and `gc_time` are what they are, for a component that is suspended in Yew keeps its query.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::client::query_options;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_suspense_query;
///
/// #[component]
/// fn Profile() -> HtmlResult {
///     let user = use_suspense_query(query_options("user", |_| fetch::get("/api/user").json::<String>()))?;
///     Ok(match (user.data(), user.error()) {
///         (Some(name), _) => html! { <p>{ format!("Hello, {name}!") }</p> },
///         (None, Some(error)) => html! { <p role="alert">{ error.to_string() }</p> },
///         (None, None) => html! { <p>{ "You are offline." }</p> },
///     })
/// }
///
/// #[component]
/// fn App() -> Html {
///     html! { <Suspense fallback={html! { <p>{ "Loading…" }</p> }}><Profile /></Suspense> }
/// }
/// ```
#[hook]
pub fn use_suspense_query<T, E, U>(
    query: QueryOptions<T, E, U>,
) -> SuspensionResult<QueryHandle<U, E>>
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    let query = query.erased().for_suspense();
    let (around, types) = (use_surroundings(), Types::of::<U, E>());
    let (observed, is_thrown) = use_query_observed(&around, query, types, "use_suspense_query");
    use_suspended(&around, &observed)?;
    use_suspended_while(is_thrown)?;
    Ok(QueryHandle::new(observed))
}

/// [`use_queries`](super::use_queries) that suspends the component until the first data of all of them is there. They
/// load side by side. Otherwise like [`use_suspense_query`]. Same as TanStack Query's `useSuspenseQueries`.
#[hook]
pub fn use_suspense_queries<T, E, U>(
    queries: impl IntoIterator<Item = QueryOptions<T, E, U>>,
) -> SuspensionResult<Vec<QueryHandle<U, E>>>
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    let queries = queries.into_iter().map(|query| query.erased().for_suspense()).collect();
    let (around, types) = (use_surroundings(), Types::of::<U, E>());
    let results = use_queries_observed(&around, queries, types, None, "use_suspense_queries");
    // Of one that cannot make its selection, there is data in the cache and none to be shown.
    let is_empty_thrown = throw_each(&results.shown, |shown| throw_without_data(&around, shown));
    let is_thrown = results.is_thrown || is_empty_thrown;
    use_suspended_while(is_thrown || results.shown.iter().any(is_first_load))?;
    Ok(results.shown.into_iter().map(QueryHandle::new).collect())
}
