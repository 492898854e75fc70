//! The defaults of many queries: of a client, and of the keys that begin with one.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::query::QueryFn;
use super::query_context::QueryContext;
use super::query_settings::{Change, Setting, Settings, on_reconnect, retry_rule, shared_settings};
use crate::engine::Engine;
use crate::engine::defaults::GC_TIME;
use crate::engine::entry::QueryState;
use crate::engine::erased::Failure;
use crate::engine::extras::{Extras, Glance, ThrowRule};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observer::Fields;
use crate::engine::options::{
    Access, Interval, NetworkMode, NotifyOn, ObserverOptions, Refetch, Retry, RetryDelay, StaleTime,
};

/// Options for queries that do not set them themselves.
///
/// Those of [`QueryClient::set_default_options`] apply to all queries of the client, those of
/// [`QueryClient::set_query_defaults`] to some. Differs from TanStack Query: there are none for what depends on the type of
/// the data, save the query function.
///
/// ```
/// use std::time::Duration;
/// use yew_clerk::client::{QueryClient, QueryDefaults};
///
/// # fn example(client: &QueryClient) {
/// client.set_default_options(QueryDefaults::new().stale_time(Duration::from_secs(20)).retry(1));
/// # }
/// ```
#[derive(Clone, Default)]
pub struct QueryDefaults {
    changes: Vec<(Setting, Change)>,
    query_fn: Option<QueryFn>,
}

impl QueryDefaults {
    /// Nothing set.
    #[must_use]
    pub const fn new() -> Self {
        Self { changes: Vec::new(), query_fn: None }
    }

    fn set(mut self, setting: Setting, change: impl Fn(&mut ObserverOptions) + 'static) -> Self {
        self.changes.push((setting, Rc::new(change)));
        self
    }

    fn set_extra(self, setting: Setting, change: impl Fn(&mut Extras) + 'static) -> Self {
        self.set(setting, move |options| options.change_extras(&change))
    }

    shared_settings!();

    /// Decides by the number of failures before this one (from 0) and the error whether to try again. The error is of the
    /// type that its query has.
    ///
    /// ```
    /// use yew_clerk::client::QueryDefaults;
    /// use yew_clerk::fetch::FetchError;
    ///
    /// let defaults = QueryDefaults::new().retry_when(|failures, failure| {
    ///     failures < 2 && failure.downcast_ref::<FetchError>().is_some_and(FetchError::is_retryable)
    /// });
    /// ```
    #[must_use]
    pub fn retry_when(self, rule: impl Fn(u32, &Failure) -> bool + 'static) -> Self {
        let rule = Rc::new(rule);
        self.set(Setting::Retry, move |options| {
            let rule = rule.clone();
            options.retry = retry_rule(move |count, failure| rule(count, failure));
        })
    }

    /// [`QueryDefaults::throw_on_error`] that decides by the error, which is of the type that its query has, and the
    /// query's state.
    #[must_use]
    pub fn throw_on_error_when(
        self,
        rule: impl Fn(&Failure, &QueryState) -> bool + 'static,
    ) -> Self {
        let rule: ThrowRule = Rc::new(rule);
        self.set_extra(Setting::ThrowOnError, move |extras| {
            extras.throw_on_error = Some(rule.clone())
        })
    }

    /// Fetches for queries that have no function of their own, those of
    /// [`query_options_of`](super::query_options_of). Such a query has to be of the same types. Same as a default for
    /// TanStack Query's `queryFn`.
    #[must_use]
    pub fn query_fn<T, E, F, Fut>(self, query_fn: F) -> Self
    where
        T: PartialEq + 'static,
        E: 'static,
        F: Fn(QueryContext) -> Fut + 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        let query_fn: QueryFn = Rc::new(move |context| erase_future(query_fn(context)));
        Self { query_fn: Some(query_fn), ..self }
    }

    /// What being offline does. Default: the fetch waits. Same as TanStack's `networkMode`.
    #[must_use]
    pub fn network_mode(self, mode: NetworkMode) -> Self {
        self.set(Setting::NetworkMode, move |options| options.network_mode = mode)
    }

    fn over(mut self, other: Self) -> Self {
        self.changes.extend(other.changes);
        self.query_fn = other.query_fn.or(self.query_fn);
        self
    }

    /// Fills in what was not set by the query itself. Says what is set then.
    fn fill(&self, set: Settings, options: &mut ObserverOptions) -> Settings {
        let mut all = set;
        for (setting, change) in &self.changes {
            if !set.has(*setting) {
                change(options);
                all = all.with(*setting);
            }
        }
        if !all.has(Setting::OnReconnect) {
            options.refetch_on_reconnect = on_reconnect(options.network_mode);
        }
        all
    }
}

impl std::fmt::Debug for QueryDefaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings = self.changes.iter().map(|(setting, _)| setting);
        f.debug_list().entries(settings).finish()
    }
}

/// All defaults of a client.
#[derive(Clone)]
pub(crate) struct Defaults {
    of_all: QueryDefaults,
    of_keys: Vec<(Key, QueryDefaults)>,
    /// Pointers, so that an app without defaults carries no code for them.
    fill: Fill,
    query_fn: FindFn,
}

type FindFn = fn(&Defaults, Option<&Key>) -> Option<QueryFn>;
type Fill = fn(&Defaults, Option<&Key>, Settings, &mut ObserverOptions) -> Settings;

impl Defaults {
    fn new() -> Self {
        let fill: Fill = |defaults, key, set, options| defaults.of(key).fill(set, options);
        let query_fn: FindFn = |defaults, key| defaults.of(key).query_fn;
        Self { of_all: QueryDefaults::new(), of_keys: Vec::new(), fill, query_fn }
    }

    pub fn query_fn(&self, key: Option<&Key>) -> Option<QueryFn> {
        (self.query_fn)(self, key)
    }

    pub fn fill(
        &self,
        key: Option<&Key>,
        set: Settings,
        options: &mut ObserverOptions,
    ) -> Settings {
        (self.fill)(self, key, set, options)
    }

    fn of(&self, key: Option<&Key>) -> QueryDefaults {
        self.of_all.clone().over(self.of_key(key))
    }

    fn of_key(&self, key: Option<&Key>) -> QueryDefaults {
        let is_for = |prefix: &Key| key.is_some_and(|key| key.starts_with(prefix));
        let matching = self.of_keys.iter().filter(|(prefix, _)| is_for(prefix));
        matching.fold(QueryDefaults::new(), |all, (_, defaults)| all.over(defaults.clone()))
    }
}

impl QueryClient {
    /// Sets the defaults of all queries, in the place of earlier ones. Components take them up when they render next. Same as
    /// TanStack Query's `setDefaultOptions`, and `defaultOptions` of its client.
    pub fn set_default_options(&self, defaults: QueryDefaults) {
        self.change_defaults(|all| all.of_all = defaults);
    }

    /// The defaults of all queries. Same as TanStack Query's `getDefaultOptions`.
    #[must_use]
    pub fn get_default_options(&self) -> QueryDefaults {
        self.defaults().map_or_else(QueryDefaults::new, |defaults| defaults.of_all.clone())
    }

    /// Sets the defaults of the queries whose key begins with this one, in the place of earlier ones for it. They come before
    /// those of the client. Where several keys apply, the one that was set later comes first, so begin with the most general.
    /// Same as TanStack Query's `setQueryDefaults`.
    ///
    /// # Errors
    /// When the key cannot be encoded. No key sets nothing.
    pub fn set_query_defaults(
        &self,
        key: impl IntoKey,
        defaults: QueryDefaults,
    ) -> Result<(), KeyError> {
        let Some(key) = key.to_key()? else { return Ok(()) };
        self.change_defaults(|all| match all.of_keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = defaults,
            None => all.of_keys.push((key, defaults)),
        });
        Ok(())
    }

    /// What [`QueryClient::set_query_defaults`] has set for a key, by all that it begins with. Same as TanStack Query's
    /// `getQueryDefaults`.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn get_query_defaults(&self, key: impl IntoKey) -> Result<QueryDefaults, KeyError> {
        let key = key.to_key()?;
        let defaults = self.defaults().map(|defaults| defaults.of_key(key.as_ref()));
        Ok(defaults.unwrap_or_default())
    }

    /// How long a query with this key is kept that says nothing of it itself.
    pub(crate) fn default_gc_time(&self, key: &Key) -> Duration {
        self.defaults().map_or(GC_TIME, |defaults| {
            let mut options = ObserverOptions::query();
            defaults.fill(Some(key), Settings::NONE, &mut options);
            options.gc_time
        })
    }

    fn change_defaults(&self, change: impl FnOnce(&mut Defaults)) {
        let mut defaults = self.defaults().map_or_else(Defaults::new, |all| (*all).clone());
        change(&mut defaults);
        self.put_defaults(Rc::new(defaults));
    }
}
