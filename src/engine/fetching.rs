//! The life of a fetch, first part: who starts it, what it joins, when it may run.

use std::rc::Rc;

use super::effect::{Answer, Effect, FetchContext, FetchJob, Fetcher, Waiter};
use super::entry::{EntryId, Fetch, FetchStatus, Phase, Status};
use super::event::Owner;
use super::events::QueryAction;
use super::observer::{Observer, ObserverId};
use super::options::{Access, Dialect, NetworkMode, ObserverOptions};
use super::paging::PageWish;
use super::signal::Signal;
use super::state::Engine;
use super::time::Time;
use super::timers::{Alarm, TimerOwner};
use super::trail::What;

/// Who fetches, and how.
#[derive(Clone)]
pub(crate) struct Source {
    pub by: Option<ObserverId>,
    pub options: Rc<ObserverOptions>,
    pub fetcher: Fetcher,
    pub wish: PageWish,
}

impl Source {
    pub fn of((id, observer): (ObserverId, &Observer)) -> Option<Self> {
        let fetcher = observer.fetcher.clone()?;
        let options = observer.options.clone();
        Some(Self { by: Some(id), options, fetcher, wish: PageWish::default() })
    }

    pub fn of_nobody(options: Rc<ObserverOptions>, fetcher: Fetcher) -> Self {
        Self { by: None, options, fetcher, wish: PageWish::default() }
    }
}

impl Fetch {
    /// Whether it is for the same, and has not begun: a second wish of the same tick joins it.
    fn is_same(&self, wish: &PageWish) -> bool {
        let are_all = self.wish.only.is_none() && wish.only.is_none();
        self.phase == Phase::Queued && are_all && self.wish.direction == wish.direction
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
    /// The source that an observer is.
    pub(crate) fn source(&self, id: ObserverId) -> Option<Source> {
        self.observer(id).and_then(|observer| Source::of((id, observer)))
    }

    /// A fetch that nobody asked for in so many words: it never doubles one that runs.
    pub(crate) fn fetch_automatically(&mut self, id: EntryId, by: ObserverId, now: Time) {
        let Some(source) = self.source(by) else {
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
        let source = source.or_else(|| self.any_source(id));
        let source =
            source.filter(|source| self.may_fetch(&source.options) && !source.options.is_paused());
        let (Some(source), Some(entry)) = (source, self.entries.get_mut(id.0)) else {
            return self.answer_now(id, waiter);
        };
        let is_swr = source.options.dialect == Dialect::Swr;
        let replace = cancel_refetch && (is_swr || entry.state.data.is_some());
        match &mut entry.fetch {
            Some(fetch) if !replace || fetch.is_same(&source.wish) => {
                fetch.retries_stopped = false;
            }
            _ => self.start_fetch(id, source, now),
        }
        self.add_waiter(id, waiter);
    }

    pub(crate) fn add_waiter(&mut self, id: EntryId, waiter: Option<Waiter>) {
        let Some(waiter) = waiter else { return };
        match self.entries.get_mut(id.0).and_then(|entry| entry.fetch.as_mut()) {
            Some(fetch) => fetch.waiters.push(waiter),
            None => self.answer_now(id, Some(waiter)),
        }
    }

    /// Tells a waiter what is there, as there is nothing to wait for.
    pub(crate) fn answer_now(&mut self, id: EntryId, waiter: Option<Waiter>) {
        let Some(waiter) = waiter else { return };
        let data = self.entries.get(id.0).and_then(|entry| entry.state.data.clone());
        self.effect(Effect::Answer(waiter, Answer::Data(data)));
    }

    /// The first observer that has a function, else whoever fetched last.
    pub(crate) fn any_source(&self, id: EntryId) -> Option<Source> {
        self.observers_of(id).find_map(Source::of).or_else(|| {
            let (options, fetcher) = self.entries.get(id.0)?.last.clone()?;
            Some(Source::of_nobody(options, fetcher))
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
        let old = self.supersede(id, now);
        self.sequence += 1;
        let seq = self.sequence;
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let (revert, waiters) = match old {
            Some(old) => (old.revert, old.waiters),
            None => (entry.revert_point(), Vec::new()),
        };
        // What is fetched in private stays private, whoever watched the entry before.
        entry.access = entry.access.max(source.options.access);
        entry.gc.clear();
        entry.poll.clear();
        entry.end_retries();
        entry.idle_failures();
        entry.preloaded = None;
        entry.last = Some((source.options.clone(), source.fetcher.clone()));
        entry.state.fetch_direction = source.wish.direction;
        if entry.state.data.is_none() {
            entry.state.status = Status::Pending;
        }
        entry.fetch = Some(Box::new(Fetch {
            seq,
            phase: Phase::Queued,
            failures: 0,
            retries_stopped: false,
            by: source.by,
            options: source.options,
            fetcher: source.fetcher,
            signal: Signal::new(),
            reader: None,
            slow: Alarm::default(),
            revert,
            waiters,
            wish: source.wish,
            progress: None,
        }));
        self.trail.push(now, &entry.key, What::Fetch);
        self.await_slowness(id, now);
        self.attempt(id, gate);
    }

    /// Sets the alarm for a request that takes long, if its observer wants to hear of that.
    fn await_slowness(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0).filter(|entry| !entry.has_data()) else {
            return;
        };
        let Some(fetch) = &mut entry.fetch else { return };
        let after = fetch.options.loading_timeout;
        if fetch.options.callbacks.on_loading_slow.is_some() && !after.is_zero() {
            self.timers.set(&mut fetch.slow, TimerOwner::Slow(id), now.after(after));
        }
    }

    /// A request has taken long.
    pub(crate) fn slow(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get(id.0).filter(|entry| !entry.has_data()) else {
            return;
        };
        let key = entry.key.clone();
        let by = entry.fetch.as_ref().and_then(|fetch| self.observer(fetch.by?));
        let by = by.filter(|observer| observer.entry == Some(id));
        if let Some(callback) = by.and_then(|by| by.options.callbacks.on_loading_slow.clone()) {
            self.call(id, move || callback(&key));
        }
    }

    /// Ends the running fetch without an answer, for something newer to take its place.
    pub(crate) fn supersede(&mut self, id: EntryId, now: Time) -> Option<Box<Fetch>> {
        let entry = self.entries.get_mut(id.0)?;
        let fetch = entry.fetch.take()?;
        entry.retry.clear();
        self.trail.push(now, &entry.key, What::Discarded);
        self.effect(Effect::Abort(fetch.signal.clone()));
        self.tell(id, &fetch, &None);
        Some(fetch)
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

    /// Since a fetch was decided on, its component may have rendered with another function, such as one for the
    /// user of now: the newest runs. A function of whoever has gone is not called if somebody else has one.
    fn renew_fetcher(&mut self, id: EntryId) {
        let by = self.entries.get(id.0).and_then(|entry| entry.fetch.as_ref()?.by);
        let Some(by) = by else { return };
        let own = self.observer(by).filter(|observer| observer.entry == Some(id));
        let own = own.and_then(|observer| Source::of((by, observer)));
        let Some(newest) = own.or_else(|| self.observers_of(id).find_map(Source::of)) else {
            return;
        };
        if let Some(entry) = self.entries.get_mut(id.0)
            && let Some(fetch) = &mut entry.fetch
        {
            fetch.fetcher = newest.fetcher.clone();
            entry.last = Some((fetch.options.clone(), newest.fetcher));
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
        let waited =
            fetch.phase == Phase::Paused && entry.state.fetch_status == FetchStatus::Paused;
        fetch.phase = if gate == Gate::Open { Phase::Queued } else { Phase::Paused };
        if gate == Gate::Open {
            let signal = fetch.signal.clone();
            let meta = fetch.options.extras().and_then(|extras| extras.meta.clone());
            let seq = fetch.seq;
            self.effect(Effect::Fetch(FetchJob {
                entry: id,
                seq,
                context: FetchContext { key, signal, meta },
            }));
        }
        let waits = gate == Gate::Closed;
        if waits != waited {
            let action = if waits { QueryAction::Pause } else { QueryAction::Continue };
            self.say_updated(id, action);
        }
        self.set_fetch_status(id, if waits { FetchStatus::Paused } else { FetchStatus::Fetching });
    }

    /// Lets a waiting fetch go on, if the world allows it now.
    pub(crate) fn continue_fetch(&mut self, id: EntryId, now: Time) {
        match self.entries.get(id.0).and_then(|entry| entry.fetch.as_ref()) {
            Some(fetch) if fetch.phase == Phase::Paused => self.go_on(id, now),
            _ => {}
        }
    }

    /// The next attempt of a fetch that has waited: for its delay, the network, the page, or sign-in.
    pub(crate) fn go_on(&mut self, id: EntryId, now: Time) {
        let Some(entry) = self.entries.get(id.0) else {
            return;
        };
        let Some(fetch) = &entry.fetch else { return };
        let (is_retry, options) = (fetch.failures > 0, fetch.options.clone());
        let last_failure = entry.state.failure_reason.clone();
        if !self.may_fetch(&options) {
            return self.cancel_fetch(id, true, now);
        }
        match last_failure {
            Some(failure) if is_retry && fetch.retries_stopped => {
                self.fail_for_good(id, failure, 0.0, now);
            }
            _ => {
                let gate = self.gate(&options, is_retry);
                self.attempt(id, gate);
            }
        }
    }

    /// The driver is about to call the query function: which, or `None` if nobody wants it any more.
    pub fn begin(&mut self, id: EntryId, seq: u64) -> Option<Fetcher> {
        let fetch = self.entries.get(id.0)?.fetch.as_ref()?;
        if fetch.seq != seq || fetch.phase != Phase::Queued {
            return None;
        }
        self.renew_fetcher(id);
        let fetch = self.entries.get_mut(id.0)?.fetch.as_mut()?;
        fetch.phase = Phase::Running;
        fetch.signal.begin_attempt();
        Some(fetch.fetcher.clone())
    }
}
