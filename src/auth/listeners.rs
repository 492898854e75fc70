//! A list of callbacks that may come and go while they are called.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::source::Subscription;

type Callback<E> = Rc<dyn Fn(&E)>;

struct List<E> {
    next_id: Cell<u64>,
    callbacks: RefCell<Vec<(u64, Callback<E>)>>,
}

/// Callbacks of one kind, which may come and go while they are called. Clones share the list.
///
/// For a token source of your own, whose [`TokenSource::subscribe`](super::TokenSource::subscribe) it answers:
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use yew_clerk::auth::Listeners;
///
/// let (listeners, heard) = (Listeners::<u8>::default(), Rc::new(Cell::new(0)));
/// let noted = heard.clone();
/// let subscription = listeners.add(Rc::new(move |event| noted.set(*event)));
/// listeners.emit(&1);
/// drop(subscription);
/// listeners.emit(&2);
/// assert_eq!(heard.get(), 1);
/// ```
pub struct Listeners<E> {
    list: Rc<List<E>>,
}

impl<E> Default for Listeners<E> {
    fn default() -> Self {
        let list = List { next_id: Cell::new(0), callbacks: RefCell::default() };
        Self { list: Rc::new(list) }
    }
}

impl<E> Clone for Listeners<E> {
    fn clone(&self) -> Self {
        Self { list: self.list.clone() }
    }
}

impl<E: 'static> Listeners<E> {
    /// Adds a callback; dropping the guard removes it.
    pub fn add(&self, callback: Callback<E>) -> Subscription {
        let id = self.list.next_id.get();
        self.list.next_id.set(id + 1);
        self.list.callbacks.borrow_mut().push((id, callback));
        let list = Rc::downgrade(&self.list);
        Subscription::new(move || {
            let removed = list.upgrade().and_then(|list| {
                let mut callbacks = list.callbacks.borrow_mut();
                let at = callbacks.iter().position(|(other, _)| *other == id)?;
                Some(callbacks.remove(at))
            });
            // Dropped after the borrow: what the callback owns may be a guard of the same list.
            drop(removed);
        })
    }

    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.callbacks.borrow().is_empty()
    }

    /// Calls everyone who is on the list now and still is when their turn comes.
    pub fn emit(&self, event: &E) {
        let calls = self.list.callbacks.borrow().clone();
        for (id, callback) in calls {
            let still_there = self.list.callbacks.borrow().iter().any(|(other, _)| *other == id);
            if still_there {
                callback(event);
            }
        }
    }
}
