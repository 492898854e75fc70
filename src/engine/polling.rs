//! Fetching again and again: one alarm an entry, set by the shortest interval that is asked for.

use super::entry::{EntryId, QueryState};
use super::observer::Observer;
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

impl Engine {
    /// A poll is due: the first observer whose interval is over, and that may poll now, fetches.
    pub(crate) fn poll(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let (visible, online) = (self.world.visible, self.world.online);
        let (failed, from) = (entry.state.error.is_some(), entry.poll_from);
        let may = |observer: &Observer| {
            let options = &observer.options;
            now >= from.plus(observer.interval(&entry.state))
                && (visible || options.interval_when_hidden)
                && (online || options.interval_when_offline)
                && (!failed || options.interval_after_error)
                && !options.is_paused()
        };
        let by = self.observers_of(id).find(|(_, observer)| may(observer)).map(|(id, _)| id);
        if let Some(by) = by {
            self.fetch_automatically(id, by, now);
        }
        self.await_next_poll(id, now);
    }

    /// Nothing was fetched: the intervals go on counting from where they were.
    fn await_next_poll(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0).filter(|entry| entry.fetch.is_none()) else {
            return;
        };
        let from = entry.poll_from;
        let mut next = Time::NEVER;
        for (_, observer) in self.observers_of(id) {
            let every = observer.interval(&entry.state);
            let end = from.plus(every);
            next = next.min(if end > now { end } else { now.plus(every) });
        }
        if let Some(entry) = self.entries.get_mut(id.0) {
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
        let every = self.poll_interval(id);
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.poll_every = every;
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
