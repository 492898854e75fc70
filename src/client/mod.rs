//! The async shell around the engine: it runs what the engine asks for. Still without a browser.
//!
//! [`QueryClient`] is the cache that hooks and imperative code share.

mod clock;
mod driver;
mod erase;
mod error;
mod imperative;
mod infinite;
mod mutate;
mod mutate_matching;
mod mutation;
mod mutation_handle;
mod mutation_observer;
mod mutation_options;
mod mutation_setup;
mod mutation_state;
mod mutator_options;
mod observer;
mod outcome;
mod queries_observer;
mod query;
mod query_defaults;
mod query_settings;
pub mod runtime;
mod started;
mod streamed_query;
mod subscription;
mod swr_fetcher;
mod swr_infinite_options;
mod swr_mutation;
mod swr_mutation_options;
mod swr_options;
mod watching;

pub use driver::{EngineGuard, QueryClient, WeakQueryClient};
pub(crate) use erase::erase_future;
pub use erase::{erase_failure, erase_fetcher};
pub use error::{Problem, QueryError, TypeMismatch};
pub use imperative::{KeyFilters, QueryContext};
pub(crate) use infinite::{ListKind, NextPage, Pages, typed_next};
pub use infinite::{Page, PageList, swr_infinite_key};
pub(crate) use mutate::swr_key;
pub use mutation::MutationContext;
pub use mutation_handle::MutationHandle;
pub use mutation_observer::{MutateOptions, MutationObserver};
pub use mutation_options::{
    MutationOptions, mutation_options, mutation_options_of, mutation_options_with,
};
pub use mutation_setup::MutationCacheOptions;
pub use mutation_state::MutationKeyFilters;
pub use mutator_options::MutatorOptions;
pub use observer::QueryObserver;
pub(crate) use outcome::{Ended, Running, typed};
pub use queries_observer::QueriesObserver;
pub use query::{QueryOptions, query_options};
pub use query_defaults::QueryDefaults;
pub use started::Started;
pub use streamed_query::{StreamOptions, streamed_query, streamed_query_with};
pub use subscription::{Next, SwrSubscription};
pub(crate) use subscription::{Sink, subscription_fetcher, subscription_watch};
pub(crate) use swr_fetcher::{Decode, reading};
pub use swr_infinite_options::SwrInfiniteOptions;
pub use swr_mutation::SwrMutation;
pub(crate) use swr_mutation::{Aim, Mutator, watch_owner};
pub use swr_mutation_options::SwrMutationOptions;
pub use swr_options::SwrOptions;
pub(crate) use watching::Watching;

pub use crate::engine::streaming::RefetchMode;
