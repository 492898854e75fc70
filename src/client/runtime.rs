//! What the client needs from its surroundings: a clock, tasks, timers and chance.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::engine::time::Time;

pub use crate::engine::effect::LocalFuture;

/// A running timer; dropping it cancels the timer.
pub struct TimerGuard(
    #[allow(dead_code, reason = "held for its Drop alone")] Box<dyn std::any::Any>,
);

impl TimerGuard {
    /// Wraps whatever cancels the timer when it is dropped.
    pub fn new(guard: impl std::any::Any) -> Self {
        Self(Box::new(guard))
    }
}

/// The surroundings of a client: the browser in an app, a simulation in tests.
///
/// What TanStack Query's `timeoutManager` and the scheduler of its `notifyManager` are for the whole page, this is for one
/// client: give it a `Runtime` of your own for other timers, or another moment at which callbacks are called.
pub trait Runtime {
    /// The wall-clock time.
    fn now(&self) -> Time;

    /// Runs `task` to its end, independent of any component. Never polls it before returning.
    fn spawn(&self, task: LocalFuture<()>);

    /// Calls `callback` after `delay`, however long that is.
    fn timer(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> TimerGuard;

    /// A random number, at least 0 and less than 1.
    fn random(&self) -> f64;
}

/// A future that is ready after `delay`. Dropping it cancels the timer.
pub fn sleep(runtime: &dyn Runtime, delay: Duration) -> Sleep {
    let state = Rc::new(RefCell::new(SleepState { elapsed: false, waker: None }));
    let inner = state.clone();
    let wake = move || {
        let waker = {
            let mut state = inner.borrow_mut();
            state.elapsed = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    };
    let timer = runtime.timer(delay, Box::new(wake));
    Sleep { state, _timer: timer }
}

struct SleepState {
    elapsed: bool,
    waker: Option<Waker>,
}

/// The future of [`sleep`].
pub struct Sleep {
    state: Rc<RefCell<SleepState>>,
    _timer: TimerGuard,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state.borrow_mut();
        if state.elapsed {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// The outcome of [`race`]: which of two futures was ready first.
pub enum Either<A, B> {
    /// The first was.
    First(A),
    /// The second was.
    Second(B),
}

/// Waits for whichever of two futures is ready first, and drops the other. The first wins a tie.
pub async fn race<A: Future, B: Future>(first: A, second: B) -> Either<A::Output, B::Output> {
    let mut first = std::pin::pin!(first);
    let mut second = std::pin::pin!(second);
    std::future::poll_fn(move |cx| {
        if let Poll::Ready(value) = first.as_mut().poll(cx) {
            return Poll::Ready(Either::First(value));
        }
        second.as_mut().poll(cx).map(Either::Second)
    })
    .await
}

impl Runtime for crate::engine::sim::Sim {
    fn now(&self) -> Time {
        Self::now(self)
    }

    fn spawn(&self, task: LocalFuture<()>) {
        Self::spawn(self, task);
    }

    fn timer(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> TimerGuard {
        TimerGuard::new(Self::timer(self, delay, callback))
    }

    fn random(&self) -> f64 {
        Self::random(self)
    }
}
