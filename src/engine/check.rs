//! A look at the engine's books: whether all that has to agree does. For tests and bug reports.

use super::entry::{Entry, EntryId, FetchStatus, Phase, Status};
use super::observer::ObserverId;
use super::state::Engine;
use super::time::{Time, Wait};

impl Engine {
    /// Says what does not agree in the engine's state, which would be a mistake of the engine's own. Takes time
    /// with every entry and observer.
    ///
    /// # Errors
    /// With the first disagreement, in words.
    pub fn check(&self) -> Result<(), String> {
        let fetching = |entry: &Entry| entry.state.fetch_status == FetchStatus::Fetching;
        let count = self.entries.iter().filter(|(_, entry)| fetching(entry)).count();
        claim(count as u64 == u64::from(self.fetching_count()), "the count of fetching entries")?;
        let mut listed = 0;
        for (id, entry) in self.entries.iter() {
            let id = EntryId(id);
            claim(
                self.find(&entry.key).map(|(found, _)| found) == Some(id),
                "an entry and its key",
            )?;
            listed += self.check_list(id, entry)?;
            self.check_state(entry)?;
            self.check_alarms(entry)?;
        }
        let watching =
            self.observers.iter().filter(|(_, observer)| observer.entry.is_some()).count();
        claim(listed == watching, "observers that are in no list of their entry")?;
        let pins: u32 = self.entries.iter().map(|(_, entry)| entry.pins).sum();
        let lists = self.entries.iter().filter_map(|(_, entry)| entry.list.as_ref());
        let pages = lists.flat_map(|list| list.get().pages());
        let pinned = pages.filter(|page| self.entries.get(page.0).is_some()).count();
        claim(pinned as u64 == u64::from(pins), "the pages of lists and what keeps them")
    }

    fn check_list(&self, id: EntryId, entry: &Entry) -> Result<usize, String> {
        let (mut next, mut prev, mut len) = (entry.observers.head, None::<ObserverId>, 0);
        while let Some(at) = next {
            let observer = self.observer(at).ok_or("a list names an observer that is gone")?;
            claim(observer.entry == Some(id), "an observer and the list that it is in")?;
            claim(observer.prev == prev, "the links of a list")?;
            claim(observer.key.as_ref() == Some(&entry.key), "the keys of observer and entry")?;
            prev = Some(at);
            next = observer.next;
            len += 1;
        }
        claim(entry.observers.tail == prev, "the end of a list")?;
        claim(entry.observers.len as usize == len, "the length of a list")?;
        Ok(len)
    }

    fn check_state(&self, entry: &Entry) -> Result<(), String> {
        let state = &entry.state;
        let status = match &entry.fetch {
            _ if entry.key.is_subscription() => state.fetch_status == FetchStatus::Idle,
            None => state.fetch_status == FetchStatus::Idle,
            Some(fetch) if fetch.phase == Phase::Paused => state.fetch_status != FetchStatus::Idle,
            Some(_) => state.fetch_status == FetchStatus::Fetching,
        };
        claim(status, "a fetch and its status")?;
        claim(state.status != Status::Success || state.data.is_some(), "success without data")?;
        claim(state.status != Status::Error || state.error.is_some(), "an error without an error")?;
        claim(entry.base.is_none() || state.data.is_some(), "data that is not shown")?;
        let plain = entry.patches.is_empty();
        claim(!plain || entry.base.is_some() == state.data.is_some(), "shown data without any")?;
        claim(!entry.dirty, "an entry that nobody has looked at")
    }

    fn check_alarms(&self, entry: &Entry) -> Result<(), String> {
        let ends = entry.gc.is_set() || Time::ZERO.after(entry.gc_time) == Time::NEVER;
        claim(!entry.is_unused() || ends, "an unused entry that stays for ever")?;
        let polls = entry.poll_every != Wait::FOREVER;
        let idle = entry.fetch.is_none() && entry.observers.len > 0;
        claim(!idle || !polls || entry.poll.is_set(), "polling that has stopped")?;
        let waits = entry.fetch.as_ref().is_some_and(|fetch| fetch.phase == Phase::Backoff);
        claim(!waits || entry.retry.is_set(), "a retry that never comes")
    }
}

fn claim(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("does not agree: {what}")) }
}
