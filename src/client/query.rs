//! A query: key, query function and options in one value. TanStack Query's `queryOptions`.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use super::driver::QueryClient;
use super::erase::{cancelled, erase_failure, erase_future};
use super::imperative::QueryContext;
use super::query_settings::{Setting, Settings, on_reconnect, retry_rule, shared_settings};
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
    /// What was set here, and not left to the client's defaults.
    settings: Settings,
    types: PhantomData<fn() -> (T, E, U)>,
}

impl<T, E, U> Clone for QueryOptions<T, E, U> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            query_fn: self.query_fn.clone(),
            options: self.options.clone(),
            settings: self.settings,
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
    QueryOptions::of(key.to_key(), Rc::new(move |context| erase_future(query_fn(context))))
}

impl<T, E> QueryOptions<T, E> {
    /// A query with the defaults, whose function gives a `T` or an `E`.
    pub(crate) fn of(key: Result<Option<Key>, KeyError>, query_fn: QueryFn) -> Self {
        Self {
            key,
            query_fn,
            options: DEFAULTS.with(Rc::clone),
            settings: Settings::NONE,
            types: PhantomData,
        }
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
        Ok(Watch {
            key: self.key()?,
            options: self.options(client),
            fetcher: Some(self.fetcher(client)),
        })
    }

    /// The options with the client's defaults for what was not set.
    pub(crate) fn options(&self, client: &QueryClient) -> Rc<ObserverOptions> {
        self.resolve(client).0
    }

    fn resolve(&self, client: &QueryClient) -> (Rc<ObserverOptions>, Settings) {
        let mut options = self.options.clone();
        let Some(defaults) = client.defaults() else { return (options, self.settings) };
        let key = self.key.as_ref().ok().and_then(Option::as_ref);
        let settings = defaults.fill(key, self.settings, Rc::make_mut(&mut options));
        (options, settings)
    }

    pub(crate) fn fetcher(&self, client: &QueryClient) -> Fetcher {
        // Weak: the cache keeps the function.
        let (query_fn, client) = (self.query_fn.clone(), client.downgrade());
        Rc::new(move |context| match client.upgrade() {
            Some(client) => query_fn(QueryContext::new(context, client)),
            None => Box::pin(ready(Err(cancelled()))),
        })
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
            settings: self.settings,
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
        self.set(Setting::Select, |options| options.select = Some(Rc::new(select))).typed()
    }

    /// Options and function for a fetch without a component: not retried unless the query says so.
    pub(crate) fn for_imperative(&self, client: &QueryClient) -> (Rc<ObserverOptions>, Fetcher) {
        let (mut options, settings) = self.resolve(client);
        if !settings.has(Setting::Retry) {
            Rc::make_mut(&mut options).retry.limit = Some(0);
        }
        (options, self.fetcher(client))
    }

    /// The same query for a component that waits for its data.
    pub(crate) fn for_suspense(self) -> Self {
        self.enabled(true).set(Setting::Placeholder, |options| {
            options.placeholder = None;
            options.placeholder_rule = None;
            options.keep_previous_data = false;
        })
    }

    fn set(mut self, setting: Setting, change: impl FnOnce(&mut ObserverOptions)) -> Self {
        self.settings = self.settings.with(setting);
        change(Rc::make_mut(&mut self.options));
        self
    }

    shared_settings!();

    /// Decides by the number of failures before this one (from 0) and the error whether to try again.
    #[must_use]
    pub fn retry_when(self, rule: impl Fn(u32, &E) -> bool + 'static) -> Self {
        self.set(Setting::Retry, |options| {
            options.retry = retry_rule(move |count, failure| {
                failure.downcast_ref().is_some_and(|error| rule(count, error))
            });
        })
    }

    /// Computes the wait from the number of failures before this one (from 0) and the error.
    #[must_use]
    pub fn retry_delay_with(self, delay: impl Fn(u32, Option<&E>) -> Duration + 'static) -> Self {
        let delay = move |count, failure: &crate::engine::erased::Failure| {
            delay(count, failure.downcast_ref())
        };
        self.set(Setting::RetryDelay, |options| {
            options.retry_delay = RetryDelay::With(Rc::new(delay))
        })
    }

    /// What being offline does. Default: the fetch waits. Same as TanStack's `networkMode`.
    #[must_use]
    pub fn network_mode(self, mode: NetworkMode) -> Self {
        let set = self.settings.has(Setting::OnReconnect);
        self.set(Setting::NetworkMode, |options| {
            options.network_mode = mode;
            if !set {
                options.refetch_on_reconnect = on_reconnect(mode);
            }
        })
    }

    /// Shown while there is no data yet, and never cached. Same as TanStack's `placeholderData`.
    #[must_use]
    pub fn placeholder_data(self, data: T) -> Self {
        self.set(Setting::Placeholder, |options| options.placeholder = Some(Data::new(data)))
    }

    /// Makes the placeholder of the last data that the component was shown, if there was any; that may be another key's.
    /// Asked while there is no data. The data is the cache's, not what is selected of it. Same as TanStack's
    /// `placeholderData` with a function.
    #[must_use]
    pub fn placeholder_data_with(self, make: impl Fn(Option<&T>) -> Option<T> + 'static) -> Self {
        let make = move |last: Option<&Data>| {
            let last = last.and_then(Data::get::<T>);
            make(last.as_deref()).map(Data::new)
        };
        self.set(Setting::Placeholder, |options| options.placeholder_rule = Some(Rc::new(make)))
    }

    /// Data to begin with, as if fetched now. Same as TanStack's `initialData`.
    #[must_use]
    pub fn initial_data(self, data: T) -> Self {
        self.set(Setting::InitialData, |options| {
            options.initial_data = Some(InitialData { data: Data::new(data), updated_at: None });
        })
    }

    /// When the initial data was fetched; [`Time::ZERO`] is 'very long ago'. To be called after
    /// [`QueryOptions::initial_data`]. Same as TanStack's `initialDataUpdatedAt`.
    #[must_use]
    pub fn initial_data_updated_at(self, at: Time) -> Self {
        self.set(Setting::InitialData, |options| {
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
        self.set(Setting::Compare, |options| options.compare = Some(Rc::new(compare)))
    }
}
