//! TanStack Query's streamed queries: a fetch that fills its entry chunk by chunk, and ends with what has come of them.
//!
//! Chunks are written as the news of a subscription are, so that who was stopped is not heard any more. What is added
//! here: what becomes of the data that is there when a stream begins, and how its reader learns that nobody wants it.

use super::entry::{Entry, QueryState};
use super::key::Key;
use super::oneshot::{self, Receiver};
use super::signal::Signal;
use super::state::Engine;
use super::subscribing::is_heard;
use super::time::Time;

/// What a refetch of a streamed query does with the data that is there. Same as TanStack Query's `refetchMode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefetchMode {
    /// The query is as on its first day, without data or with its initial data, and data grows anew.
    #[default]
    Reset,
    /// The new chunks continue the data, also those of a retry: let the query function ask for what is missing.
    Append,
    /// The data stays until the new stream has ended, and is replaced at once.
    Replace,
}

/// A stream that may begin.
pub(crate) struct Streaming {
    /// Ready as soon as nobody wants the stream any more, whatever the reason.
    pub gone: Receiver<()>,
    /// Whether the chunks are to be gathered apart, and shown in the end.
    pub is_apart: bool,
}

impl Engine {
    /// The query function of a stream has been called: the first time, as a refetch, or as a retry after a failure.
    /// `signal` is the one that it was given.
    pub(crate) fn begin_stream(
        &mut self,
        key: &Key,
        signal: &Signal,
        mode: RefetchMode,
        now: Time,
    ) -> Option<Streaming> {
        let (id, _) = self.find(key).filter(|(_, entry)| is_heard(entry, signal))?;
        let entry = self.entries.get_mut(id.0)?;
        let is_refetch = entry.state.data_update_count > 0 || entry.state.error_update_count > 0;
        let (reader, gone) = oneshot::channel::<()>();
        entry.fetch.as_mut()?.reader = Some(Box::new(reader));
        if is_refetch && mode == RefetchMode::Reset {
            let had_data = entry.has_data();
            entry.start_over(now);
            self.forget_seen(id, had_data);
            self.touch(id);
            self.finish(now);
        }
        Some(Streaming { gone, is_apart: is_refetch && mode == RefetchMode::Replace })
    }
}

impl Entry {
    /// Back to the initial state, while the fetch goes on. Stopped before its first chunk, it gives back what was there.
    fn start_over(&mut self, now: Time) {
        let QueryState { fetch_status, failure_count, .. } = self.state;
        let failure_reason = self.state.failure_reason.clone();
        let begun =
            QueryState { fetch_status, failure_count, failure_reason, ..QueryState::default() };
        let (base, state) = (self.base.take(), std::mem::replace(&mut self.state, begun));
        // Set aside, for initial data would move the point that it goes back to.
        let fetch = self.fetch.take();
        match self.initial.clone() {
            Some(initial) => self.begin_with(&initial, now),
            None => self.show(),
        }
        self.fetch = fetch;
        if let Some(fetch) = &mut self.fetch {
            let undo = move |entry: &mut Entry| {
                let fetch_status = entry.state.fetch_status;
                entry.base = base;
                entry.state = QueryState { fetch_status, ..state };
                entry.show();
            };
            fetch.revert.undo.get_or_insert(Box::new(undo));
        }
    }
}
