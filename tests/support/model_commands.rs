//! The model, third part: commands, and what the world does.

use yew_clerk::engine::entry::FetchStatus;
use yew_clerk::engine::options::NetworkMode;

use super::model_fetches::Source;
use super::model_rules::{Model, Observer};
use super::model_words::{
    Access, BY_HAND, Datum, End, Filter, How, KEYS, Ms, Opts, Refetch, Rule, STEADY, Stale, Step,
    Which, Who, Write,
};

/// How long what was only ever written by hand is kept.
const DEFAULT_GC: Ms = 300_000;

impl Model {
    // ---- Commands ----

    pub fn refetch(&mut self, at: usize, cancel: bool) {
        let waiter = self.new_waiter();
        let Some(key) = self.observers[at].key else {
            return self.end(waiter, End::Data(None));
        };
        if self.observers[at].joined.is_none() {
            self.join(at, key);
        }
        let source = self.source_of(at);
        self.ask(key, Some(source), cancel, Some(waiter));
    }

    pub fn ask_for(&mut self, key: usize, how: How, options: Opts, function: u32) {
        let waiter = self.new_waiter();
        self.use_entry(key, &options);
        let (is_stale, has_data) = (self.is_stale(key, &options), self.entry(key).data.is_some());
        // A fetch without a component is not retried unless it says so.
        let options = Opts { retry: Some(options.retry.unwrap_or(0)), ..options };
        let source = Source { by: None, options, function };
        let ensures = matches!(how, How::Ensure | How::EnsureRevalidated);
        if has_data && (ensures || !is_stale) {
            self.answer_now(key, waiter);
            if how == How::EnsureRevalidated && is_stale {
                self.ask(key, Some(source), false, None);
            }
        } else {
            self.ask(key, Some(source), false, Some(waiter));
        }
        // Decision: an entry is kept for its time after the last use, and this was one.
        self.schedule_gc(key);
    }

    pub fn write(&mut self, key: usize, what: Write, number: u32) {
        let at = match what {
            Write::Old(span) => self.now - span,
            Write::Ancient => 0,
            _ => self.now,
        };
        let number = match what {
            Write::Nothing => return,
            Write::Next if self.entries[key].as_ref().is_none_or(|e| e.data.is_none()) => return,
            Write::Steady => STEADY,
            _ => BY_HAND + number,
        };
        // Decision: what is written by hand is private, unless the entry is there and is not.
        if self.make(key, Access::Private) {
            self.entry(key).gc = DEFAULT_GC;
        }
        let datum = Datum { key, owner: self.owner, number };
        self.write_data(key, datum, at);
        let now = self.now;
        let entry = self.entry(key);
        entry.poll_from = now;
        entry.move_revert_point();
        self.schedule_gc(key);
    }

    pub fn invalidate(&mut self, filter: Filter, refetch: Refetch, cancel: bool) {
        let selected = self.select(filter);
        let now = self.now;
        for &key in &selected {
            let entry = self.entry(key);
            if !std::mem::replace(&mut entry.is_invalidated, true) {
                // Intervals count from the last change of the state.
                entry.poll_from = now;
            }
        }
        for key in selected {
            let wanted = match refetch {
                Refetch::Active => self.is_active(key),
                Refetch::Inactive => !self.is_active(key),
                Refetch::All => true,
                Refetch::None => false,
            };
            if wanted {
                self.refetch_entry(key, cancel);
            }
        }
    }

    /// Not what is disabled or static. Nobody waits for the network here.
    pub fn refetch_entry(&mut self, key: usize, cancel: bool) {
        let watching = self.watching(key);
        let enabled: Vec<_> =
            watching.iter().copied().filter(|at| self.observers[*at].options.enabled).collect();
        let is_static =
            watching.iter().any(|at| self.observers[*at].options.stale == Stale::Static);
        if is_static || (enabled.is_empty() && !watching.is_empty()) {
            return;
        }
        let source = enabled.first().map(|at| self.source_of(*at));
        self.ask(key, source, cancel, None);
        if self.fetch_status(key) == FetchStatus::Fetching {
            let waiter = self.new_waiter();
            self.wait_for(key, waiter);
        }
    }

    pub fn reset(&mut self, filter: Filter) {
        let selected = self.select(filter);
        let mut waiting = Vec::new();
        for &key in &selected {
            waiting.push(self.stop(key));
            if self.entry(key).data.is_some() {
                // The placeholder is made of the last data of a query that has some.
                for at in self.watching(key) {
                    self.observers[at].previous = None;
                }
            }
            let (value, now) = (self.count(), self.now);
            self.entry(key).clear(value);
            self.entry(key).poll_from = now;
            if let Some(at) = self.entry(key).initial {
                self.begin_with(key, at);
            }
        }
        self.forget_counts(&selected);
        for (key, waiting) in selected.into_iter().zip(waiting) {
            if self.is_active(key) {
                self.refetch_entry(key, true);
            }
            // Who waited for the old fetch waits for the new one.
            for waiter in waiting {
                self.wait_for(key, waiter);
            }
        }
    }

    pub fn forget_counts(&mut self, keys: &[usize]) {
        for observer in &mut self.observers {
            if observer.joined.is_some() && observer.key.is_some_and(|key| keys.contains(&key)) {
                observer.seen = (0, 0);
            }
        }
    }

    /// Decision: components that show a removed entry show it on, at rest, until they come to an entry again. Those that
    /// poll do when their interval is over.
    pub fn remove(&mut self, key: usize) {
        self.cancel(key);
        let pollers = self.pollers(key);
        for at in self.watching(key) {
            self.note("removed while shown");
            let next = pollers.contains(&at).then(|| self.next_poll(key));
            self.observers[at].frozen = Some(self.shown(at));
            self.observers[at].joined = None;
            self.observers[at].polls_at = next;
        }
        self.entries[key] = None;
    }

    // ---- Filters ----

    /// At least one enabled observer.
    pub fn is_active(&self, key: usize) -> bool {
        self.watching(key).iter().any(|at| self.observers[*at].options.enabled)
    }

    pub fn select(&self, filter: Filter) -> Vec<usize> {
        let fits = |key: &usize| {
            let Some(entry) = &self.entries[*key] else { return false };
            let watching = self.watching(*key);
            let is_stale = if watching.is_empty() {
                entry.data.is_none() || entry.is_invalidated
            } else {
                watching.iter().any(|at| self.shown(*at).is_stale)
            };
            let named = match filter.which {
                Which::Exactly(wanted) => *key == wanted,
                Which::Beginning => *key < 2,
                Which::All => true,
            };
            named
                && filter.active.is_none_or(|active| active == self.is_active(*key))
                && filter.stale.is_none_or(|stale| stale == is_stale)
                && filter.fetch_status.is_none_or(|status| status == self.fetch_status(*key))
        };
        (0..KEYS).filter(fits).collect()
    }

    // ---- The world ----

    /// The first observer of each entry that wants to fetch does; then what waits goes on.
    pub fn focus(&mut self) {
        if self.is_visible {
            self.revalidate(|options| options.on_focus);
        }
    }

    pub fn set_online(&mut self, online: bool) {
        let was_online = std::mem::replace(&mut self.is_online, online);
        if online && !was_online {
            // Who does not mind being offline has missed nothing.
            self.revalidate(|options| match (options.on_reconnect, options.network) {
                (Some(rule), _) => rule,
                (None, NetworkMode::Always) => Rule::Never,
                (None, _) => Rule::IfStale,
            });
        }
    }

    pub fn revalidate(&mut self, rule: impl Fn(&Opts) -> Rule) {
        for key in 0..KEYS {
            let wants = |at: &usize| {
                let options = &self.observers[*at].options;
                let allowed = self.is_allowed(key, options);
                allowed && options.enabled && self.wants(rule(options), key, options)
            };
            if let Some(first) = self.watching(key).into_iter().find(wants) {
                self.note("the world triggers");
                self.fetch_by_itself(key, first);
            }
        }
        self.continue_all();
    }

    /// Decision: nothing private outlives a change of owner, be it to or from somebody or nobody. Only when it was
    /// unknown who is signed in, and turns out to be who it was (or nobody had ever been), is everything kept.
    pub fn set_owner(&mut self, owner: Who) {
        let old = std::mem::replace(&mut self.owner, owner);
        if old == owner {
            return;
        }
        let is_other = self.last_user.is_some_and(|last| last != owner);
        if owner.is_somebody() {
            self.last_user = Some(owner);
        }
        if old != Who::Unknown || is_other {
            for key in 0..KEYS {
                if self.entries[key].as_ref().is_some_and(|entry| entry.access > Access::Public) {
                    self.disown(key, old == Who::Unknown);
                }
            }
            // What was shown last may be somebody's, wherever it is shown now.
            for at in 0..self.observers.len() {
                self.observers[at].previous = None;
                if let (Some(key), None) = (self.observers[at].key, self.observers[at].joined) {
                    self.come_back(at, key);
                }
            }
        }
        self.continue_all();
        for key in 0..KEYS {
            let Some(entry) = &self.entries[key] else { continue };
            let is_gap =
                entry.access > Access::Public && entry.fetch.is_none() && entry.data.is_none();
            let wants = |at: &usize| {
                let options = &self.observers[*at].options;
                options.enabled && self.is_allowed(key, options)
            };
            if let Some(first) = self.watching(key).into_iter().find(wants).filter(|_| is_gap) {
                self.note("a gap is filled");
                self.fetch_by_itself(key, first);
            }
        }
    }

    /// Who shows a removed entry comes back to one, and fetches as with another key.
    pub fn come_back(&mut self, at: usize, key: usize) {
        self.join(at, key);
        self.note("somebody comes back");
        let options = self.observers[at].options;
        if options.enabled && self.is_stale(key, &options) {
            self.fetch_by_itself(key, at);
        }
    }

    /// Whether a step leaves open in which order things happen: observers that come back together do so in any, be it with
    /// another owner or by their polls.
    pub fn is_open(&self, step: &Step) -> bool {
        if matches!(step, Step::Remove(_)) && (0..KEYS).any(|key| self.pollers(key).len() > 1) {
            return true;
        }
        let lost = |key| {
            let is_lost =
                |observer: &&Observer| observer.key == Some(key) && observer.joined.is_none();
            self.observers.iter().filter(is_lost).count()
        };
        matches!(step, Step::Owner(_)) && (0..KEYS).any(|key| lost(key) > 1)
    }

    /// `keeps_waiting` spares a fetch that was made while nobody was known, and has not begun.
    pub fn disown(&mut self, key: usize, keeps_waiting: bool) {
        let value = self.count();
        let (now, watched) = (self.now, !self.watching(key).is_empty());
        let entry = self.entry(key);
        let fetch = entry.fetch.take();
        entry.clear(value);
        (entry.last, entry.initial) = (None, None);
        entry.poll_from = now;
        let revert = entry.revert_point();
        match fetch {
            Some(mut fetch) if keeps_waiting && fetch.has_not_begun() => {
                fetch.revert = revert;
                entry.fetch = Some(fetch);
                self.note("a waiting fetch is spared");
            }
            Some(fetch) => {
                self.abort(key, Some(&fetch));
                for waiter in fetch.waiters {
                    self.end(waiter, End::Cancelled);
                }
            }
            None => {}
        }
        self.forget_counts(&[key]);
        if !watched && self.entry(key).fetch.is_none() {
            self.entries[key] = None;
        }
    }
}
