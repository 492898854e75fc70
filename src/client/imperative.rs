//! The client's methods, typed: TanStack Query's in snake case.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::driver::QueryClient;
use super::error::QueryError;
use super::outcome::{Ended, Running, typed, typed_data};
use super::query::QueryOptions;
use super::started::Started;
use crate::engine::Engine;
use crate::engine::effect::{Answer, FetchContext, Fetcher, Waiter};
use crate::engine::entry::QueryState;
use crate::engine::erased::Data;
use crate::engine::filters::{Activity, Filters};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::oneshot::Receiver;
use crate::engine::options::{Access, ObserverOptions};
use crate::engine::queries::{RefetchType, Refetching};
use crate::engine::signal::Signal;
use crate::engine::time::Time;

/// What a query function gets to know. Same as TanStack Query's `QueryFunctionContext`.
#[derive(Clone)]
pub struct QueryContext {
    inner: FetchContext,
    client: QueryClient,
}

impl QueryContext {
    pub(crate) const fn new(inner: FetchContext, client: QueryClient) -> Self {
        Self { inner, client }
    }

    /// What is fetched, without asking for the signal.
    pub(crate) const fn request(&self) -> &FetchContext {
        &self.inner
    }

    /// The key that is fetched.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.inner.key
    }

    /// The client that fetches.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// Aborts when the answer is not wanted any more. Asking for it makes the query abortable: it stops
    /// when the last component that shows it goes. Same as reading TanStack's `signal`.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.inner.signal.consume();
        self.inner.signal.clone()
    }
}

/// Which queries a command is about: a key stands for all keys that begin with it.
pub trait KeyFilters {
    /// The filters.
    ///
    /// # Errors
    /// When a key in it cannot be encoded.
    fn to_filters(&self) -> Result<Filters, KeyError>;
}

impl<K: IntoKey> KeyFilters for K {
    fn to_filters(&self) -> Result<Filters, KeyError> {
        Ok(Filters { key: self.to_key()?, ..Filters::default() })
    }
}

impl KeyFilters for Filters {
    fn to_filters(&self) -> Result<Filters, KeyError> {
        Ok(self.clone())
    }
}

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

/// The data as a `T`; `None` if it is another type.
fn of_type<T: 'static>(data: Option<&Data>) -> Option<Option<Rc<T>>> {
    match data {
        Some(data) => data.get().map(Some),
        None => Some(None),
    }
}

/// Asks for one query.
type Asking = fn(&mut Engine, &Key, Rc<ObserverOptions>, Fetcher, Waiter, Time);

/// Asks for many.
type Fetching = fn(&mut Engine, &Filters, Refetching, &mut dyn FnMut() -> Waiter, Time);

impl QueryClient {
    /// Gives the cached data if it is fresh by the query's `stale_time`, else fetches it.
    ///
    /// The data is the cache's, whatever the query selects. Not retried unless the query says so. Starts at once, awaited or not, and runs on when the returned
    /// future is dropped. Same as TanStack Query's `fetchQuery`.
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

    fn start_query(&self, query: &QueryOptions<(), ()>, ask: Asking) -> Running {
        let key = match query.key() {
            Ok(Some(key)) => key,
            Ok(None) => return Err(Ended::NoKey).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let (options, fetcher) = query.for_imperative(self);
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

    /// The keys that `filters` select, and the cached data of each. Those that hold another type are left out. Same as
    /// TanStack Query's `getQueriesData`.
    pub fn get_queries_data<T: 'static>(
        &self,
        filters: impl KeyFilters,
    ) -> Vec<(Key, Option<Rc<T>>)> {
        let all = self.data_of(filters.to_filters()).into_iter();
        all.filter_map(|(key, data)| Some((key, of_type(data.as_ref())?))).collect()
    }

    /// Computes data from what is there and writes it, for each query that `filters` select; `None` leaves one as it is.
    /// Queries that hold another type are left alone, and none is made. A fetch in flight goes on and overwrites it. Same as
    /// TanStack Query's `setQueriesData`. Differs from TanStack Query: it gives nothing back.
    pub fn set_queries_data<T: PartialEq + 'static>(
        &self,
        filters: impl KeyFilters,
        update: impl Fn(Option<&T>) -> Option<T>,
    ) {
        let all = self.data_of(filters.to_filters());
        let mut written = Vec::new();
        for (key, data) in all {
            let Some(old) = of_type::<T>(data.as_ref()) else { continue };
            if let Some(new) = update(old.as_deref()) {
                written.push((key, Data::new(new)));
            }
        }
        self.write_all(written);
    }

    fn data_of(&self, filters: Result<Filters, KeyError>) -> Vec<(Key, Option<Data>)> {
        let (Ok(filters), Some(engine)) = (filters, self.engine()) else {
            return Vec::new();
        };
        engine.data_of(&filters, self.now())
    }

    fn write_all(&self, written: Vec<(Key, Data)>) {
        self.run(move |engine, now| {
            engine.batch(now, |engine| {
                for (key, data) in written {
                    engine.set_data(&key, data, Access::default(), Some(now), now);
                }
            });
        });
    }

    /// The cached data, if there is any. Same as TanStack Query's `getQueryData`.
    ///
    /// # Errors
    /// When the key holds another type, or cannot be encoded.
    pub fn get_query_data<T: 'static>(
        &self,
        key: impl IntoKey,
    ) -> Result<Option<Rc<T>>, QueryError<()>> {
        let Some(key) = key.to_key().map_err(QueryError::Key)? else {
            return Ok(None);
        };
        let data = self.engine().and_then(|engine| engine.data(&key));
        let typed = data.map(|data| typed_data(&data, &key)).transpose();
        typed.map_err(QueryError::TypeMismatch)
    }

    /// The whole state of a query. Same as TanStack Query's `getQueryState`.
    pub fn get_query_state(&self, key: impl IntoKey) -> Option<QueryState> {
        let key = key.to_key().ok()??;
        self.engine()?.state(&key).cloned()
    }

    /// Writes data to the cache, making the entry if need be; a fetch in flight goes on and overwrites it.
    /// Same as TanStack Query's `setQueryData` with a value.
    ///
    /// # Errors
    /// When the key cannot be encoded, or there is none.
    pub fn set_query_data<T: PartialEq + 'static>(
        &self,
        key: impl IntoKey,
        data: T,
    ) -> Result<(), QueryError<()>> {
        self.set_query_data_at(key, data, self.now())
    }

    /// [`QueryClient::set_query_data`] with data that is from `updated_at`; [`Time::ZERO`] is 'very long ago'.
    /// Same as the option `updatedAt` of TanStack Query's `setQueryData`.
    ///
    /// # Errors
    /// When the key cannot be encoded, or there is none.
    pub fn set_query_data_at<T: PartialEq + 'static>(
        &self,
        key: impl IntoKey,
        data: T,
        updated_at: Time,
    ) -> Result<(), QueryError<()>> {
        let key = key.to_key().map_err(QueryError::Key)?.ok_or(QueryError::NoKey)?;
        let data = Data::new(data);
        self.run(move |engine, now| {
            engine.set_data(&key, data, Access::default(), Some(updated_at), now);
        });
        Ok(())
    }

    /// Computes data from what is there, and writes it; `None` changes nothing. The function sees
    /// the shown data, and must not use the client. Same as TanStack Query's `setQueryData` with a function.
    ///
    /// # Errors
    /// When the key holds another type, cannot be encoded, or there is none.
    pub fn update_query_data<T: PartialEq + 'static>(
        &self,
        key: impl IntoKey,
        update: impl FnOnce(Option<&T>) -> Option<T>,
    ) -> Result<(), QueryError<()>> {
        let old = self.get_query_data::<T>(&key)?;
        match update(old.as_deref()) {
            Some(new) => self.set_query_data(key, new),
            None => Ok(()),
        }
    }

    /// Declares data out of date and fetches what is on the screen. Await it to wait for that, or not.
    /// Same as TanStack Query's `invalidateQueries`.
    ///
    /// ```
    /// # fn example(client: &yew_clerk::client::QueryClient) {
    /// client.invalidate_queries("notes"); // every key that begins with "notes"
    /// # }
    /// ```
    pub fn invalidate_queries(&self, filters: impl KeyFilters) -> Started<()> {
        self.invalidate_queries_with(filters, RefetchType::Active)
    }

    /// [`QueryClient::invalidate_queries`], and says which of them to fetch, and how.
    pub fn invalidate_queries_with(
        &self,
        filters: impl KeyFilters,
        refetching: impl Into<Refetching>,
    ) -> Started<()> {
        self.with_barrier(
            filters.to_filters(),
            refetching.into(),
            |engine, filters, how, waiter, now| {
                let Refetching { refetch_type, cancel_refetch } = how;
                engine.invalidate_queries(filters, refetch_type, cancel_refetch, waiter, now);
            },
        )
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

    /// Removes queries from the cache. Same as TanStack Query's `removeQueries`.
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

    /// Filters for exactly one key.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn exactly(key: impl IntoKey) -> Result<Filters, KeyError> {
        Ok(Filters {
            key: key.to_key()?,
            exact: true,
            activity: Activity::All,
            ..Filters::default()
        })
    }
}
