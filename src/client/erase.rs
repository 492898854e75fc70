//! From the user's types to the engine's, and what the retry policy may know of an error.

use std::any::Any;
use std::future::Future;
use std::rc::Rc;

use crate::engine::effect::{FetchContext, Fetcher, LocalFuture};
use crate::engine::erased::{Data, Failure, Hint};
use crate::fetch::FetchError;

/// Wraps a query function so that the engine can hand it out.
pub fn erase_fetcher<T, E, F, Fut>(query_fn: F) -> Fetcher
where
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(FetchContext) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    Rc::new(move |context| erase_future(query_fn(context)))
}

/// The same for one call.
pub(crate) fn erase_future<T, E>(
    running: impl Future<Output = Result<T, E>> + 'static,
) -> LocalFuture<Result<Data, Failure>>
where
    T: PartialEq + 'static,
    E: 'static,
{
    Box::pin(async move { running.await.map(Data::new).map_err(erase_failure) })
}

/// Wraps an error. Of a [`FetchError`], and of an error of Clerk's, the policy knows whether to retry; of others it assumes that a
/// retry may help.
pub fn erase_failure<E: 'static>(error: E) -> Failure {
    let any: &dyn Any = &error;
    #[cfg(feature = "clerk")]
    if let Some(refusal) = any.downcast_ref::<crate::auth::clerk::ClerkError>() {
        let hint = Hint { retryable: refusal.is_retryable(), ..Hint::default() };
        return Failure::new(error, hint);
    }
    let hint = any.downcast_ref::<FetchError>().map_or_else(Hint::default, |error| Hint {
        retryable: error.is_retryable(),
        cancelled: error.is_cancelled(),
        retry_after: error.retry_after(),
    });
    Failure::new(error, hint)
}

/// How a function ends that is not to have any effect.
pub(crate) fn cancelled() -> Failure {
    Failure::new((), Hint { cancelled: true, ..Hint::default() })
}
