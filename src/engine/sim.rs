//! A simulated world for tests: a clock that moves only when told, tasks that run in a fixed order.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::time::Time;

type Task = Pin<Box<dyn Future<Output = ()>>>;
type TimerKey = (Time, u64);

/// The queue of tasks to poll. Behind a mutex only because a `Waker` has to be `Send`.
#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

impl Ready {
    fn push(&self, id: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(id);
    }

    fn pop(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

struct TaskWaker {
    id: u64,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.id);
    }
}

#[derive(Default)]
struct World {
    now: Cell<Time>,
    /// What timers go by: it is moved with `now`, but not put right or wrong with it.
    elapsed: Cell<Time>,
    random: Cell<f64>,
    next_id: Cell<u64>,
    ready: Arc<Ready>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    timers: RefCell<BTreeMap<TimerKey, Box<dyn FnOnce()>>>,
}

/// The simulated world. Clones share it.
///
/// Time starts at one million milliseconds, so that spans may lie in the past, and stands still until
/// [`Sim::advance`] moves it. Random numbers are what [`Sim::set_random`] said, 0 at first.
///
/// ```
/// use std::time::Duration;
/// use yew_clerk::engine::sim::Sim;
///
/// let sim = Sim::new();
/// let slow = sim.sleep(Duration::from_millis(10));
/// let done = sim.run(async move { slow.await; "done" });
/// assert_eq!(done.take(), None);
/// sim.advance(Duration::from_millis(10));
/// assert_eq!(done.take(), Some("done"));
/// ```
#[derive(Clone)]
pub struct Sim {
    world: Rc<World>,
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl Sim {
    /// A new world.
    #[must_use]
    pub fn new() -> Self {
        let world = Rc::<World>::default();
        world.now.set(Time::from_millis(1_000_000));
        Self { world }
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> Time {
        self.world.now.get()
    }

    /// Sets the clock without running anything: a laptop that wakes, or a clock put right. Running timers go on
    /// to measure their spans.
    pub fn jump_to(&self, now: Time) {
        self.world.now.set(now);
    }

    /// The number that every later request for chance gets.
    pub fn set_random(&self, random: f64) {
        self.world.random.set(random);
    }

    /// The current random number.
    #[must_use]
    pub fn random(&self) -> f64 {
        self.world.random.get()
    }

    /// How many timers are armed.
    #[must_use]
    pub fn timer_count(&self) -> usize {
        self.world.timers.borrow().len()
    }

    /// How many tasks have not ended.
    #[must_use]
    pub fn task_count(&self) -> usize {
        self.world.tasks.borrow().len()
    }

    /// Adds a task; it is polled at the next [`Sim::flush`] or [`Sim::advance`].
    pub fn spawn(&self, task: Task) {
        let id = self.next_id();
        self.world.tasks.borrow_mut().insert(id, task);
        self.world.ready.push(id);
    }

    /// Adds a task, runs what can be run, and gives a place where its result will appear.
    pub fn run<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> Outcome<T> {
        let outcome = Outcome { value: Rc::new(RefCell::new(None)) };
        let value = outcome.value.clone();
        self.spawn(Box::pin(async move {
            let result = future.await;
            value.replace(Some(result));
        }));
        self.flush();
        outcome
    }

    /// Calls `callback` after `delay`; dropping the guard cancels it.
    pub fn timer(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> SimTimer {
        let key = (self.world.elapsed.get().after(delay), self.next_id());
        self.world.timers.borrow_mut().insert(key, callback);
        SimTimer { world: Rc::downgrade(&self.world), key }
    }

    /// A future that is ready after `delay`. The timer starts now, not at the first poll.
    pub fn sleep(&self, delay: Duration) -> impl Future<Output = ()> + use<> {
        let fired = Rc::new(Cell::new(false));
        let waker = Rc::new(RefCell::new(None::<Waker>));
        let (set, wake) = (fired.clone(), waker.clone());
        let timer = self.timer(
            delay,
            Box::new(move || {
                set.set(true);
                if let Some(waker) = wake.borrow_mut().take() {
                    waker.wake();
                }
            }),
        );
        std::future::poll_fn(move |cx| {
            let _keep = &timer;
            if fired.get() {
                return Poll::Ready(());
            }
            waker.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
    }

    /// Runs every task that can be run, and timers that are due now.
    pub fn flush(&self) {
        self.advance(Duration::ZERO);
    }

    /// Moves the clock by `span`, stopping at each timer on the way to run it and what it wakes.
    pub fn advance(&self, span: Duration) {
        let end = self.world.elapsed.get().after(span);
        loop {
            self.poll_ready();
            let next = self.world.timers.borrow().keys().next().copied();
            let Some(key) = next.filter(|(at, _)| *at <= end) else {
                break;
            };
            let callback = self.world.timers.borrow_mut().remove(&key);
            self.pass_to(key.0);
            if let Some(callback) = callback {
                callback();
            }
        }
        self.pass_to(end);
    }

    fn pass_to(&self, elapsed: Time) {
        let span = elapsed.since(self.world.elapsed.get());
        self.world.elapsed.set(self.world.elapsed.get().max(elapsed));
        self.world.now.set(self.now().after(span));
    }

    /// [`Sim::advance`] by milliseconds.
    pub fn advance_ms(&self, millis: u64) {
        self.advance(Duration::from_millis(millis));
    }

    fn poll_ready(&self) {
        while let Some(id) = self.world.ready.pop() {
            // Taken out while it runs, so that it can spawn others.
            let task = self.world.tasks.borrow_mut().remove(&id);
            let Some(mut task) = task else { continue };
            let waker = Waker::from(Arc::new(TaskWaker { id, ready: self.world.ready.clone() }));
            if task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.world.tasks.borrow_mut().insert(id, task);
            }
        }
    }

    fn next_id(&self) -> u64 {
        let id = self.world.next_id.get() + 1;
        self.world.next_id.set(id);
        id
    }
}

/// Where the result of [`Sim::run`] appears.
pub struct Outcome<T> {
    value: Rc<RefCell<Option<T>>>,
}

impl<T> Outcome<T> {
    /// The result, if the task has ended; a second call gives `None`.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.value.borrow_mut().take()
    }
}

/// An armed timer of the simulation; dropping it cancels it.
pub struct SimTimer {
    world: Weak<World>,
    key: TimerKey,
}

impl Drop for SimTimer {
    fn drop(&mut self) {
        let callback = self
            .world
            .upgrade()
            .and_then(|world| world.timers.try_borrow_mut().ok()?.remove(&self.key));
        drop(callback);
    }
}
