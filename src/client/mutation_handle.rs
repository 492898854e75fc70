//! What components call a mutation by, and see of it.

use std::marker::PhantomData;
use std::rc::Rc;

use super::error::{QueryError, TypeMismatch};
use super::mutation::{Ending, Stopped};
use super::mutation_observer::{MutateOptions, Mutating};
use super::mutation_options::OtherTypes;
use super::started::Started;
use crate::engine::erased::Failure;
use crate::engine::key::Key;
use crate::engine::mutation::MutationStatus;
use crate::engine::time::Time;

/// A mutation to be called, and how its latest call goes. Same as TanStack Query's result, with methods for its fields.
///
/// Handles are equal if they show the same, so they may be passed on as props.
pub struct MutationHandle<V, T, E, C = ()> {
    shared: Rc<Mutating>,
    revision: u32,
    types: PhantomData<fn(V, C) -> (T, E)>,
}

impl<V, T, E, C> MutationHandle<V, T, E, C> {
    pub(super) fn new(shared: &Rc<Mutating>) -> Self {
        Self { shared: shared.clone(), revision: shared.revision(), types: PhantomData }
    }
}

impl<V, T, E, C> Clone for MutationHandle<V, T, E, C> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), revision: self.revision, types: PhantomData }
    }
}

impl<V, T, E, C> PartialEq for MutationHandle<V, T, E, C> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared) && self.revision == other.revision
    }
}

fn typed<T: 'static, E: 'static>(ending: Ending) -> Result<Rc<T>, QueryError<E>> {
    let mismatch = |found| {
        let (key, expected) = (String::new(), std::any::type_name::<Result<T, E>>());
        QueryError::TypeMismatch(TypeMismatch { key, expected, found })
    };
    match ending {
        Ok(data) => data.downcast().map_err(|_| mismatch("result of another type")),
        Err(Stopped::Failed(failure)) => match failure.get() {
            Some(error) => Err(QueryError::Failed(error)),
            None => Err(mismatch(name_of(&failure))),
        },
        Err(Stopped::Cancelled) => Err(QueryError::Cancelled),
        Err(Stopped::Key(error)) => Err(QueryError::Key(error)),
        Err(Stopped::NoFunction) => Err(QueryError::NoFunction),
    }
}

fn name_of(failure: &Failure) -> &'static str {
    match failure.downcast_ref::<OtherTypes>() {
        Some(OtherTypes) => "function for variables of another type",
        None => failure.type_name(),
    }
}

impl<V: 'static, T: 'static, E: 'static, C: 'static> MutationHandle<V, T, E, C> {
    /// Runs the mutation with `variables`. Starts at once and runs to its end, awaited or not, also when the
    /// component goes. Each call runs by itself; the handle shows the latest. Same as TanStack Query's `mutate`
    /// and, awaited, `mutateAsync`.
    ///
    /// When the user changes, it is aborted: the future gives [`QueryError::Cancelled`], and neither callbacks nor
    /// handle hear of it.
    pub fn mutate(&self, variables: V) -> Started<Result<Rc<T>, QueryError<E>>> {
        self.mutate_with(variables, MutateOptions::default())
    }

    /// [`MutationHandle::mutate`] under the name that TanStack Query has for what is awaited.
    pub fn mutate_async(&self, variables: V) -> Started<Result<Rc<T>, QueryError<E>>> {
        self.mutate(variables)
    }

    /// [`MutationHandle::mutate`] with callbacks for this call. Same as TanStack Query's `mutate(variables, options)`.
    pub fn mutate_with(
        &self,
        variables: V,
        options: MutateOptions<V, T, E, C>,
    ) -> Started<Result<Rc<T>, QueryError<E>>> {
        let receiver = Mutating::mutate(&self.shared, Rc::new(variables), options.calls);
        Started::new(async move { typed(receiver.await.unwrap_or(Err(Stopped::Cancelled))) })
    }

    /// The result of the latest call.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.shared.state().data()
    }

    /// The error of the latest call.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.shared.state().error()
    }

    /// The variables of the latest call.
    #[must_use]
    pub fn variables(&self) -> Option<Rc<V>> {
        self.shared.state().variables()
    }

    /// What `on_mutate` has returned for the latest call.
    #[must_use]
    pub fn context(&self) -> Option<Rc<C>> {
        self.shared.state().context()
    }

    /// Why the last attempt has failed; `None` after a success.
    #[must_use]
    pub fn failure_reason(&self) -> Option<Rc<E>> {
        self.shared.state().failure_reason()
    }
}

impl<V, T, E, C> MutationHandle<V, T, E, C> {
    /// What the latest call has failed with, and its key.
    pub(crate) fn failed(&self) -> Option<(Failure, Option<Key>)> {
        let state = self.shared.state();
        let failure = state.error.filter(|_| state.status == MutationStatus::Error)?;
        Some((failure, state.key))
    }

    /// Forgets the result; a running mutation runs on unseen. Same as TanStack Query's `reset`.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Stops the latest call if its function has not come to an end: the signal of its context aborts, its future is
    /// dropped, `on_cancel` is called, whoever awaits it gets [`QueryError::Cancelled`], and the handle is idle again.
    /// What the server has done by then stays done. Ours: TanStack Query has no way to cancel a mutation.
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// Idle, pending, error or success.
    #[must_use]
    pub fn status(&self) -> MutationStatus {
        self.shared.state().status()
    }

    /// Whether nothing was started yet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.status() == MutationStatus::Idle
    }

    /// Whether the latest call is running, its callbacks included.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status() == MutationStatus::Pending
    }

    /// Whether the latest call has succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status() == MutationStatus::Success
    }

    /// Whether the latest call has failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status() == MutationStatus::Error
    }

    /// How many attempts of the latest call have failed; 0 after a success.
    #[must_use]
    pub fn failure_count(&self) -> u32 {
        self.shared.state().failure_count()
    }

    /// Whether the latest call waits for the network, or for another mutation of its scope.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.shared.state().is_paused()
    }

    /// When the latest call was made; [`Time::ZERO`] if there is none.
    #[must_use]
    pub fn submitted_at(&self) -> Time {
        self.shared.state().submitted_at()
    }
}
