//! An observer: one component's view of one entry.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::slots::SlotId;

use super::effect::{Fetcher, Listener};
use super::entry::{Entry, EntryId, FetchStatus, QueryState, Status};
use super::erased::{Data, Failure, same};
use super::freshness;
use super::key::Key;
use super::observing::Watch;
use super::options::{Dialect, NotifyOn, ObserverOptions};
use super::paging::{Direction, More};
use super::select::{Selection, Source};
use super::time::Time;
use super::timers::Alarm;

/// Names an observer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObserverId(pub(crate) SlotId);

/// A set of the fields of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(u16);

impl Fields {
    /// No field.
    pub const NONE: Self = Self(0);
    /// The data.
    pub const DATA: Self = Self(1);
    /// The error.
    pub const ERROR: Self = Self(1 << 1);
    /// Pending, error or success.
    pub const STATUS: Self = Self(1 << 2);
    /// Whether a request runs or waits.
    pub const FETCH_STATUS: Self = Self(1 << 3);
    /// Whether a request runs while there is no data.
    pub const IS_LOADING: Self = Self(1 << 4);
    /// Whether the data is stale.
    pub const IS_STALE: Self = Self(1 << 5);
    /// Count and reason of failed attempts.
    pub const FAILURE: Self = Self(1 << 6);
    /// When data and errors came in, and how often.
    pub const UPDATED_AT: Self = Self(1 << 7);
    /// Whether the data stands in for data that is not there yet.
    pub const IS_PLACEHOLDER: Self = Self(1 << 8);
    /// Whether anything was fetched.
    pub const IS_FETCHED: Self = Self(1 << 9);
    /// Whether the observer fetches by itself.
    pub const IS_ENABLED: Self = Self(1 << 10);
    /// How many pages a list has.
    pub const SIZE: Self = Self(1 << 11);
    /// Whether an infinite query has more pages.
    pub const MORE: Self = Self(1 << 12);
    /// At which end of an infinite query a page is fetched.
    pub const FETCH_DIRECTION: Self = Self(1 << 13);
    /// Every field.
    pub const ALL: Self = Self((1 << 14) - 1);

    /// Both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a field in common.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }
}

/// What an observer shows.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The data to show: the entry's, the last key's, or a placeholder.
    pub data: Option<Data>,
    /// The error to show.
    pub error: Option<Failure>,
    /// What is known of the data.
    pub status: Status,
    /// What the request is doing.
    pub fetch_status: FetchStatus,
    /// Whether a request runs and the cache has no data.
    pub is_loading: bool,
    /// Whether `data` stands in for data that is not there yet.
    pub is_placeholder_data: bool,
    /// Whether the data is stale.
    pub is_stale: bool,
    /// Whether the observer fetches by itself.
    pub is_enabled: bool,
    /// Whether a fetch of the entry has ended.
    pub is_fetched: bool,
    /// Whether one has ended since the observer began to watch this key.
    pub is_fetched_after_mount: bool,
    /// Failed attempts of the current or last fetch.
    pub failure_count: u32,
    /// Why the last attempt failed.
    pub failure_reason: Option<Failure>,
    /// When the data came in.
    pub data_updated_at: Time,
    /// When the error happened.
    pub error_updated_at: Time,
    /// How often fetches have failed.
    pub error_update_count: u32,
    /// How many pages a list was set to have; `None` if nobody has said, or it is no list.
    pub size: Option<usize>,
    /// At which end the current or last fetch adds a page, if it does.
    pub fetch_direction: Option<Direction>,
    /// At which ends an infinite query has more pages.
    pub more: More,
}

impl Snapshot {
    /// The fields in which two snapshots differ.
    #[must_use]
    pub fn diff(&self, other: &Self) -> Fields {
        let failures = self.failure_count != other.failure_count
            || !same(self.failure_reason.as_ref(), other.failure_reason.as_ref(), Failure::ptr_eq);
        let times = self.data_updated_at != other.data_updated_at
            || self.error_updated_at != other.error_updated_at
            || self.error_update_count != other.error_update_count;
        let fetched = self.is_fetched != other.is_fetched
            || self.is_fetched_after_mount != other.is_fetched_after_mount;
        let same_data = same(self.data.as_ref(), other.data.as_ref(), Data::ptr_eq);
        let same_error = same(self.error.as_ref(), other.error.as_ref(), Failure::ptr_eq);
        Fields::DATA
            .when(!same_data)
            .with(Fields::ERROR.when(!same_error))
            .with(Fields::STATUS.when(self.status != other.status))
            .with(Fields::FETCH_STATUS.when(self.fetch_status != other.fetch_status))
            .with(Fields::IS_LOADING.when(self.is_loading != other.is_loading))
            .with(Fields::IS_STALE.when(self.is_stale != other.is_stale))
            .with(Fields::FAILURE.when(failures))
            .with(Fields::UPDATED_AT.when(times))
            .with(
                Fields::IS_PLACEHOLDER.when(self.is_placeholder_data != other.is_placeholder_data),
            )
            .with(Fields::IS_FETCHED.when(fetched))
            .with(Fields::IS_ENABLED.when(self.is_enabled != other.is_enabled))
            .with(Fields::SIZE.when(self.size != other.size))
            .with(Fields::MORE.when(self.more != other.more))
            .with(Fields::FETCH_DIRECTION.when(self.fetch_direction != other.fetch_direction))
    }
}

/// What engine and component share: the current snapshot, and which fields the component has read.
///
/// Reading through it needs no access to the engine, and works on after the component is gone.
#[derive(Default)]
pub struct View {
    tracked: Cell<Fields>,
    revision: Cell<u32>,
    snapshot: RefCell<Snapshot>,
    selection: RefCell<Option<Box<Selection>>>,
    /// What has been read through any view of a list of queries.
    shared: OnceCell<Rc<Cell<Fields>>>,
}

impl View {
    /// Reads from the current snapshot and remembers that `fields` were read.
    pub fn read<R>(&self, fields: Fields, read: impl FnOnce(&Snapshot) -> R) -> R {
        let tracked = self.tracking();
        tracked.set(tracked.get().with(fields));
        read(&self.snapshot.borrow())
    }

    /// Reads from the current snapshot without remembering it.
    pub fn peek<R>(&self, read: impl FnOnce(&Snapshot) -> R) -> R {
        read(&self.snapshot.borrow())
    }

    /// The fields that have been read so far.
    #[must_use]
    pub fn tracked(&self) -> Fields {
        self.tracking().get()
    }

    fn tracking(&self) -> &Cell<Fields> {
        self.shared.get().map_or(&self.tracked, |shared| shared)
    }

    /// A view that has read what any other with the same `reads` has.
    pub(crate) fn sharing(reads: Rc<Cell<Fields>>) -> Self {
        Self { shared: OnceCell::from(reads), ..Self::default() }
    }

    /// Counts the changes of the snapshot: equal revisions of one view show the same.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.revision.get()
    }

    /// The same data as it is shown already, if it is.
    fn known(&self, data: Data) -> Data {
        let shown = self.snapshot.borrow().data.clone().filter(|shown| shown.equals(&data));
        shown.unwrap_or(data)
    }

    pub(crate) fn take_selection(&self) -> Option<Box<Selection>> {
        self.selection.take()
    }

    pub(crate) fn put_selection(&self, selection: Option<Box<Selection>>) {
        let old = self.selection.replace(selection);
        drop(old);
    }

    pub(crate) fn selection<R>(&self, read: impl FnOnce(&Selection) -> Option<R>) -> Option<R> {
        self.selection.borrow().as_deref().and_then(read)
    }

    /// Puts a new snapshot in place and says in which fields it differs.
    pub(crate) fn update(&self, new: Snapshot) -> Fields {
        let old = self.snapshot.replace(new);
        let diff = self.snapshot.borrow().diff(&old);
        if !diff.is_empty() {
            self.revision.set(self.revision.get().wrapping_add(1));
        }
        // Dropped after the borrow: the last owner of some data may run the user's `Drop`.
        drop(old);
        diff
    }
}

/// An observer.
pub struct Observer {
    pub(crate) key: Option<Key>,
    pub(crate) entry: Option<EntryId>,
    pub(crate) prev: Option<ObserverId>,
    pub(crate) next: Option<ObserverId>,
    pub(crate) options: Rc<ObserverOptions>,
    pub(crate) fetcher: Option<Fetcher>,
    pub(crate) listener: Listener,
    pub(crate) view: Rc<View>,
    /// The last data of the cache that it showed, for `keep_previous_data`.
    pub(crate) previous: Option<Data>,
    /// SWR's focus throttle: focus is ignored up to this time.
    pub(crate) throttled_until: Time,
    /// How many answers the entry had seen when this observer came to it.
    pub(crate) seen: (u32, u32),
    pub(crate) stale: Alarm,
    /// Whether it fetches by itself, by the state that it shows.
    pub(crate) enabled: bool,
    /// The last batch of whose changes it is told.
    pub(crate) told_in: u32,
}

impl Observer {
    /// One that watches nothing yet.
    pub(crate) fn new(watch: Watch, view: Rc<View>, listener: Listener) -> Self {
        Self {
            key: watch.key,
            entry: None,
            prev: None,
            next: None,
            throttled_until: Time::ZERO,
            options: watch.options,
            fetcher: watch.fetcher,
            listener,
            view,
            previous: None,
            seen: (0, 0),
            stale: Alarm::default(),
            enabled: false,
            told_in: 0,
        }
    }

    /// Whether it can fetch at all: it has a key and a function.
    pub(crate) fn can_fetch(&self) -> bool {
        self.key.is_some() && self.fetcher.is_some()
    }

    /// Whether it fetches by itself.
    pub(crate) fn is_active(&self) -> bool {
        self.can_fetch() && self.enabled && !self.options.is_paused()
    }

    /// Finds out whether it is enabled in the state of its entry.
    pub(crate) fn decide(&mut self, entry: Option<&Entry>) {
        self.enabled = match (&self.options.enabled_rule, entry) {
            (None, _) => self.options.enabled,
            (Some(rule), Some(entry)) => rule(&entry.state),
            (Some(rule), None) => rule(&QueryState::default()),
        };
    }

    /// What it shows of `entry` now.
    pub(crate) fn snapshot(&self, entry: Option<&Entry>, now: Time) -> Snapshot {
        let Some(entry) = entry else {
            return self.without_entry(now);
        };
        let state = &entry.state;
        let mut snapshot = Snapshot {
            data: state.data.clone(),
            error: self.visible_error(state),
            status: state.status,
            fetch_status: state.fetch_status,
            is_loading: self.is_loading(state),
            is_placeholder_data: false,
            is_stale: self.is_active() && freshness::is_stale(entry, &self.options, now),
            is_enabled: self.enabled,
            is_fetched: state.data_update_count > 0 || state.error_update_count > 0,
            is_fetched_after_mount: state.data_update_count > self.seen.0
                || state.error_update_count > self.seen.1,
            failure_count: state.failure_count,
            failure_reason: state.failure_reason.clone(),
            data_updated_at: state.data_updated_at,
            error_updated_at: state.error_updated_at,
            error_update_count: state.error_update_count,
            size: entry.list.as_ref().and_then(|list| list.get().size),
            ..Snapshot::default()
        };
        snapshot.fetch_direction = state.fetch_direction;
        if let Some(paging) = self.options.extras().and_then(|extras| extras.paging.as_ref()) {
            snapshot.show_pages(entry, &**paging);
        }
        if snapshot.data.is_none() {
            self.stand_in(&mut snapshot);
        }
        let own = self.entry.filter(|_| !snapshot.is_placeholder_data);
        self.select(&mut snapshot, own.map(|id| (id, entry.disowned)), now);
        snapshot
    }

    fn select(&self, snapshot: &mut Snapshot, source: Source, now: Time) {
        match &self.options.select {
            Some(select) => select.show(&self.view, source, snapshot, now),
            None => drop(self.view.take_selection()),
        }
    }

    fn without_entry(&self, now: Time) -> Snapshot {
        let mut snapshot = Snapshot { is_enabled: self.enabled, ..Snapshot::default() };
        self.stand_in(&mut snapshot);
        self.select(&mut snapshot, None, now);
        snapshot
    }

    /// SWR shows the last error until a success; TanStack Query only while the status is `Error`.
    fn visible_error(&self, state: &QueryState) -> Option<Failure> {
        let visible = self.options.dialect == Dialect::Swr || state.status == Status::Error;
        if visible { state.error.clone() } else { None }
    }

    fn is_loading(&self, state: &QueryState) -> bool {
        match self.options.dialect {
            Dialect::Swr => state.fetch_status != FetchStatus::Idle && state.data.is_none(),
            Dialect::Query => {
                state.fetch_status == FetchStatus::Fetching && state.status == Status::Pending
            }
        }
    }

    /// Fills in for data that is not there: the previous key's, else the placeholder.
    fn stand_in(&self, snapshot: &mut Snapshot) {
        let is_query = self.options.dialect == Dialect::Query;
        if is_query && snapshot.status != Status::Pending {
            return;
        }
        let previous = self.previous.as_ref().filter(|_| self.options.keep_previous_data);
        let data = match &self.options.placeholder_rule {
            Some(rule) => rule(self.previous.as_ref()).map(|data| self.view.known(data)),
            None => previous.or_else(|| self.options.stand_in(self.key.as_ref())).cloned(),
        };
        if data.is_none() {
            return;
        }
        snapshot.data = data;
        snapshot.is_placeholder_data = true;
        if is_query {
            snapshot.status = Status::Success;
            snapshot.is_loading = false;
        }
    }

    /// Whether it has not been told yet in this batch; what belongs to none (0) is told in any case.
    pub(crate) fn is_to_be_told_in(&mut self, batch: u32) -> bool {
        std::mem::replace(&mut self.told_in, batch) != batch || batch == 0
    }

    /// The fields whose change its component wants to hear of.
    pub(crate) fn wanted(&self) -> Fields {
        match self.options.notify_on {
            NotifyOn::Only(fields) => fields,
            NotifyOn::Tracked => match (self.view.tracked(), self.options.dialect) {
                // Who reads nothing renders on everything in TanStack Query, on nothing in SWR.
                (Fields::NONE, Dialect::Query) => Fields::ALL,
                (tracked, _) => tracked,
            },
        }
    }
}
