//! A model of the cache: what TanStack Query's rules and this project's decisions say, written down the slow and obvious
//! way. It shares no code with the engine; whoever wants to know something looks at everybody and everything.
//!
//! Here are entries and observers; in `model_fetches.rs` the life of a fetch, in `model_commands.rs` what users and the
//! world do, in `model_time.rs` what happens by itself. The rules are TanStack Query's; 'Decision' is where the project
//! has its own.
//!
//! Modelled, and compared after every step: all of [`State`] and [`Shown`], whether data is the very same, the requests
//! that the server has seen (when, for whom, by which function), which of them were aborted, how each future has ended,
//! which keys a filter selects, how many entries, fetches and observers there are.
//!
//! Only checked as rules that hold for any cache: that a component has rendered since what it reads changed, and is not
//! told without a reason; that no answer of an aborted request, of an older one than the last, or for another user is
//! shown; that whoever is gone is not told; that nothing is left over in the end.
//!
//! Not in these stories: the dialect of SWR and mutations, `select`, rules that are functions, observers of one key with
//! different intervals, clocks that jump, components that act when they are told (see `engine_unruly.rs`).
//!
//! Of one entry, at most one deadline that matters runs at a time (an answer, a retry, a poll, or the end of an unused
//! entry), and no entry knows of another: so deadlines of the same millisecond need no order. Only observers that come
//! back to one removed entry together do so in any order; such a step is left out ([`Model::is_open`]).

use std::collections::BTreeMap;

use yew_clerk::engine::entry::{FetchStatus, Status};

use super::model_fetches::{Answer, Fetch};
use super::model_words::{
    Access, Datum, End, INITIAL, Initial, KEYS, Ms, Opts, Request, Rule, Shown, Stale, State, Step,
    Who, Write, access_of,
};

/// A cache entry.
pub struct Entry {
    pub data: Option<Datum>,
    /// Another number for each value that was not equal to the one before.
    pub value: u64,
    pub updated_at: Ms,
    pub data_updates: u32,
    pub error_updates: u32,
    pub error: Option<u32>,
    pub status: Status,
    pub failures: u32,
    pub is_invalidated: bool,
    pub access: Access,
    pub fetch: Option<Fetch>,
    /// Who fetched last, for when nobody watches.
    pub last: Option<(Opts, u32)>,
    /// What it begins with, and from when that is.
    pub initial: Option<Ms>,
    pub gc: Ms,
    pub gc_at: Option<Ms>,
    /// When the polling interval began to count.
    pub poll_from: Ms,
    pub polled_at: Ms,
    pub had_poller: bool,
}

/// A component.
pub struct Observer {
    pub id: u32,
    pub key: Option<usize>,
    /// Counts those that came to an entry; `None` while it watches none.
    pub joined: Option<u64>,
    pub options: Opts,
    pub function: u32,
    /// The last data that it has shown.
    pub previous: Option<Datum>,
    /// What it showed when its entry was removed: it goes on showing that.
    pub frozen: Option<Shown>,
    /// When it polls next, though its entry was removed.
    pub polls_at: Option<Ms>,
    /// How many answers its entry had seen when it came.
    pub seen: (u32, u32),
}

/// Who waits for a fetch.
pub struct Waiter {
    pub is_heard: bool,
    pub end: Option<End>,
}

#[derive(Default)]
pub struct Model {
    pub seed: u64,
    pub now: Ms,
    pub is_visible: bool,
    pub is_online: bool,
    pub owner: Who,
    pub last_user: Option<Who>,
    pub entries: [Option<Entry>; KEYS],
    pub observers: Vec<Observer>,
    pub waiters: Vec<Waiter>,
    pub answers: Vec<Answer>,
    pub requests: [Vec<Request>; KEYS],
    pub aborted: [Vec<bool>; KEYS],
    /// Counts whatever has to be told apart.
    pub counter: u64,
    /// How often what is rare has happened: a story that nothing happens in would prove nothing.
    pub tally: BTreeMap<&'static str, u32>,
}

impl Model {
    pub fn new(seed: u64, now: Ms) -> Self {
        Self { seed, now, is_visible: true, is_online: true, ..Self::default() }
    }

    pub fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub fn note(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    pub fn entry(&mut self, key: usize) -> &mut Entry {
        self.entries[key].as_mut().expect("an entry")
    }

    /// The observers of a key, in the order in which they came.
    pub fn watching(&self, key: usize) -> Vec<usize> {
        let on_key = |at: &usize| {
            let observer = &self.observers[*at];
            observer.key == Some(key) && observer.joined.is_some()
        };
        let mut found: Vec<usize> = (0..self.observers.len()).filter(on_key).collect();
        found.sort_by_key(|at| self.observers[*at].joined);
        found
    }

    /// Does a step. Gives those who wait for what it has started.
    pub fn apply(&mut self, step: &Step, function: u32) -> Vec<usize> {
        let waiting = self.waiters.len();
        match *step {
            Step::Mount(key, options, _) => self.mount(key, options, function),
            Step::Unmount(at) => self.unmount(at),
            Step::Change(at, key, options) => self.change(at, key, options, function),
            Step::Adapt(..) => unreachable!("fitted away"),
            Step::Refetch(at, cancel, _) => self.refetch(at, cancel),
            Step::Ask(key, how, options, _) => self.ask_for(key, how, options, function),
            Step::Write(key, what) => self.write(key, what, function),
            Step::WriteAll(filter) => {
                for key in self.select(filter) {
                    self.write(key, Write::Next, function);
                }
            }
            Step::Invalidate(filter, refetch, cancel, _) => {
                self.invalidate(filter, refetch, cancel)
            }
            Step::RefetchAll(filter, cancel, _) => {
                for key in self.select(filter) {
                    self.refetch_entry(key, cancel);
                }
            }
            Step::Cancel(filter) => {
                for key in self.select(filter) {
                    self.cancel(key);
                }
            }
            Step::Reset(filter, _) => self.reset(filter),
            Step::Remove(filter) => {
                for key in self.select(filter) {
                    self.remove(key);
                }
            }
            Step::Focus => self.focus(),
            Step::Visible(visible) => {
                self.is_visible = visible;
                if visible {
                    self.continue_all();
                }
            }
            Step::Online(online) => self.set_online(online),
            Step::Owner(owner) => self.set_owner(owner),
            Step::Held(..) | Step::Flush => {}
            Step::Advance(span) => self.advance(span),
        }
        if matches!(step, Step::Flush) {
            self.run_all_due();
        }
        self.look_around();
        (waiting..self.waiters.len()).collect()
    }

    /// What is noticed after everything that happens: observers remember what they show, and intervals count from
    /// when somebody asks for them.
    pub fn look_around(&mut self) {
        for at in 0..self.observers.len() {
            let shown = self.attached(at).and_then(|entry| entry.data);
            if shown.is_some() {
                self.observers[at].previous = shown;
            }
        }
        for key in 0..KEYS {
            let (now, polls) = (self.now, !self.pollers(key).is_empty());
            if let Some(entry) = &mut self.entries[key] {
                if polls && !entry.had_poller {
                    entry.poll_from = now;
                }
                entry.had_poller = polls;
            }
        }
    }

    pub fn attached(&self, at: usize) -> Option<&Entry> {
        let observer = &self.observers[at];
        observer.joined.and_then(|_| self.entries[observer.key?].as_ref())
    }

    // ---- What is seen ----

    pub fn state(&self, key: usize) -> Option<State> {
        let entry = self.entries[key].as_ref()?;
        Some(State {
            data: entry.data,
            status: entry.status,
            fetch_status: self.fetch_status(key),
            failures: entry.failures,
            is_invalidated: entry.is_invalidated,
            updated_at: entry.updated_at,
            data_updates: entry.data_updates,
            error_updates: entry.error_updates,
        })
    }

    pub fn shown(&self, at: usize) -> Shown {
        let observer = &self.observers[at];
        let options = &observer.options;
        let is_enabled = options.enabled;
        if let Some(frozen) = observer.frozen {
            return frozen;
        }
        let previous = observer.previous.filter(|_| options.keeps_previous);
        let Some(key) = observer.key.filter(|_| observer.joined.is_some()) else {
            let status = if previous.is_some() { Status::Success } else { Status::Pending };
            let is_placeholder = previous.is_some();
            return Shown {
                data: previous,
                is_placeholder,
                status,
                is_enabled,
                ..Shown::default()
            };
        };
        let entry = self.entries[key].as_ref().expect("the entry of an observer");
        let fetch_status = self.fetch_status(key);
        let stands_in = entry.status == Status::Pending && entry.data.is_none();
        let placeholder = previous.filter(|_| stands_in);
        let status = if placeholder.is_some() { Status::Success } else { entry.status };
        Shown {
            data: entry.data.or(placeholder),
            is_placeholder: placeholder.is_some(),
            status,
            fetch_status,
            is_loading: status == Status::Pending && fetch_status == FetchStatus::Fetching,
            is_stale: is_enabled && self.is_stale(key, options),
            is_enabled,
            is_fetched: entry.data_updates + entry.error_updates > 0,
            is_fetched_after_mount: entry.data_updates > observer.seen.0
                || entry.error_updates > observer.seen.1,
            failures: entry.failures,
            error: entry.error.filter(|_| status == Status::Error),
            updated_at: entry.updated_at,
        }
    }

    /// No data; or invalidated and not static; or too old.
    pub fn is_stale(&self, key: usize, options: &Opts) -> bool {
        let Some(entry) = &self.entries[key] else { return true };
        match options.stale {
            _ if entry.data.is_none() => true,
            Stale::Static => false,
            Stale::After(_) if entry.is_invalidated => true,
            Stale::After(span) => self.now - entry.updated_at >= span,
        }
    }

    /// The `refetchOn…` rules. 'Always' means fresh data as well, but for static data.
    pub fn wants(&self, rule: Rule, key: usize, options: &Opts) -> bool {
        match rule {
            Rule::Never => false,
            Rule::IfStale => self.is_stale(key, options),
            Rule::Always => options.stale != Stale::Static,
        }
    }

    // ---- Components ----

    pub fn mount(&mut self, key: Option<usize>, options: Opts, id: u32) {
        let observer = Observer {
            id,
            key,
            joined: None,
            options,
            function: id,
            previous: None,
            frozen: None,
            polls_at: None,
            seen: (0, 0),
        };
        self.observers.push(observer);
        let at = self.observers.len() - 1;
        let Some(key) = key else { return };
        self.join(at, key);
        let entry = self.entry(key);
        // Without data it fetches, but what has failed only if it says so; with data by its rule.
        let wanted = match (entry.data, entry.status) {
            (None, Status::Error) => options.retry_on_mount,
            (None, _) => true,
            (Some(_), _) => self.wants(options.on_mount, key, &options),
        };
        if options.enabled && wanted {
            self.fetch_by_itself(key, at);
        }
    }

    pub fn unmount(&mut self, at: usize) {
        self.leave(at);
        self.observers.remove(at);
    }

    pub fn change(&mut self, at: usize, key: Option<usize>, options: Opts, function: u32) {
        let observer = &mut self.observers[at];
        let was_enabled = observer.options.enabled;
        (observer.options, observer.function) = (options, function);
        let moves = observer.key != key || (key.is_some() && observer.joined.is_none());
        if moves {
            self.leave(at);
            (self.observers[at].key, self.observers[at].frozen) = (key, None);
            if let Some(key) = key {
                self.join(at, key);
            }
        } else if let Some(key) = key {
            self.use_entry(key, &options);
        }
        // Fetched when the query changed or was enabled, and is stale.
        if let Some(key) = key
            && options.enabled
            && (moves || !was_enabled)
            && self.is_stale(key, &options)
        {
            self.fetch_by_itself(key, at);
        }
    }

    /// Makes the entry if need be. It is as private as its most private user says, and is kept as long as any asked.
    pub fn use_entry(&mut self, key: usize, options: &Opts) {
        self.make(key, Access::Public);
        let entry = self.entry(key);
        entry.access = entry.access.max(access_of(key, options.access));
        entry.gc = entry.gc.max(options.gc);
        let has_data = entry.data.is_some();
        // When it is made, or later if there is still nothing.
        if let (Some(initial), false) = (options.initial, has_data) {
            let at = match initial {
                Initial::Now => self.now,
                Initial::At(at) => at,
            };
            self.begin_with(key, at);
        }
    }

    /// It counts as fetched, but as no update.
    pub fn begin_with(&mut self, key: usize, at: Ms) {
        let (value, now) = (self.count(), self.now);
        let entry = self.entry(key);
        entry.poll_from = now;
        entry.initial = Some(at);
        entry.data = Some(Datum { key, owner: Who::Unknown, number: INITIAL });
        (entry.value, entry.updated_at) = (value, at);
        (entry.status, entry.error, entry.is_invalidated) = (Status::Success, None, false);
        entry.move_revert_point();
        self.note("initial data");
    }

    pub fn make(&mut self, key: usize, access: Access) -> bool {
        if self.entries[key].is_some() {
            return false;
        }
        self.entries[key] = Some(Entry {
            data: None,
            value: self.count(),
            updated_at: 0,
            data_updates: 0,
            error_updates: 0,
            error: None,
            status: Status::Pending,
            failures: 0,
            is_invalidated: false,
            access,
            fetch: None,
            last: None,
            initial: None,
            gc: 0,
            gc_at: None,
            poll_from: self.now,
            polled_at: 0,
            had_poller: false,
        });
        true
    }

    pub fn join(&mut self, at: usize, key: usize) {
        let options = self.observers[at].options;
        self.use_entry(key, &options);
        let number = self.count();
        let entry = self.entry(key);
        entry.gc_at = None;
        // A new observer in time lets the retries go on.
        if let Some(fetch) = &mut entry.fetch {
            fetch.retries_stopped = false;
        }
        let seen = (entry.data_updates, entry.error_updates);
        let observer = &mut self.observers[at];
        (observer.joined, observer.seen, observer.frozen) = (Some(number), seen, None);
        observer.polls_at = None;
    }

    pub fn leave(&mut self, at: usize) {
        let observer = &mut self.observers[at];
        observer.polls_at = None;
        let (key, was_there) = (observer.key, observer.joined.take().is_some());
        if let Some(key) = key.filter(|_| was_there)
            && self.watching(key).is_empty()
        {
            self.abandon(key);
        }
    }
}
