//! The state of a mutation, as its component shows it.

use std::rc::Rc;

/// Where a mutation stands. Same as TanStack Query's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutationStatus {
    /// Nothing was started, or it was reset.
    #[default]
    Idle,
    /// The latest call is running.
    Pending,
    /// It has failed.
    Error,
    /// It has succeeded.
    Success,
}

/// What is shown of the latest call. Older calls run to their end unseen.
#[derive(Debug)]
pub struct MutationState<V, T, E> {
    latest: u64,
    status: MutationStatus,
    variables: Option<Rc<V>>,
    result: Option<Result<Rc<T>, Rc<E>>>,
}

impl<V, T, E> Default for MutationState<V, T, E> {
    fn default() -> Self {
        Self { latest: 0, status: MutationStatus::Idle, variables: None, result: None }
    }
}

impl<V, T, E> MutationState<V, T, E> {
    /// A call begins; its number is given back with the result.
    pub fn start(&mut self, variables: Rc<V>) -> u64 {
        self.latest += 1;
        self.status = MutationStatus::Pending;
        self.variables = Some(variables);
        self.result = None;
        self.latest
    }

    /// A call has ended. `false` if it is not the latest, and nothing that is shown has changed.
    pub fn settle(&mut self, id: u64, result: Result<Rc<T>, Rc<E>>) -> bool {
        if id != self.latest || self.status != MutationStatus::Pending {
            return false;
        }
        self.status = if result.is_ok() { MutationStatus::Success } else { MutationStatus::Error };
        self.result = Some(result);
        true
    }

    /// Back to the beginning; what runs is not shown any more. `false` if it was there already.
    pub fn reset(&mut self) -> bool {
        let changed = self.status != MutationStatus::Idle;
        *self = Self { latest: self.latest + 1, ..Self::default() };
        changed
    }

    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> MutationStatus {
        self.status
    }

    /// The result.
    #[must_use]
    pub fn data(&self) -> Option<&Rc<T>> {
        self.result.as_ref()?.as_ref().ok()
    }

    /// The error.
    #[must_use]
    pub fn error(&self) -> Option<&Rc<E>> {
        self.result.as_ref()?.as_ref().err()
    }

    /// The variables.
    #[must_use]
    pub const fn variables(&self) -> Option<&Rc<V>> {
        self.variables.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type State = MutationState<u8, &'static str, &'static str>;

    #[test]
    fn only_the_latest_call_is_shown() {
        let mut state = State::default();
        let (first, second) = (state.start(Rc::new(1)), state.start(Rc::new(2)));
        assert!(!state.settle(first, Ok(Rc::new("old"))));
        assert!(state.settle(second, Err(Rc::new("no"))));
        assert_eq!(state.status(), MutationStatus::Error);
        assert_eq!(state.variables().map(|v| **v), Some(2));
    }

    #[test]
    fn after_a_reset_a_running_call_stays_unseen() {
        let mut state = State::default();
        let id = state.start(Rc::new(1));
        assert!(state.reset());
        assert!(!state.settle(id, Ok(Rc::new("late"))));
        assert_eq!(state.status(), MutationStatus::Idle);
    }
}
