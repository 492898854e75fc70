//! One queue of deadlines for the whole engine.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::entry::EntryId;
use super::observer::ObserverId;
use super::time::Time;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerOwner {
    /// A retry of an entry.
    Retry(EntryId),
    /// The next poll of an entry.
    Poll(EntryId),
    /// The moment when an entry's request counts as slow.
    Slow(EntryId),
    /// The end of an unused entry.
    Gc(EntryId),
    /// The moment when an observer's data turns stale; or its next poll, after its entry was removed.
    Stale(ObserverId),
    /// What comes next in any mutation: a retry, or the end of one that nobody shows.
    Mutations,
}

/// A deadline that its owner moves as it likes.
///
/// The queue holds at most one useful item an alarm: moving a deadline to later costs nothing, the item
/// is put back when it comes up. So churn does not fill the queue with dead items.
#[derive(Clone, Copy, Debug)]
pub struct Alarm {
    at: Time,
    queued: Time,
}

impl Default for Alarm {
    fn default() -> Self {
        Self { at: Time::NEVER, queued: Time::NEVER }
    }
}

impl Alarm {
    /// When it will ring; [`Time::NEVER`] if not at all.
    pub(crate) fn at(&self) -> Time {
        self.at
    }

    /// Whether it will ring.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.at != Time::NEVER
    }

    /// Stops it.
    pub fn clear(&mut self) {
        self.at = Time::NEVER;
    }
}

/// A place in the queue.
#[derive(Clone, Copy)]
struct Item {
    at: Time,
    owner: TimerOwner,
}

/// The earlier, the greater, so that the heap gives it first. Items of the same time come in any order.
impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.cmp(&self.at)
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Item {}

/// The queue.
#[derive(Default)]
pub struct Timers {
    heap: BinaryHeap<Item>,
}

impl Timers {
    /// Sets `alarm` of `owner` to ring at `at`; [`Time::NEVER`] clears it.
    pub fn set(&mut self, alarm: &mut Alarm, owner: TimerOwner, at: Time) {
        alarm.at = at;
        if at < alarm.queued {
            alarm.queued = at;
            self.heap.push(Item { at, owner });
        }
    }

    /// When to look at the queue next. May be earlier than the next real deadline, never later.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        self.heap.peek().map(|item| item.at)
    }

    /// Takes an item that is due; the caller passes its alarm to [`Timers::rings`].
    pub fn pop_due(&mut self, now: Time) -> Option<(Time, TimerOwner)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|item| (item.at, item.owner))
    }

    /// Whether `alarm` really rings for an item that [`Timers::pop_due`] gave; puts it back if it moved.
    pub fn rings(&mut self, alarm: &mut Alarm, item: (Time, TimerOwner), now: Time) -> bool {
        if alarm.queued != item.0 {
            return false;
        }
        alarm.queued = Time::NEVER;
        if alarm.at <= now {
            alarm.at = Time::NEVER;
            return true;
        }
        let at = alarm.at;
        self.set(alarm, item.1, at);
        false
    }

    /// Empties the queue; who still waits for an alarm calls [`Timers::queue_again`] with it.
    pub(crate) fn clear(&mut self) {
        self.heap.clear();
    }

    pub(crate) fn queue_again(&mut self, alarm: &mut Alarm, owner: TimerOwner) {
        alarm.queued = Time::NEVER;
        let at = alarm.at;
        self.set(alarm, owner, at);
    }

    /// How many items are queued.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: fn() -> TimerOwner = || TimerOwner::Gc(EntryId::default());

    #[test]
    fn moving_a_deadline_back_and_forth_queues_one_item() {
        let (mut timers, mut alarm) = (Timers::default(), Alarm::default());
        for n in 0..1_000 {
            timers.set(&mut alarm, OWNER(), Time::from_millis(100 + n));
            alarm.clear();
        }
        assert_eq!(timers.len(), 1);
    }

    #[test]
    fn a_deadline_that_moved_rings_at_its_new_time() {
        let (mut timers, mut alarm) = (Timers::default(), Alarm::default());
        timers.set(&mut alarm, OWNER(), Time::from_millis(10));
        timers.set(&mut alarm, OWNER(), Time::from_millis(20));
        let early = timers.pop_due(Time::from_millis(10)).unwrap();
        assert!(!timers.rings(&mut alarm, early, Time::from_millis(10)));
        let due = timers.pop_due(Time::from_millis(20)).unwrap();
        assert!(timers.rings(&mut alarm, due, Time::from_millis(20)));
        assert!(timers.is_empty());
    }

    #[test]
    fn a_deadline_that_came_nearer_rings_once() {
        let (mut timers, mut alarm) = (Timers::default(), Alarm::default());
        timers.set(&mut alarm, OWNER(), Time::from_millis(20));
        timers.set(&mut alarm, OWNER(), Time::from_millis(10));
        let now = Time::from_millis(30);
        let mut rung = 0;
        while let Some(item) = timers.pop_due(now) {
            rung += u32::from(timers.rings(&mut alarm, item, now));
        }
        assert_eq!(rung, 1);
    }
}
