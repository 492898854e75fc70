//! Who calls a mutation and shows how it goes: the part that does not depend on types, and its handle.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use super::driver::QueryClient;
use super::mutation::{Ending, Job, Plan, Stopped, Told};
use super::mutation_handle::MutationHandle;
use super::mutation_options::{MutationOptions, plain_error, plain_settled, plain_success};
use super::watching::Watching;
use crate::engine::Topic;
use crate::engine::effect::Listener;
use crate::engine::events::MutationEventKind;
use crate::engine::key::Key;
use crate::engine::mutation::{MutationState, MutationStatus, Value};
use crate::engine::mutations::Mutation;
use crate::engine::oneshot;

/// What one call wants to be told, if it is the latest of a component that is still there.
#[derive(Default)]
pub(crate) struct OwnCalls {
    on_success: Option<Rc<dyn Fn(&Told)>>,
    on_error: Option<Rc<dyn Fn(&Told)>>,
    on_settled: Option<Rc<dyn Fn(&Told)>>,
}

impl OwnCalls {
    fn tell(&self, told: &Told) {
        let first = match told.result {
            Some(Ok(_)) => &self.on_success,
            _ => &self.on_error,
        };
        for callback in [first, &self.on_settled].into_iter().flatten() {
            callback(told);
        }
    }
}

/// Callbacks for one call. They are called after those of the mutation, and only if the call is the latest of its
/// component, and the component is still there. Same as TanStack Query's `MutateOptions`.
pub struct MutateOptions<V, T, E, C = ()> {
    pub(super) calls: OwnCalls,
    types: PhantomData<fn(V, C) -> (T, E)>,
}

impl<V, T, E, C> Default for MutateOptions<V, T, E, C> {
    fn default() -> Self {
        Self { calls: OwnCalls::default(), types: PhantomData }
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutateOptions<V, T, E, C> {
    /// No callbacks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Called with the result.
    #[must_use]
    pub fn on_success(mut self, callback: impl Fn(&T, &V, &C) + 'static) -> Self {
        self.calls.on_success = Some(plain_success(callback));
        self
    }

    /// Called with the error.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&E, &V, Option<&C>) + 'static) -> Self {
        self.calls.on_error = Some(plain_error(callback));
        self
    }

    /// Called in the end, with either.
    #[must_use]
    pub fn on_settled(
        mut self,
        callback: impl Fn(Result<&T, &E>, &V, Option<&C>) + 'static,
    ) -> Self {
        self.calls.on_settled = Some(plain_settled(callback));
        self
    }
}

/// What the handles of one component share.
pub(crate) struct Mutating {
    client: RefCell<QueryClient>,
    plan: RefCell<Rc<Plan>>,
    /// The latest call, until it is reset.
    current: RefCell<Option<Rc<Job>>>,
    /// Whose mutation is shown.
    epoch: Cell<Option<u64>>,
    is_mounted: Cell<bool>,
    /// Counts the changes of what is shown.
    revision: Cell<u32>,
    listener: Listener,
    /// What the engine calls when something has changed.
    told: Listener,
}

/// Counts the users that a cache has had.
fn epoch(client: &QueryClient) -> Option<u64> {
    client.engine().map(|engine| engine.epoch())
}

impl Mutating {
    /// Counts the changes of what is shown.
    pub const fn revision(&self) -> u32 {
        self.revision.get()
    }

    fn changed(&self) {
        self.revision.set(self.revision.get().wrapping_add(1));
        if self.is_mounted.get() {
            (self.listener)();
        }
    }

    pub fn state(&self) -> MutationState {
        let current = self.current.borrow();
        current.as_ref().map_or_else(MutationState::default, |job| job.mutation.state())
    }

    /// Lets go of the latest call; `false` if there is none.
    fn let_go(&self) -> bool {
        let current = self.current.take();
        if let Some(job) = &current {
            let mutation = job.mutation.clone();
            job.client.run(move |engine, now| engine.leave_mutation(&mutation, now));
        }
        current.is_some()
    }

    pub fn reset(&self) {
        if self.let_go() {
            let (client, told) = (self.client.borrow().clone(), self.told.clone());
            client.run(move |engine, _| engine.notify(told));
        }
    }

    /// The result of one user is not shown to the next. To learn who the user is changes nothing.
    fn look_at_owner(&self) {
        let now = epoch(&self.client.borrow());
        if self.epoch.replace(now) != now {
            self.reset();
        }
    }

    /// Takes what the newest render wants to be run. A pending call goes on with it, another key forgets the result.
    fn update(&self, client: &QueryClient, plan: Plan) {
        let plan = Rc::new(client.with_mutation_defaults(plan));
        let before = self.client.replace(client.clone());
        let is_other = before != *client;
        if is_other {
            self.epoch.set(epoch(client));
        }
        let old = self.plan.replace(plan.clone());
        let has_other_key = match (&old.key, &plan.key) {
            (Ok(Some(old)), Ok(Some(new))) => old != new,
            _ => false,
        };
        drop(old);
        let current = self.current.borrow().clone();
        if is_other || has_other_key {
            if self.let_go() {
                self.revision.set(self.revision.get().wrapping_add(1));
            }
        } else if let Some(job) = current {
            job.follow(&plan);
            say_of_options(&job);
        }
    }

    pub fn mutate(this: &Rc<Self>, variables: Value, calls: OwnCalls) -> oneshot::Receiver<Ending> {
        let (sender, receiver) = oneshot::channel();
        let client = this.client.borrow().clone();
        let plan = this.plan.borrow().clone();
        // Defaults may have been set since the last render.
        let plan = Rc::new(client.with_mutation_defaults(Plan::clone(&plan)));
        let key = match (&plan.key, &plan.function) {
            (Err(error), _) => {
                sender.send(Err(Stopped::Key(error.clone())));
                return receiver;
            }
            (_, None) => {
                sender.send(Err(Stopped::NoFunction));
                return receiver;
            }
            (Ok(key), _) => key.clone(),
        };
        let job = Rc::new(Self::job(this, &client, &plan, key, variables));
        let old = this.current.replace(Some(job.clone()));
        let (mutation, left) = (job.mutation.clone(), old.map(|old| old.mutation.clone()));
        let is_shown = this.is_mounted.get();
        client.run(move |engine, now| {
            if let Some(left) = left {
                engine.leave_mutation(&left, now);
            }
            engine.add_mutation(&mutation, now);
            if !is_shown {
                engine.leave_mutation(&mutation, now);
            }
        });
        let this = this.clone();
        client.spawn(Box::pin(async move {
            let ending = job.run().await;
            this.tell(&job, &calls, &ending);
            sender.send(ending);
        }));
        receiver
    }

    fn job(
        this: &Rc<Self>,
        client: &QueryClient,
        plan: &Rc<Plan>,
        key: Option<Key>,
        variables: Value,
    ) -> Job {
        let state = MutationState {
            key,
            meta: plan.meta.clone(),
            status: MutationStatus::Pending,
            variables: Some(variables.clone()),
            ..MutationState::default()
        };
        let mutation = Mutation::new(state, plan.settings(), plan.scope.clone(), this.told.clone());
        Job::new(client.clone(), mutation, plan.clone(), variables)
    }

    fn tell(&self, job: &Rc<Job>, calls: &OwnCalls, ending: &Ending) {
        let is_latest = self.current.borrow().as_ref().is_some_and(|now| Rc::ptr_eq(now, job));
        let result = match ending {
            Ok(data) => Ok(data.clone()),
            Err(Stopped::Failed(failure)) => Err(failure.clone()),
            Err(_) => return,
        };
        if is_latest && self.is_mounted.get() {
            calls.tell(&job.told(Some(result)));
        }
    }

    pub fn cancel(&self) {
        let current = self.current.borrow().clone();
        if let Some(job) = current {
            let mutation = job.mutation.clone();
            job.client.run(move |engine, now| {
                engine.cancel_mutation(&mutation, now);
            });
        }
    }
}

/// Calls a mutation and watches how it goes, until it is dropped. Hooks keep one in their state; code outside
/// components may have its own. Same as TanStack Query's `MutationObserver`, once subscribed.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{QueryClient, mutation_options};
/// use yew_clerk::engine::sim::Sim;
///
/// let sim = Sim::new();
/// let client = QueryClient::new(Rc::new(sim.clone()));
/// let double = mutation_options(|n: Rc<i32>| async move { Ok::<_, String>(2 * *n) });
/// let observer = client.mutation(double, Rc::new(|| {}));
/// let done = sim.run(observer.handle().mutate(21));
/// assert!(matches!(done.take(), Some(Ok(n)) if *n == 42));
/// assert!(observer.handle().is_success());
/// ```
pub struct MutationObserver<V, T, E, C = ()> {
    shared: Rc<Mutating>,
    watching: RefCell<Watching>,
    types: PhantomData<fn(V, C) -> (T, E)>,
}

fn telling(weak: Weak<Mutating>) -> Listener {
    Rc::new(move || {
        if let Some(this) = weak.upgrade() {
            this.changed();
        }
    })
}

/// Tells those who listen to the cache, if anybody does: components render often.
fn say_of_options(job: &Job) {
    if job.client.engine().is_some_and(|engine| engine.is_heard()) {
        let mutation = job.mutation.clone();
        job.client.run(move |engine, now| {
            engine.say_of(&mutation, MutationEventKind::ObserverOptionsUpdated);
            engine.finish(now);
        });
    }
}

fn watch_owner(shared: &Rc<Mutating>, client: &QueryClient) -> Watching {
    let weak = Rc::downgrade(shared);
    let look = move || {
        if let Some(shared) = weak.upgrade() {
            shared.look_at_owner();
        }
    };
    Watching::start(client.clone(), Topic::Owner, Rc::new(look))
}

impl QueryClient {
    /// Watches a mutation that is yet to be called. The listener is called after each change of what is shown.
    #[must_use = "the watch ends when this is dropped"]
    pub fn mutation<V, T, E, C>(
        &self,
        options: MutationOptions<V, T, E, C>,
        listener: Listener,
    ) -> MutationObserver<V, T, E, C> {
        let (shared, watching) = self.start_mutating(options.into_plan(), listener);
        MutationObserver { shared, watching: RefCell::new(watching), types: PhantomData }
    }

    fn start_mutating(&self, plan: Plan, listener: Listener) -> (Rc<Mutating>, Watching) {
        let shared = Rc::new_cyclic(|weak: &Weak<Mutating>| Mutating {
            client: RefCell::new(self.clone()),
            plan: RefCell::new(Rc::new(self.with_mutation_defaults(plan))),
            current: RefCell::default(),
            epoch: Cell::new(epoch(self)),
            is_mounted: Cell::new(true),
            revision: Cell::default(),
            listener,
            told: telling(weak.clone()),
        });
        let watching = watch_owner(&shared, self);
        (shared, watching)
    }
}

impl<V, T, E, C> MutationObserver<V, T, E, C> {
    /// Takes another client or other options. A pending call goes on with them; if both have a key and it is another
    /// one, what was shown is forgotten. The listener is not called.
    pub fn update(&self, client: &QueryClient, options: MutationOptions<V, T, E, C>) {
        self.shared.update(client, options.into_plan());
        if self.watching.borrow().client() != client {
            let old = self.watching.replace(watch_owner(&self.shared, client));
            drop(old);
        }
    }

    /// What calls it, and shows how it goes.
    #[must_use]
    pub fn handle(&self) -> MutationHandle<V, T, E, C> {
        MutationHandle::new(&self.shared)
    }
}

impl<V, T, E, C> Drop for MutationObserver<V, T, E, C> {
    fn drop(&mut self) {
        self.shared.unmount();
    }
}

impl Mutating {
    /// What runs goes on; nobody is told of it but the mutation's own callbacks and whoever awaits it.
    fn unmount(&self) {
        self.is_mounted.set(false);
        let current = self.current.borrow().clone();
        if let Some(job) = current {
            let mutation = job.mutation.clone();
            job.client.run(move |engine, now| engine.leave_mutation(&mutation, now));
        }
    }
}
