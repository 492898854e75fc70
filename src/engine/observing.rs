//! How observers come, change and go.

use std::rc::Rc;
use std::time::Duration;

use super::effect::{Fetcher, Listener, Waiter};
use super::entry::{Entry, EntryId, Phase};
use super::events::{QueryAction, QueryEventKind};
use super::freshness;
use super::key::Key;
use super::observer::{Observer, ObserverId, View};
use super::options::ObserverOptions;
use super::state::Engine;
use super::time::{Time, Wait};
use super::timers::TimerOwner;
use super::trail::What;

/// What an observer watches, and how.
pub struct Watch {
    /// The key; `None` cannot fetch.
    pub key: Option<Key>,
    /// How.
    pub options: Rc<ObserverOptions>,
    /// The query function; `None` only reads the cache.
    pub fetcher: Option<Fetcher>,
}

impl Engine {
    /// Adds an observer that shows itself in `view`. If it makes a fetch start, the view says so already.
    pub fn observe(
        &mut self,
        watch: Watch,
        view: Rc<View>,
        listener: Listener,
        now: Time,
    ) -> ObserverId {
        let key = watch.key.clone();
        let observer = Observer::new(watch, view, listener);
        let id = ObserverId(self.observers.insert(Box::new(observer)));
        if let Some(key) = key {
            let entry = self.join(id, &key, now);
            if self.is_heard() {
                // What it shows before it fetches is told apart from what it shows then.
                self.refresh(id, false, now);
            }
            self.say(entry, QueryEventKind::ObserverAdded);
            self.fetch_if(id, entry, freshness::wants_on_mount, now);
        }
        self.refresh(id, false, now);
        self.finish(now);
        id
    }

    /// Shows in `view` what an observer would show that does not fetch, and forgets about it.
    pub fn glance(&self, watch: Watch, view: Rc<View>, now: Time) {
        let found = watch.key.as_ref().and_then(|key| self.find(key));
        let mut observer = Observer::new(watch, view, Rc::new(|| {}));
        observer.entry = found.map(|(id, _)| id);
        let entry = found.map(|(_, entry)| entry);
        observer.seen = entry.map_or((0, 0), Entry::seen);
        observer.decide(entry);
        let snapshot = observer.snapshot(entry, now);
        observer.view.update(snapshot);
    }

    /// Gives an observer a new key, options or function, as its component renders again.
    ///
    /// A changed key takes effect at once: no snapshot ever shows the old key's data as the new one's. The
    /// observer is not told, since its component is rendering and reads the result anyway.
    pub fn update(&mut self, id: ObserverId, watch: Watch, now: Time) {
        let old_interval = self.interval_of(id);
        let Some(observer) = self.observers.get_mut(id.0) else {
            return;
        };
        let was_active = observer.is_active();
        let is_same = Rc::ptr_eq(&observer.options, &watch.options) && observer.key == watch.key;
        observer.options = watch.options;
        observer.fetcher = watch.fetcher;
        observer.decide(observer.entry.and_then(|entry| self.entries.get(entry.0)));
        let same_key = observer.key == watch.key && observer.entry.is_some() == watch.key.is_some();
        observer.key.clone_from(&watch.key);
        let old_entry = observer.entry;
        let turned_active = observer.is_active() && !was_active;
        if !same_key {
            self.leave(id, old_interval, now);
            if let Some(key) = &watch.key {
                let entry = self.join_again(id, key, now);
                self.say_of_options(entry, is_same);
                self.fetch_if(id, entry, freshness::wants_on_change, now);
            }
        } else if let Some(entry) = old_entry {
            self.adapt(id, entry, old_interval, now);
            self.say_of_options(entry, is_same);
            if turned_active {
                self.fetch_if(id, entry, freshness::wants_on_change, now);
            }
        }
        self.refresh(id, false, now);
        self.finish(now);
    }

    fn say_of_options(&self, entry: EntryId, are_same: bool) {
        if !are_same {
            self.say(entry, QueryEventKind::ObserverOptionsUpdated);
        }
    }

    /// Makes an entry follow the changed options of one of its observers.
    fn adapt(&mut self, id: ObserverId, entry: EntryId, old: Wait, now: Time) {
        let Some(options) = self.observer(id).map(|observer| observer.options.clone()) else {
            return;
        };
        if self.join_entry(entry, options.access, options.initial_data.as_ref(), now) {
            self.say_updated(entry, QueryAction::SetState);
        }
        self.use_entry(entry, &options);
        let new = self.interval_of(id);
        if new != old {
            self.poll_left(entry, old, now);
            self.poll_joined(entry, new, now);
        }
    }

    fn interval_of(&self, id: ObserverId) -> Wait {
        let asked = || {
            let observer = self.observer(id)?;
            Some(observer.interval(&self.entries.get(observer.entry?.0)?.state))
        };
        asked().unwrap_or(Wait::FOREVER)
    }

    /// Removes an observer.
    pub fn unobserve(&mut self, id: ObserverId, now: Time) {
        let interval = self.interval_of(id);
        self.leave(id, interval, now);
        let observer = self.observers.remove(id.0);
        self.compact_timers();
        self.finish(now);
        // What its options and functions own may have a `Drop` of the user's; the state is whole again here.
        drop(observer);
    }

    pub(crate) fn fetch_if(
        &mut self,
        id: ObserverId,
        entry: EntryId,
        wants: fn(&super::entry::Entry, &Observer, Time) -> bool,
        now: Time,
    ) {
        let (Some(observer), Some(found)) = (self.observer(id), self.entries.get(entry.0)) else {
            return;
        };
        if wants(found, observer, now)
            && !found.preloaded.is_some_and(|take| take(self, entry, id, now))
        {
            self.fetch_automatically(entry, id, now);
        }
    }

    /// Lets an observer that is there already watch the entry with `key`.
    pub(crate) fn join_again(&mut self, id: ObserverId, key: &Key, now: Time) -> EntryId {
        let entry = self.join(id, key, now);
        self.say(entry, QueryEventKind::ObserverAdded);
        entry
    }

    /// Lets an observer whose entry was removed watch its key again, and shows what is there now.
    pub(crate) fn come_back(&mut self, id: ObserverId, key: &Key, now: Time) -> EntryId {
        let entry = self.join_again(id, key, now);
        self.touch(entry);
        entry
    }

    /// Puts an observer at the end of the list of the entry with `key`.
    fn join(&mut self, id: ObserverId, key: &Key, now: Time) -> EntryId {
        let Some(options) = self.observer(id).map(|observer| observer.options.clone()) else {
            return EntryId::default();
        };
        let entry_id = self.ensure(key, options.access, options.initial_data.as_ref(), now);
        self.use_entry(entry_id, &options);
        let Some(entry) = self.entries.get_mut(entry_id.0) else {
            return entry_id;
        };
        entry.gc.clear();
        if let Some(fetch) = &mut entry.fetch {
            fetch.retries_stopped = false;
        }
        let seen = entry.seen();
        let tail = entry.observers.tail.replace(id);
        entry.observers.head.get_or_insert(id);
        entry.observers.len += 1;
        if let Some(tail) = tail.and_then(|tail| self.observers.get_mut(tail.0)) {
            tail.next = Some(id);
        }
        if let Some(observer) = self.observers.get_mut(id.0) {
            (observer.entry, observer.prev, observer.next) = (Some(entry_id), tail, None);
            observer.seen = seen;
            observer.decide(self.entries.get(entry_id.0));
            observer.throttled_until = now.after(options.focus_throttle);
        }
        self.poll_joined(entry_id, self.interval_of(id), now);
        entry_id
    }

    /// Takes an observer out of the list of its entry.
    fn leave(&mut self, id: ObserverId, interval: Wait, now: Time) {
        let Some(observer) = self.observers.get_mut(id.0) else {
            return;
        };
        let (prev, next) = (observer.prev.take(), observer.next.take());
        observer.stale.clear();
        let Some(entry_id) = observer.entry.take() else {
            return;
        };
        if let Some(prev) = prev.and_then(|prev| self.observers.get_mut(prev.0)) {
            prev.next = next;
        }
        if let Some(next) = next.and_then(|next| self.observers.get_mut(next.0)) {
            next.prev = prev;
        }
        let Some(entry) = self.entries.get_mut(entry_id.0) else {
            return;
        };
        let list = &mut entry.observers;
        list.len = list.len.saturating_sub(1);
        if list.head == Some(id) {
            list.head = next;
        }
        if list.tail == Some(id) {
            list.tail = prev;
        }
        if list.len == 0 {
            self.abandon(entry_id, now);
        } else {
            self.poll_left(entry_id, interval, now);
        }
        self.say(entry_id, QueryEventKind::ObserverRemoved);
    }

    /// The last observer has left: what can be stopped is stopped, and the entry's days are numbered.
    fn abandon(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.poll.clear();
        entry.poll_every = Wait::FOREVER;
        entry.retry_waits = false;
        let Some(fetch) = &mut entry.fetch else {
            return self.schedule_gc(id, now);
        };
        // Who awaits the answer of a fetch is a user of it as well.
        let awaited = fetch.waiters.iter().any(Waiter::is_waiting);
        let first_load_waits = fetch.phase == Phase::Paused && entry.state.data.is_none();
        // Its component was gone, or at another key, before the function was called for it.
        let not_begun = fetch.phase == Phase::Queued && fetch.by.is_some();
        if !awaited && (fetch.signal.is_consumed() || first_load_waits || not_begun) {
            self.cancel_fetch(id, true, now);
        } else if !awaited {
            fetch.retries_stopped = true;
        }
    }

    /// Lets an entry know what one of its users wants of it.
    pub(crate) fn use_entry(&mut self, id: EntryId, options: &ObserverOptions) {
        self.lengthen_gc(id, options.gc_time);
        if let (Some(tags), Some(entry)) = (&options.tags, self.entry(id)) {
            entry.tag(tags);
        }
    }

    pub(crate) fn lengthen_gc(&mut self, id: EntryId, gc_time: Duration) {
        if let Some(entry) = self.entry(id) {
            entry.gc_time = entry.gc_time.max(gc_time);
        }
    }

    /// Starts the entry's last span, if nobody watches it and nothing runs.
    pub(crate) fn schedule_gc(&mut self, id: EntryId, now: Time) {
        if let Some(entry) = self.entries.get_mut(id.0)
            && entry.is_unused()
        {
            let at = now.after(entry.gc_time);
            self.timers.set(&mut entry.gc, TimerOwner::Gc(id), at);
        }
    }

    /// Removes an entry. Observers of it stay, and find or make another when they need one: those that poll with the next
    /// poll.
    pub(crate) fn remove_entry(&mut self, id: EntryId, now: Time) {
        self.cancel_fetch(id, true, now);
        // Who goes on showing it does not go on showing a fetch that was stopped. Listeners hear of the removal alone.
        let audience = self.trail.audience.take();
        self.refresh_all(id, now);
        self.trail.audience = audience;
        let Some(mut entry) = self.entries.remove(id.0) else {
            return;
        };
        self.index.remove(&mut self.entries, id, &entry);
        self.trail.push(now, &entry.key, What::Removed);
        if let Some(list) = entry.list.take() {
            list.release(self, now);
        }
        let mut next = entry.observers.head;
        while let Some((id, observer)) =
            next.and_then(|id| Some((id, self.observers.get_mut(id.0)?)))
        {
            next = observer.next.take();
            observer.prev = None;
            observer.entry = None;
            // What it shows does not turn stale any more; but who polls goes on polling.
            let at = entry.next_poll(observer.interval(&entry.state), now);
            self.timers.set(&mut observer.stale, TimerOwner::Stale(id), at);
        }
        self.compact_timers();
    }

    /// The observers of an entry, in the order of mounting.
    pub(crate) fn observers_of(
        &self,
        id: EntryId,
    ) -> impl Iterator<Item = (ObserverId, &Observer)> {
        let mut next = self.entries.get(id.0).and_then(|entry| entry.observers.head);
        std::iter::from_fn(move || {
            let id = next?;
            let observer = self.observer(id)?;
            next = observer.next;
            Some((id, observer))
        })
    }
}
