//! The options of a query that do not depend on its types: of one query, and as defaults of many.

use std::rc::Rc;

use crate::engine::erased::Failure;
use crate::engine::options::{NetworkMode, ObserverOptions, Refetch, Retry};

/// One option. The call site's own comes before any default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Enabled,
    StaleTime,
    GcTime,
    Retry,
    RetryDelay,
    RetryOnMount,
    OnMount,
    OnFocus,
    OnReconnect,
    Interval,
    IntervalInBackground,
    NetworkMode,
    Placeholder,
    InitialData,
    Compare,
    Sharing,
    NotifyOn,
    ThrowOnError,
    Subscribed,
    Meta,
    Callbacks,
    Access,
    Tags,
    Select,
}

/// Which options were set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings(u32);

impl Settings {
    pub const NONE: Self = Self(0);

    pub const fn has(self, setting: Setting) -> bool {
        self.0 & (1 << setting as u32) != 0
    }

    pub const fn with(self, setting: Setting) -> Self {
        Self(self.0 | 1 << setting as u32)
    }
}

/// What being back online does, unless the query says so itself.
pub(crate) const fn on_reconnect(mode: NetworkMode) -> Refetch {
    match mode {
        // Who does not mind being offline has missed nothing.
        NetworkMode::Always => Refetch::Never,
        NetworkMode::Online | NetworkMode::OfflineFirst => Refetch::IfStale,
    }
}

/// The methods that one query and the defaults of many have in common, over their `set`.
macro_rules! shared_settings {
    () => {
        /// Whether it fetches by itself. Default: true. `refetch` works all the same. Same as TanStack's `enabled`.
        #[must_use]
        pub fn enabled(self, enabled: bool) -> Self {
            self.set(Setting::Enabled, move |options| {
                options.enabled = enabled;
                options.enabled_rule = None;
            })
        }

        /// How long data counts as fresh. Default: 0. `Duration::MAX` is for ever. Same as TanStack's `staleTime`.
        #[must_use]
        pub fn stale_time(self, stale_time: impl Into<StaleTime>) -> Self {
            let stale_time = stale_time.into();
            self.set(Setting::StaleTime, move |options| {
                options.stale_time = stale_time;
                options.stale_time_rule = None;
            })
        }

        /// Computes from the query's state whether it fetches by itself. Asked whenever that matters; a fetch starts at
        /// the next trigger, not because the answer has changed. Same as TanStack's `enabled` with a function.
        #[must_use]
        pub fn enabled_with(self, rule: impl Fn(&QueryState) -> bool + 'static) -> Self {
            let rule = Rc::new(rule);
            self.set(Setting::Enabled, move |options| options.enabled_rule = Some(rule.clone()))
        }

        /// Computes from the query's state how long its data counts as fresh. Same as TanStack's `staleTime` with a
        /// function.
        #[must_use]
        pub fn stale_time_with(self, rule: impl Fn(&QueryState) -> StaleTime + 'static) -> Self {
            let rule = Rc::new(rule);
            self.set(Setting::StaleTime, move |options| {
                options.stale_time_rule = Some(rule.clone());
            })
        }

        /// How long the data is kept after its last use. Default: 5 minutes; the longest of all users counts.
        /// Same as TanStack's `gcTime`.
        #[must_use]
        pub fn gc_time(self, gc_time: Duration) -> Self {
            self.set(Setting::GcTime, move |options| options.gc_time = gc_time)
        }

        /// How often a failure is tried again. Default: 3. Errors that cannot get better by themselves, like a
        /// 404, are not. Differs from TanStack's `retry`, which retries those as well; its `true` is `u32::MAX`.
        #[must_use]
        pub fn retry(self, times: u32) -> Self {
            self.set(Setting::Retry, move |options| {
                options.retry = Retry { limit: Some(times), when: None };
            })
        }

        /// The wait before a retry. Default: 1 s, 2 s, 4 s … 30 s. Same as TanStack's `retryDelay`.
        #[must_use]
        pub fn retry_delay(self, delay: Duration) -> Self {
            self.set(Setting::RetryDelay, move |options| {
                options.retry_delay = RetryDelay::Fixed(delay);
            })
        }

        /// Whether mounting tries again what has failed and has no data. Default: true. Same as TanStack's `retryOnMount`.
        #[must_use]
        pub fn retry_on_mount(self, retry: bool) -> Self {
            self.set(Setting::RetryOnMount, move |options| {
                options.retry_on_mount = retry;
                if options.extras().is_some() {
                    options.change_extras(|extras| extras.retry_on_mount_rule = None);
                }
            })
        }

        /// Computes from the query's state whether mounting tries again what has failed and has no data. Same as TanStack's
        /// `retryOnMount` with a function.
        #[must_use]
        pub fn retry_on_mount_with(self, rule: impl Fn(&QueryState) -> bool + 'static) -> Self {
            let rule = Rc::new(rule);
            self.set_extra(Setting::RetryOnMount, move |extras| {
                extras.retry_on_mount_rule = Some(rule.clone());
            })
        }

        /// Whether the component follows the cache. Default: true. With `false` it shows what is there when it renders, and
        /// does not fetch: for what is not on the screen just now. Not for `use_queries`. Same as TanStack's `subscribed`.
        #[must_use]
        pub fn subscribed(self, subscribed: bool) -> Self {
            let glance: Option<Glance> = (!subscribed).then_some(Engine::glance);
            self.set_extra(Setting::Subscribed, move |extras| extras.glance = glance)
        }

        /// Anything that the query function and the callbacks for all queries want to know. Default: nothing. See
        /// [`QueryContext::meta`](crate::client::QueryContext::meta). Same as TanStack's `meta`.
        #[must_use]
        pub fn meta<M: 'static>(self, meta: M) -> Self {
            let meta = Rc::new(meta);
            self.set_extra(Setting::Meta, move |extras| extras.meta = Some(meta.clone()))
        }

        /// On mount, with data there. Default: if stale. Same as TanStack's `refetchOnMount`.
        #[must_use]
        pub fn refetch_on_mount(self, refetch: impl Into<Refetch>) -> Self {
            let refetch = refetch.into();
            self.set(Setting::OnMount, move |options| options.refetch_on_mount = refetch.clone())
        }

        /// When the page is shown or focused again. Default: if stale. Same as `refetchOnWindowFocus`; differs in
        /// that window focus counts as well as visibility, as users of both libraries have asked.
        #[must_use]
        pub fn refetch_on_window_focus(self, refetch: impl Into<Refetch>) -> Self {
            let refetch = refetch.into();
            self.set(Setting::OnFocus, move |options| options.refetch_on_focus = refetch.clone())
        }

        /// When the network is back. Default: if stale; never with [`NetworkMode::Always`]. Same as TanStack's
        /// `refetchOnReconnect`.
        #[must_use]
        pub fn refetch_on_reconnect(self, refetch: impl Into<Refetch>) -> Self {
            let refetch = refetch.into();
            self.set(Setting::OnReconnect, move |options| {
                options.refetch_on_reconnect = refetch.clone();
            })
        }

        /// Fetches again this long after each answer. Default: never. Same as TanStack's `refetchInterval`.
        #[must_use]
        pub fn refetch_interval(self, every: Duration) -> Self {
            self.set(Setting::Interval, move |options| options.interval = Interval::Every(every))
        }

        /// Computes the interval from the query's state; zero is 'not now'.
        #[must_use]
        pub fn refetch_interval_with(
            self,
            every: impl Fn(&QueryState) -> Duration + 'static,
        ) -> Self {
            let every = Rc::new(every);
            self.set(Setting::Interval, move |options| {
                options.interval = Interval::With(every.clone());
            })
        }

        /// Polls in a hidden page too. Default: false. Same as TanStack's `refetchIntervalInBackground`.
        #[must_use]
        pub fn refetch_interval_in_background(self, poll: bool) -> Self {
            self.set(Setting::IntervalInBackground, move |options| {
                options.interval_when_hidden = poll;
            })
        }

        /// Shows the last key's data while the next key's loads. Default: false. Same as TanStack's
        /// `placeholderData: keepPreviousData`.
        #[must_use]
        pub fn keep_previous_data(self) -> Self {
            self.set(Setting::Placeholder, |options| {
                options.stand_in_by_nothing();
                options.keep_previous_data = true;
            })
        }

        /// Renders on these fields only, whatever the component reads. Same as TanStack's `notifyOnChangeProps`.
        #[must_use]
        pub fn notify_on_change(self, fields: Fields) -> Self {
            self.set(Setting::NotifyOn, move |options| options.notify_on = NotifyOn::Only(fields))
        }

        /// Whether an error is for the [`QueryErrorBoundary`](crate::components::QueryErrorBoundary) around, and not for the
        /// component itself. Default: false; true in suspense while there is no data. Without a boundary around it has no
        /// effect. Same as TanStack's `throwOnError`.
        #[must_use]
        pub fn throw_on_error(self, throw: bool) -> Self {
            self.set_extra(Setting::ThrowOnError, move |extras| {
                extras.throw_on_error = throw.then(|| -> ThrowRule { Rc::new(|_, _| true) });
            })
        }

        /// Who may see the data. Default: whoever is signed in now; it is dropped when that changes. `Public`
        /// data is kept, and never waits for sign-in.
        #[must_use]
        pub fn access(self, access: Access) -> Self {
            self.set(Setting::Access, move |options| options.access = access)
        }

        /// Words by which [`Filters::tagged`](crate::engine::filters::Filters::tagged) finds the query, whatever its key:
        /// for what belongs together and is not under one key. TanStack Query has no such thing.
        ///
        /// ```
        /// use yew_clerk::client::{QueryClient, query_options};
        /// use yew_clerk::engine::filters::Filters;
        ///
        /// let count = query_options("count", |_| async { Ok::<_, String>(3) }).tags(["notes"]);
        /// # fn example(client: &QueryClient) {
        /// client.invalidate_queries(Filters::tagged("notes"));
        /// # }
        /// ```
        #[must_use]
        pub fn tags<S: Into<Rc<str>>>(self, tags: impl IntoIterator<Item = S>) -> Self {
            let tags: Rc<[Rc<str>]> = tags.into_iter().map(Into::into).collect();
            self.set(Setting::Tags, move |options| options.tags = Some(tags.clone()))
        }
    };
}
pub(crate) use shared_settings;

pub(crate) type Change = Rc<dyn Fn(&mut ObserverOptions)>;

/// A rule for retries that does not know the type of the error.
pub(crate) fn retry_rule(rule: impl Fn(u32, &Failure) -> bool + 'static) -> Retry {
    Retry { limit: None, when: Some(Rc::new(rule)) }
}
