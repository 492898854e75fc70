//! The engine's state, and the bookkeeping that all its rules share.

use std::rc::Rc;

use super::effect::{Call, Effect, Listener};
use super::entry::{Entry, EntryId, FetchStatus, QueryState};
use super::event::Owner;
use super::events::{QueryAction, QueryEventKind};
use super::freshness;
use super::index::Index;
use super::key::Key;
use super::managers::Rulers;
use super::mutations::{MutationRules, Mutations};
use super::observer::{Observer, ObserverId};
use super::options::{Access, Dialect, InitialData};
use super::slots::Slots;
use super::time::Time;
use super::timers::{TimerOwner, Timers};
use super::trail::{Trail, What};

/// What the engine knows of the world around it.
pub(crate) struct World {
    pub visible: bool,
    pub online: bool,
    /// Who says so, if not the page.
    pub rulers: Rulers,
    pub owner: Owner,
    /// Counts the changes of owner: what began under another one may not write any more.
    pub epoch: u64,
    /// Who was signed in last, while it is not known who is now.
    pub last_identity: Option<Rc<str>>,
}

/// What can be watched besides the entries themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Which entries are fetching.
    Fetching,
    /// The mutations, and where they stand.
    Mutations,
    /// Whose data may be shown.
    Owner,
}

#[derive(Clone, Copy, Default)]
struct News {
    fetching: bool,
    mutations: bool,
    owner: bool,
}

impl News {
    const fn is_about(self, topic: Topic) -> bool {
        match topic {
            Topic::Fetching => self.fetching,
            Topic::Mutations => self.mutations,
            Topic::Owner => self.owner,
        }
    }
}

/// The cache: all entries, all observers, and the rules between them.
pub struct Engine {
    pub(crate) entries: Slots<Entry>,
    pub(crate) index: Index,
    pub(crate) observers: Slots<Observer>,
    pub(crate) timers: Timers,
    pub(crate) mutations: Mutations,
    /// Set by the first mutation, so that an app without mutations carries no code for them.
    pub(crate) mutation_rules: Option<&'static MutationRules>,
    pub(crate) world: World,
    pub(crate) sequence: u64,
    pub(crate) trail: Trail,
    pub(crate) random: Box<dyn Fn() -> f64>,
    dirty: Vec<EntryId>,
    effects: Vec<Effect>,
    batch_depth: u32,
    /// The number of the batch that is not over yet, else 0; and how many there were.
    batch: u32,
    batches: u32,
    fetching: u32,
    watchers: Vec<(u64, Topic, Listener)>,
    /// What has happened since the watchers were told last.
    news: News,
}

impl Engine {
    /// An empty cache: online, visible, nobody signed in. `random` gives numbers in `0..1` for jitter.
    pub fn new(random: impl Fn() -> f64 + 'static) -> Self {
        Self {
            entries: Slots::default(),
            index: Index::default(),
            observers: Slots::default(),
            timers: Timers::default(),
            mutations: Mutations::default(),
            mutation_rules: None,
            world: World {
                visible: true,
                online: true,
                rulers: Rulers::default(),
                owner: Owner::Nobody,
                epoch: 0,
                last_identity: None,
            },
            sequence: 0,
            trail: Trail::default(),
            random: Box::new(random),
            dirty: Vec::new(),
            effects: Vec::new(),
            batch_depth: 0,
            batch: 0,
            batches: 0,
            fetching: 0,
            watchers: Vec::new(),
            news: News::default(),
        }
    }

    /// What is to be done now. Each effect is given out once.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether there is something to be done. In the middle of a batch there is not.
    #[must_use]
    pub fn has_effects(&self) -> bool {
        self.batch_depth == 0 && !self.effects.is_empty()
    }

    /// When [`Event::Tick`](super::event::Event::Tick) is due; `None` if nothing waits for time to pass.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.timers.next()
    }

    /// How many entries the cache holds.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// How many observers there are.
    #[must_use]
    pub fn observer_count(&self) -> usize {
        self.observers.len()
    }

    /// How many entries are fetching.
    #[must_use]
    pub fn fetching_count(&self) -> u32 {
        self.fetching
    }

    /// How many deadlines are queued.
    #[must_use]
    pub fn timer_count(&self) -> usize {
        self.timers.len()
    }

    /// What happened last.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Whose data is shown.
    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.world.owner
    }

    /// The state of the entry with `key`.
    #[must_use]
    pub fn state(&self, key: &Key) -> Option<&QueryState> {
        self.find(key).map(|(_, entry)| &entry.state)
    }

    /// Calls `listener` after each change of what `topic` names. Ends with [`Engine::unwatch`].
    pub fn watch(&mut self, topic: Topic, listener: Listener) -> u64 {
        self.sequence += 1;
        self.watchers.push((self.sequence, topic, listener));
        self.sequence
    }

    /// Ends [`Engine::watch`].
    pub fn unwatch(&mut self, id: u64) {
        self.watchers.retain(|(other, ..)| *other != id);
    }

    /// Counts the changes of owner: what began under another number belongs to somebody else.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.world.epoch
    }

    pub(crate) fn note(&mut self, topic: Topic) {
        match topic {
            Topic::Fetching => self.news.fetching = true,
            Topic::Mutations => self.news.mutations = true,
            Topic::Owner => self.news.owner = true,
        }
    }

    /// Does several things as one: observers are told once, in the end.
    pub fn batch<R>(&mut self, now: Time, work: impl FnOnce(&mut Self) -> R) -> R {
        self.begin_batch();
        let result = work(self);
        self.end_batch(now);
        result
    }

    /// From now on nothing is told.
    pub(crate) fn begin_batch(&mut self) {
        self.batch_depth += 1;
        if self.batch_depth == 1 {
            self.batches = self.batches.wrapping_add(1);
            self.batch = self.batches;
        }
    }

    /// The end of what [`Engine::begin_batch`] has begun.
    pub(crate) fn end_batch(&mut self, now: Time) {
        self.batch_depth = self.batch_depth.saturating_sub(1);
        self.finish(now);
        if self.batch_depth == 0 {
            self.batch = 0;
        }
    }

    pub(crate) fn find(&self, key: &Key) -> Option<(EntryId, &Entry)> {
        let id = self.index.find(&self.entries, key)?;
        self.entries.get(id.0).map(|entry| (id, entry))
    }

    pub(crate) fn entry(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.entries.get_mut(id.0)
    }

    pub(crate) fn observer(&self, id: ObserverId) -> Option<&Observer> {
        self.observers.get(id.0)
    }

    /// The entry with `key`, made if need be.
    pub(crate) fn ensure(
        &mut self,
        key: &Key,
        access: Access,
        initial: Option<&InitialData>,
        now: Time,
    ) -> EntryId {
        let found = self.index.find(&self.entries, key);
        let id = found.unwrap_or_else(|| self.add_entry(key, now));
        if self.join_entry(id, access, initial, now) && found.is_some() {
            self.say_updated(id, QueryAction::SetState);
        }
        id
    }

    fn add_entry(&mut self, key: &Key, now: Time) -> EntryId {
        let entry = Box::new(Entry::new(key.clone(), Access::Public, now));
        let id = EntryId(self.entries.insert(entry));
        self.index.add(&mut self.entries, id);
        self.trail.push(now, key, What::Added);
        id
    }

    /// An entry is as private as the most private of its users; late initial data fills a gap. Whether it has.
    pub(crate) fn join_entry(
        &mut self,
        id: EntryId,
        access: Access,
        initial: Option<&InitialData>,
        now: Time,
    ) -> bool {
        let Some(entry) = self.entry(id) else { return false };
        entry.access = entry.access.max(access);
        let (Some(initial), None) = (initial, &entry.state.data) else {
            return false;
        };
        entry.begin_with(initial, now);
        self.touch(id);
        self.rearm_poll(id, now);
        true
    }

    /// Tells those who listen to the cache that something happened to a query.
    pub(crate) fn say(&self, id: EntryId, kind: QueryEventKind) {
        if let (Some(audience), Some(entry)) = (&self.trail.audience, self.entries.get(id.0)) {
            audience.query(&entry.key, kind);
        }
    }

    pub(crate) fn say_updated(&self, id: EntryId, action: QueryAction) {
        self.say(id, QueryEventKind::Updated(action));
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Has a listener called; once only for all that happens in a batch.
    pub(crate) fn notify(&mut self, listener: Listener) {
        let is_it = |effect: &Effect| matches!(effect, Effect::Notify(other) if Rc::ptr_eq(other, &listener));
        if self.batch_depth == 0 || !self.effects.iter().any(is_it) {
            self.effects.push(Effect::Notify(listener));
        }
    }

    /// Notes that observers of an entry have to be looked at.
    pub(crate) fn touch(&mut self, id: EntryId) {
        if let Some(entry) = self.entries.get_mut(id.0)
            && !entry.dirty
        {
            entry.dirty = true;
            self.dirty.push(id);
        }
    }

    /// Sets the fetch status, and counts.
    pub(crate) fn set_fetch_status(&mut self, id: EntryId, status: FetchStatus) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        // A subscription runs on and on; that is not loading.
        let status = if entry.key.is_subscription() { FetchStatus::Idle } else { status };
        let before = std::mem::replace(&mut entry.state.fetch_status, status);
        self.count_fetching(before, status);
        self.touch(id);
    }

    pub(crate) fn count_fetching(&mut self, before: FetchStatus, after: FetchStatus) {
        if before != after {
            self.note(Topic::Fetching);
        }
        let is = |status| u32::from(status == FetchStatus::Fetching);
        self.fetching = (self.fetching + is(after)).saturating_sub(is(before));
    }

    /// The end of every call: tells each touched observer once, and only of what its component has read.
    pub(crate) fn finish(&mut self, now: Time) {
        if self.batch_depth > 0 {
            return;
        }
        let mut at = 0;
        while let Some(id) = self.dirty.get(at).copied() {
            at += 1;
            if let Some(entry) = self.entries.get_mut(id.0) {
                entry.dirty = false;
                self.refresh_all(id, now);
            }
        }
        self.dirty.clear();
        let news = std::mem::take(&mut self.news);
        for (_, topic, listener) in &self.watchers {
            if news.is_about(*topic) {
                self.effects.push(Effect::Notify(listener.clone()));
            }
        }
        let call = self.trail.audience.clone().and_then(|audience| audience.close());
        if let Some(callback) = call {
            self.effects.push(Effect::Call(Call { callback, epoch: None }));
        }
    }

    pub(crate) fn refresh_all(&mut self, id: EntryId, now: Time) {
        let mut next = self.entries.get(id.0).and_then(|entry| entry.observers.head);
        while let Some(observer) = next {
            self.refresh(observer, true, now);
            next = self.observer(observer).and_then(|observer| observer.next);
        }
    }

    /// Recomputes what an observer shows; tells it if wanted and if it shows a changed field.
    pub(crate) fn refresh(&mut self, id: ObserverId, tell: bool, now: Time) {
        let Some(observer) = self.observers.get_mut(id.0) else {
            return;
        };
        let entry = observer.entry.and_then(|entry| self.entries.get(entry.0));
        if let Some(data) = entry.and_then(|entry| entry.state.data.as_ref()) {
            let known = observer.previous.as_ref().is_some_and(|known| known.ptr_eq(data));
            if !known {
                observer.previous = Some(data.clone());
            }
        }
        observer.decide(entry);
        let snapshot = observer.snapshot(entry, now);
        let wanted = observer.wanted();
        // Set before anybody has read the field, and whether it makes the component render or not: who reads it later
        // wants the truth.
        let cares = observer.options.dialect == Dialect::Query;
        let is_fresh = cares && observer.is_active() && !snapshot.is_stale;
        let stale_at =
            entry.filter(|_| is_fresh).and_then(|e| freshness::stale_at(e, &observer.options));
        let at = stale_at.unwrap_or(Time::NEVER);
        self.timers.set(&mut observer.stale, TimerOwner::Stale(id), at);
        let changed = observer.view.update(snapshot);
        if let (Some(audience), Some(entry), false) =
            (&self.trail.audience, entry, changed.is_empty())
        {
            audience.query(&entry.key, QueryEventKind::ObserverResultsUpdated);
        }
        if tell && changed.overlaps(wanted) && observer.is_to_be_told_in(self.batch) {
            self.effects.push(Effect::Notify(Rc::clone(&observer.listener)));
        }
    }
}
