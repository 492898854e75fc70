//! Commands on queries: refetch, invalidate, cancel, reset, remove, fetch without a component.

use std::rc::Rc;

use super::effect::{Answer, Effect, Fetcher, Waiter};
use super::entry::{EntryId, FetchStatus, QueryState};
use super::erased::Data;
use super::events::QueryAction;
use super::fetching::Source;
use super::filters::{Activity, Filters};
use super::freshness;
use super::key::Key;
use super::observer::{Observer, ObserverId};
use super::options::{ObserverOptions, StaleTime};
use super::state::Engine;
use super::time::Time;
use super::trail::What;

/// Which of the invalidated queries are fetched at once. Same as TanStack Query's `refetchType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefetchType {
    /// Those that are watched.
    #[default]
    Active,
    /// Those that are not.
    Inactive,
    /// All.
    All,
    /// None: they are fetched when they are used next.
    None,
}

/// How invalidated queries are fetched. Made of a [`RefetchType`], or written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refetching {
    /// Which of them. Default: those that are watched.
    pub refetch_type: RefetchType,
    /// Whether a running refetch is replaced, else it is joined. Default: true. Same as TanStack Query's `cancelRefetch`.
    pub cancel_refetch: bool,
}

impl Default for Refetching {
    fn default() -> Self {
        RefetchType::default().into()
    }
}

impl From<RefetchType> for Refetching {
    fn from(refetch_type: RefetchType) -> Self {
        Self { refetch_type, cancel_refetch: true }
    }
}

impl Engine {
    /// Fetches for an observer whatever its data's age, even if it is not enabled.
    pub fn refetch(
        &mut self,
        id: ObserverId,
        cancel_refetch: bool,
        waiter: Option<Waiter>,
        now: Time,
    ) {
        let source = self.source(id);
        self.fetch_for(id, source, cancel_refetch, waiter, now);
    }

    pub(crate) fn fetch_for(
        &mut self,
        id: ObserverId,
        source: Option<Source>,
        cancel_refetch: bool,
        waiter: Option<Waiter>,
        now: Time,
    ) {
        match self.entry_of(id, now) {
            Some(entry) => self.fetch_explicitly(entry, source, cancel_refetch, waiter, now),
            None => self.effects_answer(waiter),
        }
        self.finish(now);
    }

    /// The entry of an observer; made anew if it was removed meanwhile.
    fn entry_of(&mut self, id: ObserverId, now: Time) -> Option<EntryId> {
        let observer = self.observer(id)?;
        if let Some(entry) = observer.entry {
            return Some(entry);
        }
        let key = observer.key.clone()?;
        Some(self.come_back(id, &key, now))
    }

    fn effects_answer(&mut self, waiter: Option<Waiter>) {
        if let Some(waiter) = waiter {
            self.effect(Effect::Answer(waiter, Answer::Data(None)));
        }
    }

    /// Gives the cached data if it is fresh by `options`, else fetches it.
    pub fn fetch_query(
        &mut self,
        key: &Key,
        options: Rc<ObserverOptions>,
        fetcher: Fetcher,
        waiter: Waiter,
        now: Time,
    ) {
        let id = self.ensure(key, options.access, options.initial_data.as_ref(), now);
        self.use_entry(id, &options);
        let stale = self.entries.get(id.0).is_none_or(|e| freshness::is_stale(e, &options, now));
        if stale {
            self.fetch_explicitly(
                id,
                Some(Source::of_nobody(options, fetcher)),
                false,
                Some(waiter),
                now,
            );
        } else {
            self.answer_now(id, Some(waiter));
        }
        self.schedule_gc(id, now);
        self.finish(now);
    }

    /// Gives the cached data, however old, else fetches it. `revalidate` fetches old data anew beside that.
    pub fn ensure_query_data(
        &mut self,
        key: &Key,
        options: Rc<ObserverOptions>,
        fetcher: Fetcher,
        revalidate: bool,
        waiter: Waiter,
        now: Time,
    ) {
        let id = self.ensure(key, options.access, options.initial_data.as_ref(), now);
        let known = self.entries.get(id.0).filter(|entry| entry.has_data());
        let Some(entry) = known else {
            return self.fetch_query(key, options, fetcher, waiter, now);
        };
        let is_stale = freshness::is_stale(entry, &options, now);
        self.use_entry(id, &options);
        self.answer_now(id, Some(waiter));
        if revalidate && is_stale {
            let source = Source::of_nobody(options, fetcher);
            self.fetch_explicitly(id, Some(source), false, None, now);
        }
        self.schedule_gc(id, now);
        self.finish(now);
    }

    /// Fetches all that `filters` select, save those that are disabled or static. `waiter` makes what is
    /// told of each fetch.
    pub fn refetch_queries(
        &mut self,
        filters: &Filters,
        cancel_refetch: bool,
        waiter: &mut dyn FnMut() -> Waiter,
        now: Time,
    ) {
        for id in self.select(filters, now) {
            self.refetch_entry(id, cancel_refetch, waiter, now);
        }
        self.finish(now);
    }

    fn refetch_entry(
        &mut self,
        id: EntryId,
        cancel_refetch: bool,
        waiter: &mut dyn FnMut() -> Waiter,
        now: Time,
    ) {
        if self.is_disabled_or_static(id) {
            return;
        }
        let enabled = self.observers_of(id).filter(|(_, observer)| observer.is_active());
        let source = enabled.filter_map(Source::of).next();
        self.fetch_explicitly(id, source, cancel_refetch, None, now);
        // Nobody should wait for the network to come back; and a fetch that was refused gives no news.
        let entry = self.entries.get(id.0);
        if entry.is_some_and(|entry| entry.state.fetch_status == FetchStatus::Fetching) {
            self.add_waiter(id, Some(waiter()));
        }
    }

    fn is_disabled_or_static(&self, id: EntryId) -> bool {
        let mut observers = self.observers_of(id).map(|(_, observer)| observer).peekable();
        let watched = observers.peek().is_some();
        let Some(entry) = self.entries.get(id.0) else { return false };
        let is_static = |o: &Observer| o.options.stale_time_in(&entry.state) == StaleTime::Static;
        let (mut any_enabled, mut any_static) = (false, false);
        for observer in observers {
            any_enabled |= observer.is_active();
            any_static |= is_static(observer);
        }
        any_static || (watched && !any_enabled)
    }

    /// Declares data out of date, and fetches what `refetch_type` says.
    pub fn invalidate_queries(
        &mut self,
        filters: &Filters,
        refetch_type: RefetchType,
        cancel_refetch: bool,
        waiter: &mut dyn FnMut() -> Waiter,
        now: Time,
    ) {
        let mut selected = self.select(filters, now);
        self.add_lists(&mut selected);
        for &id in &selected {
            if let Some(entry) = self.entries.get_mut(id.0)
                && !entry.state.is_invalidated
            {
                entry.state.is_invalidated = true;
                entry.deduped_until = Time::ZERO;
                self.trail.push(now, &entry.key, What::Invalidated);
                self.touch(id);
                self.rearm_poll(id, now);
            }
        }
        let activity = match refetch_type {
            RefetchType::Active => Activity::Active,
            RefetchType::Inactive => Activity::Inactive,
            RefetchType::All => Activity::All,
            RefetchType::None => return self.finish(now),
        };
        for id in selected {
            if self.has_activity(id, activity) {
                self.refetch_entry(id, cancel_refetch, waiter, now);
            }
        }
        self.finish(now);
    }

    /// Stops running fetches; each query goes back to what it was before.
    pub fn cancel_queries(&mut self, filters: &Filters, now: Time) {
        for id in self.select(filters, now) {
            self.cancel_fetch(id, true, now);
            self.touch(id);
        }
        self.finish(now);
    }

    /// Brings queries back to their initial state, and fetches those that are watched.
    pub fn reset_queries(
        &mut self,
        filters: &Filters,
        waiter: &mut dyn FnMut() -> Waiter,
        now: Time,
    ) {
        let selected = self.select(filters, now);
        let reset = selected.iter().map(|&id| self.reset_entry(id, now));
        let waiting: Vec<_> = reset.collect();
        for (id, waiting) in selected.into_iter().zip(waiting) {
            if self.has_activity(id, Activity::Active) {
                self.refetch_entry(id, true, waiter, now);
            }
            // Who waited for the old fetch waits for the new one.
            for waiter in waiting {
                self.add_waiter(id, Some(waiter));
            }
        }
        self.finish(now);
    }

    fn reset_entry(&mut self, id: EntryId, now: Time) -> Vec<Waiter> {
        let waiting = self.stop_fetch(id, now);
        let had_data = self.entries.get(id.0).is_some_and(|entry| entry.has_data());
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.state = QueryState::default();
            entry.base = None;
            entry.patches.clear();
            entry.deduped_until = Time::ZERO;
            entry.end_retries();
            if let Some(initial) = entry.initial.clone() {
                entry.begin_with(&initial, now);
            }
        }
        self.say_updated(id, QueryAction::SetState);
        self.forget_seen(id, had_data);
        self.touch(id);
        self.rearm_poll(id, now);
        waiting
    }

    /// Removes queries from the cache. Components that show them go on showing what they have.
    pub fn remove_queries(&mut self, filters: &Filters, now: Time) {
        for id in self.select(filters, now) {
            self.remove_entry(id, now);
        }
        self.finish(now);
    }

    /// How many of the selected queries are fetching.
    #[must_use]
    pub fn is_fetching(&self, filters: &Filters, now: Time) -> usize {
        let fetching = super::entry::FetchStatus::Fetching;
        let filters = Filters { fetch_status: Some(fetching), ..filters.clone() };
        self.select(&filters, now).len()
    }

    /// The keys of the selected queries, and what data they have.
    #[must_use]
    pub fn data_of(&self, filters: &Filters, now: Time) -> Vec<(Key, Option<Data>)> {
        let entries = self.select(filters, now).into_iter().filter_map(|id| self.entries.get(id.0));
        let shown = entries.filter(|entry| !entry.key.is_list());
        shown.map(|entry| (entry.key.clone(), entry.state.data.clone())).collect()
    }

    /// The keys of the selected queries.
    #[must_use]
    pub fn keys(&self, filters: &Filters, now: Time) -> Vec<Key> {
        let selected = self.select(filters, now).into_iter();
        let keys = selected.filter_map(|id| Some(self.entries.get(id.0)?.key.clone()));
        keys.filter(|key| !key.is_list()).collect()
    }
}
