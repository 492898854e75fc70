//! What the caches tell their listeners: what happened, and to which query or mutation.
//!
//! An event carries no data. Whoever wants to know more looks into the cache, and so sees nothing but what the user of
//! now may see.

use super::key::Key;

/// What an update has done to a query. Same as the `type` of TanStack Query's actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryAction {
    /// A fetch has begun.
    Fetch,
    /// Data came in.
    Success {
        /// Whether it was written by hand, else it is the answer of a fetch. The pages of a list are written by the list.
        manual: bool,
    },
    /// A fetch has failed for good.
    Error,
    /// An attempt has failed and will be tried again. SWR's retries are fetches of their own.
    Failed,
    /// A fetch waits for the network, or for the page to be shown.
    Pause,
    /// A fetch that waited goes on.
    Continue,
    /// The data was declared out of date.
    Invalidate,
    /// The state was set otherwise: by a reset, a cancellation, an optimistic change, or since its owner has gone.
    SetState,
}

/// What happened to a query. Same as the `type` of TanStack Query's `QueryCacheNotifyEvent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryEventKind {
    /// It has come into the cache.
    Added,
    /// It has left the cache.
    Removed,
    /// Its state has changed.
    Updated(QueryAction),
    /// An observer has begun to watch it.
    ObserverAdded,
    /// An observer watches it no longer.
    ObserverRemoved,
    /// One of its observers shows something else.
    ObserverResultsUpdated,
    /// One of its observers was given other options or another key.
    ObserverOptionsUpdated,
}

/// Something that happened to a query. Same as TanStack Query's `QueryCacheNotifyEvent`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryCacheEvent {
    /// Whose event it is.
    pub key: Key,
    /// What happened.
    pub kind: QueryEventKind,
}

/// What an update has done to a mutation. Same as the `type` of TanStack Query's actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MutationAction {
    /// It was called, or `on_mutate` has returned.
    Pending,
    /// It has succeeded, and its callbacks have been told.
    Success,
    /// It has failed for good, and its callbacks have been told.
    Error,
    /// An attempt has failed and will be tried again.
    Failed,
    /// It waits for the network, for the page to be shown, or for another one of its scope.
    Pause,
    /// It waited, and goes on.
    Continue,
}

/// What happened to a mutation. Same as the `type` of TanStack Query's `MutationCacheNotifyEvent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MutationEventKind {
    /// It has come into the cache: it was called.
    Added,
    /// It has left the cache.
    Removed,
    /// Its state has changed.
    Updated(MutationAction),
    /// A component shows it.
    ObserverAdded,
    /// Its component shows it no longer.
    ObserverRemoved,
    /// Its component has rendered with other options.
    ObserverOptionsUpdated,
}

/// Something that happened to a mutation. Same as TanStack Query's `MutationCacheNotifyEvent`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MutationCacheEvent {
    /// The mutation's key, if it has one.
    pub key: Option<Key>,
    /// Which call it is, by [`MutationState::mutation_id`](super::mutation::MutationState::mutation_id).
    pub mutation_id: u64,
    /// What happened.
    pub kind: MutationEventKind,
}

/// What a listener is told.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    Query(QueryCacheEvent),
    Mutation(MutationCacheEvent),
    Focused(bool),
    Online(bool),
}

/// What a listener wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Queries,
    Mutations,
    Focus,
    Network,
}

impl Told {
    pub const fn interest(&self) -> Interest {
        match self {
            Self::Query(_) => Interest::Queries,
            Self::Mutation(_) => Interest::Mutations,
            Self::Focused(_) => Interest::Focus,
            Self::Online(_) => Interest::Network,
        }
    }
}
