//! Fetching again and again: one alarm an entry, set by the shortest interval that is asked for.

use std::time::Duration;

use super::entry::{EntryId, QueryState};
use super::observer::Observer;
use super::state::Engine;
use super::time::Time;
use super::timers::TimerOwner;

impl Observer {
    /// The interval that it asks for now.
    pub(crate) fn interval(&self, state: &QueryState) -> Option<Duration> {
        if self.is_active() { self.options.interval.get(state) } else { None }
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
            observer.interval(&entry.state).is_some_and(|every| now >= from.after(every))
                && (visible || options.interval_when_hidden)
                && (online || options.interval_when_offline)
                && (!failed || options.interval_after_error)
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
        let ends = |every: Duration| Some(from.after(every)).filter(|end| *end > now);
        let next = |every| ends(every).unwrap_or_else(|| now.after(every));
        let asked = self.observers_of(id).filter_map(|(_, o)| o.interval(&entry.state));
        let next = asked.map(next).min().unwrap_or(Time::NEVER);
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
        match (every, &entry.fetch) {
            (Some(every), None) => {
                let at = now.after(every);
                self.timers.set(&mut entry.poll, TimerOwner::Poll(id), at);
            }
            _ => entry.poll.clear(),
        }
    }

    /// An observer has begun to ask for an interval. Takes no longer the more observers there are.
    pub(crate) fn poll_joined(&mut self, id: EntryId, every: Option<Duration>, now: Time) {
        let (Some(every), Some(entry)) = (every, self.entries.get_mut(id.0)) else {
            return;
        };
        let Some(shortest) = entry.poll_every else {
            return self.rearm_poll(id, now);
        };
        if every < shortest {
            entry.poll_every = Some(every);
            if entry.fetch.is_none() {
                let at = now.after(every).min(entry.poll.at());
                self.timers.set(&mut entry.poll, TimerOwner::Poll(id), at);
            }
        }
    }

    /// An observer asks for its interval no more. The others' go on counting from where they were.
    pub(crate) fn poll_left(&mut self, id: EntryId, every: Option<Duration>, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let still_asked = || {
            let mut others = self.observers_of(id);
            others.any(|(_, observer)| observer.interval(&entry.state) == every)
        };
        if every.is_none() || entry.poll_every != every || still_asked() {
            return;
        }
        let every = self.poll_interval(id);
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.poll_every = every;
        }
        self.await_next_poll(id, now);
    }

    fn poll_interval(&self, id: EntryId) -> Option<Duration> {
        let entry = self.entries.get(id.0)?;
        self.observers_of(id).filter_map(|(_, observer)| observer.interval(&entry.state)).min()
    }
}
