//! What the world does to the cache: focus, network, users, time.

use super::effect::{Answer, Effect};
use super::entry::{EntryId, FetchStatus, QueryState};
use super::event::{Event, Owner};
use super::freshness;
use super::observer::{Observer, ObserverId};
use super::options::Access;
use super::state::Engine;
use super::time::Time;
use super::timers::TimerOwner;
use super::trail::What;

type Wants = fn(&super::entry::Entry, &Observer, Time) -> bool;

impl Engine {
    /// Takes in what has happened.
    pub fn handle(&mut self, event: Event, now: Time) {
        match event {
            Event::Settled {
                entry,
                seq,
                outcome,
            } => self.settle(entry, seq, outcome, now),
            Event::Visible(visible) => self.set_visible(visible, now),
            Event::Focus => self.revalidate_on_focus(now),
            Event::Online(online) => self.set_online(online, now),
            Event::Owner(owner) => self.set_owner(owner, now),
            Event::Tick => {}
        }
        self.ring(now);
        self.finish(now);
    }

    fn set_visible(&mut self, visible: bool, now: Time) {
        self.world.visible = visible;
        if visible {
            self.continue_all(now);
        }
    }

    /// The first observer of each entry that wants to fetch does; then what has waited goes on.
    fn revalidate_on_focus(&mut self, now: Time) {
        if !self.world.visible {
            return;
        }
        self.trigger(freshness::wants_on_focus, true, now);
        self.continue_all(now);
    }

    fn set_online(&mut self, online: bool, now: Time) {
        if std::mem::replace(&mut self.world.online, online) || !online {
            return;
        }
        if self.world.visible {
            self.trigger(freshness::wants_on_reconnect, false, now);
        }
        self.continue_all(now);
    }

    fn trigger(&mut self, wants: Wants, is_focus: bool, now: Time) {
        for id in self.watched() {
            let Some(by) = self.first_that(id, wants, now) else {
                continue;
            };
            if is_focus && let Some(observer) = self.observers.get_mut(by.0) {
                if !self.world.online && observer.options.dialect == super::options::Dialect::Swr {
                    continue;
                }
                observer.throttled_until = now.after(observer.options.focus_throttle);
            }
            self.fetch_automatically(id, by, now);
        }
    }

    fn watched(&self) -> Vec<EntryId> {
        let watched = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.observers.len > 0);
        watched.map(|(id, _)| EntryId(id)).collect()
    }

    fn first_that(&self, id: EntryId, wants: Wants, now: Time) -> Option<ObserverId> {
        let entry = self.entries.get(id.0)?;
        self.observers_of(id)
            .find(|(_, o)| wants(entry, o, now))
            .map(|(id, _)| id)
    }

    fn continue_all(&mut self, now: Time) {
        let waiting =
            |(_, entry): &(_, &super::entry::Entry)| entry.fetch.is_some() || entry.retry_waits;
        let ids: Vec<_> = self
            .entries
            .iter()
            .filter(waiting)
            .map(|(id, _)| EntryId(id))
            .collect();
        for id in ids {
            if self
                .entries
                .get(id.0)
                .is_some_and(|entry| entry.retry_waits)
            {
                self.retry_now(id, now);
            }
            self.continue_fetch(id, now);
        }
    }

    /// Somebody else is signed in (or nobody, or it is not known any more): nothing private of the old
    /// owner survives, neither data nor answers on the way.
    fn set_owner(&mut self, owner: Owner, now: Time) {
        if self.world.owner == owner {
            return;
        }
        let old = std::mem::replace(&mut self.world.owner, owner);
        self.note(super::state::Topic::Owner);
        // What was written while nobody was known belongs to whoever turns out to be there.
        if old != Owner::Unknown {
            self.world.epoch += 1;
            self.disown_all(now);
        }
        self.continue_all(now);
        for id in self.watched() {
            let idle = self.entries.get(id.0).is_some_and(|entry| {
                entry.access != Access::Public && entry.fetch.is_none() && !entry.has_data()
            });
            if idle && let Some(by) = self.first_that(id, freshness::wants_on_change, now) {
                self.fetch_automatically(id, by, now);
            }
        }
    }

    fn disown_all(&mut self, now: Time) {
        let private = |(_, entry): &(_, &super::entry::Entry)| entry.access != Access::Public;
        let ids: Vec<_> = self
            .entries
            .iter()
            .filter(private)
            .map(|(id, _)| EntryId(id))
            .collect();
        for id in ids {
            self.disown(id, now);
        }
    }

    fn disown(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let fetch = entry.fetch.take();
        let before = entry.state.fetch_status;
        entry.state = QueryState::default();
        entry.base = None;
        entry.initial = None;
        entry.patches.clear();
        entry.mutation = 0;
        entry.mutations_running = 0;
        entry.deduped_until = Time::ZERO;
        entry.retries = 0;
        entry.retry_waits = false;
        entry.retry.clear();
        entry.poll.clear();
        let unwatched = entry.observers.len == 0;
        self.trail.push(now, &entry.key, What::Disowned);
        self.count_fetching(before, FetchStatus::Idle);
        if let Some(fetch) = fetch {
            self.effect(Effect::Abort(fetch.signal));
            for waiter in fetch.waiters {
                self.effect(Effect::Answer(waiter, Answer::Cancelled));
            }
        }
        self.forget_previous(id);
        self.touch(id);
        if unwatched {
            self.remove_entry(id, now);
        }
    }

    /// Observers remember the last data that they showed; that goes as well.
    fn forget_previous(&mut self, id: EntryId) {
        let ids: Vec<_> = self.observers_of(id).map(|(id, _)| id).collect();
        for id in ids {
            if let Some(observer) = self.observers.get_mut(id.0) {
                observer.previous = None;
                observer.seen = (0, 0);
            }
        }
    }

    /// Does what is due.
    fn ring(&mut self, now: Time) {
        while let Some(item) = self.timers.pop_due(now) {
            let owner = item.1;
            let alarm = match owner {
                TimerOwner::Retry(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.retry),
                TimerOwner::Poll(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.poll),
                TimerOwner::Gc(id) => self.entries.get_mut(id.0).map(|entry| &mut entry.gc),
                TimerOwner::Stale(id) => self.observers.get_mut(id.0).map(|o| &mut o.stale),
            };
            let Some(alarm) = alarm else { continue };
            if !self.timers.rings(alarm, item, now) {
                continue;
            }
            match owner {
                TimerOwner::Retry(id) => self.retry_now(id, now),
                TimerOwner::Poll(id) => self.poll(id, now),
                TimerOwner::Gc(id) => self.remove_entry(id, now),
                TimerOwner::Stale(id) => self.refresh(id, true, now),
            }
        }
    }

    /// A poll is due: the first observer that may poll now fetches.
    fn poll(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let (visible, online) = (self.world.visible, self.world.online);
        let failed = entry.state.error.is_some();
        let may = |observer: &Observer| {
            let options = &observer.options;
            observer.is_active()
                && options.interval.get(&entry.state).is_some()
                && (visible || options.interval_when_hidden)
                && (online || options.interval_when_offline)
                && (!failed || options.interval_after_error)
        };
        let by = self
            .observers_of(id)
            .find(|(_, observer)| may(observer))
            .map(|(id, _)| id);
        if let Some(by) = by {
            self.fetch_automatically(id, by, now);
        }
        if self
            .entries
            .get(id.0)
            .is_some_and(|entry| entry.fetch.is_none())
        {
            self.rearm_poll(id, now);
        }
    }

    /// Counts the polling interval from now: the shortest that an observer asks for.
    pub(crate) fn rearm_poll(&mut self, id: EntryId, now: Time) {
        let every = self.poll_interval(id);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.poll_every = every;
        if let (Some(every), None) = (every, &entry.fetch) {
            self.timers
                .set(&mut entry.poll, TimerOwner::Poll(id), now.after(every));
        } else {
            entry.poll.clear();
        }
    }

    /// Like [`Engine::rearm_poll`], but a running interval that is still right is left alone.
    pub(crate) fn rearm_poll_if_changed(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        if entry.poll_every != self.poll_interval(id) {
            self.rearm_poll(id, now);
        }
    }

    fn poll_interval(&self, id: EntryId) -> Option<std::time::Duration> {
        let entry = self.entries.get(id.0)?;
        let asked = |(_, observer): (_, &Observer)| {
            if observer.is_active() {
                observer.options.interval.get(&entry.state)
            } else {
                None
            }
        };
        self.observers_of(id).filter_map(asked).min()
    }
}
