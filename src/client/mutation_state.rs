//! Looking at all mutations of a client.

use super::driver::QueryClient;
use crate::engine::key::{IntoKey, KeyError};
use crate::engine::mutation::{MutationFilters, MutationState, MutationStatus};

/// Which mutations are meant: a key stands for all keys that begin with it, no key for nothing.
pub trait MutationKeyFilters {
    /// The filters.
    ///
    /// # Errors
    /// When a key in it cannot be encoded.
    fn to_mutation_filters(&self) -> Result<MutationFilters, KeyError>;
}

impl<K: IntoKey> MutationKeyFilters for K {
    fn to_mutation_filters(&self) -> Result<MutationFilters, KeyError> {
        Ok(self.to_key()?.map_or_else(MutationFilters::nothing, |key| MutationFilters {
            key: Some(key),
            ..MutationFilters::default()
        }))
    }
}

impl MutationKeyFilters for MutationFilters {
    fn to_mutation_filters(&self) -> Result<MutationFilters, KeyError> {
        Ok(self.clone())
    }
}

impl QueryClient {
    /// How many mutations are pending, those that wait included. A key selects all that begin with it; one that cannot
    /// be encoded selects none. Same as TanStack Query's `isMutating`.
    #[must_use]
    pub fn is_mutating(&self, filters: impl MutationKeyFilters) -> usize {
        filters.to_mutation_filters().map_or(0, |filters| self.count_mutating(filters))
    }

    pub(crate) fn count_mutating(&self, filters: MutationFilters) -> usize {
        let pending = MutationFilters { status: Some(MutationStatus::Pending), ..filters };
        self.mutation_states(&pending).len()
    }

    /// What `select` makes of each of the selected mutations, in the order of their calls: of those that run, and of
    /// those that have ended and are shown, or were so less than their `gc_time` ago. Same as what TanStack Query's
    /// `useMutationState` gives.
    #[must_use]
    pub fn mutation_state<R>(
        &self,
        filters: impl MutationKeyFilters,
        select: impl Fn(&MutationState) -> R,
    ) -> Vec<R> {
        let states = filters.to_mutation_filters().map(|filters| self.mutation_states(&filters));
        states.unwrap_or_default().iter().map(select).collect()
    }

    pub(crate) fn mutation_states(&self, filters: &MutationFilters) -> Vec<MutationState> {
        let mut states = self.engine().map_or_else(Vec::new, |engine| engine.mutation_states());
        // Here, where the user's rule may use the client.
        states.retain(|state| filters.select(state));
        states
    }
}
