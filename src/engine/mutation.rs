//! The state of a mutation, as components show it.

use std::any::Any;
use std::rc::Rc;

use super::erased::Failure;
use super::key::Key;
use super::time::Time;

/// A value of a type that only its user knows.
pub(crate) type Value = Rc<dyn Any>;

/// Where a mutation stands. Same as TanStack Query's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutationStatus {
    /// Nothing was started, or it was reset.
    #[default]
    Idle,
    /// It is running, or waits for the network or its turn.
    Pending,
    /// It has failed.
    Error,
    /// It has succeeded.
    Success,
}

/// The state of one call of a mutation. Same as TanStack Query's `MutationState`, with methods for its fields.
#[derive(Clone, Debug, Default)]
pub struct MutationState {
    pub(crate) mutation_id: u64,
    pub(crate) key: Option<Key>,
    pub(crate) meta: Option<Value>,
    pub(crate) status: MutationStatus,
    pub(crate) variables: Option<Value>,
    pub(crate) context: Option<Value>,
    pub(crate) data: Option<Value>,
    pub(crate) error: Option<Failure>,
    pub(crate) failure_count: u32,
    pub(crate) failure_reason: Option<Failure>,
    pub(crate) is_paused: bool,
    pub(crate) submitted_at: Time,
}

pub(crate) fn value_as<T: 'static>(value: Option<&Value>) -> Option<Rc<T>> {
    value.and_then(|value| value.clone().downcast().ok())
}

impl MutationState {
    /// Names the call: no other of the client has the same number. 0 if nothing was called. Same as TanStack Query's
    /// `mutationId`.
    #[must_use]
    pub const fn mutation_id(&self) -> u64 {
        self.mutation_id
    }

    /// The key of the mutation, if it has one.
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// What the mutation's `meta` is; `None` also if that is of another type.
    #[must_use]
    pub fn meta<M: 'static>(&self) -> Option<Rc<M>> {
        value_as(self.meta.as_ref())
    }

    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> MutationStatus {
        self.status
    }

    /// What it was called with; `None` also if that is of another type.
    #[must_use]
    pub fn variables<V: 'static>(&self) -> Option<Rc<V>> {
        value_as(self.variables.as_ref())
    }

    /// What `on_mutate` has returned; `None` also if that is of another type.
    #[must_use]
    pub fn context<C: 'static>(&self) -> Option<Rc<C>> {
        value_as(self.context.as_ref())
    }

    /// The result; `None` also if that is of another type.
    #[must_use]
    pub fn data<T: 'static>(&self) -> Option<Rc<T>> {
        value_as(self.data.as_ref())
    }

    /// The error; `None` also if that is of another type.
    #[must_use]
    pub fn error<E: 'static>(&self) -> Option<Rc<E>> {
        self.error.as_ref()?.get()
    }

    /// How many attempts have failed.
    #[must_use]
    pub const fn failure_count(&self) -> u32 {
        self.failure_count
    }

    /// Why the last attempt has failed; `None` also if that is of another type.
    #[must_use]
    pub fn failure_reason<E: 'static>(&self) -> Option<Rc<E>> {
        self.failure_reason.as_ref()?.get()
    }

    /// Whether it waits for the network, or for another mutation of its scope.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// When it was called; [`Time::ZERO`] if it was not.
    #[must_use]
    pub const fn submitted_at(&self) -> Time {
        self.submitted_at
    }
}

/// Selects mutations; all given conditions have to hold. Same as TanStack Query's `MutationFilters`.
///
/// Without any condition it selects everything.
#[derive(Clone, Default)]
pub struct MutationFilters {
    /// A key, or the beginning of one.
    pub key: Option<Key>,
    /// Only mutations with exactly this key.
    pub exact: bool,
    /// Where they stand.
    pub status: Option<MutationStatus>,
    /// Anything else.
    pub predicate: Option<Rc<dyn Fn(&MutationState) -> bool>>,
}

impl MutationFilters {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { predicate: Some(Rc::new(|_| false)), ..Self::default() }
    }

    /// All mutations that stand there.
    #[must_use]
    pub fn status(status: MutationStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    pub(crate) fn select(&self, state: &MutationState) -> bool {
        let fits = |key: &Key| {
            let own = state.key.as_ref();
            own.is_some_and(|own| if self.exact { own == key } else { own.starts_with(key) })
        };
        self.key.as_ref().is_none_or(fits)
            && self.status.is_none_or(|status| status == state.status)
            && self.predicate.as_ref().is_none_or(|holds| holds(state))
    }
}
