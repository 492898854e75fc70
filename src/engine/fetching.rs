//! The life of a fetch: start, attempts, end.

use std::rc::Rc;

use super::effect::{Answer, Effect, FetchContext, FetchJob, Fetcher, Waiter};
use super::entry::{EntryId, Fetch, FetchStatus, Phase, Status};
use super::erased::{Data, Failure};
use super::event::Owner;
use super::observer::{Observer, ObserverId};
use super::options::{Access, Dialect, NetworkMode, ObserverOptions};
use super::retry;
use super::signal::Signal;
use super::state::Engine;
use super::time::Time;
use super::timers::TimerOwner;
use super::trail::What;

/// Who fetches, and how.
#[derive(Clone)]
pub(crate) struct Source {
    pub options: Rc<ObserverOptions>,
    pub fetcher: Fetcher,
}

impl Source {
    pub fn of(observer: &Observer) -> Option<Self> {
        let fetcher = observer.fetcher.clone()?;
        Some(Self {
            options: observer.options.clone(),
            fetcher,
        })
    }
}

/// What keeps an attempt from running now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    /// It is not known yet who is signed in. To the user this is part of fetching.
    OwnerUnknown,
    /// Offline, or the page is hidden.
    Closed,
}

impl Engine {
    /// A fetch that nobody asked for in so many words: it never doubles one that runs.
    pub(crate) fn fetch_automatically(&mut self, id: EntryId, by: ObserverId, now: Time) {
        let Some(source) = self.observer(by).and_then(Source::of) else {
            return;
        };
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let is_swr = source.options.dialect == Dialect::Swr;
        if let Some(fetch) = &mut entry.fetch {
            fetch.retries_stopped = false;
        } else if !is_swr || now >= entry.deduped_until {
            self.start_fetch(id, source, now);
        }
    }

    /// A fetch that was asked for. It joins one of the same tick; else a running one is replaced, unless
    /// `cancel_refetch` is off or there is no data yet (then TanStack Query joins as well).
    pub(crate) fn fetch_explicitly(
        &mut self,
        id: EntryId,
        source: Option<Source>,
        cancel_refetch: bool,
        waiter: Option<Waiter>,
        now: Time,
    ) {
        let source = source
            .or_else(|| self.any_source(id))
            .filter(|s| self.may_fetch(&s.options));
        let (Some(source), Some(entry)) = (source, self.entries.get_mut(id.0)) else {
            return self.answer_now(id, waiter);
        };
        let is_swr = source.options.dialect == Dialect::Swr;
        let replace = cancel_refetch && (is_swr || entry.state.data.is_some());
        match &mut entry.fetch {
            Some(fetch) if !replace || fetch.phase == Phase::Queued => {
                fetch.retries_stopped = false;
            }
            _ => self.start_fetch(id, source, now),
        }
        self.add_waiter(id, waiter);
    }

    pub(crate) fn add_waiter(&mut self, id: EntryId, waiter: Option<Waiter>) {
        let Some(waiter) = waiter else { return };
        match self
            .entries
            .get_mut(id.0)
            .and_then(|entry| entry.fetch.as_mut())
        {
            Some(fetch) => fetch.waiters.push(waiter),
            None => self.answer_now(id, Some(waiter)),
        }
    }

    /// Tells a waiter what is there, as there is nothing to wait for.
    pub(crate) fn answer_now(&mut self, id: EntryId, waiter: Option<Waiter>) {
        let Some(waiter) = waiter else { return };
        let data = self
            .entries
            .get(id.0)
            .and_then(|entry| entry.state.data.clone());
        self.effect(Effect::Answer(waiter, Answer::Data(data)));
    }

    /// The first observer that has a function, else whoever fetched last.
    pub(crate) fn any_source(&self, id: EntryId) -> Option<Source> {
        let watching = self
            .observers_of(id)
            .find_map(|(_, observer)| Source::of(observer));
        watching.or_else(|| {
            let (options, fetcher) = self.entries.get(id.0)?.last.clone()?;
            Some(Source { options, fetcher })
        })
    }

    /// Whether such an entry may be fetched by whoever is signed in now.
    pub(crate) fn may_fetch(&self, options: &ObserverOptions) -> bool {
        options.access != Access::SignedIn || self.world.owner != Owner::Nobody
    }

    /// Starts a fetch; one that runs already is superseded, and who waits for it waits for the new one.
    pub(crate) fn start_fetch(&mut self, id: EntryId, source: Source, now: Time) {
        if !self.may_fetch(&source.options) {
            return;
        }
        let gate = self.gate(&source.options, false);
        self.sequence += 1;
        let seq = self.sequence;
        let old = self.supersede(id, now);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let (revert, waiters) = match old {
            Some(old) => (old.revert, old.waiters),
            None => (entry.revert_point(), Vec::new()),
        };
        entry.gc.clear();
        entry.poll.clear();
        entry.retry.clear();
        entry.retry_waits = false;
        entry.last = Some((source.options.clone(), source.fetcher.clone()));
        entry.state.failure_count = 0;
        entry.state.failure_reason = None;
        if entry.state.data.is_none() {
            entry.state.status = Status::Pending;
        }
        entry.fetch = Some(Fetch {
            seq,
            phase: Phase::Queued,
            failures: 0,
            retries_stopped: false,
            options: source.options,
            fetcher: source.fetcher,
            signal: Signal::new(),
            revert,
            waiters,
        });
        self.trail.push(now, &entry.key, What::Fetch);
        self.attempt(id, gate);
    }

    /// Ends the running fetch without an answer, for a newer one to take its place.
    fn supersede(&mut self, id: EntryId, now: Time) -> Option<Fetch> {
        let entry = self.entries.get_mut(id.0)?;
        let fetch = entry.fetch.take()?;
        let key = entry.key.clone();
        self.discard(&fetch, &key, now);
        Some(fetch)
    }

    fn discard(&mut self, fetch: &Fetch, key: &super::key::Key, now: Time) {
        self.trail.push(now, key, What::Discarded);
        self.effect(Effect::Abort(fetch.signal.clone()));
        if let Some(callback) = fetch.options.callbacks.on_discarded.clone() {
            let key = key.clone();
            self.effect(Effect::Call(Box::new(move || callback(&key))));
        }
    }

    /// Drops the running fetch because a write by hand is newer. The data stays, the flags end; who
    /// waits is told what is there.
    pub(crate) fn discard_fetch(&mut self, id: EntryId, now: Time) {
        let Some(fetch) = self.supersede(id, now) else {
            return;
        };
        self.end_fetch(id, fetch.waiters, now);
    }

    fn end_fetch(&mut self, id: EntryId, waiters: Vec<Waiter>, now: Time) {
        self.set_fetch_status(id, FetchStatus::Idle);
        for waiter in waiters {
            self.answer_now(id, Some(waiter));
        }
        self.rearm_poll(id, now);
        self.schedule_gc(id, now);
    }

    fn gate(&self, options: &ObserverOptions, is_retry: bool) -> Gate {
        let needs_network = match options.network_mode {
            NetworkMode::Online => true,
            NetworkMode::Always => false,
            NetworkMode::OfflineFirst => is_retry,
        };
        if options.access != Access::Public && self.world.owner == Owner::Unknown {
            Gate::OwnerUnknown
        } else if (needs_network && !self.world.online) || (is_retry && !self.world.visible) {
            Gate::Closed
        } else {
            Gate::Open
        }
    }

    /// Runs the next attempt of a fetch, or lets it wait.
    fn attempt(&mut self, id: EntryId, gate: Gate) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let key = entry.key.clone();
        let Some(fetch) = &mut entry.fetch else {
            return;
        };
        fetch.phase = if gate == Gate::Open {
            Phase::Queued
        } else {
            Phase::Paused
        };
        if gate == Gate::Open {
            let context = FetchContext {
                key,
                signal: fetch.signal.clone(),
            };
            let (seq, fetcher) = (fetch.seq, fetch.fetcher.clone());
            self.effect(Effect::Fetch(FetchJob {
                entry: id,
                seq,
                fetcher,
                context,
            }));
        }
        let waits = gate == Gate::Closed;
        self.set_fetch_status(
            id,
            if waits {
                FetchStatus::Paused
            } else {
                FetchStatus::Fetching
            },
        );
    }

    /// Lets a waiting fetch go on, if the world allows it now.
    pub(crate) fn continue_fetch(&mut self, id: EntryId, now: Time) {
        let Some(fetch) = self
            .entries
            .get(id.0)
            .and_then(|entry| entry.fetch.as_ref())
        else {
            return;
        };
        if fetch.phase != Phase::Paused {
            return;
        }
        let (is_retry, options) = (fetch.failures > 0, fetch.options.clone());
        if !self.may_fetch(&options) {
            return self.cancel_fetch(id, true, now);
        }
        let gate = self.gate(&options, is_retry);
        self.attempt(id, gate);
    }

    /// The driver is about to call the query function; `false` if nobody wants it any more.
    pub fn begin(&mut self, id: EntryId, seq: u64) -> bool {
        match self.entry(id).and_then(|entry| entry.fetch.as_mut()) {
            Some(fetch) if fetch.seq == seq && fetch.phase == Phase::Queued => {
                fetch.phase = Phase::Running;
                true
            }
            _ => false,
        }
    }

    /// A query function has ended.
    pub(crate) fn settle(
        &mut self,
        id: EntryId,
        seq: u64,
        outcome: Result<Data, Failure>,
        now: Time,
    ) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let is_swr = match &entry.fetch {
            Some(fetch) if fetch.seq == seq => fetch.options.dialect == Dialect::Swr,
            _ => return,
        };
        if is_swr && entry.mutations_running > 0 {
            // The answer may be older than what the mutation does; its end fetches anew.
            return self.discard_fetch(id, now);
        }
        match outcome {
            Ok(data) => self.succeed(id, data, now),
            Err(failure) if failure.hint.cancelled => self.cancel_fetch(id, true, now),
            Err(failure) => self.fail(id, failure, now),
        }
    }

    fn succeed(&mut self, id: EntryId, data: Data, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = entry.fetch.take() else {
            return;
        };
        entry.patches.drop_finished();
        entry.write(data, Some(&fetch.options), now);
        entry.state.failure_count = 0;
        entry.state.failure_reason = None;
        entry.retries = 0;
        entry.deduped_until = now.after(fetch.options.deduping_interval);
        self.trail.push(now, &entry.key, What::Success);
        let callback = fetch.options.callbacks.on_success.clone();
        if let (Some(callback), Some(data)) = (callback, entry.base.clone()) {
            let key = entry.key.clone();
            self.effect(Effect::Call(Box::new(move || callback(&data, &key))));
        }
        self.end_fetch(id, fetch.waiters, now);
    }

    fn fail(&mut self, id: EntryId, failure: Failure, now: Time) {
        let random = (self.random)();
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = &mut entry.fetch else {
            return;
        };
        let delay = if fetch.options.dialect == Dialect::Query && !fetch.retries_stopped {
            retry::next_try(&fetch.options, fetch.failures, &failure, random)
        } else {
            None
        };
        fetch.failures = fetch.failures.saturating_add(1);
        entry.state.failure_count = fetch.failures;
        entry.state.failure_reason = Some(failure.clone());
        let Some(delay) = delay else {
            return self.fail_for_good(id, failure, random, now);
        };
        fetch.phase = Phase::Backoff;
        self.timers
            .set(&mut entry.retry, TimerOwner::Retry(id), now.after(delay));
        self.trail.push(now, &entry.key, What::Retry);
        self.touch(id);
    }

    fn fail_for_good(&mut self, id: EntryId, failure: Failure, random: f64, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = entry.fetch.take() else {
            return;
        };
        let state = &mut entry.state;
        state.error = Some(failure.clone());
        state.error_updated_at = now;
        state.error_update_count = state.error_update_count.saturating_add(1);
        state.status = Status::Error;
        state.is_invalidated = true;
        entry.deduped_until = Time::ZERO;
        if fetch.options.dialect == Dialect::Swr && entry.observers.len > 0 {
            if let Some(delay) = retry::next_try(&fetch.options, entry.retries, &failure, random) {
                entry.retries = entry.retries.saturating_add(1);
                self.timers
                    .set(&mut entry.retry, TimerOwner::Retry(id), now.after(delay));
            } else {
                entry.retries = 0;
            }
        }
        self.trail.push(now, &entry.key, What::Error);
        if let Some(callback) = fetch.options.callbacks.on_error.clone() {
            let (failure, key) = (failure.clone(), entry.key.clone());
            self.effect(Effect::Call(Box::new(move || callback(&failure, &key))));
        }
        for waiter in fetch.waiters {
            self.effect(Effect::Answer(waiter, Answer::Failed(failure.clone())));
        }
        self.end_fetch(id, Vec::new(), now);
    }

    /// Stops a fetch. With `revert`, the entry goes back to what it was before the fetch.
    ///
    /// Who waits gets the old data, or hears of the cancellation if there is none.
    pub(crate) fn cancel_fetch(&mut self, id: EntryId, revert: bool, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let Some(fetch) = entry.fetch.take() else {
            return;
        };
        entry.retry.clear();
        if revert {
            entry.state.status = fetch.revert.status;
            entry.state.error = fetch.revert.error;
            entry.state.error_updated_at = fetch.revert.error_updated_at;
            entry.state.is_invalidated = fetch.revert.is_invalidated;
        }
        entry.idle_failures();
        let data = entry.state.data.clone();
        self.trail.push(now, &entry.key, What::Cancelled);
        self.effect(Effect::Abort(fetch.signal));
        for waiter in fetch.waiters {
            let answer = data
                .clone()
                .map_or(Answer::Cancelled, |data| Answer::Data(Some(data)));
            self.effect(Effect::Answer(waiter, answer));
        }
        self.end_fetch(id, Vec::new(), now);
    }

    /// The wait before a retry is over.
    pub(crate) fn retry_now(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        match &entry.fetch {
            Some(fetch) if fetch.phase == Phase::Backoff && fetch.retries_stopped => {
                let failure = entry.state.failure_reason.clone();
                if let Some(failure) = failure {
                    self.fail_for_good(id, failure, 0.0, now);
                }
            }
            Some(fetch) if fetch.phase == Phase::Backoff => {
                let options = fetch.options.clone();
                let gate = self.gate(&options, true);
                self.attempt(id, gate);
            }
            Some(_) => {}
            None => self.swr_retry(id, now),
        }
    }

    /// SWR's retry is a new request through the first observer that can make one.
    fn swr_retry(&mut self, id: EntryId, now: Time) {
        let ready = self.world.visible && self.world.online;
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.retry_waits = !ready;
        if ready {
            let first = self
                .observers_of(id)
                .find(|(_, o)| o.is_active())
                .map(|(id, _)| id);
            if let Some(first) = first {
                self.fetch_automatically(id, first, now);
            }
        }
    }
}
