//! Writes by hand: TanStack Query's `setQueryData`, and SWR's `mutate`.

use std::rc::Rc;
use std::time::Duration;

use super::defaults;
use super::effect::{Answer, Effect, Waiter};
use super::entry::{Entry, EntryId};
use super::erased::Data;
use super::events::QueryAction;
use super::fetching::Source;
use super::key::Key;
use super::optimistic::Patch;
use super::options::{Access, Dialect};
use super::state::Engine;
use super::time::Time;
use super::trail::What;

/// A running SWR mutation of one key.
#[derive(Clone, Copy, Debug)]
pub struct MutationTicket {
    entry: EntryId,
    seq: u64,
    epoch: u64,
    disowned: u32,
}

/// What became of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutationReport {
    /// Whether the result is for the user of now.
    pub is_owned: bool,
    /// Whether no newer mutation of the key has begun meanwhile.
    pub is_newest: bool,
}

/// How a mutation ended.
pub enum MutationEnd {
    /// Write this; `None` takes the data away.
    Write(Option<Data>),
    /// Write nothing: a fetch will bring the effect.
    Keep,
    /// It failed. The optimistic change goes, or stays if the user wants it to.
    Failed {
        /// Whether it goes.
        rollback: bool,
    },
}

/// Whether a mutation is followed by a fetch.
#[derive(Clone)]
pub enum Revalidate {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// As the function says, from the data that is shown in the end, and the key.
    With(Rc<dyn Fn(Option<&Data>, &Key) -> bool>),
}

impl Revalidate {
    /// The decision for data and key.
    #[must_use]
    pub fn is_wanted_for(&self, shown: Option<&Data>, key: &Key) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
            Self::With(rule) => rule(shown, key),
        }
    }
}

impl From<bool> for Revalidate {
    fn from(revalidate: bool) -> Self {
        if revalidate { Self::Yes } else { Self::No }
    }
}

impl Engine {
    /// Writes data under `key`, making the entry if need be.
    ///
    /// A fetch in flight goes on, and will overwrite the data unless it is cancelled before: TanStack Query's
    /// rule. An entry that nobody has used is kept for `gc_time`. Returns the data as it is now shown.
    pub fn set_data(
        &mut self,
        key: &Key,
        data: Data,
        gc_time: Duration,
        updated_at: Option<Time>,
        now: Time,
    ) -> Option<Data> {
        let id = self.ensure_for_write(key, gc_time, now);
        if let Some(entry) = self.entry(id) {
            entry.patches.drop_finished();
        }
        self.write_by_hand(id, Some(data), updated_at, now);
        let shown = self.entries.get(id.0).and_then(|entry| entry.state.data.clone());
        self.finish(now);
        shown
    }

    /// The entry to write to. One that is there stays what it is: a write does not say who may see it, nor for how long.
    fn ensure_for_write(&mut self, key: &Key, gc_time: Duration, now: Time) -> EntryId {
        if let Some((id, _)) = self.find(key) {
            return id;
        }
        let id = self.ensure(key, Access::default(), None, now);
        self.lengthen_gc(id, gc_time);
        id
    }

    pub(crate) fn write_by_hand(
        &mut self,
        id: EntryId,
        data: Option<Data>,
        at: Option<Time>,
        now: Time,
    ) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let last = entry.last.as_ref().map(|(options, _)| options.clone());
        let action = match data {
            Some(data) => {
                entry.write(data, last.as_deref(), at.unwrap_or(now));
                QueryAction::Success { manual: true }
            }
            None => {
                entry.erase();
                QueryAction::SetState
            }
        };
        entry.move_revert_point();
        self.trail.log(now, &entry.key, What::Written);
        self.say_updated(id, action);
        self.touch(id);
        self.rearm_poll(id, now);
        self.schedule_gc(id, now);
    }

    /// The data without optimistic changes: what an updater of SWR's `mutate` works on.
    #[must_use]
    pub fn committed(&self, key: &Key) -> Option<Data> {
        self.find(key).and_then(|(_, entry)| entry.base.clone())
    }

    /// Begins an SWR mutation: what is in flight is older than it and will not be written. A first load of TanStack
    /// Query's dialect goes on until the mutation ends: somebody waits for it, and the patch lies over what it brings.
    pub fn begin_mutation(&mut self, key: &Key, patch: Option<Patch>, now: Time) -> MutationTicket {
        let id = self.ensure_for_write(key, defaults::GC_TIME, now);
        if !self.is_first_load(id) {
            self.discard_fetch(id, now);
        }
        self.sequence += 1;
        let mut ticket =
            MutationTicket { entry: id, seq: self.sequence, epoch: self.world.epoch, disowned: 0 };
        if let Some(entry) = self.entries.get_mut(id.0) {
            ticket.disowned = entry.disowned;
            entry.gc.clear();
            entry.deduped_until = Time::ZERO;
            entry.mutation = ticket.seq;
            entry.preloaded = None;
            entry.mutations_running += 1;
            entry.fetch_after_mutations = false;
            if let Some(patch) = patch {
                entry.patches.push(ticket.seq, patch);
                entry.show();
                self.say_updated(id, QueryAction::SetState);
            }
        }
        self.touch(id);
        self.finish(now);
        ticket
    }

    fn is_first_load(&self, id: EntryId) -> bool {
        let empty = self.entries.get(id.0).filter(|entry| entry.base.is_none());
        let fetch = empty.and_then(|entry| entry.fetch.as_ref());
        fetch.is_some_and(|fetch| fetch.options.dialect == Dialect::Query)
    }

    /// Ends it. A mutation that a newer one has overtaken writes nothing, and its failure takes back only its
    /// own change. If the user has changed meanwhile, nothing is written: the result belongs to somebody who is
    /// gone.
    ///
    /// With `revalidate`, the key is fetched once more, as soon as no mutation of it runs. What an overtaken
    /// mutation wants does not count while the newer one runs.
    pub fn end_mutation(
        &mut self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: &Revalidate,
        now: Time,
    ) -> MutationReport {
        let (id, is_owned) = (ticket.entry, self.is_owned(&ticket));
        let mut report = MutationReport { is_owned, is_newest: true };
        let counted = |entry: &&Entry| entry.disowned == ticket.disowned;
        let Some(entry) = self.entries.get(id.0).filter(counted) else {
            return report;
        };
        report.is_newest = entry.mutation == ticket.seq;
        if is_owned {
            self.settle_mutation(ticket, end, revalidate, now);
        } else {
            // Public when it began and private now: the change is not the new user's, and their data is not for
            // the old one's rule.
            let end = MutationEnd::Failed { rollback: true };
            let revalidate = !matches!(revalidate, Revalidate::No);
            self.settle_mutation(ticket, end, &revalidate.into(), now);
        }
        self.discard_fetch(id, now);
        self.after_mutations(id, is_owned, now);
        self.schedule_gc(id, now);
        self.finish(now);
        report
    }

    /// Whether who began a mutation is still signed in, or the data is everybody's.
    #[must_use]
    pub fn is_owned(&self, ticket: &MutationTicket) -> bool {
        let is_public =
            |entry: &Entry| entry.access == Access::Public && entry.disowned == ticket.disowned;
        ticket.epoch == self.world.epoch || self.entries.get(ticket.entry.0).is_some_and(is_public)
    }

    /// Whether no other mutation of its key has begun since.
    pub(crate) fn is_newest(&self, ticket: &MutationTicket) -> bool {
        self.entries.get(ticket.entry.0).is_none_or(|entry| entry.mutation == ticket.seq)
    }

    fn settle_mutation(
        &mut self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: &Revalidate,
        now: Time,
    ) {
        let (id, seq) = (ticket.entry, ticket.seq);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.mutations_running = entry.mutations_running.saturating_sub(1);
        let newest = entry.mutation == seq;
        let writes = newest && matches!(end, MutationEnd::Write(_));
        let is_shown_anew = !writes && !entry.patches.is_empty();
        match end {
            // Back to what the server gave: what older mutations only hope for is overtaken.
            MutationEnd::Failed { rollback: true } if newest => entry.patches.overtake(seq),
            MutationEnd::Failed { rollback: true } => entry.patches.remove(seq),
            MutationEnd::Write(data) if newest => {
                entry.patches.overtake(seq);
                entry.patches.drop_finished();
                self.write_by_hand(id, data, None, now);
            }
            _ => entry.patches.finish(seq),
        }
        self.touch(id);
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        entry.show();
        let wanted = revalidate.is_wanted_for(entry.state.data.as_ref(), &entry.key);
        // The newest decides; who ends after it may want a fetch as well.
        entry.fetch_after_mutations = wanted || (entry.fetch_after_mutations && !newest);
        if is_shown_anew {
            self.say_updated(id, QueryAction::SetState);
        }
    }

    /// When no mutation runs any more: fetches once more if that is wanted, and tells those whose fetch was
    /// overtaken.
    fn after_mutations(&mut self, id: EntryId, is_owned: bool, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0).filter(|entry| entry.mutations_running == 0)
        else {
            return;
        };
        let revalidate = std::mem::take(&mut entry.fetch_after_mutations);
        let waiting = std::mem::take(&mut entry.overtaken);
        if revalidate {
            self.revalidate_entry(id, None, now);
        } else if is_owned {
            entry.adopt_patches();
        }
        self.tell_overtaken(id, waiting, now);
    }

    /// Who waits for data gets what has been written, or else the answer of another fetch.
    fn tell_overtaken(&mut self, id: EntryId, waiting: Vec<Waiter>, now: Time) {
        for waiter in waiting {
            let entry = self.entries.get(id.0);
            let has_data = entry.is_some_and(|entry| entry.has_data());
            if !has_data && waiter.is_waiting() {
                self.fetch_explicitly(id, None, false, Some(waiter), now);
            } else {
                self.add_waiter(id, Some(waiter));
            }
        }
    }

    /// SWR's `mutate(key)`: forgets deduping, and fetches through the first component that shows the key. If
    /// there is none, the next one to mount will fetch.
    pub fn revalidate(&mut self, key: &Key, waiter: Waiter, now: Time) {
        let Some((id, _)) = self.find(key) else {
            self.effect(Effect::Answer(waiter, Answer::Data(None)));
            return self.finish(now);
        };
        if let Some(entry) = self.entry(id) {
            entry.deduped_until = Time::ZERO;
            entry.preloaded = None;
        }
        self.revalidate_entry(id, Some(waiter), now);
        self.finish(now);
    }

    pub(crate) fn revalidate_entry(&mut self, id: EntryId, waiter: Option<Waiter>, now: Time) {
        // Whoever comes next fetches, however fresh the data seems to be, unless this fetch has ended by then.
        if let Some(entry) = self.entry(id)
            && !std::mem::replace(&mut entry.state.is_invalidated, true)
        {
            self.say_updated(id, QueryAction::Invalidate);
            self.touch(id);
        }
        let active = self.observers_of(id).filter(|(_, observer)| observer.is_active());
        let first = active.filter_map(Source::of).next();
        match first {
            Some(source) => self.fetch_explicitly(id, Some(source), true, waiter, now),
            None => self.answer_now(id, waiter),
        }
    }

    /// The data shown under `key`.
    #[must_use]
    pub fn data(&self, key: &Key) -> Option<Data> {
        self.state(key).and_then(|state| state.data.clone())
    }
}
