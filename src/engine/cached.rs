//! A query as somebody outside sees it.

use std::any::Any;
use std::rc::Rc;

use super::entry::{Entry, EntryId, QueryState, Status};
use super::erased::{Data, Failure};
use super::filters::{Activity, Filters};
use super::key::Key;
use super::state::Engine;
use super::time::Time;

/// A query of the cache as it was when it was asked for. Same as what TanStack Query's `Query` shows.
#[derive(Clone, Debug)]
pub struct CachedQuery {
    key: Key,
    state: QueryState,
    observers: usize,
    is_active: bool,
    is_stale: bool,
    meta: Option<Rc<dyn Any>>,
}

impl CachedQuery {
    /// Its key. Same as TanStack Query's `queryKey`.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> &QueryState {
        &self.state
    }

    /// Its data; `None` also if that is of another type.
    #[must_use]
    pub fn data<T: 'static>(&self) -> Option<Rc<T>> {
        self.state.data.as_ref().and_then(Data::get)
    }

    /// Its error, if the last fetch has failed; `None` also if that is of another type.
    #[must_use]
    pub fn error<E: 'static>(&self) -> Option<Rc<E>> {
        let error = self.state.error.as_ref().filter(|_| self.state.status == Status::Error);
        error.and_then(Failure::get)
    }

    /// What the `meta` of who fetched it last is; `None` also if that is of another type. Same as TanStack Query's
    /// `meta`.
    #[must_use]
    pub fn meta<M: 'static>(&self) -> Option<Rc<M>> {
        self.meta.clone()?.downcast().ok()
    }

    /// How many observers watch it. Same as TanStack Query's `getObserversCount`.
    #[must_use]
    pub const fn observers_count(&self) -> usize {
        self.observers
    }

    /// Whether one of them is enabled. Same as TanStack Query's `isActive`.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.is_active
    }

    /// Whether its data is out of date for one of them; without observers, whether it has none or was invalidated. Same
    /// as TanStack Query's `isStale`.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        self.is_stale
    }
}

impl Engine {
    /// The selected queries.
    pub(crate) fn cached(&self, filters: &Filters, now: Time) -> Vec<CachedQuery> {
        let entries = self.select(filters, now).into_iter();
        let found = entries.filter_map(|id| Some(self.seen(id, self.entries.get(id.0)?, now)));
        found.collect()
    }

    fn seen(&self, id: EntryId, entry: &Entry, now: Time) -> CachedQuery {
        CachedQuery {
            key: entry.key.clone(),
            state: entry.state.clone(),
            observers: entry.observers.len as usize,
            is_active: self.has_activity(id, Activity::Active),
            is_stale: self.is_entry_stale(id, entry, now),
            meta: entry.last.as_ref().and_then(|(o, _)| o.extras()?.meta.clone()),
        }
    }
}
