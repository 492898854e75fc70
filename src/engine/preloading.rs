//! SWR's `preload` and `unload`: a request before anybody shows its key, and a cache as on the first day.

use std::rc::Rc;

use super::effect::{Answer, Effect, Fetcher, Waiter};
use super::entry::{Entry, EntryId, Status};
use super::fetching::Source;
use super::key::Key;
use super::observer::ObserverId;
use super::options::{Dialect, ObserverOptions};
use super::state::Engine;
use super::time::Time;

/// Where a request stands that was made for a hook that is still to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preload {
    None,
    Running,
    Done,
    Failed,
}

impl Preload {
    fn of(entry: &Entry) -> Self {
        match (entry.preloaded, &entry.fetch, entry.state.status) {
            (None, ..) | (_, None, Status::Pending) => Self::None,
            (_, Some(_), _) => Self::Running,
            (_, None, Status::Success) => Self::Done,
            (_, None, Status::Error) => Self::Failed,
        }
    }
}

impl Engine {
    /// Fetches for the first hook that will show the key. Until that has come, more calls give the same answer.
    pub fn preload(
        &mut self,
        key: &Key,
        options: Rc<ObserverOptions>,
        fetcher: Fetcher,
        waiter: Waiter,
        now: Time,
    ) {
        let id = self.ensure(key, options.access, None, now);
        let stage = self.entry(id).map_or(Preload::None, |entry| {
            entry.gc_time = entry.gc_time.max(options.gc_time);
            Preload::of(entry)
        });
        match stage {
            Preload::Done | Preload::Failed => self.answer_as_settled(id, waiter),
            Preload::Running => self.add_waiter(id, Some(waiter)),
            Preload::None => {
                self.fetch_explicitly(
                    id,
                    Some(Source::of_nobody(options, fetcher)),
                    false,
                    Some(waiter),
                    now,
                );
                // What is shown already has nobody to wait for.
                let is_shown = self.observers_of(id).any(|(_, observer)| observer.is_active());
                if let Some(entry) = self.entry(id) {
                    let waits = !is_shown && entry.fetch.is_some();
                    entry.preloaded = waits.then_some(Self::take_preload);
                }
            }
        }
        self.schedule_gc(id, now);
        self.finish(now);
    }

    fn answer_as_settled(&mut self, id: EntryId, waiter: Waiter) {
        let error = self.entries.get(id.0).and_then(|entry| entry.state.error.clone());
        match error {
            Some(error) => self.effect(Effect::Answer(waiter, Answer::Failed(error))),
            None => self.answer_now(id, Some(waiter)),
        }
    }

    /// Lets an observer that wants to fetch take what was fetched for it, as if it had asked itself. `false` if there
    /// is nothing of the kind.
    fn take_preload(&mut self, id: EntryId, by: ObserverId, now: Time) -> bool {
        let (Some(source), Some(entry)) = (self.source(by), self.entries.get_mut(id.0)) else {
            return false;
        };
        if source.options.dialect != Dialect::Swr {
            return false;
        }
        let stage = Preload::of(entry);
        entry.preloaded = None;
        let callbacks = source.options.callbacks.clone();
        match stage {
            Preload::None => return false,
            Preload::Running => {
                if let Some(fetch) = &mut entry.fetch {
                    fetch.by = Some(by);
                    fetch.options = source.options.clone();
                    fetch.retries_stopped = false;
                }
            }
            Preload::Done => {
                entry.deduped_until = now.after(source.options.deduping_interval);
                let news = entry.base.clone().map(Ok);
                self.tell_one(id, callbacks, &news);
            }
            Preload::Failed => {
                let Some(failure) = entry.state.error.clone() else {
                    return false;
                };
                let random = (self.random)();
                self.plan_swr_retry(id, &source.options, &failure, random, now);
                self.tell_one(id, callbacks, &Some(Err(failure)));
            }
        }
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.last = Some((source.options, source.fetcher));
        }
        true
    }

    /// SWR's `unload`: nothing is left in the cache, what is in flight is discarded, and no observer remembers what
    /// it has shown. With `revalidate`, what is watched is fetched.
    pub fn unload(&mut self, revalidate: bool, now: Time) {
        let mut waiting = Vec::new();
        let mut at = 0;
        while let Some(id) = self.entries.next(&mut at).map(EntryId) {
            if let Some(fetch) = self.supersede(id, now) {
                waiting.push((id, fetch.waiters));
            }
            self.disown(id, false, now);
        }
        self.forget_previous(false, now);
        self.forget_removed();
        let mut at = 0;
        while let Some(id) = self.next_watched(&mut at) {
            let is_subscription = |entry: &Entry| entry.key.is_subscription();
            if !revalidate && !self.entries.get(id.0).is_some_and(is_subscription) {
                continue;
            }
            let active = self.observers_of(id).filter(|(_, observer)| observer.is_active());
            let first = active.filter_map(Source::of).next();
            if let Some(source) = first {
                self.fetch_explicitly(id, Some(source), false, None, now);
            }
        }
        // Who waited for an old fetch waits for the new one, if there is one.
        for (id, waiters) in waiting {
            for waiter in waiters {
                self.add_waiter(id, Some(waiter));
            }
        }
        self.finish(now);
    }
}
