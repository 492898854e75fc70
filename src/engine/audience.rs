//! Who listens to a cache, and in which order events are told.
//!
//! Events are gathered while the engine works and put in order when it is done. They are told when nobody has borrowed
//! it, so that a listener may do with the client whatever it likes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::events::{
    Interest, MutationCacheEvent, MutationEventKind, QueryAction, QueryCacheEvent, QueryEventKind,
    Told,
};
use super::key::{Key, KeyMap};
use super::mutation::MutationState;
use super::state::Engine;
use super::trail::What;

/// A listener, until it ends.
pub(crate) struct Listening {
    interest: Interest,
    call: Box<dyn Fn(&Told)>,
    /// How many events there were before it came: it does not hear of those.
    since: Cell<u64>,
    has_ended: Cell<bool>,
}

impl Listening {
    pub fn new(interest: Interest, call: Box<dyn Fn(&Told)>) -> Rc<Self> {
        Rc::new(Self { interest, call, since: Cell::default(), has_ended: Cell::default() })
    }

    /// From now on it is told nothing, neither what happened before.
    pub fn end(&self) {
        self.has_ended.set(true);
    }

    fn hears(&self, event: &Event) -> bool {
        !self.has_ended.get()
            && event.number > self.since.get()
            && self.interest == event.told.interest()
    }
}

/// Those who listen. Behind a trait, so that an app in which nobody does carries no code for them.
pub(crate) trait Audience {
    /// Somebody begins to listen.
    fn add(&self, listening: Rc<Listening>);

    /// Somebody ends to.
    fn remove(&self, listening: &Rc<Listening>);

    /// Something happened to a query.
    fn query(&self, key: &Key, kind: QueryEventKind);

    /// Something was written to the trail.
    fn logged(&self, key: &Key, what: What);

    /// Something happened to a mutation.
    fn mutation(&self, state: &MutationState, kind: MutationEventKind);

    /// The page was focused or left, or the network came or went.
    fn world(&self, told: Told);

    /// The engine is done: gives what tells of all that happened, unless somebody has it already.
    fn close(self: Rc<Self>) -> Option<Box<dyn FnOnce()>>;
}

struct Event {
    number: u64,
    told: Told,
}

/// An event of the batch that is not over yet. Its place is the number of events before it, save that what observers
/// show comes right before the first update that it follows from.
struct Noted {
    place: usize,
    is_result: bool,
    event: Event,
}

#[derive(Default)]
struct Batch {
    events: Vec<Noted>,
    /// The place of the first update of each query.
    updates: KeyMap<usize>,
}

impl Batch {
    fn place(&mut self, key: &Key, kind: QueryEventKind) -> usize {
        let next = self.events.len();
        match kind {
            QueryEventKind::Added | QueryEventKind::Removed => {
                self.updates.remove(key);
                next
            }
            QueryEventKind::Updated(_) => {
                self.updates.entry(key.clone()).or_insert(next);
                next
            }
            QueryEventKind::ObserverResultsUpdated => {
                self.updates.get(key).copied().unwrap_or(next)
            }
            _ => next,
        }
    }

    /// Whether the last event says that the state of this query was set.
    fn has_just_set(&self, key: &Key) -> bool {
        let last = self.events.last().map(|noted| &noted.event.told);
        matches!(last, Some(Told::Query(last)) if last.kind == SET_STATE && last.key == *key)
    }
}

const SET_STATE: QueryEventKind = QueryEventKind::Updated(QueryAction::SetState);

#[derive(Default)]
struct Listeners {
    /// Shared with whoever is telling them: a change makes a new list.
    all: RefCell<Rc<[Rc<Listening>]>>,
    count: Cell<u64>,
    batch: RefCell<Batch>,
    queue: RefCell<Vec<Event>>,
    is_awaited: Cell<bool>,
}

impl Listeners {
    fn is_wanted(&self, interest: Interest) -> bool {
        self.all.borrow().iter().any(|listening| listening.interest == interest)
    }

    fn note(&self, place: Option<usize>, is_result: bool, told: Told) {
        self.count.set(self.count.get() + 1);
        let event = Event { number: self.count.get(), told };
        let mut batch = self.batch.borrow_mut();
        let place = place.unwrap_or(batch.events.len());
        batch.events.push(Noted { place, is_result, event });
    }

    fn replace(&self, all: Rc<[Rc<Listening>]>) {
        let old = self.all.replace(all);
        drop(old);
    }

    fn tell(&self) {
        self.is_awaited.set(false);
        for event in self.queue.take() {
            let all = self.all.borrow().clone();
            for listening in all.iter().filter(|listening| listening.hears(&event)) {
                (listening.call)(&event.told);
            }
        }
    }
}

impl Audience for Listeners {
    fn add(&self, listening: Rc<Listening>) {
        if listening.has_ended.get() {
            return;
        }
        listening.since.set(self.count.get());
        let all = self.all.borrow().iter().cloned().chain([listening]).collect();
        self.replace(all);
    }

    fn remove(&self, listening: &Rc<Listening>) {
        let others = |other: &&Rc<Listening>| !Rc::ptr_eq(other, listening);
        let all = self.all.borrow().iter().filter(others).cloned().collect();
        self.replace(all);
    }

    fn query(&self, key: &Key, kind: QueryEventKind) {
        // Subscriptions are no queries: no filter selects them either.
        if !self.is_wanted(Interest::Queries) || key.is_subscription() {
            return;
        }
        let mut batch = self.batch.borrow_mut();
        if batch.has_just_set(key) {
            match kind {
                // What was stopped, and then set or removed, was one thing.
                SET_STATE => return,
                QueryEventKind::Removed => drop(batch.events.pop()),
                _ => {}
            }
        }
        let place = batch.place(key, kind);
        drop(batch);
        let is_result = kind == QueryEventKind::ObserverResultsUpdated;
        let event = QueryCacheEvent { key: key.clone(), kind };
        self.note(Some(place), is_result, Told::Query(event));
    }

    fn logged(&self, key: &Key, what: What) {
        let action = match what {
            What::Added => return self.query(key, QueryEventKind::Added),
            What::Removed => return self.query(key, QueryEventKind::Removed),
            // Something else follows that says more.
            What::Discarded => return,
            What::Fetch => QueryAction::Fetch,
            What::Retry => QueryAction::Failed,
            What::Success => QueryAction::Success { manual: false },
            What::Error => QueryAction::Error,
            What::Written => QueryAction::Success { manual: true },
            What::Invalidated => QueryAction::Invalidate,
            What::Cancelled | What::Disowned => QueryAction::SetState,
        };
        self.query(key, QueryEventKind::Updated(action));
    }

    fn mutation(&self, state: &MutationState, kind: MutationEventKind) {
        if self.is_wanted(Interest::Mutations) {
            let (key, mutation_id) = (state.key.clone(), state.mutation_id);
            let event = MutationCacheEvent { key, mutation_id, kind };
            self.note(None, false, Told::Mutation(event));
        }
    }

    fn world(&self, told: Told) {
        if self.is_wanted(told.interest()) {
            self.note(None, false, told);
        }
    }

    fn close(self: Rc<Self>) -> Option<Box<dyn FnOnce()>> {
        let mut batch = self.batch.take();
        if batch.events.is_empty() {
            return None;
        }
        batch.events.sort_by_key(|noted| (noted.place, !noted.is_result));
        self.queue.borrow_mut().extend(batch.events.into_iter().map(|noted| noted.event));
        if self.is_awaited.replace(true) {
            return None;
        }
        Some(Box::new(move || self.tell()))
    }
}

impl Engine {
    /// Somebody begins to listen.
    pub(crate) fn listen(&mut self, listening: Rc<Listening>) {
        let audience = self.trail.audience.get_or_insert_with(|| Rc::<Listeners>::default());
        audience.add(listening);
    }

    /// Whether anybody has ever listened.
    pub(crate) const fn is_heard(&self) -> bool {
        self.trail.audience.is_some()
    }

    /// Somebody ends to.
    pub(crate) fn unlisten(&mut self, listening: &Rc<Listening>) {
        if let Some(audience) = &self.trail.audience {
            audience.remove(listening);
        }
    }
}
