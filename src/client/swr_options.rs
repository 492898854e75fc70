//! The options of SWR's hooks.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use crate::client::swr_fetcher::requesting;
use crate::engine::callbacks::{
    ErrorRetry, OnDiscarded, OnError, OnErrorRetry, OnLoadingSlow, OnSuccess,
};
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key};
use crate::engine::options::{Access, Compare, Interval, ObserverOptions, RetryDelay, RetryRule};
use crate::fetch::RequestBuilder;

type Change = Rc<dyn Fn(&mut ObserverOptions)>;

/// The options of `use_swr` and its relatives, and of `SwrConfig`, which passes them down.
///
/// What is not set comes from the nearest `SwrConfig`, else it is SWR's default.
///
/// ```
/// use std::time::Duration;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::fetch::FetchError;
///
/// let options = SwrOptions::<String, FetchError>::new()
///     .refresh_interval(Duration::from_secs(10))
///     .revalidate_on_focus(false);
/// ```
pub struct SwrOptions<T = (), E = ()> {
    /// What was set; the rest comes from the enclosing `SwrConfig`, else from SWR's defaults. Functions, so that
    /// an app carries the options that it sets, and no others.
    changes: Vec<Change>,
    /// What lies around the hook, the outermost first: `Middleware`, of which this layer knows nothing.
    pub(crate) layers: Vec<Rc<dyn Any>>,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for SwrOptions<T, E> {
    fn clone(&self) -> Self {
        Self { changes: self.changes.clone(), layers: self.layers.clone(), types: PhantomData }
    }
}

impl<T, E> Default for SwrOptions<T, E> {
    fn default() -> Self {
        Self { changes: Vec::new(), layers: Vec::new(), types: PhantomData }
    }
}

impl<T, E> PartialEq for SwrOptions<T, E> {
    /// Options are never equal: they may hold closures. Share them by `Rc`, which compares by identity first.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl<T: 'static, E: 'static> SwrOptions<T, E> {
    /// Nothing set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What never changes: fetched once and not again. Same as SWR's `useSWRImmutable`.
    #[must_use]
    pub fn immutable() -> Self {
        Self::new()
            .revalidate_if_stale(false)
            .revalidate_on_focus(false)
            .revalidate_on_reconnect(false)
            .refresh_interval(Duration::ZERO)
    }

    /// These options over SWR's defaults: for an observer outside a component, which no `SwrConfig` encloses.
    #[must_use]
    pub fn resolved(&self) -> Rc<ObserverOptions> {
        self.resolve(&Rc::new(ObserverOptions::swr()))
    }

    /// The whole of the options, over those of the enclosing configuration.
    pub(crate) fn resolve(&self, parent: &Rc<ObserverOptions>) -> Rc<ObserverOptions> {
        if self.changes.is_empty() {
            return parent.clone();
        }
        let mut options = (**parent).clone();
        for change in &self.changes {
            change(&mut options);
        }
        Rc::new(options)
    }

    /// These options, and over them those of `other`.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.changes.extend_from_slice(&other.changes);
        self.layers.extend_from_slice(&other.layers);
        self
    }

    /// These options for the hooks of all types, as `SwrConfig` takes them. What depends on a type, like `on_error`, is for
    /// hooks of that type alone.
    ///
    /// ```
    /// use yew_clerk::client::SwrOptions;
    /// use yew_clerk::fetch::FetchError;
    ///
    /// let options: SwrOptions = SwrOptions::<(), FetchError>::new()
    ///     .on_error(|error, key| eprintln!("{key}: {error}"))
    ///     .for_all();
    /// ```
    #[must_use]
    pub fn for_all(self) -> SwrOptions {
        self.erased()
    }

    /// The same options for code that is compiled once for all types.
    pub(crate) fn erased(self) -> SwrOptions {
        SwrOptions { changes: self.changes, layers: self.layers, types: PhantomData }
    }

    pub(super) fn set(mut self, change: impl Fn(&mut ObserverOptions) + 'static) -> Self {
        self.changes.push(Rc::new(change));
        self
    }

    /// Decides the fetch of the first mount alone: `true` even with data, `false` not even without.
    /// Default: unset. Same as SWR's `revalidateOnMount`.
    #[must_use]
    pub fn revalidate_on_mount(self, revalidate: bool) -> Self {
        self.set(move |o| o.revalidate_on_mount = Some(revalidate))
    }

    /// Whether to fetch on mount and on a change of key when there is data. Default: true. Same as SWR's
    /// `revalidateIfStale`.
    #[must_use]
    pub fn revalidate_if_stale(self, revalidate: bool) -> Self {
        self.set(move |o| o.refetch_on_mount = revalidate.into())
    }

    /// Whether to fetch when the page is focused or shown again. Default: true. Same as `revalidateOnFocus`.
    #[must_use]
    pub fn revalidate_on_focus(self, revalidate: bool) -> Self {
        self.set(move |o| o.refetch_on_focus = revalidate.into())
    }

    /// Whether to fetch when the network is back. Default: true. Same as SWR's `revalidateOnReconnect`.
    #[must_use]
    pub fn revalidate_on_reconnect(self, revalidate: bool) -> Self {
        self.set(move |o| o.refetch_on_reconnect = revalidate.into())
    }

    /// At most one focus fetch in this time, which begins with the mount. Default: 5 s. Same as SWR's
    /// `focusThrottleInterval`.
    #[must_use]
    pub fn focus_throttle_interval(self, interval: Duration) -> Self {
        self.set(move |o| o.focus_throttle = interval)
    }

    /// For this long after an answer, mounting, focus and polling ask nothing. Default: 2 s. Same as SWR's
    /// `dedupingInterval`.
    #[must_use]
    pub fn deduping_interval(self, interval: Duration) -> Self {
        self.set(move |o| o.deduping_interval = interval)
    }

    /// Fetches again this long after each answer; zero is never. Default: zero. Same as `refreshInterval`.
    #[must_use]
    pub fn refresh_interval(self, interval: Duration) -> Self {
        self.set(move |o| o.interval = Interval::Every(interval))
    }

    /// Computes the interval from the data.
    #[must_use]
    pub fn refresh_interval_with(
        self,
        interval: impl Fn(Option<&T>) -> Duration + 'static,
    ) -> Self {
        let rule = move |state: &crate::engine::entry::QueryState| {
            let data = state.data.as_ref().and_then(Data::get::<T>);
            interval(data.as_deref())
        };
        let rule = Interval::With(Rc::new(rule));
        self.set(move |o| o.interval = rule.clone())
    }

    /// Polls in a hidden page too. Default: false. Same as SWR's `refreshWhenHidden`.
    #[must_use]
    pub fn refresh_when_hidden(self, refresh: bool) -> Self {
        self.set(move |o| o.interval_when_hidden = refresh)
    }

    /// Polls while offline too. Default: false. Same as SWR's `refreshWhenOffline`.
    #[must_use]
    pub fn refresh_when_offline(self, refresh: bool) -> Self {
        self.set(move |o| o.interval_when_offline = refresh)
    }

    /// Goes on polling after an error. Default: false, as in SWR, which has no such option.
    #[must_use]
    pub fn refresh_after_error(self, refresh: bool) -> Self {
        self.set(move |o| o.interval_after_error = refresh)
    }

    /// The base of the growing wait between retries. Default: 5 s. Same as SWR's `errorRetryInterval`.
    #[must_use]
    pub fn error_retry_interval(self, interval: Duration) -> Self {
        self.set(move |o| o.retry_delay = RetryDelay::Jittered(interval))
    }

    /// A wait of one's own before each retry, from the number of earlier retries. Takes the place of the
    /// backoff that SWR lets one replace by `onErrorRetry`.
    #[must_use]
    pub fn error_retry_delay(self, delay: impl Fn(u32, Option<&E>) -> Duration + 'static) -> Self {
        let rule = move |count, failure: &Failure| delay(count, failure.downcast_ref());
        let rule = RetryDelay::With(Rc::new(rule));
        self.set(move |o| o.retry_delay = rule.clone())
    }

    /// At most this many retries. Default: without limit. Same as SWR's `errorRetryCount`.
    #[must_use]
    pub fn error_retry_count(self, count: u32) -> Self {
        self.set(move |o| o.retry.limit = Some(count))
    }

    /// Whether to retry at all. Default: true, save for errors that cannot get better by themselves, like a
    /// 404. Differs from SWR's `shouldRetryOnError`, which retries those as well.
    #[must_use]
    pub fn should_retry_on_error(self, retry: bool) -> Self {
        let never: RetryRule = Rc::new(|_, _| false);
        let rule = if retry { None } else { Some(never) };
        self.set(move |o| o.retry.when = rule.clone())
    }

    /// Decides by the error whether to retry.
    #[must_use]
    pub fn should_retry_on_error_with(self, rule: impl Fn(&E) -> bool + 'static) -> Self {
        let rule = move |_, failure: &Failure| failure.downcast_ref().is_some_and(&rule);
        let rule: RetryRule = Rc::new(rule);
        self.set(move |o| o.retry.when = Some(rule.clone()))
    }

    /// Decides on each retry in the place of the backoff: it calls [`ErrorRetry::revalidate`], at once or later, or not at
    /// all. Asked only while [`SwrOptions::error_retry_count`] and [`SwrOptions::should_retry_on_error`] allow a retry,
    /// and not in a hidden page or offline, if the return fetches anyhow. Same as SWR's `onErrorRetry`, where the first
    /// two are for the handler to mind.
    ///
    /// ```
    /// use std::time::Duration;
    /// use yew_clerk::client::SwrOptions;
    /// use yew_clerk::fetch::FetchError;
    ///
    /// let options = SwrOptions::<String, FetchError>::new().on_error_retry(|error, _key, retry| {
    ///     if error.status() != Some(500) && retry.retry_count <= 3 {
    ///         yew::platform::spawn_local(async move {
    ///             yew::platform::time::sleep(Duration::from_secs(5)).await;
    ///             retry.revalidate();
    ///         });
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn on_error_retry(self, handler: impl Fn(Rc<E>, &Key, ErrorRetry) + 'static) -> Self {
        let handler = move |failure: &Failure, key: &Key, retry: ErrorRetry| {
            if let Some(error) = failure.get() {
                handler(error, key, retry);
            }
        };
        let handler: OnErrorRetry = Rc::new(handler);
        self.set(move |o| o.callbacks.on_error_retry = Some(handler.clone()))
    }

    /// How long the first request may take before it counts as slow; zero is for ever. Default: 3 s, and 5 s where the
    /// network is slow. Same as SWR's `loadingTimeout`.
    #[must_use]
    pub fn loading_timeout(self, timeout: Duration) -> Self {
        self.set(move |o| o.loading_timeout = timeout)
    }

    /// Called when a request takes longer than [`SwrOptions::loading_timeout`] and there is no data yet. Same as SWR's
    /// `onLoadingSlow`.
    #[must_use]
    pub fn on_loading_slow(self, callback: impl Fn(&Key) + 'static) -> Self {
        let callback: OnLoadingSlow = Rc::new(callback);
        self.set(move |o| o.callbacks.on_loading_slow = Some(callback.clone()))
    }

    /// Shows the last key's data while the next key's loads. Default: false. Same as `keepPreviousData`.
    #[must_use]
    pub fn keep_previous_data(self, keep: bool) -> Self {
        self.set(move |o| o.keep_previous_data = keep)
    }

    /// Shown until there is data; never cached. Same as SWR's `fallbackData`.
    #[must_use]
    pub fn fallback_data(self, data: T) -> Self
    where
        T: PartialEq,
    {
        let data = Data::new(data);
        self.set(move |o| o.placeholder = Some(data.clone()))
    }

    /// While true, nothing is fetched, not even on request, and a failure of what runs already is not shown.
    /// Default: false. Same as SWR's `isPaused`, as a value.
    #[must_use]
    pub fn is_paused(self, paused: bool) -> Self {
        self.set(move |o| o.enabled = !paused)
    }

    /// [`SwrOptions::is_paused`], asked before each fetch and after each failure. It must not use the cache. Same as
    /// SWR's `isPaused`.
    #[must_use]
    pub fn is_paused_with(self, is_paused: impl Fn() -> bool + 'static) -> Self {
        let is_paused: Rc<dyn Fn() -> bool> = Rc::new(is_paused);
        self.set(move |o| o.paused = Some(is_paused.clone()))
    }

    /// Shown for `key` until there is data, by every hook that has no `fallback_data` of its own; never cached. May be
    /// called for many keys, of any types; nested configurations add to each other. A key that cannot be encoded is
    /// left out: the hook that uses it says so. Same as SWR's `fallback`.
    #[must_use]
    pub fn fallback<D: PartialEq + 'static>(self, key: impl IntoKey, data: D) -> Self {
        let Ok(Some(key)) = key.to_key() else { return self };
        let data = Data::new(data);
        self.set(move |o| {
            let all = o.fallback.get_or_insert_default();
            // Copied once, if it is an enclosing configuration's, and not for each key.
            Rc::make_mut(all).set(key.clone(), data.clone());
        })
    }

    /// How `use_swr_inherited` makes a request of a key. Default: none, and such hooks only show what is cached. Differs
    /// from SWR's `fetcher`, which gives data: here each hook reads the answer into a type of its own.
    ///
    /// ```
    /// use yew_clerk::client::SwrOptions;
    /// use yew_clerk::fetch;
    ///
    /// let options: SwrOptions = SwrOptions::new().fetcher(|key| fetch::get(key.as_str().unwrap_or_default()));
    /// ```
    #[must_use]
    pub fn fetcher(self, request: impl Fn(&Key) -> RequestBuilder + 'static) -> Self {
        let fetcher = requesting(request);
        self.set(move |o| o.fetcher = Some(fetcher.clone()))
    }

    /// Compares old and new data in place of `PartialEq`. Same as SWR's `compare`.
    #[must_use]
    pub fn compare(self, equal: impl Fn(&T, &T) -> bool + 'static) -> Self {
        let compare = move |old: &Data, new: &Data| match (old.get::<T>(), new.get::<T>()) {
            (Some(old), Some(new)) => equal(&old, &new),
            _ => false,
        };
        let compare: Compare = Rc::new(compare);
        self.set(move |o| o.compare = Some(compare.clone()))
    }

    /// How long the data is kept after its last use. Default: 5 minutes. SWR never evicts.
    #[must_use]
    pub fn gc_time(self, gc_time: Duration) -> Self {
        self.set(move |o| o.gc_time = gc_time)
    }

    /// Names by which [`Filters::tagged`](crate::engine::filters::Filters::tagged) selects the data, whatever its key.
    /// Default: none. SWR has no such thing.
    #[must_use]
    pub fn tags<S: Into<Rc<str>>>(self, tags: impl IntoIterator<Item = S>) -> Self {
        let tags: Rc<[Rc<str>]> = tags.into_iter().map(Into::into).collect();
        self.set(move |o| o.tags = Some(tags.clone()))
    }

    /// Who may see the data. Default: whoever is signed in now.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        self.set(move |o| o.access = access)
    }

    /// Makes the data no less private than `least`, whatever the configuration says.
    #[must_use]
    pub(crate) fn access_at_least(self, least: Access) -> Self {
        self.set(move |o| o.access = o.access.max(least))
    }

    /// Called with the data that a request of this hook brought. Same as SWR's `onSuccess`: not for requests that
    /// another hook has made, unless [`SwrOptions::callbacks_of_all_requests`] says so.
    #[must_use]
    pub fn on_success(self, callback: impl Fn(Rc<T>, &Key) + 'static) -> Self {
        let callback = move |data: &Data, key: &Key| {
            if let Some(data) = data.get() {
                callback(data, key);
            }
        };
        let callback: OnSuccess = Rc::new(callback);
        self.set(move |o| o.callbacks.on_success = Some(callback.clone()))
    }

    /// Called with the error of a request of this hook. Same as SWR's `onError`.
    #[must_use]
    pub fn on_error(self, callback: impl Fn(Rc<E>, &Key) + 'static) -> Self {
        let callback = move |failure: &Failure, key: &Key| {
            if let Some(error) = failure.get() {
                callback(error, key);
            }
        };
        let callback: OnError = Rc::new(callback);
        self.set(move |o| o.callbacks.on_error = Some(callback.clone()))
    }

    /// Has `on_success` and `on_error` of this hook called for every request for its key while it is mounted, also for
    /// those of other hooks that it shares: exactly once for each data or error that was accepted. Default: false,
    /// as in SWR, where only the hook is told whose request it was. Not in SWR.
    #[must_use]
    pub fn callbacks_of_all_requests(self, all: bool) -> Self {
        self.set(move |o| o.callbacks.of_all_requests = all)
    }

    /// [`SwrOptions::on_success`] for data of any type: for a configuration.
    #[must_use]
    pub fn on_any_success(self, callback: impl Fn(&Data, &Key) + 'static) -> Self {
        let callback: OnSuccess = Rc::new(callback);
        self.set(move |o| o.callbacks.on_success = Some(callback.clone()))
    }

    /// [`SwrOptions::on_error`] for errors of any type: for a configuration.
    #[must_use]
    pub fn on_any_error(self, callback: impl Fn(&Failure, &Key) + 'static) -> Self {
        let callback: OnError = Rc::new(callback);
        self.set(move |o| o.callbacks.on_error = Some(callback.clone()))
    }

    /// Called when an answer was ignored because something newer had happened. Same as `onDiscarded`.
    #[must_use]
    pub fn on_discarded(self, callback: impl Fn(&Key) + 'static) -> Self {
        let callback: OnDiscarded = Rc::new(callback);
        self.set(move |o| o.callbacks.on_discarded = Some(callback.clone()))
    }
}
