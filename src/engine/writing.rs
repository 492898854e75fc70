//! Writes by hand: TanStack Query's `setQueryData`, and SWR's `mutate`.

use std::rc::Rc;

use super::defaults;
use super::effect::{Answer, Effect, Waiter};
use super::entry::{Entry, EntryId, Status};
use super::erased::Data;
use super::fetching::Source;
use super::key::Key;
use super::optimistic::Patch;
use super::options::Access;
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

/// How a mutation ended.
pub enum MutationEnd {
    /// Write this.
    Write(Data),
    /// Write nothing: a fetch will bring the effect.
    Keep,
    /// It failed. The optimistic change goes, or stays if the user wants it to.
    Failed {
        /// Whether it goes.
        rollback: bool,
    },
}

impl Engine {
    /// Writes data under `key`, making the entry if need be.
    ///
    /// A fetch in flight goes on, and will overwrite the data unless it is cancelled before: TanStack Query's
    /// rule. Returns the data as it is now shown.
    pub fn set_data(
        &mut self,
        key: &Key,
        data: Data,
        access: Access,
        updated_at: Option<Time>,
        now: Time,
    ) -> Option<Data> {
        let id = self.ensure_for_write(key, access, now);
        self.write_by_hand(id, data, updated_at, now);
        let shown = self.entries.get(id.0).and_then(|entry| entry.state.data.clone());
        self.finish(now);
        shown
    }

    /// The entry to write to. One that is there keeps its access: a write does not say who may see it.
    fn ensure_for_write(&mut self, key: &Key, access: Access, now: Time) -> EntryId {
        let access = self.find(key).map_or(access, |(_, entry)| entry.access);
        let id = self.ensure(key, access, None, now);
        if let Some(entry) = self.entry(id)
            && entry.gc_time.is_zero()
            && entry.observers.len == 0
        {
            entry.gc_time = defaults::GC_TIME;
        }
        id
    }

    fn write_by_hand(&mut self, id: EntryId, data: Data, at: Option<Time>, now: Time) {
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        let last = entry.last.as_ref().map(|(options, _)| options.clone());
        entry.write(data, last.as_deref(), at.unwrap_or(now));
        entry.move_revert_point();
        self.trail.push(now, &entry.key, What::Written);
        self.touch(id);
        self.rearm_poll(id, now);
        self.schedule_gc(id, now);
    }

    /// The data without optimistic changes: what an updater of SWR's `mutate` works on.
    #[must_use]
    pub fn committed(&self, key: &Key) -> Option<Data> {
        self.find(key).and_then(|(_, entry)| entry.base.clone())
    }

    /// Begins an SWR mutation: what is in flight is older than it and will not be written.
    pub fn begin_mutation(&mut self, key: &Key, patch: Option<Patch>, now: Time) -> MutationTicket {
        let id = self.ensure_for_write(key, Access::default(), now);
        self.discard_fetch(id, now);
        self.sequence += 1;
        let mut ticket =
            MutationTicket { entry: id, seq: self.sequence, epoch: self.world.epoch, disowned: 0 };
        if let Some(entry) = self.entries.get_mut(id.0) {
            ticket.disowned = entry.disowned;
            entry.gc.clear();
            entry.deduped_until = Time::ZERO;
            entry.mutation = ticket.seq;
            entry.mutations_running += 1;
            if let Some(patch) = patch {
                entry.patches.push(ticket.seq, patch);
                entry.show();
            }
        }
        self.touch(id);
        self.finish(now);
        ticket
    }

    /// Ends it. A mutation that a newer one has overtaken writes nothing, and its failure takes back only its
    /// own change. If the user has changed meanwhile, nothing is written, and the answer is `false`: the
    /// result belongs to somebody who is gone.
    ///
    /// With `revalidate`, the key is fetched once more.
    pub fn end_mutation(
        &mut self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: bool,
        now: Time,
    ) -> bool {
        let (id, owned) = (ticket.entry, self.is_owned(&ticket));
        let counted = |entry: &&Entry| entry.disowned == ticket.disowned;
        if self.entries.get(id.0).filter(counted).is_none() {
            return owned;
        }
        if owned {
            self.settle_mutation(ticket, end, revalidate, now);
        } else {
            // Public when it began and private now: the change is not the new user's.
            self.settle_mutation(ticket, MutationEnd::Failed { rollback: true }, true, now);
        }
        self.discard_fetch(id, now);
        if revalidate {
            self.revalidate_entry(id, None, now);
        }
        self.schedule_gc(id, now);
        self.finish(now);
        owned
    }

    /// Whether who began a mutation is still signed in, or the data is everybody's.
    #[must_use]
    pub fn is_owned(&self, ticket: &MutationTicket) -> bool {
        let is_public =
            |entry: &Entry| entry.access == Access::Public && entry.disowned == ticket.disowned;
        ticket.epoch == self.world.epoch || self.entries.get(ticket.entry.0).is_some_and(is_public)
    }

    fn settle_mutation(
        &mut self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: bool,
        now: Time,
    ) {
        let Some(entry) = self.entries.get_mut(ticket.entry.0) else {
            return;
        };
        entry.mutations_running = entry.mutations_running.saturating_sub(1);
        let newest = entry.mutation == ticket.seq;
        match end {
            MutationEnd::Failed { rollback: true } => entry.patches.remove(ticket.seq),
            MutationEnd::Write(data) if newest => {
                entry.patches.remove(ticket.seq);
                entry.patches.drop_finished();
                self.write_by_hand(ticket.entry, data, None, now);
            }
            _ => entry.patches.finish(ticket.seq),
        }
        let Some(entry) = self.entries.get_mut(ticket.entry.0) else {
            return;
        };
        // Nobody will bring data that contains the changes: what is shown becomes the truth.
        if !revalidate && entry.mutations_running == 0 && !entry.patches.is_empty() {
            entry.base = entry.patches.apply(entry.base.as_ref());
            entry.patches.clear();
            if entry.base.is_some() {
                entry.state.status = Status::Success;
                entry.move_revert_point();
            }
        }
        entry.show();
        self.touch(ticket.entry);
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
        }
        self.revalidate_entry(id, Some(waiter), now);
        self.finish(now);
    }

    fn revalidate_entry(&mut self, id: EntryId, waiter: Option<Waiter>, now: Time) {
        let active = self.observers_of(id).filter(|(_, observer)| observer.is_active());
        let first = active.filter_map(Source::of).next();
        if let Some(source) = first {
            return self.fetch_explicitly(id, Some(source), true, waiter, now);
        }
        if let Some(entry) = self.entry(id) {
            // Whoever comes next fetches, however fresh the data seems to be.
            entry.state.is_invalidated = true;
            self.touch(id);
        }
        self.answer_now(id, waiter);
    }

    /// The data shown under `key`.
    #[must_use]
    pub fn data(&self, key: &Key) -> Option<Data> {
        self.state(key).and_then(|state| state.data.clone())
    }

    /// A patch that shows `data`, whatever lies below.
    #[must_use]
    pub fn replace_by(data: Data) -> Patch {
        Rc::new(move |_| Some(data.clone()))
    }
}
