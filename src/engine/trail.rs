//! The last things that happened, for devtools and bug reports.

use std::rc::Rc;

use super::audience::Audience;
use super::defaults::TRAIL_LENGTH;
use super::key::Key;
use super::time::Time;

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was made.
    Added,
    /// It was removed.
    Removed,
    /// A fetch was started.
    Fetch,
    /// An attempt failed and will be tried again.
    Retry,
    /// A fetch brought data.
    Success,
    /// A fetch failed for good.
    Error,
    /// A fetch was cancelled.
    Cancelled,
    /// An answer came too late and was ignored.
    Discarded,
    /// Data was written by hand.
    Written,
    /// The data was declared out of date.
    Invalidated,
    /// The data was dropped: it belonged to a user who is gone, or the cache was unloaded.
    Disowned,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct TrailEvent {
    /// When.
    pub at: Time,
    /// To which entry.
    pub key: Key,
    /// What.
    pub what: What,
}

/// A bounded list of events: the older half goes when the newer one is full.
#[derive(Default)]
pub struct Trail {
    older: Vec<TrailEvent>,
    newer: Vec<TrailEvent>,
    /// Who is told at once, since the first who has subscribed.
    pub(crate) audience: Option<Rc<dyn Audience>>,
}

impl Trail {
    pub(crate) fn push(&mut self, at: Time, key: &Key, what: What) {
        if let Some(audience) = &self.audience {
            audience.logged(key, what);
        }
        self.log(at, key, what);
    }

    /// The same for what is told in another way.
    pub(crate) fn log(&mut self, at: Time, key: &Key, what: What) {
        if self.newer.len() >= TRAIL_LENGTH / 2 {
            std::mem::swap(&mut self.older, &mut self.newer);
            self.newer.clear();
        }
        self.newer.push(TrailEvent { at, key: key.clone(), what });
    }

    /// Forgets the events whose key does not pass.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        for half in [&mut self.older, &mut self.newer] {
            half.retain(|event| keep(&event.key));
        }
    }

    /// The events, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &TrailEvent> {
        self.older.iter().chain(&self.newer)
    }
}
