//! The rules of mutations: when an attempt may run, what a failure leads to, who waits for whom.
//!
//! A task of the client leads each mutation through its life and asks here for its turn. Mutations belong to whoever
//! was signed in when they were called.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use super::effect::{Effect, Listener};
use super::erased::Failure;
use super::events::{MutationAction, MutationEventKind};
use super::mutation::{MutationState, MutationStatus, Value};
use super::options::{NetworkMode, Retry, RetryDelay};
use super::retry::next_mutation_try;
use super::signal::Signal;
use super::state::{Engine, Topic};
use super::time::Time;
use super::timers::{Alarm, TimerOwner};

/// How a mutation behaves.
#[derive(Clone)]
pub(crate) struct Settings {
    pub retry: Retry,
    pub retry_delay: RetryDelay,
    pub network_mode: NetworkMode,
    pub gc_time: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its function has not come to an end yet.
    Open,
    /// The callbacks are told how it ended.
    Ending,
    Settled,
}

/// One call of a mutation.
pub(crate) struct Mutation {
    state: RefCell<MutationState>,
    settings: RefCell<Rc<Settings>>,
    scope: Option<Rc<str>>,
    phase: Cell<Phase>,
    retry_at: Cell<Time>,
    gc_at: Cell<Time>,
    is_cancelled: Cell<bool>,
    /// It was paused, and the queries wait for its end.
    is_awaited: Cell<bool>,
    pub signal: Signal,
    waker: RefCell<Option<Waker>>,
    observer: RefCell<Option<Listener>>,
}

impl Mutation {
    pub fn new(
        state: MutationState,
        settings: Rc<Settings>,
        scope: Option<Rc<str>>,
        observer: Listener,
    ) -> Rc<Self> {
        Rc::new(Self {
            state: RefCell::new(state),
            settings: RefCell::new(settings),
            scope,
            phase: Cell::new(Phase::Open),
            retry_at: Cell::new(Time::ZERO),
            gc_at: Cell::new(Time::NEVER),
            is_cancelled: Cell::new(false),
            is_awaited: Cell::new(false),
            signal: Signal::new(),
            waker: RefCell::default(),
            observer: RefCell::new(Some(observer)),
        })
    }

    pub fn state(&self) -> MutationState {
        self.state.borrow().clone()
    }

    /// The task that asks for its turn.
    pub fn wake_by(&self, waker: &Waker) {
        self.waker.replace(Some(waker.clone()));
    }

    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.get()
    }

    fn is_settled(&self) -> bool {
        self.phase.get() == Phase::Settled
    }

    /// A pending mutation goes on with the newest settings.
    pub fn set(&self, settings: Rc<Settings>) {
        let old = self.settings.replace(settings);
        drop(old);
    }

    fn change(&self, change: impl FnOnce(&mut MutationState)) {
        let before = self.state();
        change(&mut self.state.borrow_mut());
        // After the borrow: its last owner may run the user's `Drop`.
        drop(before);
    }

    fn is_retry(&self) -> bool {
        self.state.borrow().failure_count > 0
    }
}

/// What a mutation's task is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Call the function.
    Run,
    /// Wait to be woken.
    Wait,
    /// Do not call it any more.
    Stop,
}

/// What the queries wait with until mutations that were paused are through.
#[derive(Clone, Copy, Default)]
pub(crate) struct Held {
    pub reconnect: bool,
    pub focus: bool,
}

/// All mutations.
#[derive(Default)]
pub(crate) struct Mutations {
    /// A [`List`], made by the first mutation: who has none does not even carry the code to drop one.
    list: Option<Box<dyn Any>>,
    pub alarm: Alarm,
    pub held: Held,
    /// Some went on because the page is shown, and the queries have not been asked to look for news since.
    pub returned: bool,
}

/// Mutations in the order of their calls.
type List = Vec<Rc<Mutation>>;

impl Mutations {
    fn all(&self) -> &[Rc<Mutation>] {
        let list = self.list.as_ref().and_then(|list| list.downcast_ref::<List>());
        list.map_or(&[], Vec::as_slice)
    }

    fn list(&mut self) -> Option<&mut List> {
        self.list.get_or_insert_with(|| Box::new(List::new())).downcast_mut()
    }

    /// Takes out what is not wanted any more; to be dropped by the caller.
    fn take_out(&mut self, is_over: impl Fn(&Rc<Mutation>) -> bool) -> List {
        self.list().map_or_else(List::new, |list| list.extract_if(.., |m| is_over(m)).collect())
    }
}

/// What the rest of the engine needs of mutations.
pub(crate) struct MutationRules {
    pub ring: fn(&mut Engine, Time),
    pub resume: fn(&mut Engine) -> bool,
    pub disown: fn(&mut Engine, Time),
    pub clear: fn(&mut Engine, Time),
}

static RULES: MutationRules = MutationRules {
    ring: Engine::ring_mutations,
    resume: Engine::resume_paused_mutations,
    disown: Engine::disown_mutations,
    clear: Engine::clear_settled_mutations,
};

impl Engine {
    /// A mutation is called.
    pub(crate) fn add_mutation(&mut self, mutation: &Rc<Mutation>, now: Time) {
        self.mutation_rules = Some(&RULES);
        if let Some(list) = self.mutations.list() {
            list.push(mutation.clone());
        }
        let is_paused = !self.is_open_to(mutation);
        self.sequence += 1;
        let mutation_id = self.sequence;
        mutation.change(|state| {
            state.mutation_id = mutation_id;
            state.is_paused = is_paused;
            state.submitted_at = now;
        });
        self.say_of(mutation, MutationEventKind::Added);
        self.say_of(mutation, MutationEventKind::ObserverAdded);
        self.tell_of_mutation(mutation, MutationAction::Pending);
        if is_paused {
            self.say_of(mutation, MutationEventKind::Updated(MutationAction::Pause));
        }
        self.finish(now);
    }

    /// Whether it still belongs to somebody: those of a user who has gone are forgotten.
    pub(crate) fn knows_mutation(&self, mutation: &Rc<Mutation>) -> bool {
        self.mutations.all().iter().any(|other| Rc::ptr_eq(other, mutation))
    }

    /// Keeps what `on_mutate` has returned.
    pub(crate) fn give_context(&mut self, mutation: &Mutation, context: Value, now: Time) {
        mutation.change(|state| state.context = Some(context));
        self.tell_of_mutation(mutation, MutationAction::Pending);
        self.finish(now);
    }

    /// Whether its function may be called now.
    pub(crate) fn mutation_turn(&mut self, mutation: &Rc<Mutation>, now: Time) -> Turn {
        if mutation.is_cancelled.get() || !self.knows_mutation(mutation) {
            return Turn::Stop;
        }
        if now < mutation.retry_at.get() {
            return Turn::Wait;
        }
        let is_open = self.is_open_to(mutation);
        if mutation.state.borrow().is_paused == is_open {
            mutation.change(|state| state.is_paused = !is_open);
            let action = if is_open { MutationAction::Continue } else { MutationAction::Pause };
            self.tell_of_mutation(mutation, action);
            self.finish(now);
        }
        if is_open { Turn::Run } else { Turn::Wait }
    }

    fn is_open_to(&self, mutation: &Mutation) -> bool {
        let is_retry = mutation.is_retry();
        let needs_network = match mutation.settings.borrow().network_mode {
            NetworkMode::Online => true,
            NetworkMode::Always => false,
            NetworkMode::OfflineFirst => is_retry,
        };
        (self.world.online || !needs_network)
            && (self.world.visible || !is_retry)
            && self.is_first_of_scope(mutation)
    }

    fn is_first_of_scope(&self, mutation: &Mutation) -> bool {
        let in_scope = |other: &&Rc<Mutation>| other.scope == mutation.scope && !other.is_settled();
        mutation.scope.is_none()
            || self
                .mutations
                .all()
                .iter()
                .find(in_scope)
                .is_none_or(|first| std::ptr::eq(Rc::as_ptr(first), mutation))
    }

    /// Its function has failed. Whether it is to be called again.
    pub(crate) fn mutation_failed(
        &mut self,
        mutation: &Mutation,
        failure: &Failure,
        now: Time,
    ) -> bool {
        let settings = mutation.settings.borrow().clone();
        let failures = mutation.state.borrow().failure_count;
        let rules = (&settings.retry, &settings.retry_delay);
        let Some(delay) = next_mutation_try(rules, failures, failure, (self.random)()) else {
            return false;
        };
        mutation.retry_at.set(now.after(delay));
        mutation.change(|state| note_failure(state, failure));
        self.tell_of_mutation(mutation, MutationAction::Failed);
        self.arm_mutations();
        self.finish(now);
        true
    }

    /// Its function will not be called any more. What has waited for that goes on.
    pub(crate) fn mutation_ends(&mut self, mutation: &Mutation, now: Time) {
        mutation.phase.set(Phase::Ending);
        mutation.is_awaited.set(false);
        self.release_held(now);
        self.finish(now);
    }

    fn release_held(&mut self, now: Time) {
        if !self.mutations.all().iter().any(|mutation| mutation.is_awaited.get()) {
            self.mutations.returned = false;
            let held = std::mem::take(&mut self.mutations.held);
            self.release(held, now);
        }
    }

    /// All callbacks have been told.
    pub(crate) fn conclude_mutation(
        &mut self,
        mutation: &Mutation,
        result: Result<Value, Failure>,
        now: Time,
    ) {
        mutation.phase.set(Phase::Settled);
        let action = if result.is_ok() { MutationAction::Success } else { MutationAction::Error };
        mutation.change(|state| {
            state.is_paused = false;
            match result {
                Ok(data) => {
                    state.status = MutationStatus::Success;
                    state.data = Some(data);
                    state.failure_count = 0;
                    state.failure_reason = None;
                }
                Err(failure) => {
                    state.status = MutationStatus::Error;
                    note_failure(state, &failure);
                    state.error = Some(failure);
                }
            }
        });
        self.tell_of_mutation(mutation, action);
        self.leave_scope(mutation);
        self.keep_for_a_while(mutation, now);
        self.finish(now);
    }

    /// Stops one whose function has not come to an end. `false` if it is too late for that.
    pub(crate) fn cancel_mutation(&mut self, mutation: &Rc<Mutation>, now: Time) -> bool {
        let can = mutation.phase.get() == Phase::Open && !mutation.is_cancelled.replace(true);
        if can {
            self.effect(Effect::Abort(mutation.signal.clone()));
            self.wake(mutation.clone());
            self.finish(now);
        }
        can
    }

    /// One that was cancelled has told its callback.
    pub(crate) fn forget_mutation(&mut self, mutation: &Rc<Mutation>, now: Time) {
        mutation.phase.set(Phase::Settled);
        let removed = self.mutations.take_out(|other| Rc::ptr_eq(other, mutation));
        self.say_removed(&removed);
        mutation.is_awaited.set(false);
        mutation.change(|state| {
            let (mutation_id, key) = (state.mutation_id, state.key.take());
            *state = MutationState { mutation_id, key, ..MutationState::default() };
        });
        self.show_mutation(mutation);
        self.leave_scope(mutation);
        self.release_held(now);
        self.finish(now);
    }

    /// Nobody shows it any more.
    pub(crate) fn leave_mutation(&mut self, mutation: &Mutation, now: Time) {
        let observer = mutation.observer.take();
        if observer.is_some() {
            self.say_of(mutation, MutationEventKind::ObserverRemoved);
        }
        drop(observer);
        self.keep_for_a_while(mutation, now);
        self.finish(now);
    }

    fn keep_for_a_while(&mut self, mutation: &Mutation, now: Time) {
        if mutation.is_settled() && mutation.observer.borrow().is_none() {
            mutation.gc_at.set(now.after(mutation.settings.borrow().gc_time));
            self.arm_mutations();
        }
    }

    /// All mutations, in the order of their calls.
    pub(crate) fn mutation_states(&self) -> Vec<MutationState> {
        self.mutations.all().iter().map(|mutation| mutation.state()).collect()
    }

    fn tell_of_mutation(&mut self, mutation: &Mutation, action: MutationAction) {
        self.say_of(mutation, MutationEventKind::Updated(action));
        self.show_mutation(mutation);
    }

    fn show_mutation(&mut self, mutation: &Mutation) {
        let observer = mutation.observer.borrow().clone();
        if let Some(observer) = observer {
            self.notify(observer);
        }
        self.note(Topic::Mutations);
    }

    /// Tells those who listen to the cache that something happened to a mutation.
    pub(crate) fn say_of(&self, mutation: &Mutation, kind: MutationEventKind) {
        if let Some(audience) = &self.trail.audience {
            audience.mutation(&mutation.state.borrow(), kind);
        }
    }

    fn say_removed(&self, removed: &List) {
        for mutation in removed {
            self.say_of(mutation, MutationEventKind::Removed);
        }
    }

    fn wake(&mut self, mutation: Rc<Mutation>) {
        self.effect(Effect::Notify(Rc::new(move || {
            let waker = mutation.waker.take();
            if let Some(waker) = waker {
                waker.wake();
            }
        })));
    }

    /// The next of a scope goes on when one has ended, however it has.
    fn leave_scope(&mut self, mutation: &Mutation) {
        if mutation.scope.is_some() {
            self.wake_those(|other| other.scope == mutation.scope);
        }
    }

    fn wake_those(&mut self, wants: impl Fn(&Mutation) -> bool) {
        let woken: Vec<_> =
            self.mutations.all().iter().filter(|mutation| wants(mutation)).cloned().collect();
        for mutation in woken {
            self.wake(mutation);
        }
    }

    /// The page is looked at, or online again. Whether there is something that the queries have to wait for.
    fn resume_paused_mutations(&mut self) -> bool {
        if !self.world.online {
            return false;
        }
        let is_paused = |m: &Mutation| m.phase.get() == Phase::Open && m.state.borrow().is_paused;
        let mut some = false;
        for mutation in self.mutations.all().iter().filter(|mutation| is_paused(mutation)) {
            mutation.is_awaited.set(true);
            some = true;
        }
        self.wake_those(is_paused);
        some
    }

    /// Nobody of today has asked for them.
    fn disown_mutations(&mut self, now: Time) {
        let removed = self.mutations.take_out(|_| true);
        self.say_removed(&removed);
        for mutation in removed {
            if !mutation.is_settled() {
                self.effect(Effect::Abort(mutation.signal.clone()));
                self.wake(mutation);
            }
        }
        self.note(Topic::Mutations);
        self.release_held(now);
    }

    /// Forgets those that have ended.
    fn clear_settled_mutations(&mut self, now: Time) {
        let over = self.mutations.take_out(|mutation| mutation.is_settled());
        self.say_removed(&over);
        drop(over);
        self.note(Topic::Mutations);
        self.finish(now);
    }

    fn arm_mutations(&mut self) {
        let mut next = Time::NEVER;
        for mutation in self.mutations.all() {
            let at = if mutation.is_settled() { &mutation.gc_at } else { &mutation.retry_at };
            if at.get() > Time::ZERO {
                next = next.min(at.get());
            }
        }
        self.timers.set(&mut self.mutations.alarm, TimerOwner::Mutations, next);
    }

    fn ring_mutations(&mut self, now: Time) {
        let is_over =
            |m: &Mutation| m.is_settled() && m.observer.borrow().is_none() && m.gc_at.get() <= now;
        let over = self.mutations.take_out(|mutation| is_over(mutation));
        self.say_removed(&over);
        if !over.is_empty() {
            self.note(Topic::Mutations);
        }
        for mutation in self.mutations.all().iter().filter(|m| !m.is_settled()) {
            // A retry that is due is not waited for again.
            if mutation.retry_at.get() <= now {
                mutation.retry_at.set(Time::ZERO);
            }
        }
        self.wake_those(|mutation| !mutation.is_settled() && mutation.retry_at.get() == Time::ZERO);
        self.arm_mutations();
    }
}

fn note_failure(state: &mut MutationState, failure: &Failure) {
    state.failure_count = state.failure_count.saturating_add(1);
    state.failure_reason = Some(failure.clone());
}
