//! The model, second part: the life of a fetch.

use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::options::NetworkMode;

use super::model_rules::{Entry, Model, Waiter};
use super::model_words::{
    Access, Datum, End, KEYS, Ms, NEVER, Opts, Request, Who, access_of, answer, plan,
};

/// Where a fetch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its function will be called when the turn ends.
    Queued,
    Running,
    /// Until the next attempt.
    Resting(Ms),
    /// For the network, the page, or for it to be known who is signed in.
    Waiting,
}

/// What a cancelled fetch goes back to: all that a fetch changes of the state before it has brought data.
#[derive(Clone, Copy, Debug)]
pub struct Revert {
    status: Status,
    error: Option<u32>,
    failures: u32,
}

pub struct Fetch {
    /// Tells it from all others.
    number: u64,
    pub phase: Phase,
    last_error: Option<u32>,
    pub retries_stopped: bool,
    /// The observer that started it.
    by: Option<u32>,
    options: Opts,
    function: u32,
    /// Whether the function of the last attempt asked for its signal.
    is_consumed: bool,
    requests: Vec<u32>,
    pub revert: Revert,
    pub waiters: Vec<usize>,
}

impl Fetch {
    pub fn has_not_begun(&self) -> bool {
        self.phase == Phase::Waiting && self.last_error.is_none()
    }
}

/// Who fetches, and how.
#[derive(Clone, Copy)]
pub struct Source {
    pub by: Option<u32>,
    pub options: Opts,
    pub function: u32,
}

/// An answer on its way.
pub struct Answer {
    pub at: Ms,
    key: usize,
    fetch: u64,
    request: u32,
    owner: Who,
}

impl Entry {
    pub fn revert_point(&self) -> Revert {
        Revert { status: self.status, error: self.error, failures: self.failures }
    }

    /// What is written during a fetch is what it goes back to when it is stopped.
    pub fn move_revert_point(&mut self) {
        let revert = self.revert_point();
        if let Some(fetch) = &mut self.fetch {
            fetch.revert = revert;
        }
    }

    /// As when it was made.
    pub fn clear(&mut self, value: u64) {
        (self.data, self.value, self.updated_at) = (None, value, 0);
        (self.data_updates, self.error_updates) = (0, 0);
        (self.status, self.error, self.failures) = (Status::Pending, None, 0);
        self.is_invalidated = false;
    }
}

impl Model {
    pub fn fetch_status(&self, key: usize) -> FetchStatus {
        match self.entries[key].as_ref().and_then(|entry| entry.fetch.as_ref()) {
            None => FetchStatus::Idle,
            Some(fetch) if fetch.phase == Phase::Waiting => {
                // Decision: that it is not known who is signed in is part of fetching.
                let waits_for_owner = access_of(key, fetch.options.access) != Access::Public
                    && self.owner == Who::Unknown;
                if waits_for_owner { FetchStatus::Fetching } else { FetchStatus::Paused }
            }
            Some(_) => FetchStatus::Fetching,
        }
    }

    pub fn source_of(&self, at: usize) -> Source {
        let observer = &self.observers[at];
        Source { by: Some(observer.id), options: observer.options, function: observer.function }
    }

    /// What needs sign-in is not fetched while nobody is signed in.
    pub fn is_allowed(&self, key: usize, options: &Opts) -> bool {
        access_of(key, options.access) != Access::SignedIn || self.owner != Who::Nobody
    }

    // ---- Beginning ----

    /// A fetch that nobody asked for in so many words joins one that is there.
    pub fn fetch_by_itself(&mut self, key: usize, at: usize) {
        let source = self.source_of(at);
        match &mut self.entry(key).fetch {
            Some(fetch) => fetch.retries_stopped = false,
            None => return self.start(key, source),
        }
        self.note("a trigger joins");
    }

    /// A refetch takes the place of a running one if that is wanted; a first load is joined.
    /// Decision: so is what has not begun yet, for several wishes of one turn are one.
    pub fn ask(&mut self, key: usize, source: Option<Source>, cancel: bool, waiter: Option<usize>) {
        let last =
            self.entry(key).last.map(|(options, function)| Source { by: None, options, function });
        let source = source.or(last).filter(|source| self.is_allowed(key, &source.options));
        let entry = self.entry(key);
        let has_data = entry.data.is_some();
        if let Some(source) = source {
            match &mut entry.fetch {
                Some(fetch) if !(cancel && has_data) || fetch.phase == Phase::Queued => {
                    fetch.retries_stopped = false;
                    self.note(if cancel && has_data { "one turn joins" } else { "a wish joins" });
                }
                _ => self.start(key, source),
            }
            if let Some(waiter) = waiter {
                self.wait_for(key, waiter);
            }
        } else if let Some(waiter) = waiter {
            self.answer_now(key, waiter);
        }
    }

    pub fn start(&mut self, key: usize, source: Source) {
        if !self.is_allowed(key, &source.options) {
            return;
        }
        let number = self.count();
        let old = self.entry(key).fetch.take();
        self.abort(key, old.as_ref());
        if old.is_some() {
            self.note("overtaken");
        }
        let entry = self.entry(key);
        // Who waits for the old one follows the new one.
        let (revert, waiters) = match old {
            Some(old) => (old.revert, old.waiters),
            None => (entry.revert_point(), Vec::new()),
        };
        entry.access = entry.access.max(access_of(key, source.options.access));
        entry.gc_at = None;
        entry.failures = 0;
        if entry.data.is_none() {
            (entry.status, entry.error) = (Status::Pending, None);
        }
        entry.last = Some((source.options, source.function));
        entry.fetch = Some(Fetch {
            number,
            phase: Phase::Waiting,
            last_error: None,
            retries_stopped: false,
            by: source.by,
            options: source.options,
            function: source.function,
            is_consumed: false,
            requests: Vec::new(),
            revert,
            waiters,
        });
        self.attempt(key);
    }

    /// Whether an attempt may run now. The first is not held up by a hidden page; a retry is, in every mode.
    pub fn attempt(&mut self, key: usize) {
        let (online, visible, owner) = (self.is_online, self.is_visible, self.owner);
        let entry = self.entry(key);
        let is_retry = entry.fetch.as_ref().is_some_and(|fetch| fetch.last_error.is_some());
        let Some(fetch) = &mut entry.fetch else { return };
        let is_public = access_of(key, fetch.options.access) == Access::Public;
        let runs = (is_public || owner != Who::Unknown)
            && match fetch.options.network {
                NetworkMode::Online => online,
                NetworkMode::Always => true,
                NetworkMode::OfflineFirst => online || !is_retry,
            }
            && (visible || !is_retry);
        fetch.phase = if runs { Phase::Queued } else { Phase::Waiting };
        match (runs, is_retry) {
            (true, false) => {}
            (true, true) => self.note("tried again"),
            (false, false) => self.note("a first attempt waits"),
            (false, true) => self.note("a retry waits"),
        }
    }

    /// A fetch that has waited goes on: to its next attempt, or to its end if nobody wants retries any more.
    pub fn go_on(&mut self, key: usize) {
        let entry = self.entry(key);
        let Some(fetch) = &entry.fetch else { return };
        let (options, stopped, error) = (fetch.options, fetch.retries_stopped, fetch.last_error);
        if !self.is_allowed(key, &options) {
            return self.cancel(key);
        }
        match error {
            Some(error) if stopped => {
                self.note("no retry, as nobody is left");
                self.fail_for_good(key, error);
            }
            _ => self.attempt(key),
        }
    }

    pub fn continue_all(&mut self) {
        for key in 0..KEYS {
            let fetch = self.entries[key].as_ref().and_then(|entry| entry.fetch.as_ref());
            if fetch.is_some_and(|fetch| fetch.phase == Phase::Waiting) {
                self.go_on(key);
            }
        }
    }

    /// The end of a turn: the function is called. Decision: the newest one of whoever started the fetch, if they are
    /// still there; else that of the first who is.
    pub fn begin(&mut self, key: usize) {
        let watching = self.watching(key);
        let by = self.entry(key).fetch.as_ref().and_then(|fetch| fetch.by);
        if let Some(by) = by {
            let own = watching.iter().find(|at| self.observers[**at].id == by);
            if let Some(newest) = own.or(watching.first()) {
                let function = self.observers[*newest].function;
                let entry = self.entry(key);
                if let Some(fetch) = &mut entry.fetch {
                    fetch.function = function;
                    entry.last = Some((fetch.options, function));
                }
            }
        }
        let (now, owner, request) = (self.now, self.owner, self.requests[key].len() as u32);
        let plan = plan(self.seed, key, request);
        let entry = self.entry(key);
        let Some(fetch) = &mut entry.fetch else { return };
        fetch.phase = Phase::Running;
        fetch.is_consumed = plan.consumes;
        fetch.requests.push(request);
        let (function, fetch) = (fetch.function, fetch.number);
        self.requests[key].push(Request { at: now, function, owner });
        self.aborted[key].push(false);
        self.answers.push(Answer { at: now + plan.delay, key, fetch, request, owner });
    }

    // ---- Ending ----

    pub fn settle(&mut self, of: &Answer) {
        let (key, seed, now) = (of.key, self.seed, self.now);
        let Some(entry) = &mut self.entries[key] else { return };
        // What was overtaken or stopped is not heard.
        let Some(fetch) = entry.fetch.as_mut().filter(|fetch| fetch.number == of.fetch) else {
            return self.note("an answer is not heard");
        };
        match answer(seed, key, of.request, of.owner) {
            Ok(datum) => {
                let waiters = std::mem::take(&mut fetch.waiters);
                (entry.fetch, entry.failures) = (None, 0);
                self.write_data(key, datum, now);
                for waiter in waiters {
                    self.answer_now(key, waiter);
                }
                self.has_ended(key);
            }
            Err(error) => {
                let limit = fetch.options.retry.unwrap_or(3);
                let tries = entry.failures < limit && !fetch.retries_stopped;
                entry.failures += 1;
                fetch.last_error = Some(error);
                if tries {
                    fetch.phase = Phase::Resting(now + fetch.options.retry_delay);
                } else {
                    self.fail_for_good(key, error);
                }
            }
        }
    }

    pub fn fail_for_good(&mut self, key: usize, error: u32) {
        let entry = self.entry(key);
        let Some(fetch) = entry.fetch.take() else { return };
        (entry.status, entry.error) = (Status::Error, Some(error));
        entry.error_updates += 1;
        // What could not be refreshed is stale, whatever its age.
        entry.is_invalidated = true;
        for waiter in fetch.waiters {
            self.end(waiter, End::Failed(error));
        }
        self.has_ended(key);
    }

    pub fn write_data(&mut self, key: usize, datum: Datum, at: Ms) {
        let value = self.count();
        let entry = self.entry(key);
        // Equal data stays the very same.
        if entry.data != Some(datum) {
            (entry.data, entry.value) = (Some(datum), value);
        }
        entry.updated_at = at;
        entry.data_updates += 1;
        (entry.status, entry.error, entry.is_invalidated) = (Status::Success, None, false);
    }

    /// The state goes back to what it was. Gives those who wait. Decision: that the data was declared
    /// out of date meanwhile is not taken back.
    pub fn stop(&mut self, key: usize) -> Vec<usize> {
        let entry = self.entry(key);
        let Some(fetch) = entry.fetch.take() else { return Vec::new() };
        (entry.status, entry.error) = (fetch.revert.status, fetch.revert.error);
        entry.failures = fetch.revert.failures;
        self.abort(key, Some(&fetch));
        self.has_ended(key);
        let has_data = self.entry(key).data.is_some();
        self.note(if has_data { "a refetch is stopped" } else { "a first load is stopped" });
        fetch.waiters
    }

    /// Who waits gets the old data, or hears of the cancellation.
    pub fn cancel(&mut self, key: usize) {
        for waiter in self.stop(key) {
            let data = self.entry(key).data;
            self.end(waiter, if data.is_some() { End::Data(data) } else { End::Cancelled });
        }
    }

    pub fn abort(&mut self, key: usize, fetch: Option<&Fetch>) {
        for request in fetch.iter().flat_map(|fetch| &fetch.requests) {
            self.aborted[key][*request as usize] = true;
        }
    }

    /// Polling counts from here (its documentation: 'this long after each answer'), and so does the end of the entry.
    pub fn has_ended(&mut self, key: usize) {
        let now = self.now;
        self.entry(key).poll_from = now;
        self.schedule_gc(key);
    }

    /// The last observer has left. Decisions: whoever awaits the answer is a user of the fetch as well; what has
    /// not begun for a component that is gone does not begin.
    pub fn abandon(&mut self, key: usize) {
        let is_heard = |waiter: &usize| {
            let waiter: &Waiter = &self.waiters[*waiter];
            waiter.is_heard
        };
        let entry = self.entries[key].as_ref().expect("an entry");
        let Some(fetch) = &entry.fetch else { return self.schedule_gc(key) };
        if fetch.waiters.iter().any(is_heard) {
            return self.note("left, but awaited");
        }
        let first_load_waits = fetch.phase == Phase::Waiting && entry.data.is_none();
        let not_begun = fetch.phase == Phase::Queued && fetch.by.is_some();
        if fetch.is_consumed || first_load_waits || not_begun {
            self.note(if not_begun { "left before it began" } else { "left and stopped" });
            self.cancel(key);
        } else if let Some(fetch) = &mut self.entry(key).fetch {
            fetch.retries_stopped = true;
        }
    }

    /// The time of an entry that nobody uses begins.
    pub fn schedule_gc(&mut self, key: usize) {
        let (now, watched) = (self.now, !self.watching(key).is_empty());
        let entry = self.entry(key);
        if !watched && entry.fetch.is_none() {
            entry.gc_at = Some(now.saturating_add(entry.gc)).filter(|at| *at != NEVER);
        }
    }

    // ---- Waiting ----

    pub fn new_waiter(&mut self) -> usize {
        self.waiters.push(Waiter { is_heard: true, end: None });
        self.waiters.len() - 1
    }

    pub fn end(&mut self, waiter: usize, end: End) {
        let before = self.waiters[waiter].end.replace(end);
        assert!(before.is_none(), "the model answers twice");
    }

    pub fn answer_now(&mut self, key: usize, waiter: usize) {
        let data = self.entry(key).data;
        self.end(waiter, End::Data(data));
    }

    pub fn wait_for(&mut self, key: usize, waiter: usize) {
        match &mut self.entry(key).fetch {
            Some(fetch) => fetch.waiters.push(waiter),
            None => self.answer_now(key, waiter),
        }
    }
}
