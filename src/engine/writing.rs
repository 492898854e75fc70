//! Writes by hand: TanStack Query's `setQueryData`, and SWR's `mutate`.

use std::rc::Rc;

use super::defaults;
use super::effect::Waiter;
use super::entry::{EntryId, Status};
use super::erased::Data;
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
        let shown = self
            .entries
            .get(id.0)
            .and_then(|entry| entry.state.data.clone());
        self.finish(now);
        shown
    }

    fn ensure_for_write(&mut self, key: &Key, access: Access, now: Time) -> EntryId {
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
        if let Some(fetch) = &mut entry.fetch {
            // A cancelled fetch goes back to this write, not to what was before it.
            fetch.revert.status = Status::Success;
            fetch.revert.error = None;
            fetch.revert.error_updated_at = Time::ZERO;
            fetch.revert.is_invalidated = false;
        }
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
        let ticket = MutationTicket {
            entry: id,
            seq: self.sequence,
            epoch: self.world.epoch,
        };
        if let Some(entry) = self.entries.get_mut(id.0) {
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
    /// own change. If the user has changed meanwhile, nothing at all happens, and the answer is `false`.
    ///
    /// With `revalidate`, the key is fetched once more and `waiter` hears of that; otherwise at once.
    pub fn end_mutation(
        &mut self,
        ticket: MutationTicket,
        end: MutationEnd,
        revalidate: bool,
        waiter: Waiter,
        now: Time,
    ) -> bool {
        let owned = ticket.epoch == self.world.epoch;
        if !owned || self.entries.get(ticket.entry.0).is_none() {
            self.answer_now(ticket.entry, Some(waiter));
            self.finish(now);
            return owned;
        }
        self.settle_mutation(ticket, end, revalidate, now);
        self.discard_fetch(ticket.entry, now);
        if revalidate {
            self.revalidate_entry(ticket.entry, waiter, now);
        } else {
            self.answer_now(ticket.entry, Some(waiter));
        }
        self.schedule_gc(ticket.entry, now);
        self.finish(now);
        true
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
                return self.write_by_hand(ticket.entry, data, None, now);
            }
            _ => entry.patches.finish(ticket.seq),
        }
        // Nobody will bring data that contains the change: what is shown becomes the truth.
        if !revalidate && newest && entry.mutations_running == 0 {
            entry.base = entry.patches.apply(entry.base.as_ref());
            entry.patches.drop_finished();
            if entry.base.is_some() {
                entry.state.status = Status::Success;
            }
        }
        entry.show();
        self.touch(ticket.entry);
    }

    /// SWR's `mutate(key)`: forgets deduping, and fetches through the first component that shows the key. If
    /// there is none, the next one to mount will fetch.
    pub fn revalidate(&mut self, key: &Key, waiter: Waiter, now: Time) {
        let Some((id, _)) = self.find(key) else {
            self.effect(super::effect::Effect::Answer(
                waiter,
                super::effect::Answer::Data(None),
            ));
            return self.finish(now);
        };
        if let Some(entry) = self.entry(id) {
            entry.deduped_until = Time::ZERO;
        }
        self.revalidate_entry(id, waiter, now);
        self.finish(now);
    }

    fn revalidate_entry(&mut self, id: EntryId, waiter: Waiter, now: Time) {
        let first = self
            .observers_of(id)
            .find_map(|(_, o)| super::fetching::Source::of(o));
        match first {
            Some(source) => self.fetch_explicitly(id, Some(source), true, Some(waiter), now),
            None => self.answer_now(id, Some(waiter)),
        }
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
