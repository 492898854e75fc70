//! A mutation of SWR's outside a component: what `use_swr_mutation` is made of.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use super::driver::QueryClient;
use super::erase::erase_future;
use super::mutate::{Shown, Work, swr_key};
use super::outcome::{Ended, Outcome, Running, typed};
use super::started::Started;
use super::swr_mutation_options::{Changes, SwrMutationOptions, TriggerPlan};
use super::watching::Watching;
use crate::engine::Topic;
use crate::engine::effect::Listener;
use crate::engine::entry::FetchStatus;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observer::{Fields, Snapshot};
use crate::engine::oneshot;

/// What a trigger runs: the newest render's.
pub(crate) struct Aim {
    pub client: QueryClient,
    pub key: Result<Option<Key>, KeyError>,
    /// Takes the argument of the trigger; `None` if it is of another type.
    run: Rc<dyn Fn(Box<dyn Any>) -> Option<Work>>,
    changes: Changes,
}

impl Aim {
    pub fn new<A: 'static>(
        client: QueryClient,
        key: Result<Option<Key>, KeyError>,
        run: impl Fn(A) -> Work + 'static,
        changes: Changes,
    ) -> Self {
        let run = move |arg: Box<dyn Any>| Some(run(*arg.downcast().ok()?));
        Self { client, key, run: Rc::new(run), changes }
    }
}

#[derive(Clone, Default)]
struct State {
    data: Option<Data>,
    error: Option<Failure>,
    is_mutating: bool,
}

impl State {
    /// The fields in which two states differ; `FETCH_STATUS` is `is_mutating`.
    fn diff(&self, other: &Self) -> Fields {
        let shown = |state: &Self| Snapshot {
            data: state.data.clone(),
            error: state.error.clone(),
            fetch_status: if state.is_mutating { FetchStatus::Fetching } else { FetchStatus::Idle },
            ..Snapshot::default()
        };
        shown(self).diff(&shown(other))
    }
}

/// The part that does not depend on types, shared by all who hold it.
pub(crate) struct Mutator {
    aim: RefCell<Aim>,
    state: RefCell<State>,
    /// The number of the last trigger or reset: what began before does not publish any more.
    latest: Cell<u64>,
    /// Whose state it is.
    epoch: Cell<Option<u64>>,
    tracked: Cell<Fields>,
    revision: Cell<u32>,
    listener: Listener,
}

fn epoch(client: &QueryClient) -> Option<u64> {
    client.engine().map(|engine| engine.epoch())
}

impl Mutator {
    pub fn new(aim: Aim, listener: Listener) -> Rc<Self> {
        let epoch = Cell::new(epoch(&aim.client));
        Rc::new(Self {
            aim: RefCell::new(aim),
            state: RefCell::default(),
            latest: Cell::default(),
            epoch,
            tracked: Cell::default(),
            revision: Cell::default(),
            listener,
        })
    }

    /// Takes what the newest render wants to be run.
    pub fn aim(&self, aim: Aim) {
        let client = aim.client.clone();
        let before = self.aim.replace(aim);
        if before.client != client {
            self.epoch.set(epoch(&client));
        }
    }

    /// The state of one user is not shown to the next. To learn who the user is changes nothing.
    pub fn look_at_owner(&self) {
        let client = self.aim.borrow().client.clone();
        let now = epoch(&client);
        if self.epoch.replace(now) != now {
            self.reset();
        }
    }

    /// Counts the changes of what is shown.
    pub const fn revision(&self) -> u32 {
        self.revision.get()
    }

    pub fn data<T: 'static>(&self) -> Option<Rc<T>> {
        self.read(Fields::DATA, |state| state.data.as_ref().and_then(Data::get))
    }

    pub fn error<E: 'static>(&self) -> Option<Rc<E>> {
        self.read(Fields::ERROR, |state| state.error.as_ref().and_then(Failure::get))
    }

    pub fn is_mutating(&self) -> bool {
        self.read(Fields::FETCH_STATUS, |state| state.is_mutating)
    }

    fn read<R>(&self, field: Fields, read: impl FnOnce(&State) -> R) -> R {
        self.tracked.set(self.tracked.get().with(field));
        read(&self.state.borrow())
    }

    /// Shows another state; tells the listener if it has read what is different now.
    fn show(&self, change: impl FnOnce(&mut State)) {
        let (before, changed) = {
            let state = &mut *self.state.borrow_mut();
            let before = state.clone();
            change(state);
            let changed = before.diff(state);
            (before, changed)
        };
        // After the borrow: its last owner may run the user's `Drop`.
        drop(before);
        if changed.is_empty() {
            return;
        }
        self.revision.set(self.revision.get().wrapping_add(1));
        if changed.overlaps(self.tracked.get()) {
            (self.listener)();
        }
    }

    /// Forgets the result; what runs is not shown any more.
    pub fn reset(&self) {
        self.latest.set(self.latest.get() + 1);
        self.show(|state| *state = State::default());
    }

    pub fn trigger(self: &Rc<Self>, arg: Box<dyn Any>, options: &Changes) -> Running {
        let (client, key, run, changes) = {
            let aim = self.aim.borrow();
            (aim.client.clone(), aim.key.clone(), aim.run.clone(), aim.changes.clone())
        };
        let key = match key {
            Ok(Some(key)) => key,
            Ok(None) => return Err(Ended::NoKey).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let mut plan = TriggerPlan::default();
        for change in changes.iter().chain(options) {
            change(&mut plan);
        }
        let Some(work) = run(arg) else {
            return Err(Ended::Cancelled).into();
        };
        let id = self.latest.get() + 1;
        self.latest.set(id);
        self.show(|state| state.is_mutating = true);
        // Errors are looked at here, so the mutation below has to give them.
        let throws = std::mem::replace(&mut plan.mutation.throw_on_error, true);
        let mutation = plan.mutation.clone();
        let running = client.start_mutation(Ok(Some(key)), work, mutation);
        let (sender, receiver) = oneshot::channel();
        let (this, epoch) = (self.clone(), epoch(&client));
        client.clone().spawn(Box::pin(async move {
            let outcome = running.await;
            let publishes = this.latest.get() == id && self::epoch(&client) == epoch;
            sender.send(this.finish(outcome, &plan, publishes, throws));
        }));
        Running::Mutation(receiver)
    }

    /// What the caller gets. Only the latest call is shown and told of; the errors of older ones are swallowed.
    fn finish(
        &self,
        outcome: Outcome,
        plan: &TriggerPlan,
        publishes: bool,
        throws: bool,
    ) -> Outcome {
        match &outcome {
            Ok(Some((data, key))) if publishes => {
                self.show(|state| {
                    *state = State { data: Some(data.clone()), error: None, is_mutating: false };
                });
                if let Some(callback) = &plan.on_success {
                    callback(data, key);
                }
            }
            Err(Ended::Failed(failure, key)) if publishes => {
                self.show(|state| {
                    state.error = Some(failure.clone());
                    state.is_mutating = false;
                });
                if let Some(callback) = &plan.on_error {
                    callback(failure, key);
                }
                if !throws {
                    return Ok(None);
                }
            }
            Err(Ended::Failed(..)) => return Ok(None),
            _ if publishes => self.show(|state| state.is_mutating = false),
            _ => {}
        }
        outcome
    }
}

/// A mutation of a key's data at the server, which runs when it is triggered. Hooks keep one in their state; code
/// outside components may have its own.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{QueryClient, SwrMutationOptions};
/// use yew_clerk::engine::sim::Sim;
///
/// let sim = Sim::new();
/// let client = QueryClient::new(Rc::new(sim.clone()));
/// let double = |n: i32| async move { Ok::<_, String>(2 * n) };
/// let mutation = client.swr_mutation("n", double, SwrMutationOptions::new(), Rc::new(|| {}));
/// let done = sim.run(mutation.trigger(21));
/// assert!(matches!(done.take(), Some(Ok(Some(n))) if *n == 42));
/// assert_eq!(mutation.data().as_deref(), Some(&42));
/// ```
pub struct SwrMutation<A, T, E> {
    mutator: Rc<Mutator>,
    _watching: Watching,
    types: PhantomData<fn(A) -> (T, E)>,
}

impl QueryClient {
    /// A mutation that calls `fetcher` with the argument of each trigger. The listener is called after each change
    /// of a field that has been read.
    #[must_use]
    pub fn swr_mutation<A, T, E, Fut>(
        &self,
        key: impl IntoKey,
        fetcher: impl Fn(A) -> Fut + 'static,
        options: SwrMutationOptions<T, E>,
        listener: Listener,
    ) -> SwrMutation<A, T, E>
    where
        A: 'static,
        T: PartialEq + 'static,
        E: 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        let run = move |arg| erase_future(fetcher(arg));
        let aim = Aim::new(self.clone(), swr_key(&key), run, options.changes);
        let mutator = Mutator::new(aim, listener);
        let watching = watch_owner(&mutator, self);
        SwrMutation { mutator, _watching: watching, types: PhantomData }
    }
}

/// Resets a mutation when somebody else is signed in.
pub(crate) fn watch_owner(mutator: &Rc<Mutator>, client: &QueryClient) -> Watching {
    let weak = Rc::downgrade(mutator);
    let look = move || {
        if let Some(mutator) = weak.upgrade() {
            mutator.look_at_owner();
        }
    };
    Watching::start(client.clone(), Topic::Owner, Rc::new(look))
}

impl<A: 'static, T: PartialEq + 'static, E: 'static> SwrMutation<A, T, E> {
    /// Takes another key, function or options for later triggers. What is shown and what runs does not change.
    pub fn update<Fut>(
        &self,
        key: impl IntoKey,
        fetcher: impl Fn(A) -> Fut + 'static,
        options: SwrMutationOptions<T, E>,
    ) where
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        let client = self.mutator.aim.borrow().client.clone();
        let run = move |arg| erase_future(fetcher(arg));
        self.mutator.aim(Aim::new(client, swr_key(&key), run, options.changes));
    }

    /// Runs the mutation. As `SwrMutationHandle::trigger`.
    pub fn trigger(&self, arg: A) -> Started<Shown<T, E>> {
        Started::erased(self.mutator.trigger(Box::new(arg), &Vec::new()), typed)
    }

    /// Runs the mutation with options that are laid over its own.
    pub fn trigger_with(&self, arg: A, options: &SwrMutationOptions<T, E>) -> Started<Shown<T, E>> {
        Started::erased(self.mutator.trigger(Box::new(arg), &options.changes), typed)
    }

    /// Forgets the result; what runs is not shown any more.
    pub fn reset(&self) {
        self.mutator.reset();
    }

    /// The result of the last trigger that has succeeded.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.mutator.data()
    }

    /// The error of the last trigger, if it has failed.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.mutator.error()
    }

    /// Whether the last trigger runs.
    #[must_use]
    pub fn is_mutating(&self) -> bool {
        self.mutator.is_mutating()
    }
}
