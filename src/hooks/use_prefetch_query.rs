//! `use_prefetch_query`: a fetch for a component that comes later.

use yew::prelude::*;

use super::use_query_client::use_query_client;
use crate::client::QueryOptions;

/// Starts to fetch what a component further down will show, unless the cache knows of the query already. Does not render
/// for it, and does not suspend: so what is behind a `<Suspense>` loads beside what suspends first.
///
/// Not retried unless the query says so. Same as TanStack Query's `usePrefetchQuery`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::client::{QueryOptions, query_options};
/// use yew_clerk::fetch::{self, FetchError};
/// use yew_clerk::hooks::{use_prefetch_query, use_suspense_query};
///
/// fn comments() -> QueryOptions<Vec<String>, FetchError> {
///     query_options("comments", |_| fetch::get("/api/comments").json())
/// }
///
/// #[component]
/// fn Article() -> HtmlResult {
///     use_prefetch_query(comments());
///     let text = query_options("article", |_| fetch::get("/api/article").json::<String>());
///     let text = use_suspense_query(text)?;
///     Ok(html! { <><p>{ text.data().as_deref() }</p><Comments /></> })
/// }
///
/// #[component]
/// fn Comments() -> HtmlResult {
///     let comments = use_suspense_query(comments())?;
///     Ok(comments.data().iter().flat_map(|all| all.iter()).map(|text| html! { <p>{ text }</p> }).collect())
/// }
/// ```
#[hook]
pub fn use_prefetch_query<T, E, U>(query: QueryOptions<T, E, U>)
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    let client = use_query_client();
    let key = query.key().ok().flatten();
    if key.is_some_and(|key| client.get_query_state(key).is_none()) {
        drop(client.prefetch_query(query));
    }
}
