//! One cache entry: the state of a query, the fetch that runs for it, and who watches it.

use std::any::Any;
use std::rc::Rc;
use std::time::Duration;

use super::slots::SlotId;

use super::effect::{Fetcher, Waiter};
use super::erased::{Data, Failure};
use super::infinite::AnyList;
use super::key::Key;
use super::observer::ObserverId;
use super::optimistic::Patches;
use super::options::{Access, InitialData, ObserverOptions};
use super::paging::{Direction, PageWish};
use super::signal::Signal;
use super::state::Engine;
use super::time::{Time, Wait};
use super::timers::Alarm;

/// Names an entry. An id of a removed entry never names a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub(crate) SlotId);

/// What is known of the data. Same as TanStack Query's `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// No data yet.
    #[default]
    Pending,
    /// The last fetch failed.
    Error,
    /// There is data.
    Success,
}

/// What the request is doing. Same as TanStack Query's `fetchStatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchStatus {
    /// Nothing.
    #[default]
    Idle,
    /// A request is running, or waits for its next try or for sign-in to be known.
    Fetching,
    /// A request wants to run and waits for the network.
    Paused,
}

/// The state of a query, the same for all who watch it.
#[derive(Clone, Debug, Default)]
pub struct QueryState {
    /// The data, with optimistic changes.
    pub data: Option<Data>,
    /// When the data came in; [`Time::ZERO`] without data.
    pub data_updated_at: Time,
    /// How often data has come in.
    pub data_update_count: u32,
    /// The last error, kept until a success.
    pub error: Option<Failure>,
    /// When the last error happened, also after a success; [`Time::ZERO`] if there was none.
    pub error_updated_at: Time,
    /// How often fetches have failed.
    pub error_update_count: u32,
    /// Failed attempts of the current or last fetch.
    pub failure_count: u32,
    /// Why the last attempt failed.
    pub failure_reason: Option<Failure>,
    /// What is known of the data.
    pub status: Status,
    /// What the request is doing.
    pub fetch_status: FetchStatus,
    /// Whether the data was declared out of date.
    pub is_invalidated: bool,
    /// At which end the current or last fetch adds a page, if it does. Same as TanStack Query's `fetchMeta`.
    pub fetch_direction: Option<Direction>,
}

impl QueryState {
    /// Notes that the newest data is good.
    fn succeed(&mut self) {
        self.error = None;
        self.status = Status::Success;
        self.is_invalidated = false;
    }
}

/// Where a running fetch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Decided, not yet started: a second wish of the same tick joins it.
    Queued,
    /// The query function runs.
    Running,
    /// Waits for its next try.
    Backoff,
    /// Waits for the network, for the page to be shown, or for sign-in to be known.
    Paused,
}

/// What a cancelled fetch goes back to.
pub(crate) struct Revert {
    pub status: Status,
    pub error: Option<Failure>,
    pub error_updated_at: Time,
    pub fetch_direction: Option<Direction>,
    /// Gives back what a streamed query has taken away to begin anew. A pointer, so that an app without streams carries
    /// no code for it.
    pub undo: Option<Undo>,
    pub failure_count: u32,
    pub failure_reason: Option<Failure>,
}

/// Puts something in an entry back as it was.
pub(crate) type Undo = Box<dyn FnOnce(&mut Entry)>;

/// A fetch from its first attempt to its last.
pub(crate) struct Fetch {
    /// Counts all fetches of the engine: a late answer of an older one is recognised by it.
    pub seq: u64,
    pub phase: Phase,
    /// Failed attempts so far.
    pub failures: u32,
    /// Set when the last observer left: the running attempt may fill the cache, no other follows.
    pub retries_stopped: bool,
    /// The observer that started it. Its callbacks are called, if it still watches this entry.
    pub by: Option<ObserverId>,
    pub options: Rc<ObserverOptions>,
    pub fetcher: Fetcher,
    pub signal: Signal,
    /// Held for its `Drop`, which tells the reader of a stream that nobody wants the rest of it.
    pub reader: Option<Box<dyn Any>>,
    /// Rings when the request has taken long.
    pub slow: Alarm,
    pub revert: Revert,
    pub waiters: Vec<Waiter>,
    /// Which pages it is for, if the data is pages.
    pub wish: PageWish,
    /// What its failed attempts have brought all the same.
    pub progress: Option<Box<dyn Any>>,
}

/// A cache entry.
pub struct Entry {
    pub(crate) key: Key,
    /// The next entry that [`Index`](super::index::Index) finds in the same place.
    pub(crate) same_list: Option<EntryId>,
    pub(crate) state: QueryState,
    /// The data without optimistic changes.
    pub(crate) base: Option<Data>,
    pub(crate) patches: Patches,
    pub(crate) initial: Option<InitialData>,
    pub(crate) access: Access,
    /// Boxed, as it is moved out when it ends.
    pub(crate) fetch: Option<Box<Fetch>>,
    /// Who fetches when nobody watches: the options and function that were used last.
    pub(crate) last: Option<(Rc<ObserverOptions>, Fetcher)>,
    /// Words to find it by: those of all who have used it.
    pub(crate) tags: Vec<Rc<str>>,
    pub(crate) gc_time: Duration,
    pub(crate) gc: Alarm,
    pub(crate) poll: Alarm,
    /// The interval that `poll` was set by: the shortest that any observer asks for.
    pub(crate) poll_every: Wait,
    /// When the intervals began to count.
    pub(crate) poll_from: Time,
    /// The next try: of the running fetch, or (SWR) as a new request after the failed one has ended.
    pub(crate) retry: Alarm,
    /// SWR: how many tries the current chain of failures has had.
    pub(crate) retries: u32,
    /// A retry was due while the page was hidden or offline.
    pub(crate) retry_waits: bool,
    /// Set while the last fetch is one that was made in advance, and no hook has taken its answer yet: how to take
    /// it. A pointer, so that an app that preloads nothing carries no code for it.
    pub(crate) preloaded: Option<TakePreload>,
    /// SWR's deduping: automatic triggers ask nothing before this time.
    pub(crate) deduped_until: Time,
    pub(crate) observers: ObserverList,
    /// The mutation that began last; older ones may not write any more.
    pub(crate) mutation: u64,
    pub(crate) mutations_running: u32,
    /// Whether to fetch once more when the last running mutation has ended.
    pub(crate) fetch_after_mutations: bool,
    /// Who waits for a fetch that a mutation has overtaken: they are told when the mutation has ended.
    pub(crate) overtaken: Vec<Waiter>,
    /// Counts the times that the data was taken from its owner: older mutations are not counted any more.
    pub(crate) disowned: u32,
    /// Whether something that observers show has changed since they were told last.
    pub(crate) dirty: bool,
    /// What a list of pages has besides its data.
    pub(crate) list: Option<Box<dyn AnyList>>,
    /// How many lists this page is part of: it lives as long as they do.
    pub(crate) pins: u32,
}

/// Lets an observer take what was fetched for it; `false` if there is nothing of the kind.
pub(crate) type TakePreload = fn(&mut Engine, EntryId, ObserverId, Time) -> bool;

/// The observers of an entry: a list threaded through the observers themselves, so that joining and
/// leaving take the same short time however many there are, and the order stays that of mounting.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ObserverList {
    pub head: Option<ObserverId>,
    pub tail: Option<ObserverId>,
    pub len: u32,
}

impl Entry {
    pub(crate) fn new(key: Key, access: Access, now: Time) -> Self {
        Self {
            key,
            same_list: None,
            base: None,
            state: QueryState::default(),
            patches: Patches::default(),
            initial: None,
            access,
            fetch: None,
            last: None,
            tags: Vec::new(),
            gc_time: Duration::ZERO,
            gc: Alarm::default(),
            poll: Alarm::default(),
            poll_every: Wait::FOREVER,
            poll_from: now,
            retry: Alarm::default(),
            retries: 0,
            retry_waits: false,
            preloaded: None,
            deduped_until: Time::ZERO,
            observers: ObserverList::default(),
            mutation: 0,
            mutations_running: 0,
            fetch_after_mutations: false,
            overtaken: Vec::new(),
            disowned: 0,
            dirty: false,
            list: None,
            pins: 0,
        }
    }

    /// Begins with data as if it had been fetched. It keeps its age when the entry begins with it again.
    pub(crate) fn begin_with(&mut self, initial: &InitialData, now: Time) {
        let at = initial.updated_at.unwrap_or(now);
        let data = initial.data.clone();
        self.initial = Some(InitialData { data: data.clone(), updated_at: Some(at) });
        self.base = Some(data);
        self.show();
        let state = &mut self.state;
        state.data_updated_at = at;
        state.succeed();
        self.move_revert_point();
    }

    /// How many answers it has seen.
    pub(crate) const fn seen(&self) -> (u32, u32) {
        (self.state.data_update_count, self.state.error_update_count)
    }

    /// Whether it has data, optimistic data included.
    pub(crate) fn has_data(&self) -> bool {
        self.state.data.is_some()
    }

    /// Shows `base` with the optimistic changes over it, keeping the old value where both are equal.
    pub(crate) fn show(&mut self) {
        let shown = self.patches.apply(self.base.as_ref());
        let unchanged =
            matches!((&shown, &self.state.data), (Some(new), Some(old)) if new.equals(old));
        if !unchanged {
            self.state.data = shown;
        }
    }

    /// Writes data from a fetch or by hand. Equal data keeps the old value.
    pub(crate) fn write(&mut self, data: Data, options: Option<&ObserverOptions>, at: Time) {
        let compare = options.and_then(|options| options.compare.as_ref());
        let equal = self.base.as_ref().is_some_and(|old| match compare {
            Some(compare) => compare(old, &data),
            None => old.equals(&data),
        });
        if !equal {
            let extras = options.and_then(ObserverOptions::extras);
            let sharing = extras.and_then(|extras| extras.sharing.as_ref());
            self.base = Some(match (sharing, &self.base) {
                (Some(share), Some(old)) => share(old, data),
                _ => data,
            });
        }
        if !equal && compare.is_some() && self.patches.is_empty() {
            // The user's comparison has the last word: what it calls new is new.
            self.state.data = self.base.clone();
        } else {
            self.show();
        }
        self.state.data_updated_at = at;
        self.state.data_update_count = self.state.data_update_count.saturating_add(1);
        self.state.succeed();
    }

    /// Writes that there is no data. What optimistic changes show of nothing stays on the screen.
    pub(crate) fn erase(&mut self) {
        self.base = None;
        self.show();
        self.state.data_updated_at = Time::ZERO;
        self.state.succeed();
        self.state.status = Status::Pending;
    }

    /// Nobody will bring data that contains the optimistic changes: what is shown becomes the truth.
    pub(crate) fn adopt_patches(&mut self) {
        if self.patches.is_empty() {
            return;
        }
        self.base = self.patches.apply(self.base.as_ref());
        self.patches.clear();
        if self.base.is_some() {
            self.state.status = Status::Success;
            self.move_revert_point();
        }
    }

    /// What a fetch that was stopped leaves: the state from before it.
    pub(crate) fn revert(&mut self, to: Revert) {
        if let Some(undo) = to.undo {
            undo(self);
        }
        self.state.status = to.status;
        self.state.error = to.error;
        self.state.error_updated_at = to.error_updated_at;
        self.state.fetch_direction = to.fetch_direction;
        self.state.failure_count = to.failure_count;
        self.state.failure_reason = to.failure_reason;
    }

    /// A write by hand is what a running fetch goes back to when it is stopped.
    pub(crate) fn move_revert_point(&mut self) {
        let point = self.revert_point();
        if let Some(fetch) = &mut self.fetch {
            let fetch_direction = fetch.revert.fetch_direction;
            fetch.revert = Revert { fetch_direction, ..point };
        }
    }

    pub(crate) fn tag(&mut self, tags: &[Rc<str>]) {
        for tag in tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
    }

    /// Forgets a chain of SWR's retries.
    pub(crate) fn end_retries(&mut self) {
        self.retry.clear();
        self.retries = 0;
        self.retry_waits = false;
    }

    /// Whether nobody needs it: no observer, no request, no mutation, no list.
    pub(crate) fn is_unused(&self) -> bool {
        self.observers.len == 0
            && self.fetch.is_none()
            && self.mutations_running == 0
            && self.pins == 0
    }

    /// What a fetch that starts now would go back to when it is cancelled.
    pub(crate) fn revert_point(&self) -> Revert {
        Revert {
            status: self.state.status,
            error: self.state.error.clone(),
            error_updated_at: self.state.error_updated_at,
            fetch_direction: self.state.fetch_direction,
            undo: None,
            failure_count: self.state.failure_count,
            failure_reason: self.state.failure_reason.clone(),
        }
    }

    /// Forgets the failed attempts of a fetch that is over.
    pub(crate) fn idle_failures(&mut self) {
        self.state.failure_count = 0;
        self.state.failure_reason = None;
    }
}
