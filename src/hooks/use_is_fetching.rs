//! `use_is_fetching`: how many queries are fetching.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::use_query_client::use_query_client;
use super::watched::use_watched;
use crate::client::{KeyFilters, QueryClient};
use crate::engine::Topic;
use crate::engine::filters::Filters;

/// How many queries are fetching, for a progress bar of the whole app. Same as TanStack Query's
/// `useIsFetching`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_is_fetching;
///
/// #[component]
/// fn Progress() -> Html {
///     let fetching = use_is_fetching() > 0;
///     html! { <div class="progress" aria-busy={fetching.to_string()} hidden={!fetching} /> }
/// }
/// ```
#[hook]
pub fn use_is_fetching() -> usize {
    use_is_fetching_of(Filters::default())
}

/// How many of the selected queries are fetching. A key selects all that begin with it; one that cannot be
/// encoded selects none.
#[hook]
pub fn use_is_fetching_of(filters: impl KeyFilters) -> usize {
    let client = use_query_client();
    let newest = filters.to_filters().ok();
    // In hook state, so that the listener always counts by the newest.
    let filters = use_mut_ref(|| None::<Filters>);
    filters.replace(newest);
    let shown = use_memo((), |()| Cell::new(0_usize));
    let render = use_force_update();
    let count = count(&client, &filters);
    shown.set(count);
    let (watched, listening) = (client.clone(), Rc::clone(&shown));
    use_watched(&client, Topic::Fetching, move || {
        if listening.get() != self::count(&watched, &filters) {
            render.force_update();
        }
    });
    count
}

fn count(client: &QueryClient, filters: &RefCell<Option<Filters>>) -> usize {
    filters.borrow().as_ref().map_or(0, |filters| client.is_fetching(filters.clone()))
}
