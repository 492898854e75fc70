//! Cancellation: what `AbortSignal` is in the browser, as plain data.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

type Callback = Box<dyn FnOnce()>;

#[derive(Default)]
struct State {
    aborted: Cell<bool>,
    consumed: Cell<bool>,
    next_id: Cell<u64>,
    callbacks: RefCell<Vec<(u64, Callback)>>,
}

/// Tells a running request that nobody wants its answer any more.
///
/// Cloning is cheap and every clone speaks of the same request. Same as the `AbortSignal` that TanStack
/// Query hands to a query function.
#[derive(Clone, Default)]
pub struct Signal {
    state: Rc<State>,
}

impl Signal {
    /// A signal that nothing has aborted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the request was aborted.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.state.aborted.get()
    }

    /// Whether the query function has asked for this signal, and so can be stopped.
    #[must_use]
    pub fn is_consumed(&self) -> bool {
        self.state.consumed.get()
    }

    /// Notes that somebody listens to this signal.
    pub fn consume(&self) {
        self.state.consumed.set(true);
    }

    /// Notes that nobody listens yet: another attempt begins, whose function may not ask for the signal.
    pub(crate) fn begin_attempt(&self) {
        self.state.consumed.set(false);
    }

    /// Aborts: runs every callback once, in the order of registration. A second call does nothing.
    ///
    /// No borrow is held while a callback runs, so it may register or drop others.
    pub fn abort(&self) {
        if self.state.aborted.replace(true) {
            return;
        }
        let callbacks = std::mem::take(&mut *self.state.callbacks.borrow_mut());
        for (_, callback) in callbacks {
            callback();
        }
    }

    /// Runs `callback` when the signal aborts, at once if it has. Dropping the guard forgets it.
    pub fn on_abort(&self, callback: impl FnOnce() + 'static) -> OnAbort {
        let id = self.state.next_id.get();
        self.state.next_id.set(id + 1);
        if self.is_aborted() {
            callback();
        } else {
            self.state.callbacks.borrow_mut().push((id, Box::new(callback)));
        }
        OnAbort { signal: self.clone(), id }
    }

    /// A future that is ready once the signal is aborted.
    #[must_use]
    pub fn aborted(&self) -> Aborted {
        Aborted { signal: self.clone(), waker: Rc::default(), guard: None }
    }
}

impl PartialEq for Signal {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl std::fmt::Debug for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signal").field("aborted", &self.is_aborted()).finish_non_exhaustive()
    }
}

/// Keeps a callback of [`Signal::on_abort`] registered.
#[must_use = "the callback is forgotten when this is dropped"]
pub struct OnAbort {
    signal: Signal,
    id: u64,
}

impl Drop for OnAbort {
    fn drop(&mut self) {
        let removed = {
            let mut callbacks = self.signal.state.callbacks.borrow_mut();
            let at = callbacks.iter().position(|(id, _)| *id == self.id);
            at.map(|at| callbacks.remove(at))
        };
        // Dropped only here, after the borrow: what the callback owns may hold guards itself.
        drop(removed);
    }
}

/// The future of [`Signal::aborted`].
pub struct Aborted {
    signal: Signal,
    waker: Rc<RefCell<Option<Waker>>>,
    guard: Option<OnAbort>,
}

impl Future for Aborted {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.signal.is_aborted() {
            return Poll::Ready(());
        }
        self.waker.replace(Some(cx.waker().clone()));
        if self.guard.is_none() {
            let waker = self.waker.clone();
            self.guard = Some(self.signal.on_abort(move || {
                let waker = waker.borrow_mut().take();
                if let Some(waker) = waker {
                    waker.wake();
                }
            }));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter() -> (Rc<Cell<u32>>, impl FnOnce() + 'static) {
        let count = Rc::new(Cell::new(0));
        let inner = count.clone();
        (count, move || inner.set(inner.get() + 1))
    }

    #[test]
    fn a_callback_runs_once_however_often_the_signal_is_aborted() {
        let signal = Signal::new();
        let (count, callback) = counter();
        let _guard = signal.on_abort(callback);
        signal.abort();
        signal.abort();
        assert_eq!(count.get(), 1);
    }

    #[test]
    fn a_dropped_guard_forgets_its_callback() {
        let signal = Signal::new();
        let (count, callback) = counter();
        drop(signal.on_abort(callback));
        signal.abort();
        assert_eq!(count.get(), 0);
    }

    #[test]
    fn a_late_listener_hears_of_the_abort_at_once() {
        let signal = Signal::new();
        signal.abort();
        let (count, callback) = counter();
        let _guard = signal.on_abort(callback);
        assert_eq!(count.get(), 1);
    }
}
