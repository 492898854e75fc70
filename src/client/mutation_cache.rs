//! Listening to what happens to the mutations of a client.

use super::driver::QueryClient;
use super::mutation_state::MutationKeyFilters;
use crate::auth::Subscription;
use crate::engine::events::{Interest, MutationCacheEvent, Told};
use crate::engine::mutation::{MutationFilters, MutationState};

/// The mutations of a client, to be looked at and listened to. Same as TanStack Query's `MutationCache`.
///
/// Its options are set by [`QueryClient::set_mutation_cache_options`].
#[derive(Clone, Debug, PartialEq)]
pub struct MutationCache {
    client: QueryClient,
}

impl QueryClient {
    /// Its mutations. Same as TanStack Query's `getMutationCache`.
    #[must_use]
    pub fn mutation_cache(&self) -> MutationCache {
        MutationCache { client: self.clone() }
    }
}

impl MutationCache {
    /// Calls the listener with everything that happens to mutations, until the guard is dropped, by the rules of
    /// [`QueryCache::subscribe`](super::QueryCache::subscribe). Same as TanStack Query's `mutationCache.subscribe`.
    ///
    /// Mutations have no key that would tell one from another; an event names its own by its number. When a user goes,
    /// those of theirs are `Removed`, and nothing is told of how they end.
    ///
    /// ```
    /// use yew_clerk::auth::Subscription;
    /// use yew_clerk::client::QueryClient;
    /// use yew_clerk::engine::events::{MutationAction, MutationEventKind};
    ///
    /// /// Counts what could not be saved.
    /// fn count_failures(client: &QueryClient, count: impl Fn() + 'static) -> Subscription {
    ///     client.mutation_cache().subscribe(move |event| {
    ///         if event.kind == MutationEventKind::Updated(MutationAction::Error) {
    ///             count();
    ///         }
    ///     })
    /// }
    /// ```
    pub fn subscribe(&self, listener: impl Fn(&MutationCacheEvent) + 'static) -> Subscription {
        let call = move |told: &Told| {
            if let Told::Mutation(event) = told {
                listener(event);
            }
        };
        self.client.listen(Interest::Mutations, Box::new(call))
    }

    /// The first mutation that `filters` select; a key is the whole key. Same as TanStack Query's `mutationCache.find`.
    #[must_use]
    pub fn find(&self, filters: impl MutationKeyFilters) -> Option<MutationState> {
        let filters = filters.to_mutation_filters().ok()?;
        let exact = MutationFilters { exact: true, ..filters };
        self.client.mutation_states(&exact).into_iter().next()
    }

    /// The mutations that `filters` select, in the order of their calls. Same as TanStack Query's
    /// `mutationCache.findAll`.
    #[must_use]
    pub fn find_all(&self, filters: impl MutationKeyFilters) -> Vec<MutationState> {
        let filters = filters.to_mutation_filters();
        filters.map(|filters| self.client.mutation_states(&filters)).unwrap_or_default()
    }

    /// All mutations, in the order of their calls. Same as TanStack Query's `mutationCache.getAll`.
    #[must_use]
    pub fn get_all(&self) -> Vec<MutationState> {
        self.client.mutation_states(&MutationFilters::default())
    }
}
