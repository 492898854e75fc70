//! SWR's subscriptions: a fetch that never ends, and brings data or an error whenever its source has some.
//!
//! So a subscription begins with the first observer of its key and stops with the last, waits until it is known who
//! is signed in, and belongs to whoever that is, by the rules of every other fetch.

use std::rc::Rc;

use super::callbacks::Callbacks;
use super::entry::{Entry, Phase, Status};
use super::erased::{Data, Failure};
use super::key::Key;
use super::options::{Interval, NetworkMode, ObserverOptions, Refetch};
use super::signal::Signal;
use super::state::Engine;
use super::time::Time;
use super::trail::What;

impl ObserverOptions {
    /// The options for an observer of a subscription: what decides on requests does not apply.
    #[must_use]
    pub fn for_subscription(&self) -> Rc<Self> {
        let mut options = self.clone();
        options.enabled = true;
        options.refetch_on_mount = Refetch::Always;
        options.revalidate_on_mount = None;
        options.refetch_on_focus = Refetch::Never;
        options.refetch_on_reconnect = Refetch::Never;
        options.interval = Interval::Off;
        options.network_mode = NetworkMode::Always;
        options.callbacks = Callbacks::default();
        Rc::new(options)
    }
}

impl Engine {
    /// A running subscription, or stream, has something to tell. `signal` is the one that it was begun with: who was stopped is
    /// not heard any more.
    pub fn push(&mut self, key: &Key, signal: &Signal, news: Result<Data, Failure>, now: Time) {
        let Some((id, _)) = self.find(key).filter(|(_, entry)| is_heard(entry, signal)) else {
            return;
        };
        let Some(entry) = self.entries.get_mut(id.0) else {
            return;
        };
        match news {
            Ok(data) => {
                let options = entry.fetch.as_ref().map(|fetch| fetch.options.clone());
                entry.write(data, options.as_deref(), now);
            }
            Err(failure) => {
                let state = &mut entry.state;
                state.error = Some(failure);
                state.error_updated_at = now;
                state.error_update_count = state.error_update_count.saturating_add(1);
                state.status = Status::Error;
            }
        }
        // It is not taken back when its source stops.
        entry.move_revert_point();
        self.trail.push(now, key, What::Written);
        self.touch(id);
        self.finish(now);
    }

    /// What a running subscription, or stream, goes on from: what it has brought last, or was written since. The outer `None` says that it is not heard any more.
    #[must_use]
    pub fn pushed(&self, key: &Key, signal: &Signal) -> Option<Option<Data>> {
        let (_, entry) = self.find(key).filter(|(_, entry)| is_heard(entry, signal))?;
        Some(entry.base.clone())
    }
}

pub(super) fn is_heard(entry: &Entry, signal: &Signal) -> bool {
    let fetch = entry.fetch.as_ref();
    fetch.is_some_and(|fetch| fetch.phase == Phase::Running && fetch.signal == *signal)
}
