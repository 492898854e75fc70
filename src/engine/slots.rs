//! A table of entries or observers: its places are used again, its ids never are.

use std::num::NonZeroU32;

/// Names what was put into a place of a table. The id of something removed never names a later thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SlotId {
    index: u32,
    /// Counts what has been put into the place.
    version: NonZeroU32,
}

impl Default for SlotId {
    /// Names nothing.
    fn default() -> Self {
        Self { index: u32::MAX, version: NonZeroU32::MIN }
    }
}

struct Slot<T> {
    version: NonZeroU32,
    /// Boxed, so that a table that grows moves pointers only, and all tables share their code.
    value: Option<Box<T>>,
}

pub(crate) struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub fn insert(&mut self, value: Box<T>) -> SlotId {
        let index = self.free.pop().unwrap_or(self.slots.len() as u32);
        let mut version = NonZeroU32::MIN;
        match self.slots.get_mut(index as usize) {
            Some(slot) => {
                version = slot.version.checked_add(1).unwrap_or(version);
                *slot = Slot { version, value: Some(value) };
            }
            None => self.slots.push(Slot { version, value: Some(value) }),
        }
        SlotId { index, version }
    }

    pub fn remove(&mut self, id: SlotId) -> Option<Box<T>> {
        let slot = self.slots.get_mut(id.index as usize)?;
        if slot.version != id.version {
            return None;
        }
        let value = slot.value.take()?;
        self.free.push(id.index);
        Some(value)
    }

    pub fn get(&self, id: SlotId) -> Option<&T> {
        let slot = self.slots.get(id.index as usize)?;
        if slot.version == id.version { slot.value.as_deref() } else { None }
    }

    pub fn get_mut(&mut self, id: SlotId) -> Option<&mut T> {
        let slot = self.slots.get_mut(id.index as usize)?;
        if slot.version == id.version { slot.value.as_deref_mut() } else { None }
    }

    /// The next id in use from the place number `at` on, which then is the number of the place after it. So
    /// the table may change while somebody goes through it.
    pub fn next(&self, at: &mut u32) -> Option<SlotId> {
        loop {
            let (index, slot) = (*at, self.slots.get(*at as usize)?);
            *at += 1;
            if slot.value.is_some() {
                return Some(SlotId { index, version: slot.version });
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (SlotId, &T)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let id = self.next(&mut at)?;
            self.get(id).map(|value| (id, value))
        })
    }
}
