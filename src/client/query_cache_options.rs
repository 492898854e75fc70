//! Callbacks that hear of every fetch of a client.

use std::rc::Rc;

use super::driver::{Kept, QueryClient};
use crate::engine::cached::CachedQuery;
use crate::engine::events::{QueryAction, QueryCacheEvent, QueryEventKind};
use crate::engine::filters::Filters;

type OnQuery = Rc<dyn Fn(&CachedQuery)>;

/// Callbacks that hear of every fetch of a client, once each, however many components show it: for a message about each
/// error, for example. Same as the options of TanStack Query's `QueryCache`.
///
/// They are told after the state has changed, the query as it is then, with data or error in it; nothing of what a user who
/// has gone meanwhile has fetched. Fetches of SWR's hooks are among them.
///
/// ```
/// use yew_clerk::client::{QueryCacheOptions, QueryClient};
/// use yew_clerk::fetch::FetchError;
///
/// # fn show(text: String) {}
/// # fn example(client: &QueryClient) {
/// client.set_query_cache_options(QueryCacheOptions::new().on_error(|query| {
///     // Only where there is data to be shown beside it.
///     if let (Some(error), Some(_)) = (query.error::<FetchError>(), &query.state().data) {
///         show(format!("{}: {error}", query.key()));
///     }
/// }));
/// # }
/// ```
#[derive(Clone, Default)]
pub struct QueryCacheOptions {
    on_success: Option<OnQuery>,
    on_error: Option<OnQuery>,
    on_settled: Option<OnQuery>,
}

impl QueryCacheOptions {
    /// No callbacks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Called when a fetch has brought data.
    #[must_use]
    pub fn on_success(mut self, callback: impl Fn(&CachedQuery) + 'static) -> Self {
        self.on_success = Some(Rc::new(callback));
        self
    }

    /// Called when a fetch has failed for good.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&CachedQuery) + 'static) -> Self {
        self.on_error = Some(Rc::new(callback));
        self
    }

    /// Called after either.
    #[must_use]
    pub fn on_settled(mut self, callback: impl Fn(&CachedQuery) + 'static) -> Self {
        self.on_settled = Some(Rc::new(callback));
        self
    }

    fn tell(&self, client: &QueryClient, event: &QueryCacheEvent) {
        let first = match event.kind {
            QueryEventKind::Updated(QueryAction::Success { manual: false }) => &self.on_success,
            QueryEventKind::Updated(QueryAction::Error) => &self.on_error,
            _ => return,
        };
        let Some(query) = client.query_cache().find(Filters::exact(event.key.clone())) else {
            return;
        };
        for callback in [first, &self.on_settled].into_iter().flatten() {
            callback(&query);
        }
    }
}

impl QueryClient {
    /// Sets the callbacks that hear of every fetch, in the place of those before. Same as the options of TanStack Query's
    /// `QueryCache`.
    pub fn set_query_cache_options(&self, callbacks: QueryCacheOptions) {
        // Weak: the client keeps the listener.
        let client = self.downgrade();
        let listening = self.query_cache().subscribe(move |event| {
            if let Some(client) = client.upgrade() {
                callbacks.tell(&client, event);
            }
        });
        self.put_guard(Kept::QueryCallbacks, Some(Box::new(listening)));
    }
}
