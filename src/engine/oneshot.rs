//! One value from one task to another. All on one thread, so without atomics and locks.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Where a value is sent from. Dropped unsent, it tells the receiver that nothing will come.
pub struct Sender<T> {
    slot: Rc<Slot<T>>,
}

/// A future of the value; `None` when the sender is gone without one.
pub struct Receiver<T> {
    slot: Rc<Slot<T>>,
}

struct Slot<T> {
    line: Line,
    value: Cell<Option<T>>,
}

/// The part that does not depend on the type.
#[derive(Default)]
struct Line {
    ended: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Line {
    fn end(&self) {
        self.ended.set(true);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether the sender is done; else `cx` is woken when it is.
    fn is_ended(&self, cx: &Context<'_>) -> bool {
        let ended = self.ended.get();
        if !ended {
            self.waker.replace(Some(cx.waker().clone()));
        }
        ended
    }
}

/// A sender and its receiver.
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Rc::new(Slot { line: Line::default(), value: Cell::new(None) });
    (Sender { slot: slot.clone() }, Receiver { slot })
}

impl<T> Sender<T> {
    /// Sends the value. That nobody waits for it any more does not matter.
    pub fn send(self, value: T) {
        self.slot.value.set(Some(value));
    }

    /// Whether nobody waits for it any more.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        Rc::strong_count(&self.slot) == 1
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.slot.line.end();
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if self.slot.line.is_ended(cx) {
            Poll::Ready(self.slot.value.take())
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look<T>(receiver: &mut Receiver<T>) -> Poll<Option<T>> {
        Pin::new(receiver).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_value_arrives_once() {
        let (sender, mut receiver) = channel();
        assert_eq!(look(&mut receiver), Poll::Pending);
        sender.send(5);
        assert_eq!(look(&mut receiver), Poll::Ready(Some(5)));
        assert_eq!(look(&mut receiver), Poll::Ready(None));
    }

    #[test]
    fn a_sender_that_is_dropped_ends_the_waiting() {
        let (sender, mut receiver) = channel::<u8>();
        drop(sender);
        assert_eq!(look(&mut receiver), Poll::Ready(None));
    }

    #[test]
    fn a_sender_knows_when_nobody_waits() {
        let (sender, receiver) = channel::<u8>();
        assert!(!sender.is_unheard());
        drop(receiver);
        assert!(sender.is_unheard());
    }
}
