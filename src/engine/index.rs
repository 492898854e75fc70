//! Finds an entry by its key: lists threaded through the entries themselves, one for each group of hashes.

use super::entry::{Entry, EntryId};
use super::key::Key;
use super::slots::Slots;

/// How many lists there are at first.
const FEWEST: usize = 16;

/// The heads of the lists, a power of two of them, and at least twice as many as entries: to look at an entry
/// that is not the wanted one is what takes time.
#[derive(Default)]
pub(crate) struct Index {
    heads: Vec<Option<EntryId>>,
}

impl Index {
    fn head(&mut self, key: &Key) -> Option<&mut Option<EntryId>> {
        let last = self.heads.len().wrapping_sub(1);
        self.heads.get_mut(key.stored_hash() as usize & last)
    }

    pub fn find(&self, entries: &Slots<Entry>, key: &Key) -> Option<EntryId> {
        let last = self.heads.len().wrapping_sub(1);
        let mut next = *self.heads.get(key.stored_hash() as usize & last)?;
        while let Some(id) = next {
            let entry = entries.get(id.0)?;
            if entry.key == *key {
                break;
            }
            next = entry.same_list;
        }
        next
    }

    /// Adds an entry that is in the table already.
    pub fn add(&mut self, entries: &mut Slots<Entry>, id: EntryId) {
        if 2 * entries.len() <= self.heads.len() {
            return self.link(entries, id);
        }
        self.heads = vec![None; FEWEST.max(4 * self.heads.len())];
        let mut at = 0;
        while let Some(id) = entries.next(&mut at) {
            self.link(entries, EntryId(id));
        }
    }

    fn link(&mut self, entries: &mut Slots<Entry>, id: EntryId) {
        if let Some(entry) = entries.get_mut(id.0)
            && let Some(head) = self.head(&entry.key)
        {
            entry.same_list = head.replace(id);
        }
    }

    /// Takes out an entry that has just been removed from the table.
    pub fn remove(&mut self, entries: &mut Slots<Entry>, id: EntryId, removed: &Entry) {
        let mut link = self.head(&removed.key);
        while let Some(next) = link.as_deref().copied().flatten() {
            if next == id {
                break;
            }
            link = entries.get_mut(next.0).map(|entry| &mut entry.same_list);
        }
        if let Some(link) = link {
            *link = removed.same_list;
        }
    }
}
