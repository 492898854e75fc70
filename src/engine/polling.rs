//! Fetching again and again: one alarm an entry, set by the shortest interval that is asked for.

use super::entry::{Entry, EntryId, QueryState};
use super::key::Key;
use super::observer::{Observer, ObserverId};
use super::state::Engine;
use super::time::{Time, Wait};
use super::timers::TimerOwner;

impl Observer {
    /// The interval that it asks for now.
    pub(crate) fn interval(&self, state: &QueryState) -> Wait {
        // A rule that pauses may end at any time, and nobody would tell.
        let polls = self.can_fetch() && self.options.is_enabled_in(state);
        if polls { self.options.interval.get(state) } else { Wait::FOREVER }
    }
}

impl Entry {
    /// When the interval of an observer is over the next time.
    pub(crate) fn next_poll(&self, every: Wait, now: Time) -> Time {
        let end = self.poll_from.plus(every);
        if end > now { end } else { now.plus(every) }
    }
}

impl Engine {
    /// A poll is due: the first observer whose interval is over, and that may poll now, fetches.
    pub(crate) fn poll(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let may = |observer: &Observer| {
            now >= entry.poll_from.plus(observer.interval(&entry.state))
                && self.may_poll(observer, &entry.state)
        };
        let by = self.observers_of(id).find(|(_, observer)| may(observer)).map(|(id, _)| id);
        if let Some(by) = by {
            self.fetch_automatically(id, by, now);
        }
        self.await_next_poll(id, now);
    }

    fn may_poll(&self, observer: &Observer, state: &QueryState) -> bool {
        let options = &observer.options;
        (self.world.visible || options.interval_when_hidden)
            && (self.world.online || options.interval_when_offline)
            && (state.error.is_none() || options.interval_after_error)
            && !options.is_paused()
    }

    /// The poll of an observer whose entry was removed is due: it makes another one.
    pub(crate) fn poll_removed(&mut self, id: ObserverId, key: &Key, now: Time) {
        let nothing = QueryState::default();
        if self.observer(id).is_some_and(|observer| self.may_poll(observer, &nothing)) {
            let entry = self.come_back(id, key, now);
            self.fetch_automatically(entry, id, now);
        } else if let Some(observer) = self.observers.get_mut(id.0) {
            let next = now.plus(observer.interval(&nothing));
            self.timers.set(&mut observer.stale, TimerOwner::Stale(id), next);
        }
    }

    /// Nothing was fetched: the intervals go on counting from where they were.
    fn await_next_poll(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let (mut shortest, mut next) = (Wait::FOREVER, Time::NEVER);
        for (_, observer) in self.observers_of(id) {
            let every = observer.interval(&entry.state);
            shortest = shortest.min(every);
            next = next.min(entry.next_poll(every, now));
        }
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.poll_every = shortest;
        if entry.fetch.is_none() {
            self.timers.set(&mut entry.poll, TimerOwner::Poll(id), next);
        }
    }

    /// Counts the polling intervals from now on.
    pub(crate) fn rearm_poll(&mut self, id: EntryId, now: Time) {
        let every = self.poll_interval(id);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.poll_every = every;
        entry.poll_from = now;
        let at = if entry.fetch.is_none() { now.plus(every) } else { Time::NEVER };
        self.timers.set(&mut entry.poll, TimerOwner::Poll(id), at);
    }

    /// An observer has begun to ask for an interval. Takes no longer the more observers there are.
    pub(crate) fn poll_joined(&mut self, id: EntryId, every: Wait, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0).filter(|entry| every < entry.poll_every)
        else {
            return;
        };
        if entry.poll_every == Wait::FOREVER {
            entry.poll_from = now;
        }
        entry.poll_every = every;
        if entry.fetch.is_none() {
            let at = now.plus(every).min(entry.poll.at());
            self.timers.set(&mut entry.poll, TimerOwner::Poll(id), at);
        }
    }

    /// An observer asks for its interval no more. The others' go on counting from where they were.
    pub(crate) fn poll_left(&mut self, id: EntryId, every: Wait, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let still_asked = || {
            let mut others = self.observers_of(id);
            others.any(|(_, observer)| observer.interval(&entry.state) == every)
        };
        if every == Wait::FOREVER || entry.poll_every != every || still_asked() {
            return;
        }
        self.await_next_poll(id, now);
    }

    fn poll_interval(&self, id: EntryId) -> Wait {
        let mut shortest = Wait::FOREVER;
        if let Some(entry) = self.entries.get(id.0) {
            for (_, observer) in self.observers_of(id) {
                shortest = shortest.min(observer.interval(&entry.state));
            }
        }
        shortest
    }
}
