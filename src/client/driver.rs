//! The client: an engine, and the loop that does what the engine wants done.

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use super::clock::Clock;
use super::query_defaults::Defaults;
use super::runtime::{LocalFuture, Runtime, TimerGuard};
use crate::engine::Engine;
use crate::engine::callbacks::ErrorRetry;
use crate::engine::effect::{Call, Effect, FetchJob, RetryCall};
use crate::engine::erased::{Data, Failure};
use crate::engine::event::{Event, Owner};
use crate::engine::time::Time;

type Command = Box<dyn FnOnce(&mut Engine, Time)>;

struct Armed {
    at: Time,
    _timer: TimerGuard,
}

struct Inner {
    engine: RefCell<Engine>,
    runtime: Rc<dyn Runtime>,
    clock: Clock,
    armed: RefCell<Option<Armed>>,
    /// What must not run inside a render: the user's functions.
    deferred: RefCell<Vec<Effect>>,
    is_driving: Cell<bool>,
    /// Commands that came while the engine was busy, from a rule of the user's that calls the client.
    late: RefCell<Vec<Command>>,
    /// What feeds this client with the events of its surroundings, while anybody needs it.
    environment: RefCell<Option<Weak<dyn Any>>>,
    /// What holds for all mutations. Of a type that an app which sets nothing of the kind does not even drop.
    mutation_setup: RefCell<Option<Rc<dyn Any>>>,
    /// What queries do by default.
    defaults: RefCell<Option<Rc<Defaults>>>,
    /// What the app has set, by [`Kept`].
    guards: RefCell<[Option<Box<dyn Any>>; 3]>,
}

/// What a client keeps for its app until something else takes its place.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    /// A source in the place of the page's events of focus.
    Focus,
    /// A source in the place of the page's events of the network.
    Network,
    /// The callbacks for all queries.
    QueryCallbacks,
}

/// The cache and everything that can be done with it. Clones share it.
///
/// Same as TanStack's `QueryClient`; SWR's hooks use the same one. Components get it from
/// `QueryClientProvider`, other code keeps a clone.
#[derive(Clone)]
pub struct QueryClient {
    inner: Rc<Inner>,
}

impl PartialEq for QueryClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl std::fmt::Debug for QueryClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.inner.engine.try_borrow().map_or(0, |engine| engine.entry_count());
        f.debug_struct("QueryClient").field("entries", &entries).finish_non_exhaustive()
    }
}

/// A [`QueryClient`] that is not kept alive by this.
#[derive(Clone)]
pub struct WeakQueryClient {
    inner: Weak<Inner>,
}

impl WeakQueryClient {
    /// The client, if anybody still has it.
    #[must_use]
    pub fn upgrade(&self) -> Option<QueryClient> {
        self.inner.upgrade().map(|inner| QueryClient { inner })
    }
}

/// The engine, borrowed for reading.
pub type EngineGuard<'a> = std::cell::Ref<'a, Engine>;

impl QueryClient {
    /// An empty cache in the given surroundings.
    pub fn new(runtime: Rc<dyn Runtime>) -> Self {
        let chance = runtime.clone();
        let inner = Inner {
            engine: RefCell::new(Engine::new(move || chance.random())),
            runtime,
            clock: Clock::default(),
            armed: RefCell::default(),
            deferred: RefCell::default(),
            is_driving: Cell::new(false),
            late: RefCell::default(),
            environment: RefCell::default(),
            mutation_setup: RefCell::default(),
            defaults: RefCell::default(),
            guards: RefCell::default(),
        };
        Self { inner: Rc::new(inner) }
    }

    /// The surroundings.
    #[must_use]
    pub fn runtime(&self) -> &Rc<dyn Runtime> {
        &self.inner.runtime
    }

    /// Looks at the engine; `None` inside a rule that the engine itself is asking.
    #[must_use]
    pub fn engine(&self) -> Option<EngineGuard<'_>> {
        self.inner.engine.try_borrow().ok()
    }

    /// Tells the engine of something that happened. Never blocked: inside a rule it happens right after.
    pub fn dispatch(&self, event: Event) {
        self.run(move |engine, now| engine.handle(event, now));
    }

    /// What feeds this client with the events of its surroundings: made by the first who asks, shared by
    /// all, and dropped with the last. So a client never listens twice.
    pub fn environment<T: 'static>(&self, make: impl FnOnce(Self) -> T) -> Rc<T> {
        let shared = self.inner.environment.borrow().as_ref().and_then(Weak::upgrade);
        if let Some(shared) = shared.and_then(|any| any.downcast().ok()) {
            return shared;
        }
        let made = Rc::new(make(self.clone()));
        let any: Rc<dyn Any> = made.clone();
        self.inner.environment.replace(Some(Rc::downgrade(&any)));
        made
    }

    /// A reference that does not keep the cache alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakQueryClient {
        WeakQueryClient { inner: Rc::downgrade(&self.inner) }
    }

    /// The time by which everything here is reckoned: the wall clock's, save that it never goes back.
    #[must_use]
    pub fn now(&self) -> Time {
        self.inner.clock.now(self.inner.runtime.now())
    }

    /// Says whose data may be shown. Nothing private of the old owner is kept.
    pub fn set_owner(&self, owner: Owner) {
        self.dispatch(Event::Owner(owner));
    }

    pub(crate) fn defaults(&self) -> Option<Rc<Defaults>> {
        self.inner.defaults.borrow().clone()
    }

    pub(crate) fn put_defaults(&self, defaults: Rc<Defaults>) {
        let old = self.inner.defaults.replace(Some(defaults));
        drop(old);
    }

    /// Keeps something in the place of what was there before, which ends.
    pub(crate) fn put_guard(&self, place: Kept, guard: Option<Box<dyn Any>>) {
        let old = match self.inner.guards.borrow_mut().get_mut(place as usize) {
            Some(held) => std::mem::replace(held, guard),
            None => guard,
        };
        // After the borrow: to end it is the user's.
        drop(old);
    }

    /// Does something that gives no answer.
    pub(crate) fn run(&self, command: impl FnOnce(&mut Engine, Time) + 'static) {
        self.run_at(self.now(), Box::new(command));
    }

    /// Boxed in any case, so that no command is compiled twice.
    fn run_at(&self, now: Time, command: Command) {
        match self.inner.engine.try_borrow_mut() {
            Ok(mut engine) => command(&mut engine, now),
            Err(_) => {
                self.inner.late.borrow_mut().push(command);
                // Who has only looked at the engine does not come to see what is late.
                return self.drive_soon();
            }
        }
        self.after();
    }

    /// Does something that gives an answer; `None` inside a rule that the engine itself is asking.
    pub(crate) fn with<R>(&self, command: impl FnOnce(&mut Engine, Time) -> R) -> Option<R> {
        let now = self.now();
        let result = {
            let mut engine: RefMut<'_, Engine> = self.inner.engine.try_borrow_mut().ok()?;
            command(&mut engine, now)
        };
        self.after();
        Some(result)
    }

    /// Carries out what a command has led to. No borrow of the engine is held here.
    fn after(&self) {
        self.run_late();
        self.deliver();
        if !self.inner.deferred.borrow().is_empty() {
            self.drive_soon();
        }
        self.arm();
    }

    fn deliver(&self) {
        let effects = match self.inner.engine.try_borrow_mut() {
            Ok(mut engine) if engine.has_effects() => engine.take_effects(),
            _ => Vec::new(),
        };
        for effect in effects {
            match effect {
                Effect::Notify(listener) => listener(),
                Effect::Answer(waiter, answer) => waiter.answer(answer),
                user @ (Effect::Fetch(_)
                | Effect::Abort(_)
                | Effect::Call(_)
                | Effect::Retry(_)) => {
                    self.inner.deferred.borrow_mut().push(user);
                }
            }
        }
    }

    fn run_late(&self) {
        loop {
            let late = std::mem::take(&mut *self.inner.late.borrow_mut());
            if late.is_empty() {
                return;
            }
            let Ok(mut engine) = self.inner.engine.try_borrow_mut() else {
                return self.inner.late.borrow_mut().extend(late);
            };
            let now = self.now();
            for command in late {
                command(&mut engine, now);
            }
        }
    }

    /// One task for all user functions of a tick, however many hooks asked.
    fn drive_soon(&self) {
        if self.inner.is_driving.replace(true) {
            return;
        }
        let client = self.clone();
        self.inner.runtime.spawn(Box::pin(async move { client.drive().await }));
    }

    async fn drive(&self) {
        loop {
            self.run_late();
            self.deliver();
            let effects = std::mem::take(&mut *self.inner.deferred.borrow_mut());
            if effects.is_empty() {
                break;
            }
            let jobs = self.run_all_but_fetches(effects);
            if !jobs.is_empty() {
                // Whoever was told in this turn renders first: a function from before may be for another user,
                // and its key may not be wanted any more.
                next_turn().await;
                jobs.into_iter().for_each(|job| self.start(job));
            }
        }
        self.inner.is_driving.set(false);
        self.arm();
    }

    fn run_all_but_fetches(&self, effects: Vec<Effect>) -> Vec<FetchJob> {
        let mut jobs = Vec::new();
        for effect in effects {
            match effect {
                Effect::Fetch(job) => jobs.push(job),
                Effect::Abort(signal) => signal.abort(),
                Effect::Call(call) => self.call(call),
                Effect::Retry(call) => self.ask_for_retry(call),
                Effect::Notify(listener) => listener(),
                Effect::Answer(waiter, answer) => waiter.answer(answer),
            }
        }
        jobs
    }

    /// Calls a user's function, unless what it would be told belongs to somebody who has gone meanwhile.
    fn call(&self, Call { callback, epoch }: Call) {
        if self.is_of_now(epoch) {
            callback();
        }
    }

    fn is_of_now(&self, epoch: Option<u64>) -> bool {
        epoch.is_none() || epoch == self.engine().map(|engine| engine.epoch())
    }

    /// Gives a user's rule for retries the means to try again.
    fn ask_for_retry(&self, call: RetryCall) {
        let RetryCall { callback, failure, key, entry, retry_count, epoch } = call;
        if !self.is_of_now(epoch) {
            return;
        }
        let client = self.downgrade();
        let again = Rc::new(move || {
            if let Some(client) = client.upgrade() {
                client.dispatch(Event::RetryAgain { entry, retries: retry_count, epoch });
            }
        });
        callback(&failure, &key, ErrorRetry { retry_count, again });
    }

    fn start(&self, job: FetchJob) {
        let (entry, seq) = (job.entry, job.seq);
        let fetcher = self.with(|engine, _| engine.begin(entry, seq)).flatten();
        let Some(fetcher) = fetcher else { return };
        let mut running = fetcher(job.context);
        // Many query functions are ready at once; those need no task of their own.
        match poll_once(running.as_mut()) {
            Poll::Ready(outcome) => self.dispatch(Event::Settled { entry, seq, outcome }),
            Poll::Pending => {
                // Weak: what may run for ever does not keep the cache, which would keep it.
                let client = self.downgrade();
                self.inner.runtime.spawn(Box::pin(async move {
                    let outcome = running.await;
                    if let Some(client) = client.upgrade() {
                        client.dispatch(Event::Settled { entry, seq, outcome });
                    }
                }));
            }
        }
    }

    /// Keeps one timer armed for the next deadline.
    fn arm(&self) {
        let Some(next) = self.engine().and_then(|engine| engine.next_deadline()) else {
            return;
        };
        let armed_at = self.inner.armed.borrow().as_ref().map(|armed| armed.at);
        if armed_at.is_some_and(|at| at <= next) {
            return;
        }
        let weak = Rc::downgrade(&self.inner);
        let delay = next.since(self.now());
        let timer = self.inner.runtime.timer(delay, Box::new(move || tick(&weak)));
        let old = self.inner.armed.replace(Some(Armed { at: next, _timer: timer }));
        drop(old);
    }

    pub(crate) fn mutation_setup(&self) -> &RefCell<Option<Rc<dyn Any>>> {
        &self.inner.mutation_setup
    }

    /// Makes a task of the client's run to its end, whatever becomes of who started it.
    pub(crate) fn spawn(&self, task: LocalFuture<()>) {
        self.inner.runtime.spawn(task);
    }
}

fn tick(inner: &Weak<Inner>) {
    let Some(inner) = inner.upgrade() else { return };
    let client = QueryClient { inner };
    let armed = client.inner.armed.take();
    let Some(armed) = armed else { return };
    let now = client.inner.clock.rung(client.inner.runtime.now(), armed.at);
    drop(armed);
    client.run_at(now, Box::new(|engine, now| engine.handle(Event::Tick, now)));
}

/// Lets the tasks run that are ready now.
async fn next_turn() {
    let mut waited = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn poll_once(
    future: Pin<&mut (dyn Future<Output = Result<Data, Failure>> + 'static)>,
) -> Poll<Result<Data, Failure>> {
    // Whoever is pending is polled again at once by a task with a real waker.
    future.poll(&mut Context::from_waker(Waker::noop()))
}
