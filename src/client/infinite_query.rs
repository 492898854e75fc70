//! Infinite queries: TanStack Query's lists that grow page by page.

use std::any::Any;
use std::future::Future;
use std::ops::Deref;
use std::rc::Rc;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::error::QueryError;
use super::infinite_data::InfiniteData;
use super::page_walk::{Follow, PageFn, Pager, walk};
use super::query::{QueryOptions, query_options_of};
use super::query_context::QueryContext;
use super::started::Started;
use crate::engine::erased::Data;
use crate::engine::key::IntoKey;
use crate::engine::paging::{Direction, PageFilter};

/// An infinite query: a [`QueryOptions`] whose data is pages. Made by [`infinite_query_options`].
///
/// `T` is a page, `P` the parameter that says which, `E` the error; `U` is what components are shown.
pub type InfiniteQueryOptions<T, P, E, U = InfiniteData<T, P>> =
    QueryOptions<InfiniteData<T, P>, E, U>;

/// What the query function of an infinite query gets to know: all of a [`QueryContext`], and which page.
pub struct PageContext<P> {
    /// Which page to fetch.
    pub page_param: P,
    /// At which end the page will stand. A refetch goes forward.
    pub direction: Direction,
    context: QueryContext,
}

impl<P> Deref for PageContext<P> {
    type Target = QueryContext;

    fn deref(&self) -> &QueryContext {
        &self.context
    }
}

/// What becomes of a fetch that runs when one more page is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// It is stopped; only the one page is fetched. The default. Same as TanStack Query's `cancelRefetch: true`.
    #[default]
    Replace,
    /// It goes on, and no page is added. Same as `cancelRefetch: false`.
    Join,
    /// It goes on, and the page is fetched after it: nothing that was asked for is lost. Not in TanStack Query.
    Queue,
}

/// Describes a list that grows page by page once, to be used by hooks and by the client.
///
/// The query function fetches the page of `page_param`, which is `initial_page_param` for the first page. For the others
/// `get_next_page_param` gives it, by the last page, the parameter of that, and all pages; `None` is the end of the list.
///
/// A refetch fetches all pages that are there, one after the other, with parameters that follow from the fresh
/// ones; a list that has become shorter ends earlier. When one fails, the retry goes on with that one.
///
/// The result is a [`QueryOptions`] like any other: all options apply, and all methods of the client that take one. Same as
/// TanStack Query's `infiniteQueryOptions`.
///
/// ```
/// use serde::Deserialize;
/// use yew_clerk::client::{InfiniteQueryOptions, infinite_query_options};
/// use yew_clerk::fetch::{self, FetchError};
///
/// #[derive(Deserialize, PartialEq)]
/// struct Page { notes: Vec<String>, next: Option<u32> }
///
/// fn notes() -> InfiniteQueryOptions<Page, u32, FetchError> {
///     infinite_query_options(
///         "notes",
///         0,
///         |ctx| fetch::get("/api/notes").query(&[("from", ctx.page_param)]).json(),
///         |last: &Page, _, _| last.next,
///     )
/// }
/// ```
pub fn infinite_query_options<T, P, E, F, Fut, N>(
    key: impl IntoKey,
    initial_page_param: P,
    query_fn: F,
    get_next_page_param: N,
) -> InfiniteQueryOptions<T, P, E>
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    F: Fn(PageContext<P>) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
    N: Fn(&T, &P, &InfiniteData<T, P>) -> Option<P> + 'static,
{
    let page: PageFn = Rc::new(move |context, param, direction| match param.get::<P>() {
        Some(param) => {
            let page_param = Rc::unwrap_or_clone(param);
            erase_future(query_fn(PageContext { page_param, direction, context }))
        }
        // Parameters come from the rules below, which give nothing else.
        None => Box::pin(std::future::pending()),
    });
    let initial = initial_page_param.clone();
    let next: Follow = Rc::new(move |pages| {
        let pages = pages.downcast_ref::<InfiniteData<T, P>>()?;
        let param = pages.page_params.last().unwrap_or(&initial);
        get_next_page_param(pages.pages.last()?, param, pages).map(Data::new)
    });
    let pager = Pager {
        page,
        initial_param: Data::new(initial_page_param),
        next,
        previous: None,
        open: |data| {
            let pages = data.and_then(Data::get::<InfiniteData<T, P>>);
            Box::new(pages.map(Rc::unwrap_or_clone).unwrap_or_default())
        },
        max_pages: 0,
        pages: None,
        parallel: false,
        only: None,
    };
    query_options_of(key).with_pager(pager)
}

impl<D: 'static, E: 'static, U: 'static> QueryOptions<D, E, U> {
    fn with_pager(self, pager: Pager) -> Self {
        let pager = Rc::new(pager);
        let rules = pager.clone();
        self.with_paging(rules, Rc::new(move |context| walk(pager.clone(), context)))
    }

    /// Changes how its pages follow each other, if it has been made of such rules.
    fn repaged(self, change: impl FnOnce(&mut Pager)) -> Self {
        let pager =
            self.paging().and_then(|paging| paging.rules().downcast_ref::<Pager>()).cloned();
        match pager {
            Some(mut pager) => {
                change(&mut pager);
                self.with_pager(pager)
            }
            None => self,
        }
    }
}

/// Options of infinite queries. They have no effect on a query that was not made by [`infinite_query_options`].
impl<T, P, E, U> QueryOptions<InfiniteData<T, P>, E, U>
where
    T: PartialEq + 'static,
    P: Clone + PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    /// Gives the parameter of the page before the first one, by that page, its parameter, and all pages; `None` is the
    /// beginning of the list. Default: nothing comes before. Same as TanStack Query's `getPreviousPageParam`.
    #[must_use]
    pub fn get_previous_page_param(
        self,
        rule: impl Fn(&T, &P, &InfiniteData<T, P>) -> Option<P> + 'static,
    ) -> Self {
        self.repaged(|pager| {
            let initial = pager.initial_param.clone();
            pager.previous = Some(Rc::new(move |pages: &dyn Any| {
                let pages = pages.downcast_ref::<InfiniteData<T, P>>()?;
                let initial = initial.any().downcast_ref::<P>()?;
                let param = pages.page_params.first().unwrap_or(initial);
                rule(pages.pages.first()?, param, pages).map(Data::new)
            }));
        })
    }

    /// Keeps this many pages at most: one more at one end drops one at the other. Default: 0, which is without limit. With
    /// a limit, `get_previous_page_param` is needed to come back to what was dropped. Same as TanStack Query's `maxPages`.
    #[must_use]
    pub fn max_pages(self, max_pages: usize) -> Self {
        self.repaged(|pager| pager.max_pages = max_pages)
    }

    /// How many pages a fetch brings, in the place of as many as there are (one at first). For fetches without a
    /// component, such as [`QueryClient::prefetch_infinite_query`]. Same as TanStack Query's `pages`.
    #[must_use]
    pub fn pages(self, pages: usize) -> Self {
        self.repaged(|pager| pager.pages = Some(pages))
    }

    /// Whether a refetch asks for all known pages at once. Default: false, which is one after the other.
    ///
    /// Where a fresh page leads to another parameter than before, what follows is asked for again: so the list is
    /// right in any case, and quick where pages have fixed places. TanStack Query has no such thing.
    #[must_use]
    pub fn parallel(self, parallel: bool) -> Self {
        self.repaged(|pager| pager.parallel = parallel)
    }

    /// Says by a page and its place whether a refetch fetches it. Default: all. One that is kept has to be at its old place
    /// still. TanStack Query has no such thing since its version 5.
    ///
    /// ```
    /// # use yew_clerk::client::InfiniteQueryOptions;
    /// # fn notes() -> InfiniteQueryOptions<String, u32, String> { unimplemented!() }
    /// # fn example() {
    /// // News come in at the top.
    /// let notes = notes().refetch_page(|_, place| place == 0);
    /// # }
    /// ```
    #[must_use]
    pub fn refetch_page(self, rule: impl Fn(&T, usize) -> bool + 'static) -> Self {
        self.repaged(|pager| pager.only = Some(page_filter(rule)))
    }
}

/// A rule of pages for code that does not know their type. What is of another type is fetched.
pub(crate) fn page_filter<T: 'static>(rule: impl Fn(&T, usize) -> bool + 'static) -> PageFilter {
    Rc::new(move |page, at| page.any().downcast_ref().is_none_or(|page| rule(page, at)))
}

type Pages<T, P, E> = Started<Result<Rc<InfiniteData<T, P>>, QueryError<E>>>;

impl QueryClient {
    /// [`QueryClient::fetch_query`] by TanStack Query's name for infinite queries, `fetchInfiniteQuery`. With
    /// `pages(n)`, it fetches the first `n` pages.
    ///
    /// # Errors
    /// As those of [`QueryClient::fetch_query`].
    pub fn fetch_infinite_query<T, P, E, U>(
        &self,
        query: InfiniteQueryOptions<T, P, E, U>,
    ) -> Pages<T, P, E>
    where
        T: PartialEq + 'static,
        P: Clone + PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.fetch_query(query)
    }

    /// [`QueryClient::prefetch_query`] by TanStack Query's name for infinite queries, `prefetchInfiniteQuery`.
    ///
    /// ```
    /// # use yew_clerk::client::{InfiniteQueryOptions, QueryClient};
    /// # fn notes() -> InfiniteQueryOptions<String, u32, String> { unimplemented!() }
    /// # fn example(client: &QueryClient) {
    /// drop(client.prefetch_infinite_query(notes().pages(3)));
    /// # }
    /// ```
    pub fn prefetch_infinite_query<T, P, E, U>(
        &self,
        query: InfiniteQueryOptions<T, P, E, U>,
    ) -> Started<()>
    where
        T: PartialEq + 'static,
        P: Clone + PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.prefetch_query(query)
    }

    /// [`QueryClient::ensure_query_data`] by TanStack Query's name for infinite queries, `ensureInfiniteQueryData`.
    ///
    /// # Errors
    /// As those of [`QueryClient::fetch_query`].
    pub fn ensure_infinite_query_data<T, P, E, U>(
        &self,
        query: InfiniteQueryOptions<T, P, E, U>,
    ) -> Pages<T, P, E>
    where
        T: PartialEq + 'static,
        P: Clone + PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.ensure_query_data(query)
    }
}
