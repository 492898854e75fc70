//! `use_infinite_query`: TanStack Query's hook for lists that grow page by page.

use std::future::Future;
use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;
use yew::suspense::SuspensionResult;

use super::use_prefetch_query::use_prefetch_query;
use super::use_query::{QueryHandle, use_query_with};
use super::use_suspense_query::use_suspense_query;
use crate::client::{
    InfiniteData, InfiniteQueryOptions, Overlap, PageContext, QueryError, Started,
    infinite_query_options, page_filter, typed,
};
use crate::engine::key::IntoKey;
use crate::engine::observer::Fields;
use crate::engine::paging::Direction;

/// A list that grows page by page: fetches the first page, and more on request.
///
/// See [`infinite_query_options`](crate::client::infinite_query_options) for the arguments, and [`use_infinite_query_with`]
/// for options. Same as TanStack Query's `useInfiniteQuery`.
///
/// ```
/// use serde::Deserialize;
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_infinite_query;
///
/// #[derive(Deserialize, PartialEq)]
/// struct Page { notes: Vec<String>, next: Option<u32> }
///
/// #[component]
/// fn Notes() -> Html {
///     let notes = use_infinite_query(
///         "notes",
///         0,
///         |ctx| fetch::get("/api/notes").query(&[("from", ctx.page_param)]).json(),
///         |last: &Page, _, _| last.next,
///     );
///     let more = {
///         let notes = notes.clone();
///         Callback::from(move |_: MouseEvent| drop(notes.fetch_next_page()))
///     };
///     let pages = notes.data();
///     let all = pages.iter().flat_map(|data| &data.pages).flat_map(|page| &page.notes);
///     html! {
///         <>
///             <ul>{ for all.map(|note| html! { <li>{ note }</li> }) }</ul>
///             if notes.has_next_page() {
///                 <button onclick={more} disabled={notes.is_fetching_next_page()}>{ "More" }</button>
///             }
///         </>
///     }
/// }
/// ```
#[hook]
pub fn use_infinite_query<K, T, P, E, F, Fut, N>(
    key: K,
    initial_page_param: P,
    query_fn: F,
    get_next_page_param: N,
) -> InfiniteQueryHandle<InfiniteData<T, P>, E>
where
    K: IntoKey,
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    F: Fn(PageContext<P>) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
    N: Fn(&T, &P, &InfiniteData<T, P>) -> Option<P> + 'static,
{
    let query = infinite_query_options(key, initial_page_param, query_fn, get_next_page_param);
    use_infinite_query_with(query)
}

/// [`use_infinite_query`] with options: takes what [`infinite_query_options`](crate::client::infinite_query_options)
/// describes.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::client::{InfiniteQueryOptions, infinite_query_options};
/// use yew_clerk::fetch::{self, FetchError};
/// use yew_clerk::hooks::use_infinite_query_with;
///
/// fn log() -> InfiniteQueryOptions<Vec<String>, i64, FetchError> {
///     infinite_query_options(
///         "log",
///         0,
///         |ctx| fetch::get("/api/log").query(&[("page", ctx.page_param)]).signal(&ctx.signal()).json(),
///         |page: &Vec<String>, number, _| (!page.is_empty()).then_some(number + 1),
///     )
///     .get_previous_page_param(|_, number, _| Some(number - 1))
///     .max_pages(5)
/// }
///
/// #[component]
/// fn Lines() -> Html {
///     // Renders when the count changes, and not for other changes of the lines.
///     let lines = use_infinite_query_with(log().select(|log| log.pages.iter().map(|page| page.len()).sum::<usize>()));
///     html! { <p>{ lines.data().map(|count| *count) }</p> }
/// }
/// ```
#[hook]
pub fn use_infinite_query_with<T, P, E, U>(
    query: InfiniteQueryOptions<T, P, E, U>,
) -> InfiniteQueryHandle<U, E>
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    InfiniteQueryHandle { query: use_query_with(query) }
}

/// [`use_infinite_query_with`] that suspends the component while its first page loads. Otherwise like
/// [`use_suspense_query`]. Same as TanStack Query's `useSuspenseInfiniteQuery`.
#[hook]
pub fn use_suspense_infinite_query<T, P, E, U>(
    query: InfiniteQueryOptions<T, P, E, U>,
) -> SuspensionResult<InfiniteQueryHandle<U, E>>
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    Ok(InfiniteQueryHandle { query: use_suspense_query(query)? })
}

/// [`use_prefetch_query`] by TanStack Query's name for infinite queries, `usePrefetchInfiniteQuery`. With `pages(n)`, it
/// fetches the first `n` pages.
#[hook]
pub fn use_prefetch_infinite_query<T, P, E, U>(query: InfiniteQueryOptions<T, P, E, U>)
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    use_prefetch_query(query);
}

/// What [`use_infinite_query`] gives: all of a [`QueryHandle`], and what there is to know and do about pages.
///
/// [`QueryHandle::is_refetching`] and [`QueryHandle::is_refetch_error`] are about all pages; for one page more there are
/// methods here.
pub struct InfiniteQueryHandle<U, E> {
    query: QueryHandle<U, E>,
}

impl<U, E> Clone for InfiniteQueryHandle<U, E> {
    fn clone(&self) -> Self {
        Self { query: self.query.clone() }
    }
}

impl<U, E> PartialEq for InfiniteQueryHandle<U, E> {
    fn eq(&self, other: &Self) -> bool {
        self.query == other.query
    }
}

impl<U, E> Deref for InfiniteQueryHandle<U, E> {
    type Target = QueryHandle<U, E>;

    fn deref(&self) -> &QueryHandle<U, E> {
        &self.query
    }
}

type Shown<U, E> = Started<Result<Option<Rc<U>>, QueryError<E>>>;

impl<U: 'static, E: 'static> InfiniteQueryHandle<U, E> {
    /// Fetches the page after the last one; nothing if there is none. Starts at once, awaited or not, also when the query
    /// is disabled. Before the first page is there, it waits for that, and adds none. A fetch that runs is stopped: see
    /// [`InfiniteQueryHandle::fetch_next_page_with`] for other ways. Same as TanStack Query's `fetchNextPage`.
    ///
    /// The future gives all pages, or what is selected of them.
    pub fn fetch_next_page(&self) -> Shown<U, E> {
        self.fetch_next_page_with(Overlap::Replace)
    }

    /// [`InfiniteQueryHandle::fetch_next_page`] that says what becomes of a fetch that runs.
    ///
    /// ```
    /// use yew::prelude::*;
    /// use yew_clerk::client::{InfiniteData, Overlap};
    /// # use yew_clerk::hooks::InfiniteQueryHandle;
    /// # fn example(notes: InfiniteQueryHandle<InfiniteData<String, u32>, String>) {
    /// // Each click brings a page, however fast they come.
    /// let more = Callback::from(move |_: MouseEvent| drop(notes.fetch_next_page_with(Overlap::Queue)));
    /// # }
    /// ```
    pub fn fetch_next_page_with(&self, overlap: Overlap) -> Shown<U, E> {
        self.fetch_page(Direction::Forward, overlap)
    }

    /// Fetches the page before the first one, otherwise like [`InfiniteQueryHandle::fetch_next_page`]. Same as TanStack
    /// Query's `fetchPreviousPage`.
    pub fn fetch_previous_page(&self) -> Shown<U, E> {
        self.fetch_previous_page_with(Overlap::Replace)
    }

    /// [`InfiniteQueryHandle::fetch_previous_page`] that says what becomes of a fetch that runs.
    pub fn fetch_previous_page_with(&self, overlap: Overlap) -> Shown<U, E> {
        self.fetch_page(Direction::Backward, overlap)
    }

    fn fetch_page(&self, direction: Direction, overlap: Overlap) -> Shown<U, E> {
        let running = self.query.observed.start(|observer| observer.start_page(direction, overlap));
        Started::erased(running, typed)
    }

    /// Fetches some of the pages that are there: those that `only` names by their data and place. A fetch that runs is
    /// stopped. TanStack Query has no such thing since its version 5.
    ///
    /// ```
    /// # use yew_clerk::client::InfiniteData;
    /// # use yew_clerk::hooks::InfiniteQueryHandle;
    /// # fn example(notes: InfiniteQueryHandle<InfiniteData<Vec<u64>, u32>, String>, changed: u64) {
    /// drop(notes.refetch_pages(move |page: &Vec<u64>, _| page.contains(&changed)));
    /// # }
    /// ```
    pub fn refetch_pages<T: 'static>(
        &self,
        only: impl Fn(&T, usize) -> bool + 'static,
    ) -> Shown<U, E> {
        let only = page_filter(only);
        let running = self.query.observed.start(|observer| observer.start_refetch_of(only));
        Started::erased(running, typed)
    }

    /// Whether there is a page after the last one, by what is cached; never before the first page is there.
    #[must_use]
    pub fn has_next_page(&self) -> bool {
        self.query.observed.read(Fields::MORE, |shown| shown.more.next)
    }

    /// Whether there is a page before the first one.
    #[must_use]
    pub fn has_previous_page(&self) -> bool {
        self.query.observed.read(Fields::MORE, |shown| shown.more.previous)
    }

    /// Whether the page after the last one is on its way.
    #[must_use]
    pub fn is_fetching_next_page(&self) -> bool {
        self.is_fetching() && self.fetch_direction() == Some(Direction::Forward)
    }

    /// Whether the page before the first one is on its way.
    #[must_use]
    pub fn is_fetching_previous_page(&self) -> bool {
        self.is_fetching() && self.fetch_direction() == Some(Direction::Backward)
    }

    /// Whether the last fetch was for the next page, and has failed.
    #[must_use]
    pub fn is_fetch_next_page_error(&self) -> bool {
        self.is_error() && self.fetch_direction() == Some(Direction::Forward)
    }

    /// Whether the last fetch was for the previous page, and has failed.
    #[must_use]
    pub fn is_fetch_previous_page_error(&self) -> bool {
        self.is_error() && self.fetch_direction() == Some(Direction::Backward)
    }
}
