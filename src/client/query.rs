//! A query: key, query function and options in one value. TanStack Query's `queryOptions`.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use super::driver::QueryClient;
use super::erase::{erase_failure, erase_future};
use super::imperative::QueryContext;
use crate::engine::effect::{Fetcher, LocalFuture};
use crate::engine::entry::QueryState;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observer::Fields;
use crate::engine::observing::Watch;
use crate::engine::options::{
    Access, InitialData, Interval, NetworkMode, NotifyOn, ObserverOptions, Refetch, Retry,
    RetryDelay, StaleTime,
};
use crate::engine::select::{Kind, Select, kind_of};
use crate::engine::time::Time;

type QueryFn = Rc<dyn Fn(QueryContext) -> LocalFuture<Result<Data, Failure>>>;

/// A query: what is fetched, how, and when. Made by [`query_options`].
///
/// The cache holds a `T`; components are shown a `U`, which is the same until [`QueryOptions::select`] says otherwise.
///
/// The defaults are TanStack Query's: stale at once, kept for five minutes after the last use, three
/// retries, refetched on mount, focus and reconnect if stale.
///
/// ```
/// use std::time::Duration;
/// use yew_clerk::client::{QueryOptions, query_options};
/// use yew_clerk::fetch::{self, FetchError};
///
/// fn profile(id: u64) -> QueryOptions<String, FetchError> {
///     query_options(("profile", id), move |_| async move {
///         fetch::get(&format!("/api/profiles/{id}")).json().await
///     })
///     .stale_time(Duration::from_secs(30))
/// }
/// ```
pub struct QueryOptions<T, E, U = T> {
    key: Result<Option<Key>, KeyError>,
    query_fn: QueryFn,
    options: Rc<ObserverOptions>,
    retry_set: bool,
    reconnect_set: bool,
    types: PhantomData<fn() -> (T, E, U)>,
}

impl<T, E, U> Clone for QueryOptions<T, E, U> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            query_fn: self.query_fn.clone(),
            options: self.options.clone(),
            retry_set: self.retry_set,
            reconnect_set: self.reconnect_set,
            types: PhantomData,
        }
    }
}

thread_local! {
    /// Shared by all queries that change nothing, so that a render with plain options allocates none.
    static DEFAULTS: Rc<ObserverOptions> = Rc::new(ObserverOptions::query());
}

/// Describes a query once, to be used by hooks and by the client.
///
/// The query function gives data or its error; it never panics. Same as TanStack Query's `queryOptions`.
pub fn query_options<T, E, F, Fut>(key: impl IntoKey, query_fn: F) -> QueryOptions<T, E>
where
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(QueryContext) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    QueryOptions {
        key: key.to_key(),
        query_fn: Rc::new(move |context| erase_future(query_fn(context))),
        options: DEFAULTS.with(Rc::clone),
        retry_set: false,
        reconnect_set: false,
        types: PhantomData,
    }
}

impl<T: PartialEq + 'static, E: 'static, U: 'static> QueryOptions<T, E, U> {
    /// The key; `None` when there is nothing to fetch yet.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn key(&self) -> Result<Option<Key>, KeyError> {
        self.key.clone()
    }

    /// What an observer of this query watches. For observers outside components, of
    /// [`QueryClient::observe`].
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn watch(&self, client: &QueryClient) -> Result<Watch, KeyError> {
        Ok(Watch { key: self.key()?, options: self.options(), fetcher: Some(self.fetcher(client)) })
    }

    pub(crate) fn options(&self) -> Rc<ObserverOptions> {
        self.options.clone()
    }

    pub(crate) fn fetcher(&self, client: &QueryClient) -> Fetcher {
        let (query_fn, client) = (self.query_fn.clone(), client.clone());
        Rc::new(move |context| query_fn(QueryContext::new(context, client.clone())))
    }

    /// The same query for code that is compiled once for all types.
    pub(crate) fn erased(self) -> QueryOptions<(), ()> {
        self.typed()
    }

    fn typed<T2, E2, U2>(self) -> QueryOptions<T2, E2, U2> {
        QueryOptions {
            key: self.key,
            query_fn: self.query_fn,
            options: self.options,
            retry_set: self.retry_set,
            reconnect_set: self.reconnect_set,
            types: PhantomData,
        }
    }

    /// Shows something made of the data. The cache keeps the data whole, so that other components select other things
    /// from one fetch.
    ///
    /// The component renders when the selection changes by `PartialEq`, and not for other changes of the data. The function
    /// runs again for other data, and when it is another function itself: one that captures nothing is always the same, any
    /// other is the same as long as these options are clones. It runs over placeholder data as well. It must not
    /// panic, nor wait for the client. After another `select` it is given what that one selects.
    ///
    /// Same as TanStack's `select`. Differs in that it cannot throw: see [`QueryOptions::select_result`].
    ///
    /// ```
    /// use yew::prelude::*;
    /// use yew_clerk::client::{QueryOptions, query_options};
    /// use yew_clerk::fetch::{self, FetchError};
    /// use yew_clerk::hooks::use_query_with;
    ///
    /// fn notes() -> QueryOptions<Vec<String>, FetchError> {
    ///     query_options("notes", |_| fetch::get("/api/notes").json())
    /// }
    ///
    /// #[component]
    /// fn Count() -> Html {
    ///     let count = use_query_with(notes().select(Vec::len));
    ///     html! { <p>{ count.data().map_or(0, |count| *count) }</p> }
    /// }
    /// ```
    #[must_use]
    pub fn select<V, F>(self, select: F) -> QueryOptions<T, E, V>
    where
        V: PartialEq + 'static,
        F: Fn(&U) -> V + 'static,
    {
        let kind = kind_of::<F>();
        self.then(move |shown| Ok(Data::new(select(shown))), kind)
    }

    /// [`QueryOptions::select`] with a function that may fail: then the status is `Error` with that error, next to the
    /// last good selection. The cache keeps the data, and nothing is tried again. Same as a `select` that throws.
    #[must_use]
    pub fn select_result<V, F>(self, select: F) -> QueryOptions<T, E, V>
    where
        V: PartialEq + 'static,
        F: Fn(&U) -> Result<V, E> + 'static,
    {
        // Not the kind of the same function in `select`, whose data is its whole result.
        let kind = kind_of::<(F,)>();
        self.then(move |shown| select(shown).map(Data::new).map_err(erase_failure), kind)
    }

    fn then<V>(
        self,
        make: impl Fn(&U) -> Result<Data, Failure> + 'static,
        kind: Kind,
    ) -> QueryOptions<T, E, V> {
        let make = move |shown: &Data| match shown.get::<U>() {
            Some(shown) => make(&shown),
            None => Err(Select::refuse(shown, std::any::type_name::<U>())),
        };
        let select = Select::then(self.options.select.as_deref(), make, kind);
        self.set(|options| options.select = Some(Rc::new(select))).typed()
    }

    /// Options and function for a fetch without a component: not retried unless the query says so.
    pub(crate) fn for_imperative(mut self, client: &QueryClient) -> (Rc<ObserverOptions>, Fetcher) {
        if !self.retry_set {
            self = self.set(|options| options.retry.limit = Some(0));
        }
        let fetcher = self.fetcher(client);
        (self.options, fetcher)
    }

    /// The same query for a component that waits for its data.
    pub(crate) fn for_suspense(self) -> Self {
        self.set(|options| {
            options.enabled = true;
            options.placeholder = None;
            options.keep_previous_data = false;
        })
    }

    fn set(mut self, change: impl FnOnce(&mut ObserverOptions)) -> Self {
        change(Rc::make_mut(&mut self.options));
        self
    }

    /// Whether it fetches by itself. Default: true. `refetch` works all the same. Same as TanStack's `enabled`.
    #[must_use]
    pub fn enabled(self, enabled: bool) -> Self {
        self.set(|options| options.enabled = enabled)
    }

    /// How long data counts as fresh. Default: 0. `Duration::MAX` is for ever. Same as TanStack's `staleTime`.
    #[must_use]
    pub fn stale_time(self, stale_time: impl Into<StaleTime>) -> Self {
        self.set(|options| options.stale_time = stale_time.into())
    }

    /// How long the data is kept after its last use. Default: 5 minutes; the longest of all users counts.
    /// Same as TanStack's `gcTime`.
    #[must_use]
    pub fn gc_time(self, gc_time: Duration) -> Self {
        self.set(|options| options.gc_time = gc_time)
    }

    /// How often a failure is tried again. Default: 3. Errors that cannot get better by themselves, like a
    /// 404, are not. Differs from TanStack's `retry`, which retries those as well.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.retry_set = true;
        self.set(|options| options.retry = Retry { limit: Some(times), when: None })
    }

    /// Decides by the number of failures before this one (from 0) and the error whether to try again.
    #[must_use]
    pub fn retry_when(mut self, rule: impl Fn(u32, &E) -> bool + 'static) -> Self {
        self.retry_set = true;
        self.set(|options| {
            options.retry = Retry {
                limit: None,
                when: Some(Rc::new(move |count, failure| {
                    failure.downcast_ref().is_some_and(|error| rule(count, error))
                })),
            };
        })
    }

    /// The wait before a retry. Default: 1 s, 2 s, 4 s … 30 s. Same as TanStack's `retryDelay`.
    #[must_use]
    pub fn retry_delay(self, delay: Duration) -> Self {
        self.set(|options| options.retry_delay = RetryDelay::Fixed(delay))
    }

    /// Computes the wait from the number of failures before this one (from 0) and the error.
    #[must_use]
    pub fn retry_delay_with(self, delay: impl Fn(u32, Option<&E>) -> Duration + 'static) -> Self {
        let delay = move |count, failure: &crate::engine::erased::Failure| {
            delay(count, failure.downcast_ref())
        };
        self.set(|options| options.retry_delay = RetryDelay::With(Rc::new(delay)))
    }

    /// Whether mounting tries again what has failed and has no data. Default: true.
    #[must_use]
    pub fn retry_on_mount(self, retry: bool) -> Self {
        self.set(|options| options.retry_on_mount = retry)
    }

    /// On mount, with data there. Default: if stale. Same as TanStack's `refetchOnMount`.
    #[must_use]
    pub fn refetch_on_mount(self, refetch: impl Into<Refetch>) -> Self {
        self.set(|options| options.refetch_on_mount = refetch.into())
    }

    /// When the page is shown or focused again. Default: if stale. Same as `refetchOnWindowFocus`; differs in
    /// that window focus counts as well as visibility, as users of both libraries have asked.
    #[must_use]
    pub fn refetch_on_window_focus(self, refetch: impl Into<Refetch>) -> Self {
        self.set(|options| options.refetch_on_focus = refetch.into())
    }

    /// When the network is back. Default: if stale; never with [`NetworkMode::Always`]. Same as TanStack's
    /// `refetchOnReconnect`.
    #[must_use]
    pub fn refetch_on_reconnect(mut self, refetch: impl Into<Refetch>) -> Self {
        self.reconnect_set = true;
        self.set(|options| options.refetch_on_reconnect = refetch.into())
    }

    /// Fetches again this long after each answer. Default: never. Same as TanStack's `refetchInterval`.
    #[must_use]
    pub fn refetch_interval(self, every: Duration) -> Self {
        self.set(|options| options.interval = Interval::Every(every))
    }

    /// Computes the interval from the query's state; zero is 'not now'.
    #[must_use]
    pub fn refetch_interval_with(self, every: impl Fn(&QueryState) -> Duration + 'static) -> Self {
        self.set(|options| options.interval = Interval::With(Rc::new(every)))
    }

    /// Polls in a hidden page too. Default: false. Same as TanStack's `refetchIntervalInBackground`.
    #[must_use]
    pub fn refetch_interval_in_background(self, poll: bool) -> Self {
        self.set(|options| options.interval_when_hidden = poll)
    }

    /// What being offline does. Default: the fetch waits. Same as TanStack's `networkMode`.
    #[must_use]
    pub fn network_mode(self, mode: NetworkMode) -> Self {
        let by_default = match mode {
            // Who does not mind being offline has missed nothing.
            NetworkMode::Always => Refetch::Never,
            NetworkMode::Online | NetworkMode::OfflineFirst => Refetch::IfStale,
        };
        let set = self.reconnect_set;
        self.set(|options| {
            options.network_mode = mode;
            if !set {
                options.refetch_on_reconnect = by_default;
            }
        })
    }

    /// Shown while there is no data yet, and never cached. Same as TanStack's `placeholderData`.
    #[must_use]
    pub fn placeholder_data(self, data: T) -> Self {
        self.set(|options| options.placeholder = Some(Data::new(data)))
    }

    /// Shows the last key's data while the next key's loads. Default: false. Same as TanStack's
    /// `placeholderData: keepPreviousData`.
    #[must_use]
    pub fn keep_previous_data(self) -> Self {
        self.set(|options| options.keep_previous_data = true)
    }

    /// Data to begin with, as if fetched now. Same as TanStack's `initialData`.
    #[must_use]
    pub fn initial_data(self, data: T) -> Self {
        self.set(|options| {
            options.initial_data = Some(InitialData { data: Data::new(data), updated_at: None });
        })
    }

    /// When the initial data was fetched; [`Time::ZERO`] is 'very long ago'. To be called after
    /// [`QueryOptions::initial_data`]. Same as TanStack's `initialDataUpdatedAt`.
    #[must_use]
    pub fn initial_data_updated_at(self, at: Time) -> Self {
        self.set(|options| {
            if let Some(initial) = &mut options.initial_data {
                initial.updated_at = Some(at);
            }
        })
    }

    /// Compares old and new data in place of `PartialEq`; equal data causes no render. Same as TanStack's
    /// `structuralSharing` with a function; `|_, _| false` is its `false`.
    #[must_use]
    pub fn compare(self, equal: impl Fn(&T, &T) -> bool + 'static) -> Self {
        let compare = move |old: &Data, new: &Data| match (old.get::<T>(), new.get::<T>()) {
            (Some(old), Some(new)) => equal(&old, &new),
            _ => false,
        };
        self.set(|options| options.compare = Some(Rc::new(compare)))
    }

    /// Renders on these fields only, whatever the component reads. Same as TanStack's `notifyOnChangeProps`.
    #[must_use]
    pub fn notify_on_change(self, fields: Fields) -> Self {
        self.set(|options| options.notify_on = NotifyOn::Only(fields))
    }

    /// Names by which [`Filters::tagged`](crate::engine::filters::Filters::tagged) selects the query, whatever its key.
    /// Default: none. TanStack Query has no such thing.
    #[must_use]
    pub fn tags<S: Into<Rc<str>>>(self, tags: impl IntoIterator<Item = S>) -> Self {
        self.set(|options| options.tags = Some(tags.into_iter().map(Into::into).collect()))
    }

    /// Who may see the data. Default: whoever is signed in now; it is dropped when that changes. `Public`
    /// data is kept, and never waits for sign-in.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        self.set(|options| options.access = access)
    }
}
