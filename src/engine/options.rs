//! What an observer asks of the engine. The hooks fill these in, each dialect with its own defaults.

use std::rc::Rc;
use std::time::Duration;

use super::callbacks::Callbacks;
use super::defaults;
use super::effect::Fetcher;
use super::entry::QueryState;
use super::erased::{Data, Failure};
use super::extras::SomeExtras;
use super::key::Key;
use super::observer::Fields;
use super::select::Select;
use super::time::{Time, Wait};

/// Whose words and rules an observer follows. Both share one cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SWR: deduping interval, error kept until success, retries as new requests.
    Swr,
    /// TanStack Query: stale time, status machine, retries within one fetch.
    Query,
}

/// Who may see an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// The same for everybody: kept when the user changes, never waits for sign-in.
    Public,
    /// Belongs to whoever is (or is not) signed in; waits until that is known.
    #[default]
    Private,
    /// Like `Private`, and not fetched at all while nobody is signed in.
    SignedIn,
}

/// How long data counts as fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleTime {
    /// Fresh until it is this old. `Duration::MAX` is for ever, but for invalidation.
    After(Duration),
    /// Fresh for ever, whatever happens.
    Static,
}

impl Default for StaleTime {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}

impl From<Duration> for StaleTime {
    fn from(age: Duration) -> Self {
        Self::After(age)
    }
}

/// A rule computed from the state of the query.
pub type Rule<T> = Rc<dyn Fn(&QueryState) -> T>;

/// Makes a placeholder of the last data that was shown.
pub type PlaceholderRule = Rc<dyn Fn(Option<&Data>) -> Option<Data>>;

/// Whether a trigger (mount, focus, reconnect) fetches what is there already.
#[derive(Clone, Default)]
pub enum Refetch {
    /// If the data is stale.
    #[default]
    IfStale,
    /// Even when it is fresh.
    Always,
    /// Not at all.
    Never,
    /// As the function says; it must give one of the other three.
    With(Rule<Refetch>),
}

impl From<bool> for Refetch {
    fn from(if_stale: bool) -> Self {
        if if_stale { Self::IfStale } else { Self::Never }
    }
}

/// How often to fetch by itself.
#[derive(Clone, Default)]
pub enum Interval {
    /// Never.
    #[default]
    Off,
    /// Each time this long after the last answer.
    Every(Duration),
    /// As the function says, asked after each answer; zero is 'not now'.
    With(Rule<Duration>),
}

impl Interval {
    pub(crate) fn get(&self, state: &QueryState) -> Wait {
        let interval = match self {
            Self::Off => return Wait::FOREVER,
            Self::Every(interval) => *interval,
            Self::With(rule) => rule(state),
        };
        // Less than a millisecond would come up again in the very same moment, for ever.
        if interval.is_zero() {
            return Wait::FOREVER;
        }
        Wait::of(interval.max(defaults::SHORTEST_WAIT))
    }
}

/// Decides whether the failure number `count` (from 0) is followed by another try.
pub type RetryRule = Rc<dyn Fn(u32, &Failure) -> bool>;

/// How often a failed request is tried again.
#[derive(Clone, Default)]
pub struct Retry {
    /// At most this often; `None` is without limit.
    pub limit: Option<u32>,
    /// Asked before each try. Without it, errors that cannot get better by themselves (most 4xx) are not retried.
    pub when: Option<RetryRule>,
}

/// The wait before a retry.
#[derive(Clone)]
pub enum RetryDelay {
    /// Twice as long each time, from one second to thirty. TanStack Query's default.
    Doubling,
    /// SWR's: `base` times a random number that doubles in the mean.
    Jittered(Duration),
    /// Always the same.
    Fixed(Duration),
    /// Computed from the number of failures so far (from 0) and the error.
    With(Rc<dyn Fn(u32, &Failure) -> Duration>),
}

/// What an offline browser does to a fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// It waits until the browser is online.
    #[default]
    Online,
    /// It runs anyway.
    Always,
    /// The first attempt runs, retries wait.
    OfflineFirst,
}

/// What makes an observer's component render again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyOn {
    /// A change of a field that the component has read.
    Tracked,
    /// A change of one of these.
    Only(Fields),
}

/// Data for an entry that has none, as if it had been fetched.
#[derive(Clone)]
pub struct InitialData {
    /// The data.
    pub data: Data,
    /// When it was fetched; now if absent.
    pub updated_at: Option<Time>,
}

/// Compares old and new data; equal data is not passed on.
pub type Compare = Rc<dyn Fn(&Data, &Data) -> bool>;

/// Data for several keys, each shown until its own is there.
#[derive(Clone, Default)]
pub struct Fallback(Vec<(Key, Data)>);

impl Fallback {
    /// Adds data for a key, in the place of earlier data for it.
    pub fn set(&mut self, key: Key, data: Data) {
        self.0.push((key, data));
    }

    /// The data for a key.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Data> {
        // The last one counts.
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, data)| data)
    }
}

/// How a list of pages is fetched (`use_swr_infinite`).
#[derive(Clone, Copy, Debug)]
pub struct PageOptions {
    /// How many pages there are at first.
    pub initial_size: usize,
    /// Whether every run fetches every page.
    pub revalidate_all: bool,
    /// Whether every run fetches the first page, if there was a list already.
    pub revalidate_first_page: bool,
    /// Whether a change of the size is such a run; else it fetches what is missing and nothing more.
    pub revalidate_on_set_size: bool,
    /// Whether the size stays when the key of the first page changes.
    pub persist_size: bool,
    /// Whether pages are fetched side by side.
    pub parallel: bool,
}

/// Everything that an observer asks for.
#[derive(Clone)]
pub struct ObserverOptions {
    /// Whose rules apply.
    pub dialect: Dialect,
    /// Whether it fetches by itself.
    pub enabled: bool,
    /// The same by the state of the query, in the place of `enabled`.
    pub enabled_rule: Option<Rule<bool>>,
    /// While it gives `true`, nothing is fetched at all, and a failure is not shown (SWR).
    pub paused: Option<Rc<dyn Fn() -> bool>>,
    /// Fetches where the observer has no function of its own (SWR).
    pub fetcher: Option<Fetcher>,
    /// Who may see the entry.
    pub access: Access,
    /// How long data is fresh.
    pub stale_time: StaleTime,
    /// The same by the state of the query, in the place of `stale_time`.
    pub stale_time_rule: Option<Rule<StaleTime>>,
    /// How long the entry outlives its observers. The longest of all observers counts.
    pub gc_time: Duration,
    /// On mount, with data there.
    pub refetch_on_mount: Refetch,
    /// Overrules everything else at the first mount (SWR).
    pub revalidate_on_mount: Option<bool>,
    /// When the page is shown or focused.
    pub refetch_on_focus: Refetch,
    /// When the network is back.
    pub refetch_on_reconnect: Refetch,
    /// At least this long between two focus fetches of one observer.
    pub focus_throttle: Duration,
    /// For this long after an answer, automatic triggers do not ask again (SWR).
    pub deduping_interval: Duration,
    /// Polling.
    pub interval: Interval,
    /// Poll while the page is hidden.
    pub interval_when_hidden: bool,
    /// Poll while offline.
    pub interval_when_offline: bool,
    /// Poll on after an error.
    pub interval_after_error: bool,
    /// How often to try again.
    pub retry: Retry,
    /// How long to wait before.
    pub retry_delay: RetryDelay,
    /// How long a request for data that is not there may take before it is called slow; zero is never (SWR).
    pub loading_timeout: Duration,
    /// Whether mounting retries what has failed before and has no data.
    pub retry_on_mount: bool,
    /// What being offline does.
    pub network_mode: NetworkMode,
    /// Show the last data while the next key loads.
    pub keep_previous_data: bool,
    /// Shown while there is no data; never written to the cache.
    pub placeholder: Option<Data>,
    /// The same, made of the last data that was shown.
    pub placeholder_rule: Option<PlaceholderRule>,
    /// The same for many keys at once; `placeholder` comes first (SWR).
    pub fallback: Option<Rc<Fallback>>,
    /// Written to the cache when the entry is made.
    pub initial_data: Option<InitialData>,
    /// Replaces the comparison by `PartialEq`.
    pub compare: Option<Compare>,
    /// What to show of the data, instead of the data itself.
    pub select: Option<Rc<Select>>,
    /// Words to find the entry by.
    pub tags: Option<Rc<[Rc<str>]>>,
    /// What causes a render.
    pub notify_on: NotifyOn,
    /// What to call after a request of this observer.
    pub callbacks: Callbacks,
    /// How pages are fetched, if this is a list of them.
    pub pages: PageOptions,
    /// What few observers ask for.
    pub extras: Option<Rc<dyn SomeExtras>>,
}

impl ObserverOptions {
    /// TanStack Query's defaults.
    #[must_use]
    pub const fn query() -> Self {
        Self::of(Dialect::Query)
    }

    /// SWR's defaults.
    #[must_use]
    pub const fn swr() -> Self {
        Self::of(Dialect::Swr)
    }

    /// SWR's defaults, which are more patient where the network is slow.
    #[must_use]
    pub fn swr_on(is_slow: bool) -> Self {
        let mut options = Self::swr();
        if is_slow {
            options.loading_timeout = defaults::SLOW_LOADING_TIMEOUT;
            options.retry_delay = RetryDelay::Jittered(defaults::SLOW_ERROR_RETRY_INTERVAL);
        }
        options
    }

    /// Whether nothing may be fetched now, not even on request. Only SWR's dialect knows such a pause.
    pub(crate) fn is_paused(&self) -> bool {
        self.dialect == Dialect::Swr
            && (!self.enabled || self.paused.as_ref().is_some_and(|is_paused| is_paused()))
    }

    pub(crate) fn is_enabled_in(&self, state: &QueryState) -> bool {
        self.enabled_rule.as_ref().map_or(self.enabled, |rule| rule(state))
    }

    /// How long the data of a query in this state is fresh.
    pub(crate) fn stale_time_in(&self, state: &QueryState) -> StaleTime {
        self.stale_time_rule.as_ref().map_or(self.stale_time, |rule| rule(state))
    }

    /// Takes back what was set to stand in for data that is not there: what is set last counts.
    pub(crate) fn stand_in_by_nothing(&mut self) {
        self.placeholder = None;
        self.placeholder_rule = None;
        self.keep_previous_data = false;
    }

    /// What stands in for data that is not there.
    pub(crate) fn stand_in(&self, key: Option<&Key>) -> Option<&Data> {
        self.placeholder.as_ref().or_else(|| self.fallback.as_ref()?.get(key?))
    }

    /// One list for both: written twice, it would be the largest piece of code that a page with both carries for
    /// options.
    const fn of(dialect: Dialect) -> Self {
        let is_query = matches!(dialect, Dialect::Query);
        Self {
            dialect,
            enabled: true,
            enabled_rule: None,
            paused: None,
            fetcher: None,
            access: Access::Private,
            stale_time: StaleTime::After(Duration::ZERO),
            stale_time_rule: None,
            gc_time: defaults::GC_TIME,
            refetch_on_mount: Refetch::IfStale,
            revalidate_on_mount: None,
            refetch_on_focus: Refetch::IfStale,
            refetch_on_reconnect: Refetch::IfStale,
            focus_throttle: if is_query {
                Duration::ZERO
            } else {
                defaults::FOCUS_THROTTLE_INTERVAL
            },
            deduping_interval: if is_query { Duration::ZERO } else { defaults::DEDUPING_INTERVAL },
            interval: Interval::Off,
            interval_when_hidden: false,
            interval_when_offline: is_query,
            interval_after_error: is_query,
            retry: Retry {
                limit: if is_query { Some(defaults::QUERY_RETRY) } else { None },
                when: None,
            },
            retry_delay: if is_query {
                RetryDelay::Doubling
            } else {
                RetryDelay::Jittered(defaults::ERROR_RETRY_INTERVAL)
            },
            loading_timeout: if is_query { Duration::ZERO } else { defaults::LOADING_TIMEOUT },
            retry_on_mount: true,
            network_mode: if is_query { NetworkMode::Online } else { NetworkMode::Always },
            keep_previous_data: false,
            placeholder: None,
            placeholder_rule: None,
            fallback: None,
            initial_data: None,
            compare: None,
            select: None,
            tags: None,
            notify_on: NotifyOn::Tracked,
            callbacks: Callbacks {
                of_all_requests: false,
                on_success: None,
                on_error: None,
                on_settled: None,
                on_discarded: None,
                on_loading_slow: None,
                on_error_retry: None,
            },
            pages: PageOptions {
                initial_size: 1,
                revalidate_all: false,
                revalidate_first_page: true,
                revalidate_on_set_size: true,
                persist_size: false,
                parallel: false,
            },
            extras: None,
        }
    }
}
