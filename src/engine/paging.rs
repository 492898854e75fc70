//! Infinite queries: what they have besides other queries.
//!
//! The pages of an infinite query are one entry, and its query function fetches as many of them as are wanted. Which
//! those are is a matter of the fetch: all that are there, or one more at either end.

use std::any::Any;
use std::rc::Rc;

use super::effect::{Answer, Waiter};
use super::entry::{Entry, EntryId};
use super::erased::Data;
use super::fetching::Source;
use super::key::Key;
use super::observer::{ObserverId, Snapshot};
use super::oneshot::Receiver;
use super::signal::Signal;
use super::state::Engine;
use super::time::Time;

/// At which end of an infinite query a page is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// After the last page.
    Forward,
    /// Before the first page.
    Backward,
}

/// Says by a page and its place whether a refetch fetches it.
pub type PageFilter = Rc<dyn Fn(&Data, usize) -> bool>;

/// What a fetch of an infinite query is for.
#[derive(Clone, Default)]
pub(crate) struct PageWish {
    /// One more page; else those that are there.
    pub direction: Option<Direction>,
    /// Of those that are there, only these.
    pub only: Option<PageFilter>,
}

/// At which ends an infinite query has more pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct More {
    /// After the last page.
    pub next: bool,
    /// Before the first page.
    pub previous: bool,
}

/// What the engine asks an infinite query, whose types it does not know.
pub trait Paging {
    /// Whether there is more than `data` has.
    fn more(&self, data: &Data) -> More;

    /// The rules themselves, for who knows them.
    fn rules(&self) -> &dyn Any;
}

/// What the query function of an infinite query begins with.
pub(crate) struct PageTurn {
    /// The pages that are there.
    pub data: Option<Data>,
    pub wish: PageWish,
    /// What an attempt that has failed has left for the next one.
    pub progress: Option<Box<dyn Any>>,
}

impl Engine {
    /// Fetches for an observer one more page, whatever the age of the others. A running fetch is replaced or joined as by
    /// [`Engine::refetch`].
    pub fn fetch_page(
        &mut self,
        id: ObserverId,
        direction: Direction,
        cancel_refetch: bool,
        waiter: Waiter,
        now: Time,
    ) {
        let wish = PageWish { direction: Some(direction), only: None };
        self.fetch_wish(id, wish, cancel_refetch, waiter, now);
    }

    /// Fetches for an observer some of the pages that are there.
    pub fn refetch_pages(&mut self, id: ObserverId, only: PageFilter, waiter: Waiter, now: Time) {
        let wish = PageWish { direction: None, only: Some(only) };
        self.fetch_wish(id, wish, true, waiter, now);
    }

    fn fetch_wish(
        &mut self,
        id: ObserverId,
        wish: PageWish,
        cancel_refetch: bool,
        waiter: Waiter,
        now: Time,
    ) {
        let source = self.source(id).map(|source| Source { wish, ..source });
        self.fetch_for(id, source, cancel_refetch, Some(waiter), now);
    }

    /// [`Engine::fetch_page`] for who does not want to disturb a running fetch: gives what tells of its end, if one runs.
    pub(crate) fn fetch_page_in_turn(
        &mut self,
        id: ObserverId,
        direction: Direction,
        waiter: &mut Option<Waiter>,
        now: Time,
    ) -> Option<Receiver<Answer>> {
        let entry = self.observer(id).and_then(|observer| observer.entry);
        if let Some(fetch) = entry.and_then(|id| self.entry(id)).and_then(|e| e.fetch.as_mut()) {
            let (turn, running) = Waiter::bystander();
            fetch.waiters.push(turn);
            return Some(running);
        }
        if let Some(waiter) = waiter.take() {
            self.fetch_page(id, direction, false, waiter, now);
        }
        None
    }

    /// The query function of an infinite query has been called; `None` if nobody wants its answer any more.
    pub(crate) fn begin_pages(&mut self, key: &Key, signal: &Signal) -> Option<PageTurn> {
        let data = self.kept_pages(key);
        let entry = self.walked(key, signal).and_then(|id| self.entry(id))?;
        let fetch = entry.fetch.as_mut()?;
        Some(PageTurn { data, wish: fetch.wish.clone(), progress: fetch.progress.take() })
    }

    /// The pages that are there. Those that are not fetched anew keep what mutations have done to them, and not what
    /// mutations only hope for.
    pub(crate) fn kept_pages(&self, key: &Key) -> Option<Data> {
        let (_, entry) = self.find(key)?;
        entry.patches.apply_finished(entry.base.as_ref())
    }

    /// An attempt has failed: the next one goes on from here.
    pub(crate) fn keep_progress(&mut self, key: &Key, signal: &Signal, progress: Box<dyn Any>) {
        let entry = self.walked(key, signal).and_then(|id| self.entry(id));
        if let Some(fetch) = entry.and_then(|entry| entry.fetch.as_mut()) {
            fetch.progress = Some(progress);
        }
    }

    /// The query whose running fetch has this signal.
    pub(crate) fn walked(&self, key: &Key, signal: &Signal) -> Option<EntryId> {
        let (id, entry) = self.find(key)?;
        let is_this = entry.fetch.as_ref().is_some_and(|fetch| fetch.signal == *signal);
        is_this.then_some(id)
    }
}

impl Snapshot {
    /// Shows whether there are more pages.
    pub(crate) fn show_pages(&mut self, entry: &Entry, paging: &dyn Paging) {
        self.more = entry.state.data.as_ref().map_or_else(More::default, |data| paging.more(data));
    }
}
