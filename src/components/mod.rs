//! Providers, and components that show their children to some users only.

mod auth_provider;
#[cfg(feature = "clerk")]
mod clerk;
mod gates;
mod link;
mod query_client_provider;
mod query_error_boundary;
mod surroundings;
mod swr_config;

pub(crate) use auth_provider::AuthContext;
pub use auth_provider::{AuthProvider, AuthProviderProps, AuthSource};
#[cfg(feature = "clerk")]
pub use clerk::*;
pub use gates::{AuthLoading, GateProps, SignedIn, SignedOut};
pub use query_client_provider::{QueryClientProvider, QueryClientProviderProps};
pub(crate) use query_error_boundary::{Catch, Raised};
pub use query_error_boundary::{QueryBoundaryError, QueryErrorBoundary, QueryErrorBoundaryProps};
pub(crate) use surroundings::{Surroundings, use_surroundings};
pub use swr_config::{SwrConfig, SwrConfigProps};
