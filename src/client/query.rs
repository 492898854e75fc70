//! A query: key, query function and options in one value. TanStack Query's `queryOptions`.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use super::driver::QueryClient;
use super::erase::{cancelled, erase_failure, erase_future};
use super::query_context::QueryContext;
use super::query_settings::{Setting, Settings, on_reconnect, retry_rule, shared_settings};
use crate::engine::Engine;
use crate::engine::effect::{Fetcher, LocalFuture};
use crate::engine::entry::QueryState;
use crate::engine::erased::{Data, Failure};
use crate::engine::extras::{Extras, Glance, ThrowRule};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observer::Fields;
use crate::engine::observing::Watch;
use crate::engine::options::{
    Access, Interval, NetworkMode, NotifyOn, ObserverOptions, Refetch, Retry, RetryDelay, StaleTime,
};
use crate::engine::paging::Paging;
use crate::engine::select::{Kind, Select, kind_of};
use crate::engine::sharing::Share;

/// What a boundary adds to the options of a query in it.
pub(crate) type ChangeOptions = fn(&mut ObserverOptions);

pub(crate) type QueryFn = Rc<dyn Fn(QueryContext) -> LocalFuture<Result<Data, Failure>>>;

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
    query_fn: Option<QueryFn>,
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
    let query_fn: QueryFn = Rc::new(move |context| erase_future(query_fn(context)));
    query_options_of(key).with_query_fn(query_fn)
}

/// A query whose function the defaults for its key bring: see [`QueryDefaults::query_fn`](super::QueryDefaults::query_fn).
/// Without such defaults it shows what is in the cache, and fetches nothing. Same as a query without `queryFn` in TanStack
/// Query.
///
/// ```
/// use yew_clerk::client::{QueryClient, QueryDefaults, query_options_of};
/// use yew_clerk::fetch::{self, FetchError};
///
/// # async fn example(client: &QueryClient) -> Result<(), Box<dyn std::error::Error>> {
/// let load = |_| fetch::get("/api/notes").json::<Vec<String>>();
/// client.set_query_defaults("notes", QueryDefaults::new().query_fn(load))?;
/// let notes = client.fetch_query(query_options_of::<Vec<String>, FetchError>("notes")).await?;
/// # Ok(())
/// # }
/// ```
pub fn query_options_of<T, E>(key: impl IntoKey) -> QueryOptions<T, E> {
    QueryOptions {
        key: key.to_key(),
        query_fn: None,
        options: DEFAULTS.with(Rc::clone),
        settings: Settings::NONE,
        types: PhantomData,
    }
}

/// For [`QueryOptions::structural_sharing`]: keeps the parts of old data that are equal in the new.
pub fn share_equal<T: Share>(old: &T, new: T) -> T {
    new.share(old)
}

impl<T, E, U> QueryOptions<T, E, U> {
    pub(crate) fn cloned_key(&self) -> Result<Option<Key>, KeyError> {
        self.key.clone()
    }

    pub(crate) fn selection(&self) -> Option<Rc<Select>> {
        self.options.select.clone()
    }

    /// The rules of its pages, if it has some.
    pub(crate) fn paging(&self) -> Option<&Rc<dyn Paging>> {
        self.options.extras()?.paging.as_ref()
    }

    pub(crate) fn with_paging(mut self, paging: Rc<dyn Paging>, query_fn: QueryFn) -> Self {
        Rc::make_mut(&mut self.options).change_extras(|extras| extras.paging = Some(paging));
        self.with_query_fn(query_fn)
    }

    pub(crate) fn with_query_fn(self, query_fn: QueryFn) -> Self {
        Self { query_fn: Some(query_fn), ..self }
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
        self.watch_in(client, None)
    }

    /// The same below a boundary, which may have something to add.
    pub(crate) fn watch_in(
        &self,
        client: &QueryClient,
        change: Option<ChangeOptions>,
    ) -> Result<Watch, KeyError> {
        Ok(Watch {
            key: self.key()?,
            fetcher: self.fetcher(client),
            options: self.options_in(client, change),
        })
    }

    /// The options with the client's defaults for what was not set.
    pub(crate) fn options_in(
        &self,
        client: &QueryClient,
        change: Option<ChangeOptions>,
    ) -> Rc<ObserverOptions> {
        let mut options = self.resolve(client).0;
        if let Some(change) = change {
            change(Rc::make_mut(&mut options));
        }
        options
    }

    fn resolve(&self, client: &QueryClient) -> (Rc<ObserverOptions>, Settings) {
        let (mut options, mut settings) = (self.options.clone(), self.settings);
        if let Some(defaults) = client.defaults() {
            settings = defaults.fill(self.some_key(), settings, Rc::make_mut(&mut options));
        }
        if let Some(rule) = options.extras().and_then(|extras| extras.initial_rule.clone()) {
            let data = self.some_key().and_then(|key| client.engine()?.data(key));
            if data.is_none() {
                Rc::make_mut(&mut options).initial_data = rule();
            }
        }
        (options, settings)
    }

    fn some_key(&self) -> Option<&Key> {
        self.key.as_ref().ok()?.as_ref()
    }

    /// What fetches it; `None` if neither the query nor the defaults bring a function.
    pub(crate) fn fetcher(&self, client: &QueryClient) -> Option<Fetcher> {
        let own = self.query_fn.clone();
        let query_fn = own.or_else(|| client.defaults()?.query_fn(self.some_key()))?;
        // Weak: the cache keeps the function.
        let client = client.downgrade();
        Some(Rc::new(move |context| match client.upgrade() {
            Some(client) => query_fn(QueryContext::new(context, client)),
            None => Box::pin(ready(Err(cancelled()))),
        }))
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
    pub(crate) fn for_imperative(
        &self,
        client: &QueryClient,
    ) -> (Rc<ObserverOptions>, Option<Fetcher>) {
        let (mut options, settings) = self.resolve(client);
        if !settings.has(Setting::Retry) {
            Rc::make_mut(&mut options).retry.limit = Some(0);
        }
        (options, self.fetcher(client))
    }

    /// The same query for a component that waits for its data.
    pub(crate) fn for_suspense(self) -> Self {
        let query = self.enabled(true).set_extra(Setting::ThrowOnError, |extras| {
            extras.throw_on_error = Some(Rc::new(|_, state| state.data.is_none()));
        });
        query.set(Setting::Placeholder, |options| {
            options.placeholder = None;
            options.placeholder_rule = None;
            options.keep_previous_data = false;
        })
    }

    pub(super) fn set(
        mut self,
        setting: Setting,
        change: impl FnOnce(&mut ObserverOptions),
    ) -> Self {
        self.settings = self.settings.with(setting);
        change(Rc::make_mut(&mut self.options));
        self
    }

    pub(super) fn set_extra(self, setting: Setting, change: impl FnOnce(&mut Extras)) -> Self {
        self.set(setting, |options| options.change_extras(change))
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

    /// [`QueryOptions::throw_on_error`] that decides by the error and the query's state.
    #[must_use]
    pub fn throw_on_error_when(self, rule: impl Fn(&E, &QueryState) -> bool + 'static) -> Self {
        self.set_extra(Setting::ThrowOnError, |extras| {
            extras.throw_on_error = Some(Rc::new(move |failure, state| {
                failure.downcast_ref().is_some_and(|error| rule(error, state))
            }));
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

    /// Keeps in new data the parts that are equal in the old. Default: data that is equal as a whole is kept, and nothing
    /// of what is not. [`share_equal`](super::share_equal) does it for types that are [`Share`](crate::engine::sharing::Share).
    /// Same as TanStack's `structuralSharing` with a function.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use yew_clerk::client::{query_options, share_equal};
    /// use yew_clerk::fetch::{self, FetchError};
    ///
    /// let notes = query_options("notes", |_| async {
    ///     let notes: Vec<String> = fetch::get("/api/notes").json().await?;
    ///     Ok::<_, FetchError>(notes.into_iter().map(Rc::new).collect::<Vec<_>>())
    /// });
    /// let notes = notes.structural_sharing(share_equal);
    /// ```
    #[must_use]
    pub fn structural_sharing(self, share: impl Fn(&T, T) -> T + 'static) -> Self {
        let share = move |old: &Data, new: Data| {
            let (Some(old), Some(of_type)) = (old.get::<T>(), new.get::<T>()) else { return new };
            drop(new);
            // Data that somebody else has as well cannot be changed.
            match Rc::try_unwrap(of_type) {
                Ok(new) => Data::new(share(&old, new)),
                Err(new) => Data::from_rc(new),
            }
        };
        self.set_extra(Setting::Sharing, |extras| extras.sharing = Some(Rc::new(share)))
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
