//! Lists of pages: what a list has besides the entry of its data, and the rules of a walk over its pages.
//!
//! A list is an entry like any other, so that everything that holds for entries (deduping, races, owners, callbacks)
//! holds for it. Its query function walks: it asks here, page by page, what to do, and has nothing but the requests
//! to make. Nothing of this knows which pages follow each other; whoever walks brings their keys. A walk that fails
//! goes on where it failed, one that runs takes in what is asked for meanwhile, and one that nobody needs ends.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use super::effect::{Answer, Effect, Waiter};
use super::entry::{Entry, EntryId, Phase};
use super::erased::Data;
use super::key::Key;
use super::oneshot::Receiver;
use super::options::{Access, PageOptions};
use super::signal::Signal;
use super::state::Engine;
use super::time::Time;

/// Decides by a page's data and key whether to fetch it.
pub type PageRule = Rc<dyn Fn(&Data, &Key) -> bool>;

/// Which of the pages that are there the next walk fetches as well.
#[derive(Clone, Default)]
pub(crate) enum Wanted {
    /// As the options say.
    #[default]
    Usual,
    /// All.
    All,
    /// Those that the rule names.
    By(PageRule),
}

impl Wanted {
    /// What remains to be done when something else is wanted before it was done.
    fn and(self, newer: Self) -> Self {
        match (self, newer) {
            (Self::All, _) => Self::All,
            (_, newer) => newer,
        }
    }
}

/// What a list has besides its data.
#[derive(Default)]
pub(crate) struct List {
    /// How many pages it was set to have.
    pub size: Option<usize>,
    wanted: Wanted,
    /// The fetch that is only for pages that are missing, and so are its retries.
    growing: Option<Signal>,
    /// What the walk has fetched so far. One that follows its failure does not fetch these again.
    brought: Vec<EntryId>,
    /// The pages of the last list, kept as long as it is.
    pages: Vec<EntryId>,
    /// Wakes the walk that began last.
    nudge: Option<Rc<Nudge>>,
}

impl List {
    /// The pages that it keeps.
    pub fn pages(&self) -> &[EntryId] {
        &self.pages
    }
}

/// A list, for the code of all entries. Behind a trait, so that an app without lists carries next to nothing of them.
pub(crate) trait AnyList {
    fn get(&self) -> &List;
    fn get_mut(&mut self) -> &mut List;

    /// Whether it has one of these pages.
    fn has_any(&self, pages: &[EntryId]) -> bool;

    /// The list is gone: its pages may go as well.
    fn release(self: Box<Self>, engine: &mut Engine, now: Time);
}

impl AnyList for List {
    fn get(&self) -> &List {
        self
    }

    fn get_mut(&mut self) -> &mut List {
        self
    }

    fn has_any(&self, pages: &[EntryId]) -> bool {
        self.pages.iter().chain(&self.brought).any(|page| pages.contains(page))
    }

    fn release(self: Box<Self>, engine: &mut Engine, now: Time) {
        engine.unpin(self.pages, now);
    }
}

impl Entry {
    fn list(&self) -> Option<&List> {
        self.list.as_ref().map(|list| list.get())
    }

    fn list_mut(&mut self) -> Option<&mut List> {
        self.list.as_mut().map(|list| list.get_mut())
    }

    /// What it has as a list, which it may not have been yet.
    fn made_list(&mut self) -> &mut List {
        self.list.get_or_insert_with(|| Box::new(List::default())).get_mut()
    }
}

/// Tells a walk that the list has another size now.
#[derive(Default)]
pub(crate) struct Nudge {
    given: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Nudge {
    /// Whether it was given since this was asked last; else `waker` is woken when it is.
    pub fn take(&self, waker: &Waker) -> bool {
        self.waker.replace(Some(waker.clone()));
        self.given.take()
    }

    fn give(&self) {
        self.given.set(true);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// What the pages are made of, for code that does not know their type.
#[derive(Clone, Copy)]
pub(crate) struct PageKind {
    pub page: TypeId,
    /// A page of a list, by its place.
    pub element: fn(&Data, usize) -> Option<Data>,
}

/// A walk over the pages of a list: one attempt of its fetch.
#[derive(Clone)]
pub(crate) struct Walk {
    entry: EntryId,
    list: Key,
    signal: Signal,
    /// How often the list had been taken from its owner.
    disowned: u32,
    access: Access,
    gc_time: Duration,
    pub kind: PageKind,
    pub options: PageOptions,
    pub nudge: Rc<Nudge>,
}

/// What a walk does with a page.
pub(crate) enum Visit {
    /// It is here already.
    Have(EntryId, Data),
    /// It is to be fetched; the number goes with the answer. If it is on its way already, that is to be waited for.
    Load(u64, Option<Receiver<Answer>>),
    /// Nobody wants it any more.
    Stop,
}

impl Engine {
    /// The query function of a list has been called.
    pub(crate) fn begin_walk(
        &mut self,
        list: &Key,
        signal: &Signal,
        kind: PageKind,
    ) -> Option<Walk> {
        let id = self.walked(list, signal)?;
        let entry = self.entries.get_mut(id.0)?;
        let fetch = entry.fetch.as_ref()?;
        let is_retry = entry.retries > 0 || fetch.failures > 0;
        let nudge = Rc::<Nudge>::default();
        let walk = Walk {
            entry: id,
            list: list.clone(),
            signal: signal.clone(),
            disowned: entry.disowned,
            access: entry.access,
            gc_time: entry.gc_time,
            kind,
            options: fetch.options.pages,
            nudge: nudge.clone(),
        };
        let state = entry.made_list();
        state.nudge = Some(nudge);
        if !is_retry {
            state.brought.clear();
            state.growing.take_if(|growing| growing != signal);
        }
        Some(walk)
    }

    /// Whether the list is to have a page at `index`; `None` if the walk is over.
    pub(crate) fn has_page(&self, walk: &Walk, index: usize) -> Option<bool> {
        let id = self.walked(&walk.list, &walk.signal)?;
        let size = self.entries.get(id.0)?.list()?.size;
        Some(index < size.unwrap_or(walk.options.initial_size))
    }

    /// A walk comes to a page.
    pub(crate) fn visit(&mut self, walk: &Walk, index: usize, page: &Key) -> Visit {
        let Some(list) = self.walked(&walk.list, &walk.signal) else {
            return Visit::Stop;
        };
        let found = self.page(list, page, walk.kind.page);
        match found {
            Some((id, data)) if !self.is_wanted(walk, list, index, id, &data) => {
                Visit::Have(id, data)
            }
            _ if !self.is_needed(list) => Visit::Stop,
            _ => {
                let stamp = self.find(page).map_or(0, |(_, entry)| entry.mutation);
                let is_missing = found.is_none();
                Visit::Load(stamp, if is_missing { self.join_request(page) } else { None })
            }
        }
    }

    /// Waits for a request for a page that somebody else has made, such as a plain hook or a preload.
    fn join_request(&mut self, page: &Key) -> Option<Receiver<Answer>> {
        let (id, _) = self.find(page)?;
        let fetch = self.entry(id)?.fetch.as_mut()?;
        if !matches!(fetch.phase, Phase::Queued | Phase::Running) {
            return None;
        }
        let (waiter, receiver) = Waiter::new();
        fetch.waiters.push(waiter);
        Some(receiver)
    }

    /// The data of a page. A list is as private as any of its pages.
    fn page(&mut self, list: EntryId, page: &Key, kind: TypeId) -> Option<(EntryId, Data)> {
        let (id, entry) = self.find(page)?;
        let data = entry.base.clone().filter(|data| data.type_id_of() == kind)?;
        self.make_as_private(list, id);
        Some((id, data))
    }

    fn make_as_private(&mut self, list: EntryId, page: EntryId) {
        let access = self.entries.get(page.0).map(|page| page.access);
        if let (Some(list), Some(access)) = (self.entry(list), access) {
            list.access = list.access.max(access);
        }
    }

    /// The data of a page of `list`, for a list that is made of what is there.
    pub(crate) fn cached_page(&mut self, list: &Key, page: &Key, kind: TypeId) -> Option<Data> {
        let (list, _) = self.find(list)?;
        self.page(list, page, kind).map(|(_, data)| data)
    }

    /// Whether a page that is there is fetched all the same.
    fn is_wanted(
        &self,
        walk: &Walk,
        list: EntryId,
        index: usize,
        page: EntryId,
        data: &Data,
    ) -> bool {
        let (Some(list), Some(page_entry)) = (self.entries.get(list.0), self.entries.get(page.0))
        else {
            return false;
        };
        let Some(state) = list.list() else {
            return false;
        };
        let shown = list.state.data.as_ref();
        // What the list shows was changed by hand, or the page has changed since it was put into the list.
        let element = shown.and_then(|shown| (walk.kind.element)(shown, index));
        let is_changed = element.is_some_and(|element| !element.equals(data));
        let is_first = walk.options.revalidate_first_page && index == 0 && shown.is_some();
        let is_due = walk.options.revalidate_all || is_first;
        let is_new = state.brought.contains(&page);
        let is_invalidated = page_entry.state.is_invalidated;
        match &state.wanted {
            Wanted::By(rule) => !is_new && rule(data, &page_entry.key),
            Wanted::All => !is_new || is_invalidated,
            Wanted::Usual if is_new => is_invalidated,
            Wanted::Usual => is_invalidated || is_changed || (is_due && state.growing.is_none()),
        }
    }

    /// Whether anybody shows the list or waits for it.
    fn is_needed(&self, list: EntryId) -> bool {
        self.entries.get(list.0).is_some_and(|entry| {
            let awaited = |entry: &Entry| {
                let fetch = entry.fetch.as_ref();
                fetch.is_some_and(|fetch| fetch.waiters.iter().any(Waiter::is_waiting))
            };
            entry.observers.len > 0 || awaited(entry)
        })
    }

    /// A page has arrived. Gives what the list shows of it: the old value if it is equal, or what a mutation that
    /// has begun after the request makes of it. `None` if whoever asked for it has gone.
    pub(crate) fn store_page(
        &mut self,
        walk: &Walk,
        page: &Key,
        stamp: u64,
        data: Data,
        now: Time,
    ) -> Option<(EntryId, Data)> {
        // An answer may come in after its walk has ended. It is kept as long as the list has not been taken from its
        // owner, or removed.
        let list = self.entries.get(walk.entry.0);
        list.filter(|list| list.disowned == walk.disowned)?;
        let id = self.ensure(page, walk.access, None, now);
        self.lengthen_gc(id, walk.gc_time);
        self.make_as_private(walk.entry, id);
        let entry = self.entries.get(id.0)?;
        if entry.mutation == stamp && entry.mutations_running == 0 {
            self.write_by_hand(id, Some(data.clone()), None, now);
        }
        self.schedule_gc(id, now);
        if let Some(state) = self.entry(walk.entry).and_then(Entry::list_mut) {
            state.brought.push(id);
        }
        self.finish(now);
        let kept = self.entries.get(id.0).and_then(|entry| entry.base.clone());
        Some((id, kept.filter(|kept| kept.type_id_of() == walk.kind.page).unwrap_or(data)))
    }

    /// A walk has all its pages. Gives how many of them the list has now.
    pub(crate) fn end_walk(
        &mut self,
        walk: &Walk,
        mut pages: Vec<EntryId>,
        now: Time,
    ) -> Option<usize> {
        let id = self.walked(&walk.list, &walk.signal)?;
        let entry = self.entries.get_mut(id.0)?;
        // Else the answer is ignored, and what was wanted is still to be done.
        let counts = entry.mutations_running == 0;
        let state = entry.list_mut()?;
        if counts {
            state.wanted = Wanted::Usual;
            state.brought.clear();
        }
        let size = state.size.unwrap_or(walk.options.initial_size);
        pages.truncate(size);
        let old = std::mem::replace(&mut state.pages, pages.clone());
        for page in pages {
            if let Some(entry) = self.entry(page) {
                entry.pins += 1;
            }
        }
        self.unpin(old, now);
        self.finish(now);
        Some(size)
    }

    /// Pages that a list does not have any more may go.
    fn unpin(&mut self, pages: Vec<EntryId>, now: Time) {
        for page in pages {
            let Some(entry) = self.entry(page) else {
                continue;
            };
            entry.pins = entry.pins.saturating_sub(1);
            if entry.is_unused() && !entry.has_data() {
                self.remove_entry(page, now);
            } else {
                self.schedule_gc(page, now);
            }
        }
    }

    /// How many pages a list was set to have.
    pub(crate) fn list_size(&self, list: &Key) -> Option<usize> {
        self.find(list)?.1.list()?.size
    }

    /// Gives a list that is about to be shown its size.
    pub(crate) fn begin_size(&mut self, list: &Key, size: usize, access: Access, now: Time) {
        let id = self.ensure(list, access, None, now);
        if let Some(entry) = self.entry(id) {
            entry.made_list().size = Some(size);
        }
        self.touch(id);
        self.schedule_gc(id, now);
        self.finish(now);
    }

    /// Sets how many pages a list has. `list` is what it shows then, if all of it is there; with `revalidate`, that is
    /// fetched again by the options of the list. A walk that runs takes the new size in.
    pub(crate) fn set_size(
        &mut self,
        key: &Key,
        size: usize,
        list: Option<Data>,
        revalidate: bool,
        waiter: Waiter,
        now: Time,
    ) {
        let Some((id, _)) = self.find(key) else {
            self.effect(Effect::Answer(waiter, Answer::Data(None)));
            return self.finish(now);
        };
        if let Some(entry) = self.entry(id) {
            entry.made_list().size = Some(size);
        }
        self.touch(id);
        let is_complete = list.is_some();
        if let Some(list) = list {
            self.write_by_hand(id, Some(list), None, now);
        }
        if self.join_walk(id) {
            self.add_waiter(id, Some(waiter));
        } else if is_complete && !revalidate {
            self.answer_now(id, Some(waiter));
        } else {
            self.revalidate_entry(id, Some(waiter), now);
            if let Some(entry) = self.entry(id)
                && !revalidate
            {
                let signal = entry.fetch.as_ref().map(|fetch| fetch.signal.clone());
                entry.made_list().growing = signal;
            }
        }
        self.finish(now);
    }

    /// Whether a fetch of the list is on its way, which takes in its size.
    fn join_walk(&self, id: EntryId) -> bool {
        let Some(entry) = self.entries.get(id.0).filter(|entry| entry.fetch.is_some()) else {
            return false;
        };
        if let Some(nudge) = entry.list().and_then(|list| list.nudge.as_ref()) {
            nudge.give();
        }
        true
    }

    /// Says which pages the next walk fetches besides those that are missing.
    pub(crate) fn want_pages(&mut self, list: &Key, wanted: Wanted) {
        let found = self.find(list).map(|(id, _)| id);
        if let Some(entry) = found.and_then(|id| self.entry(id)) {
            let state = entry.made_list();
            state.wanted = std::mem::take(&mut state.wanted).and(wanted);
        }
    }

    /// If the list is being fetched, all pages are.
    pub(crate) fn want_all_at_mount(&mut self, list: &Key) {
        if self.find(list).is_some_and(|(_, entry)| entry.fetch.is_some()) {
            self.want_pages(list, Wanted::All);
        }
    }

    /// Adds the lists that have pages among `selected`.
    pub(crate) fn add_lists(&self, selected: &mut Vec<EntryId>) {
        let is_hit = |entry: &Entry| entry.list.as_ref().is_some_and(|list| list.has_any(selected));
        let lists = self.entries.iter().filter(|(_, entry)| is_hit(entry));
        let lists: Vec<_> = lists.map(|(id, _)| EntryId(id)).collect();
        selected.extend(lists);
    }
}
