//! The hooks. Each is thin: an observer in hook state, and a forced render when something that was read has
//! changed.
#![doc = include_str!("swr.md")]
#![doc = include_str!("tanstack.md")]

#[cfg(feature = "clerk")]
mod clerk;
mod middleware;
mod observed;
mod preload;
mod suspended;
mod swr_key;
mod thrown;
mod url_key;
mod use_auth;
mod use_authenticated_fetch;
mod use_clerk_swr;
mod use_clerk_swr_infinite;
mod use_infinite_query;
mod use_is_fetching;
mod use_is_mutating;
mod use_mutation;
mod use_prefetch_query;
mod use_queries;
mod use_query;
mod use_query_client;
mod use_suspense_query;
mod use_swr;
mod use_swr_client;
mod use_swr_config;
mod use_swr_infinite;
mod use_swr_inherited;
mod use_swr_mutation;
mod use_swr_subscription;
mod use_swr_suspense;
mod watched;

pub use crate::client::{
    MutateOptions, MutationHandle, MutationOptions, mutation_options, mutation_options_of,
    mutation_options_with,
};
#[cfg(feature = "clerk")]
pub use clerk::{
    Choice, OfTheSignedIn, OrganizationHandle, OrganizationListHandle, SessionHandle,
    SessionListHandle, UserHandle, use_clerk, use_clerk_list, use_organization,
    use_organization_list, use_session, use_session_list, use_sign_in, use_sign_up, use_user,
};
#[cfg(feature = "clerk")]
pub(crate) use clerk::{complain, use_clerk_status, use_selected};
pub use middleware::{SwrCall, SwrNext, SwrShown, use_next};
pub(crate) use observed::Observed;
pub use preload::preload;
pub use swr_key::SwrKey;
pub(crate) use thrown::raised;
pub use thrown::{QueryErrorReset, use_query_error_reset_boundary};
pub use url_key::{Address, UrlKey};
pub use use_auth::{AuthHandle, use_auth};
pub use use_authenticated_fetch::use_authenticated_fetch;
pub use use_clerk_swr::{use_clerk_swr, use_clerk_swr_request, use_clerk_swr_with};
pub use use_clerk_swr_infinite::{use_clerk_swr_infinite, use_clerk_swr_infinite_with};
pub use use_infinite_query::{
    InfiniteQueryHandle, use_infinite_query, use_infinite_query_with, use_prefetch_infinite_query,
    use_suspense_infinite_query,
};
pub use use_is_fetching::{use_is_fetching, use_is_fetching_of};
pub use use_is_mutating::{use_is_mutating, use_is_mutating_of, use_mutation_state};
pub use use_mutation::{use_mutation, use_mutation_with};
pub use use_prefetch_query::use_prefetch_query;
pub use use_queries::{use_queries, use_queries_combined};
pub use use_query::{QueryHandle, use_query, use_query_with};
pub use use_query_client::use_query_client;
pub use use_suspense_query::{use_suspense_queries, use_suspense_query};
pub(crate) use use_swr::swr_defaults;
pub use use_swr::{SwrHandle, use_swr, use_swr_immutable, use_swr_with};
pub use use_swr_client::use_swr_client;
pub use use_swr_config::{SwrConfigHandle, use_swr_config};
pub use use_swr_infinite::{SwrInfiniteHandle, use_swr_infinite, use_swr_infinite_with};
pub use use_swr_inherited::{use_swr_inherited, use_swr_inherited_with};
pub use use_swr_mutation::{SwrMutationHandle, use_swr_mutation, use_swr_mutation_with};
pub use use_swr_subscription::{
    SwrSubscriptionHandle, use_swr_subscription, use_swr_subscription_with,
};
pub use use_swr_suspense::{use_clerk_swr_suspense, use_swr_suspense, use_swr_suspense_with};
