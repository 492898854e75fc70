//! What happens to the cache when somebody else is signed in.

use super::effect::{Answer, Call, Effect};
use super::entry::{Entry, EntryId, Fetch, FetchStatus, Phase, QueryState};
use super::event::Owner;
use super::freshness;
use super::observer::ObserverId;
use super::options::Access;
use super::state::{Engine, Topic};
use super::time::{Time, Wait};
use super::trail::What;

impl Engine {
    /// Somebody else is signed in (or nobody, or it is not known any more): nothing private of the old
    /// owner survives, neither data nor answers on the way.
    pub(crate) fn set_owner(&mut self, owner: Owner, now: Time) {
        if self.world.owner == owner {
            return;
        }
        let is_other = self.is_other_than_last(&owner);
        let old = std::mem::replace(&mut self.world.owner, owner.clone());
        if let Owner::Identity(name) = owner {
            self.world.last_identity = Some(name);
        }
        self.note(Topic::Owner);
        if old != Owner::Unknown {
            self.disown_all(false, now);
        } else if is_other {
            // Code of the user before may have written while nobody was known.
            self.disown_all(true, now);
        }
        self.continue_all(now);
        self.fill_gaps(now);
    }

    fn is_other_than_last(&self, owner: &Owner) -> bool {
        match (&self.world.last_identity, owner) {
            (None, _) => false,
            (Some(last), Owner::Identity(name)) => last != name,
            (Some(_), Owner::Nobody | Owner::Unknown) => true,
        }
    }

    /// Has a user's callback about an entry called, unless the entry's owner goes before that.
    pub(crate) fn call(&mut self, id: EntryId, callback: impl FnOnce() + 'static) {
        let epoch = self.epoch_of(id);
        self.effect(Effect::Call(Call { callback: Box::new(callback), epoch }));
    }

    /// For whom an entry is now; `None` if it is the same for everybody.
    pub(crate) fn epoch_of(&self, id: EntryId) -> Option<u64> {
        let is_public = |entry: &Entry| entry.access == Access::Public;
        (!self.entries.get(id.0).is_some_and(is_public)).then_some(self.world.epoch)
    }

    /// Fetches what is watched and has no data now.
    fn fill_gaps(&mut self, now: Time) {
        let mut at = 0;
        while let Some(id) = self.next_watched(&mut at) {
            let idle = self.entries.get(id.0).is_some_and(|entry| {
                entry.access != Access::Public && entry.fetch.is_none() && !entry.has_data()
            });
            if idle && let Some(by) = self.first_that(id, freshness::wants_on_change, now) {
                self.fetch_automatically(id, by, now);
            }
        }
    }

    /// Takes all private data from its owner. `keep_waiting` spares the fetches that have not begun.
    fn disown_all(&mut self, keep_waiting: bool, now: Time) {
        self.world.epoch += 1;
        let mut at = 0;
        while let Some(id) = self.entries.next(&mut at) {
            let entry = self.entries.get(id);
            if entry.is_some_and(|entry| entry.access != Access::Public) {
                self.disown(EntryId(id), keep_waiting, now);
            }
        }
        if let Some(rules) = self.mutation_rules {
            (rules.disown)(self, now);
        }
        self.forget_previous(true, now);
        self.forget_removed();
    }

    /// The keys of what is gone may tell of its owner.
    pub(crate) fn forget_removed(&mut self) {
        let (index, entries) = (&self.index, &self.entries);
        self.trail.retain(|key| index.find(entries, key).is_some());
    }

    /// Takes the data of an entry away, with all that belongs to it.
    pub(crate) fn disown(&mut self, id: EntryId, keep_waiting: bool, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let waits = |fetch: &mut Fetch| fetch.phase == Phase::Paused && fetch.failures == 0;
        let fetch = entry.fetch.take_if(|fetch| !(keep_waiting && waits(fetch)));
        let before = entry.state.fetch_status;
        let after = if entry.fetch.is_some() { before } else { FetchStatus::Idle };
        entry.state = QueryState { fetch_status: after, ..QueryState::default() };
        entry.move_revert_point();
        entry.base = None;
        entry.initial = None;
        entry.last = None;
        entry.patches.clear();
        entry.mutation = 0;
        entry.mutations_running = 0;
        entry.fetch_after_mutations = false;
        let mut waiting = std::mem::take(&mut entry.overtaken);
        entry.disowned = entry.disowned.wrapping_add(1);
        entry.deduped_until = Time::ZERO;
        entry.preloaded = None;
        entry.end_retries();
        entry.poll.clear();
        entry.poll_every = Wait::FOREVER;
        let unused = entry.is_unused();
        let list = entry.list.take();
        self.trail.push(now, &entry.key, What::Disowned);
        self.count_fetching(before, after);
        if let Some(fetch) = fetch {
            self.effect(Effect::Abort(fetch.signal));
            waiting.extend(fetch.waiters);
        }
        for waiter in waiting {
            self.effect(Effect::Answer(waiter, Answer::Cancelled));
        }
        if let Some(list) = list {
            list.release(self, now);
        }
        self.forget_seen(id, false);
        self.touch(id);
        self.rearm_poll(id, now);
        if unused {
            self.remove_entry(id, now);
        }
    }

    /// Answers are counted anew.
    pub(crate) fn forget_seen(&mut self, id: EntryId, had_data: bool) {
        let mut next = self.entries.get(id.0).and_then(|entry| entry.observers.head);
        while let Some(observer) = next.and_then(|id| self.observers.get_mut(id.0)) {
            observer.seen = (0, 0);
            // Data that is taken away does not stand in for itself.
            observer.previous.take_if(|_| had_data);
            next = observer.next;
        }
    }

    /// Observers remember the last data that they showed, whatever they watch now; that goes as well. Those
    /// whose entry was removed show what they had: they come back to an entry, which has nothing yet. With `fetches`, they
    /// fetch it as when they change to another key: what they have lost may have been public, and nobody else would.
    pub(crate) fn forget_previous(&mut self, fetches: bool, now: Time) {
        let mut at = 0;
        while let Some(id) = self.observers.next(&mut at).map(ObserverId) {
            let Some(observer) = self.observers.get_mut(id.0) else {
                continue;
            };
            observer.previous = None;
            let lost = observer.key.clone().filter(|_| observer.entry.is_none());
            if let Some(key) = lost {
                let entry = self.join_again(id, &key, now);
                if fetches {
                    self.fetch_if(id, entry, freshness::wants_on_change, now);
                }
            }
            self.refresh(id, true, now);
        }
    }
}
