//! What a component's file imports.
//!
//! ```
//! use yew_clerk::prelude::*;
//! ```

pub use crate::auth::{self, AuthState, Identity, TokenError, TokenOptions, TokenSource};
pub use crate::client::{
    InfiniteData, InfiniteQueryOptions, MutatorOptions, Next, Overlap, QueryCacheOptions,
    QueryClient, QueryDefaults, QueryError, QueryOptions, RefetchMode, StreamOptions,
    SwrInfiniteOptions, SwrMutationOptions, SwrOptions, infinite_query_options, query_options,
    streamed_query, streamed_query_with, swr_infinite_key,
};
pub use crate::components::{
    AuthLoading, AuthProvider, AuthSource, QueryBoundaryError, QueryClientProvider,
    QueryErrorBoundary, SignedIn, SignedOut, SwrConfig,
};
pub use crate::engine::entry::{FetchStatus, Status};
pub use crate::engine::mutation::{MutationFilters, MutationStatus};
pub use crate::engine::options::{Access, NetworkMode, Refetch, StaleTime};
pub use crate::fetch::{self, Fetch, FetchError};
pub use crate::hooks::{
    AuthHandle, InfiniteQueryHandle, MutateOptions, MutationHandle, QueryHandle, SwrHandle,
    SwrInfiniteHandle, SwrMutationHandle, SwrSubscriptionHandle, mutation_options,
    mutation_options_with, preload, use_auth, use_authenticated_fetch, use_clerk_swr,
    use_clerk_swr_infinite, use_clerk_swr_infinite_with, use_clerk_swr_request, use_clerk_swr_with,
    use_infinite_query, use_infinite_query_with, use_is_fetching, use_is_mutating, use_mutation,
    use_mutation_state, use_mutation_with, use_prefetch_infinite_query, use_prefetch_query,
    use_queries, use_query, use_query_client, use_query_error_reset_boundary, use_query_with,
    use_suspense_infinite_query, use_suspense_query, use_swr, use_swr_client, use_swr_config,
    use_swr_immutable, use_swr_infinite, use_swr_infinite_with, use_swr_inherited,
    use_swr_mutation, use_swr_mutation_with, use_swr_subscription, use_swr_subscription_with,
    use_swr_suspense, use_swr_with,
};

#[cfg(feature = "clerk")]
pub use crate::auth::clerk::{Clerk, ClerkOptions, Grant, Reverification, SetActive};
#[cfg(feature = "clerk")]
pub use crate::components::{
    ClerkFailed, ClerkLoaded, ClerkLoading, ClerkProvider, Protect, RedirectToSignIn,
    RedirectToSignUp, Show, SignIn, SignInButton, SignOutButton, SignUp, SignUpButton, UserButton,
    When,
};
#[cfg(feature = "clerk")]
pub use crate::hooks::{
    use_clerk, use_clerk_list, use_organization, use_organization_list, use_session,
    use_session_list, use_sign_in, use_sign_up, use_user,
};
