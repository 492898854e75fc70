//! The life of a mutation, compiled once for all types: from its call over its callbacks to its end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use super::driver::QueryClient;
use super::mutation_setup::Tell;
use super::optimistic_update::Show;
use super::runtime::{Either, LocalFuture, race};
use crate::engine::defaults::GC_TIME;
use crate::engine::erased::Failure;
use crate::engine::key::{Key, KeyError};
use crate::engine::mutation::{Value, value_as};
use crate::engine::mutations::{Mutation, Settings, Turn};
use crate::engine::options::{NetworkMode, Retry, RetryDelay};
use crate::engine::signal::Signal;

/// What a mutation function gets to know besides its variables. Same as TanStack Query's
/// `MutationFunctionContext`; the signal is ours.
#[derive(Clone)]
pub struct MutationContext {
    client: QueryClient,
    key: Option<Key>,
    meta: Option<Value>,
    signal: Signal,
}

impl MutationContext {
    /// The client that the mutation runs in.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// The key of the mutation, if it has one.
    #[must_use]
    pub const fn mutation_key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// What the mutation's [`meta`](super::MutationOptions::meta) is; `None` also if that is of another type.
    #[must_use]
    pub fn meta<M: 'static>(&self) -> Option<Rc<M>> {
        value_as(self.meta.as_ref())
    }

    /// Aborts when the mutation is cancelled, or somebody else is signed in.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal.clone()
    }
}

/// What callbacks are told.
pub(crate) struct Told {
    pub variables: Value,
    pub context: Option<Value>,
    pub result: Option<Result<Value, Failure>>,
}

/// A callback of the user's.
#[derive(Clone)]
pub(crate) enum Callback {
    Plain(Rc<dyn Fn(&Told)>),
    Awaited(Rc<dyn Fn(&Told) -> LocalFuture<Result<(), Failure>>>),
}

impl Callback {
    async fn call(this: Option<&Self>, told: &Told) -> Result<(), Failure> {
        match this {
            None => Ok(()),
            Some(Self::Plain(callback)) => {
                callback(told);
                Ok(())
            }
            Some(Self::Awaited(callback)) => callback(told).await,
        }
    }
}

/// The callbacks that know each other's context.
#[derive(Clone, Default)]
pub(crate) struct Callbacks {
    pub on_mutate: Option<Rc<dyn Fn(Value) -> LocalFuture<Result<Value, Failure>>>>,
    pub on_success: Option<Callback>,
    pub on_error: Option<Callback>,
    pub on_settled: Option<Callback>,
    pub on_cancel: Option<Callback>,
}

impl Callbacks {
    const fn are_none(&self) -> bool {
        self.on_mutate.is_none()
            && self.on_success.is_none()
            && self.on_error.is_none()
            && self.on_settled.is_none()
            && self.on_cancel.is_none()
    }
}

pub(crate) type Function =
    Rc<dyn Fn(Value, MutationContext) -> LocalFuture<Result<Value, Failure>>>;

/// What a mutation does; `None` where defaults decide.
#[derive(Clone)]
pub(crate) struct Plan {
    pub function: Option<Function>,
    pub callbacks: Callbacks,
    pub key: Result<Option<Key>, KeyError>,
    pub scope: Option<Rc<str>>,
    pub retry: Option<Retry>,
    pub retry_delay: Option<RetryDelay>,
    pub network_mode: Option<NetworkMode>,
    pub gc_time: Option<Duration>,
    pub meta: Option<Value>,
    pub throw_on_error: Option<ThrowRule>,
    /// What queries show meanwhile.
    pub shows: Vec<Show>,
}

/// Decides whether an error is thrown to the boundary around.
pub(crate) type ThrowRule = Rc<dyn Fn(&Failure) -> bool>;

impl Plan {
    pub const fn new(function: Option<Function>) -> Self {
        Self {
            function,
            callbacks: Callbacks {
                on_mutate: None,
                on_success: None,
                on_error: None,
                on_settled: None,
                on_cancel: None,
            },
            key: Ok(None),
            scope: None,
            retry: None,
            retry_delay: None,
            network_mode: None,
            gc_time: None,
            meta: None,
            throw_on_error: None,
            shows: Vec::new(),
        }
    }

    /// Takes from `other` what this one leaves open. Callbacks come from one of the two, as they share a context.
    pub fn fill(&mut self, other: &Self) {
        fill(&mut self.function, &other.function);
        fill(&mut self.scope, &other.scope);
        fill(&mut self.retry, &other.retry);
        fill(&mut self.retry_delay, &other.retry_delay);
        fill(&mut self.network_mode, &other.network_mode);
        fill(&mut self.gc_time, &other.gc_time);
        fill(&mut self.meta, &other.meta);
        fill(&mut self.throw_on_error, &other.throw_on_error);
        if self.shows.is_empty() {
            self.shows.clone_from(&other.shows);
        }
        if self.callbacks.are_none() {
            self.callbacks = other.callbacks.clone();
        }
    }

    pub fn settings(&self) -> Rc<Settings> {
        Rc::new(Settings {
            retry: self.retry.clone().unwrap_or(Retry { limit: Some(0), when: None }),
            retry_delay: self.retry_delay.clone().unwrap_or(RetryDelay::Doubling),
            network_mode: self.network_mode.unwrap_or_default(),
            gc_time: self.gc_time.unwrap_or(GC_TIME),
        })
    }
}

fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
    if own.is_none() {
        own.clone_from(other);
    }
}

/// Why a mutation has no result.
pub(crate) enum Stopped {
    Failed(Failure),
    Cancelled,
    Key(KeyError),
    NoFunction,
}

pub(crate) type Ending = Result<Value, Stopped>;

/// One call of a mutation.
pub(crate) struct Job {
    pub client: QueryClient,
    pub mutation: Rc<Mutation>,
    /// The newest: while the mutation is pending, its component may render with other functions.
    pub plan: RefCell<Rc<Plan>>,
    pub variables: Value,
    context: RefCell<Option<Value>>,
    is_over: Cell<bool>,
}

impl Job {
    pub fn new(
        client: QueryClient,
        mutation: Rc<Mutation>,
        plan: Rc<Plan>,
        variables: Value,
    ) -> Self {
        Self {
            client,
            mutation,
            plan: RefCell::new(plan),
            variables,
            context: RefCell::default(),
            is_over: Cell::new(false),
        }
    }

    fn plan(&self) -> Rc<Plan> {
        self.plan.borrow().clone()
    }

    /// Takes the newest render's plan, unless it is too late for that.
    pub fn follow(&self, plan: &Rc<Plan>) {
        if !self.is_over.get() {
            self.mutation.set(plan.settings());
            let old = self.plan.replace(plan.clone());
            drop(old);
        }
    }

    pub fn told(&self, result: Option<Result<Value, Failure>>) -> Told {
        let (variables, context) = (self.variables.clone(), self.context.borrow().clone());
        Told { variables, context, result }
    }

    /// Runs it to its end.
    pub async fn run(&self) -> Ending {
        let ending = self.lead().await;
        self.is_over.set(true);
        let (mutation, end) = (self.mutation.clone(), ending.as_ref().map(Value::clone));
        match end {
            Ok(data) => self.client.run(move |engine, now| {
                engine.conclude_mutation(&mutation, Ok(data), now);
            }),
            Err(Stopped::Failed(failure)) => {
                let failure = failure.clone();
                self.client.run(move |engine, now| {
                    engine.conclude_mutation(&mutation, Err(failure), now);
                });
            }
            Err(_) => self.client.run(move |engine, now| engine.forget_mutation(&mutation, now)),
        }
        ending
    }

    async fn lead(&self) -> Ending {
        self.check()?;
        let mut shown = Vec::new();
        let result = match self.begin().await {
            Ok(()) => {
                // Cancelled while `on_mutate` ran, it is not even begun.
                if !self.mutation.is_cancelled() {
                    shown = self.show();
                }
                self.attempts().await?
            }
            Err(failure) => Err(failure),
        };
        self.check()?;
        shown.into_iter().for_each(|end| end(result.is_ok()));
        let mutation = self.mutation.clone();
        self.client.run(move |engine, now| engine.mutation_ends(&mutation, now));
        let failure = match result {
            Ok(data) => match self.report_success(data.clone()).await? {
                Ok(()) => return Ok(data),
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        self.report_failure(&failure).await?;
        Err(Stopped::Failed(failure))
    }

    /// Whoever has come meanwhile did not ask for it, and is told nothing of it.
    fn check(&self) -> Result<(), Stopped> {
        let is_known = self.client.engine().is_none_or(|e| e.knows_mutation(&self.mutation));
        if is_known { Ok(()) } else { Err(Stopped::Cancelled) }
    }

    async fn begin(&self) -> Result<(), Failure> {
        self.client.tell_of_all_mutations(Tell::Mutate, &self.mutation, None);
        let Some(on_mutate) = self.plan().callbacks.on_mutate.clone() else {
            self.context.replace(Some(Rc::new(())));
            return Ok(());
        };
        let context = on_mutate(self.variables.clone()).await?;
        self.context.replace(Some(context.clone()));
        let mutation = self.mutation.clone();
        self.client.run(move |engine, now| engine.give_context(&mutation, context, now));
        Ok(())
    }

    /// Shows what the queries will be, until it is told how the mutation has ended.
    fn show(&self) -> Vec<Box<dyn FnOnce(bool)>> {
        let plan = self.plan();
        plan.shows.iter().filter_map(|show| show(&self.client, &self.variables)).collect()
    }

    async fn turn(&self) -> Turn {
        std::future::poll_fn(|cx| {
            self.mutation.wake_by(cx.waker());
            match self.client.with(|engine, now| engine.mutation_turn(&self.mutation, now)) {
                Some(Turn::Wait) | None => Poll::Pending,
                Some(turn) => Poll::Ready(turn),
            }
        })
        .await
    }

    /// Calls the function until it has succeeded, or is not to be called again.
    async fn attempts(&self) -> Result<Result<Value, Failure>, Stopped> {
        loop {
            if self.turn().await == Turn::Stop {
                return self.stop().await;
            }
            let plan = self.plan();
            let Some(function) = &plan.function else {
                return Err(Stopped::NoFunction);
            };
            let signal = self.mutation.signal.clone();
            let key = plan.key.clone().unwrap_or_default();
            let (client, meta) = (self.client.clone(), plan.meta.clone());
            let context = MutationContext { client, key, meta, signal: signal.clone() };
            let running = function(self.variables.clone(), context);
            let failure = match race(signal.aborted(), running).await {
                Either::First(()) => return self.stop().await,
                Either::Second(Ok(data)) => return Ok(Ok(data)),
                Either::Second(Err(failure)) => failure,
            };
            let (mutation, error) = (self.mutation.clone(), failure.clone());
            let retry = self.client.with(|e, now| e.mutation_failed(&mutation, &error, now));
            if retry != Some(true) {
                return Ok(Err(failure));
            }
        }
    }

    /// It was cancelled: what `on_mutate` has done can be undone, unless it was somebody else's.
    async fn stop(&self) -> Result<Result<Value, Failure>, Stopped> {
        self.check()?;
        let mutation = self.mutation.clone();
        self.client.run(move |engine, now| engine.mutation_ends(&mutation, now));
        let on_cancel = self.plan().callbacks.on_cancel.clone();
        // Nobody is there to be told that this has failed.
        let _end = Callback::call(on_cancel.as_ref(), &self.told(None)).await;
        Err(Stopped::Cancelled)
    }

    async fn report_success(&self, data: Value) -> Result<Result<(), Failure>, Stopped> {
        let told = self.told(Some(Ok(data)));
        let result = told.result.as_ref();
        self.client.tell_of_all_mutations(Tell::Success, &self.mutation, result);
        let on_success = self.plan().callbacks.on_success.clone();
        let mut end = Callback::call(on_success.as_ref(), &told).await;
        self.check()?;
        if end.is_ok() {
            self.client.tell_of_all_mutations(Tell::Settled, &self.mutation, result);
            let on_settled = self.plan().callbacks.on_settled.clone();
            end = Callback::call(on_settled.as_ref(), &told).await;
            self.check()?;
        }
        Ok(end)
    }

    /// What fails here as well changes nothing: the first failure is the one that counts.
    async fn report_failure(&self, failure: &Failure) -> Result<(), Stopped> {
        let told = self.told(Some(Err(failure.clone())));
        let result = told.result.as_ref();
        self.client.tell_of_all_mutations(Tell::Error, &self.mutation, result);
        let on_error = self.plan().callbacks.on_error.clone();
        let _end = Callback::call(on_error.as_ref(), &told).await;
        self.check()?;
        self.client.tell_of_all_mutations(Tell::Settled, &self.mutation, result);
        let on_settled = self.plan().callbacks.on_settled.clone();
        let _end = Callback::call(on_settled.as_ref(), &told).await;
        self.check()
    }
}
