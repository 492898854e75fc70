//! Which entries a command is about.

use std::rc::Rc;

use super::entry::{Entry, EntryId, FetchStatus, QueryState};
use super::freshness;
use super::key::Key;
use super::observer::Observer;
use super::state::Engine;
use super::time::Time;

/// Whether somebody watches an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activity {
    /// It does not matter.
    #[default]
    All,
    /// At least one enabled observer.
    Active,
    /// None.
    Inactive,
}

/// Decides by key and state.
pub type Predicate = Rc<dyn Fn(&Key, &QueryState) -> bool>;

/// Selects entries; all given conditions have to hold. Same as TanStack Query's `QueryFilters`.
///
/// Without any condition it selects everything.
#[derive(Clone, Default)]
pub struct Filters {
    /// A key, or the beginning of one.
    pub key: Option<Key>,
    /// Only the entry with exactly this key.
    pub exact: bool,
    /// Only entries with this tag.
    pub tag: Option<Rc<str>>,
    /// Whether it is watched.
    pub activity: Activity,
    /// Whether its data is stale.
    pub stale: Option<bool>,
    /// What its request is doing.
    pub fetch_status: Option<FetchStatus>,
    /// Anything else.
    pub predicate: Option<Predicate>,
}

impl Filters {
    /// Everything whose key begins with `key`.
    #[must_use]
    pub fn prefix(key: Key) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::matching(|_| false)
    }

    /// Everything whose key the function wants. [`Key::decode`] and [`Key::as_str`] say what a key holds.
    ///
    /// ```
    /// use yew_clerk::engine::filters::Filters;
    ///
    /// let notes = Filters::matching(|key| key.as_str().is_some_and(|url| url.contains("/notes/")));
    /// ```
    #[must_use]
    pub fn matching(wants: impl Fn(&Key) -> bool + 'static) -> Self {
        Self { predicate: Some(Rc::new(move |key, _| wants(key))), ..Self::default() }
    }

    /// Everything with this tag: what anybody who has shown or fetched it calls it. Neither SWR nor TanStack Query
    /// has tags.
    ///
    /// ```
    /// use yew_clerk::client::{QueryClient, SwrOptions};
    /// use yew_clerk::engine::filters::Filters;
    ///
    /// let options = SwrOptions::<String, ()>::new().tags(["notes", "ada"]);
    /// # fn example(client: &QueryClient) {
    /// client.invalidate_queries(Filters::tagged("notes"));
    /// # }
    /// ```
    #[must_use]
    pub fn tagged(tag: impl Into<Rc<str>>) -> Self {
        Self { tag: Some(tag.into()), ..Self::default() }
    }

    /// The entry with exactly this key.
    #[must_use]
    pub fn exact(key: Key) -> Self {
        Self { key: Some(key), exact: true, ..Self::default() }
    }
}

impl Engine {
    /// The entries that `filters` select.
    pub(crate) fn select(&self, filters: &Filters, now: Time) -> Vec<EntryId> {
        if let (Some(key), true) = (&filters.key, filters.exact) {
            let found = self.find(key).filter(|(id, entry)| self.matches(*id, entry, filters, now));
            return found.map(|(id, _)| id).into_iter().collect();
        }
        let mut selected = Vec::new();
        for (id, entry) in self.entries.iter() {
            if self.matches(EntryId(id), entry, filters, now) {
                selected.push(EntryId(id));
            }
        }
        selected
    }

    fn matches(&self, id: EntryId, entry: &Entry, filters: &Filters, now: Time) -> bool {
        let key = filters.key.as_ref();
        let is_shown = || match key {
            Some(key) => key.is_list(),
            None => filters.predicate.is_none(),
        };
        // The pages of a list are what users know; the list itself is among everything, or asked for by its key.
        !entry.key.is_subscription()
            && (!entry.key.is_list() || is_shown())
            && key.is_none_or(|key| filters.exact || entry.key.starts_with(key))
            && filters.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag))
            && filters.fetch_status.is_none_or(|status| status == entry.state.fetch_status)
            && self.has_activity(id, filters.activity)
            && filters.stale.is_none_or(|stale| stale == self.is_entry_stale(id, entry, now))
            && filters.predicate.as_ref().is_none_or(|holds| holds(&entry.key, &entry.state))
    }

    pub(crate) fn has_activity(&self, id: EntryId, activity: Activity) -> bool {
        match activity {
            Activity::All => true,
            Activity::Active => self.is_watched_actively(id),
            Activity::Inactive => !self.is_watched_actively(id),
        }
    }

    fn is_watched_actively(&self, id: EntryId) -> bool {
        self.observers_of(id).any(|(_, observer)| observer.enabled)
    }

    /// Stale for any observer; without observers: no data, or invalidated.
    pub(crate) fn is_entry_stale(&self, id: EntryId, entry: &Entry, now: Time) -> bool {
        if entry.observers.len == 0 {
            return !entry.has_data() || entry.state.is_invalidated;
        }
        let stale =
            |(_, o): (_, &Observer)| o.is_active() && freshness::is_stale(entry, &o.options, now);
        self.observers_of(id).any(stale)
    }
}
