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
use crate::engine::effect::{Answer, FetchContext, Waiter};
use crate::engine::entry::QueryState;
use crate::engine::erased::Data;
use crate::engine::filters::{Activity, Filters};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::oneshot::Receiver;
use crate::engine::options::Access;
use crate::engine::queries::RefetchType;
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

type Fetching = fn(&mut Engine, &Filters, RefetchType, &mut dyn FnMut() -> Waiter, Time);

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
        Started::erased(self.start_query(query.erased()), |outcome| {
            typed(outcome)?.ok_or(QueryError::Cancelled)
        })
    }

    fn start_query(&self, query: QueryOptions<(), ()>) -> Running {
        let key = match query.key() {
            Ok(Some(key)) => key,
            Ok(None) => return Err(Ended::NoKey).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let (options, fetcher) = query.for_imperative(self);
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        self.run(move |engine, now| engine.fetch_query(&asked, options, fetcher, waiter, now));
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
        Started::erased(self.start_query(query.erased()), drop)
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

    /// [`QueryClient::invalidate_queries`], and says which of them to fetch.
    pub fn invalidate_queries_with(
        &self,
        filters: impl KeyFilters,
        refetch_type: RefetchType,
    ) -> Started<()> {
        self.with_barrier(
            filters.to_filters(),
            refetch_type,
            |engine, filters, which, waiter, now| {
                engine.invalidate_queries(filters, which, true, waiter, now);
            },
        )
    }

    /// Fetches, whatever the data's age; not what is disabled. Same as TanStack Query's `refetchQueries`.
    pub fn refetch_queries(&self, filters: impl KeyFilters) -> Started<()> {
        let filters = filters.to_filters();
        self.with_barrier(filters, RefetchType::Active, |engine, filters, _, waiter, now| {
            engine.refetch_queries(filters, true, waiter, now);
        })
    }

    /// Back to the initial state, and fetched again where shown. Same as TanStack Query's `resetQueries`.
    pub fn reset_queries(&self, filters: impl KeyFilters) -> Started<()> {
        let filters = filters.to_filters();
        self.with_barrier(filters, RefetchType::Active, |engine, filters, _, waiter, now| {
            engine.reset_queries(filters, waiter, now);
        })
    }

    /// Starts fetches at once, and gives what waits for all of them.
    fn with_barrier(
        &self,
        filters: Result<Filters, KeyError>,
        which: RefetchType,
        fetch: Fetching,
    ) -> Started<()> {
        let barrier = Rc::<Barrier>::default();
        if let Ok(filters) = filters {
            let barrier = barrier.clone();
            self.run(move |engine, now| {
                fetch(engine, &filters, which, &mut || barrier.waiter(), now);
            });
        }
        Started::erased(Running::All(barrier), drop)
    }

    /// Stops running fetches; their queries go back to what they were. Same as TanStack Query's
    /// `cancelQueries`.
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
