//! The client's methods, typed: TanStack Query's in snake case.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::driver::QueryClient;
use super::error::QueryError;
use super::outcome::{Ended, Running, typed};
use super::query::QueryOptions;
use super::query_key::{KeyFilters, QueryKey};
use super::started::Started;
use crate::engine::Engine;
use crate::engine::effect::{Answer, Fetcher, Waiter};
use crate::engine::filters::{Activity, Filters};
use crate::engine::key::{Key, KeyError};
use crate::engine::oneshot::Receiver;
use crate::engine::options::ObserverOptions;
use crate::engine::queries::{RefetchType, Refetching};
use crate::engine::time::Time;

/// Waits for all fetches that a command has started. Failed ones do not make it fail.
#[derive(Default)]
pub(crate) struct Barrier {
    waiting: RefCell<Vec<Receiver<Answer>>>,
}

impl Barrier {
    fn waiter(&self) -> Waiter {
        let (waiter, receiver) = Waiter::new();
        self.waiting.borrow_mut().push(receiver);
        waiter
    }

    pub fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.waiting.borrow_mut();
        while let Some(last) = waiting.last_mut() {
            if Pin::new(last).poll(cx).is_pending() {
                return Poll::Pending;
            }
            waiting.pop();
        }
        Poll::Ready(())
    }
}

/// Asks for one query.
type Asking = fn(&mut Engine, &Key, Rc<ObserverOptions>, Fetcher, Waiter, Time);

/// Asks for many.
type Fetching = fn(&mut Engine, &Filters, Refetching, &mut dyn FnMut() -> Waiter, Time);

impl QueryClient {
    /// Gives the cached data if it is fresh by the query's `stale_time`, else fetches it.
    ///
    /// The data is the cache's, whatever the query selects. Not retried unless the query says so. Starts at once, awaited
    /// or not, and runs on when the returned future is dropped. Same as TanStack Query's `fetchQuery`.
    ///
    /// # Errors
    /// [`QueryError::Failed`] with the query function's own error, and the other cases of [`QueryError`].
    pub fn fetch_query<T, E, U>(
        &self,
        query: QueryOptions<T, E, U>,
    ) -> Started<Result<Rc<T>, QueryError<E>>>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.start_typed(query, Engine::fetch_query)
    }

    /// [`QueryClient::fetch_query`] that gives what the query selects. Whether it is enabled does not matter. Same as
    /// TanStack Query's `query`, and `infiniteQuery`.
    ///
    /// ```
    /// use yew_clerk::client::{QueryClient, QueryError, query_options};
    /// use yew_clerk::fetch::{self, FetchError};
    ///
    /// # async fn example(client: &QueryClient) -> Result<(), QueryError<FetchError>> {
    /// let notes = query_options("notes", |_| fetch::get("/api/notes").json::<Vec<String>>());
    /// let count = client.query(notes.select(Vec::len)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As those of [`QueryClient::fetch_query`]; the error of [`QueryOptions::select_result`] is
    /// [`QueryError::Failed`].
    pub fn query<T, E, U>(
        &self,
        query: QueryOptions<T, E, U>,
    ) -> Started<Result<Rc<U>, QueryError<E>>>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        let select = query.selection();
        let running = match (self.start_query(&query.erased(), Engine::fetch_query), select) {
            (Running::Fetch(receiver, key), Some(select)) => {
                Running::Selected(receiver, key, select, Rc::default())
            }
            (running, _) => running,
        };
        Started::erased(running, |outcome| typed(outcome)?.ok_or(QueryError::Cancelled))
    }

    fn start_query(&self, query: &QueryOptions<(), ()>, ask: Asking) -> Running {
        let key = match query.key() {
            Ok(Some(key)) => key,
            Ok(None) => return Err(Ended::NoKey).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let (options, fetcher) = query.for_imperative(self);
        let Some(fetcher) = fetcher else { return Err(Ended::NoFunction).into() };
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        self.run(move |engine, now| ask(engine, &asked, options, fetcher, waiter, now));
        Running::Fetch(receiver, key)
    }

    /// Fetches in advance what a component will show. Errors are kept for that component. Starts at once,
    /// awaited or not. Same as TanStack Query's `prefetchQuery`.
    pub fn prefetch_query<T, E, U>(&self, query: QueryOptions<T, E, U>) -> Started<()>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        Started::erased(self.start_query(&query.erased(), Engine::fetch_query), drop)
    }

    /// Gives the cached data, however old it is, else fetches it like [`QueryClient::fetch_query`]. Same as TanStack
    /// Query's `ensureQueryData`.
    ///
    /// # Errors
    /// As those of [`QueryClient::fetch_query`].
    pub fn ensure_query_data<T, E, U>(
        &self,
        query: QueryOptions<T, E, U>,
    ) -> Started<Result<Rc<T>, QueryError<E>>>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.start_typed(query, |engine, key, options, fetcher, waiter, now| {
            engine.ensure_query_data(key, options, fetcher, false, waiter, now);
        })
    }

    /// [`QueryClient::ensure_query_data`] that also fetches old data anew, without waiting for that. Same as TanStack
    /// Query's option `revalidateIfStale`.
    ///
    /// # Errors
    /// As those of [`QueryClient::fetch_query`].
    pub fn ensure_query_data_revalidated<T, E, U>(
        &self,
        query: QueryOptions<T, E, U>,
    ) -> Started<Result<Rc<T>, QueryError<E>>>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        self.start_typed(query, |engine, key, options, fetcher, waiter, now| {
            engine.ensure_query_data(key, options, fetcher, true, waiter, now);
        })
    }

    fn start_typed<T, E, U>(
        &self,
        query: QueryOptions<T, E, U>,
        ask: Asking,
    ) -> Started<Result<Rc<T>, QueryError<E>>>
    where
        T: PartialEq + 'static,
        E: 'static,
        U: 'static,
    {
        Started::erased(self.start_query(&query.erased(), ask), |outcome| {
            typed(outcome)?.ok_or(QueryError::Cancelled)
        })
    }

    /// Declares data out of date and fetches what is on the screen; or what is not, if the filters select just that. Await
    /// it to wait for that, or not. Same as TanStack Query's `invalidateQueries`.
    ///
    /// ```
    /// # fn example(client: &yew_clerk::client::QueryClient) {
    /// client.invalidate_queries("notes"); // every key that begins with "notes"
    /// # }
    /// ```
    pub fn invalidate_queries(&self, filters: impl KeyFilters) -> Started<()> {
        let filters = filters.to_filters();
        let how = match &filters {
            Ok(Filters { activity: Activity::Inactive, .. }) => RefetchType::Inactive,
            _ => RefetchType::Active,
        };
        self.invalidate(filters, how.into())
    }

    /// [`QueryClient::invalidate_queries`], and says which of them to fetch, and how.
    pub fn invalidate_queries_with(
        &self,
        filters: impl KeyFilters,
        refetching: impl Into<Refetching>,
    ) -> Started<()> {
        self.invalidate(filters.to_filters(), refetching.into())
    }

    fn invalidate(&self, filters: Result<Filters, KeyError>, how: Refetching) -> Started<()> {
        self.with_barrier(filters, how, |engine, filters, how, waiter, now| {
            let Refetching { refetch_type, cancel_refetch } = how;
            engine.invalidate_queries(filters, refetch_type, cancel_refetch, waiter, now);
        })
    }

    /// Fetches, whatever the data's age; not what is disabled. Same as TanStack Query's `refetchQueries`.
    pub fn refetch_queries(&self, filters: impl KeyFilters) -> Started<()> {
        self.refetch_queries_with(filters, true)
    }

    /// [`QueryClient::refetch_queries`] that joins refetches that run already, unless they are to be replaced. Same as
    /// TanStack Query's option `cancelRefetch`.
    pub fn refetch_queries_with(
        &self,
        filters: impl KeyFilters,
        cancel_refetch: bool,
    ) -> Started<()> {
        let how = Refetching { cancel_refetch, ..Refetching::default() };
        self.with_barrier(filters.to_filters(), how, |engine, filters, how, waiter, now| {
            engine.refetch_queries(filters, how.cancel_refetch, waiter, now);
        })
    }

    /// Back to the initial state, and fetched again where shown. Same as TanStack Query's `resetQueries`.
    pub fn reset_queries(&self, filters: impl KeyFilters) -> Started<()> {
        let filters = filters.to_filters();
        self.with_barrier(filters, Refetching::default(), |engine, filters, _, waiter, now| {
            engine.reset_queries(filters, waiter, now);
        })
    }

    /// Starts fetches at once, and gives what waits for all of them.
    fn with_barrier(
        &self,
        filters: Result<Filters, KeyError>,
        how: Refetching,
        fetch: Fetching,
    ) -> Started<()> {
        let barrier = Rc::<Barrier>::default();
        if let Ok(filters) = filters {
            let barrier = barrier.clone();
            self.run(move |engine, now| {
                fetch(engine, &filters, how, &mut || barrier.waiter(), now);
            });
        }
        Started::erased(Running::All(barrier), drop)
    }

    /// Stops running fetches; their queries go back to what they were. Done when it returns. Same as TanStack Query's
    /// `cancelQueries`. Differs in that it has no options: a query always goes back (`revert`), for a cancellation is no
    /// error of the query's own type.
    pub fn cancel_queries(&self, filters: impl KeyFilters) {
        if let Ok(filters) = filters.to_filters() {
            self.run(move |engine, now| engine.cancel_queries(&filters, now));
        }
    }

    /// Removes queries from the cache. Components go on showing what they have of them until they render again; those that
    /// poll fetch anew when their interval is over. Same as TanStack Query's `removeQueries`.
    pub fn remove_queries(&self, filters: impl KeyFilters) {
        if let Ok(filters) = filters.to_filters() {
            self.run(move |engine, now| engine.remove_queries(&filters, now));
        }
    }

    /// Empties the cache. Mutations that run go on. Same as TanStack Query's `clear`.
    pub fn clear(&self) {
        self.remove_queries(Filters::default());
        self.run(Engine::clear_mutations);
    }

    /// How many queries are fetching. Same as TanStack Query's `isFetching`.
    pub fn is_fetching(&self, filters: impl KeyFilters) -> usize {
        let Ok(filters) = filters.to_filters() else {
            return 0;
        };
        let now = self.now();
        self.engine().map_or(0, |engine| engine.is_fetching(&filters, now))
    }

    /// The keys of the queries that `filters` select.
    pub fn keys(&self, filters: impl KeyFilters) -> Vec<Key> {
        let Ok(filters) = filters.to_filters() else {
            return Vec::new();
        };
        let now = self.now();
        self.engine().map_or_else(Vec::new, |engine| engine.keys(&filters, now))
    }

    /// Filters for exactly one key, or for nothing if there is no key.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn exactly(key: impl QueryKey) -> Result<Filters, KeyError> {
        Ok(key.query_key()?.map_or_else(Filters::nothing, Filters::exact))
    }
}
