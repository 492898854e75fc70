//! What a query function gets to know.

use std::any::Any;
use std::rc::Rc;

use super::driver::QueryClient;
use crate::engine::effect::FetchContext;
use crate::engine::erased::Data;
use crate::engine::key::Key;
use crate::engine::paging::PageTurn;
use crate::engine::signal::Signal;

/// What a query function gets to know. Same as TanStack Query's `QueryFunctionContext`.
#[derive(Clone)]
pub struct QueryContext {
    inner: FetchContext,
    client: QueryClient,
}

impl QueryContext {
    pub(crate) const fn new(inner: FetchContext, client: QueryClient) -> Self {
        Self { inner, client }
    }

    /// What the query's `meta` is; `None` also if that is of another type. Same as TanStack's `meta`.
    ///
    /// ```
    /// use yew_clerk::client::query_options;
    ///
    /// let query = query_options("k", |ctx| async move { Ok::<_, String>(*ctx.meta::<u32>().unwrap_or_default()) }).meta(5_u32);
    /// ```
    #[must_use]
    pub fn meta<M: 'static>(&self) -> Option<Rc<M>> {
        self.inner.meta.clone()?.downcast().ok()
    }

    /// What is fetched, without asking for the signal.
    pub(crate) const fn request(&self) -> &FetchContext {
        &self.inner
    }

    /// The key that is fetched.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.inner.key
    }

    /// The client that fetches.
    #[must_use]
    pub const fn client(&self) -> &QueryClient {
        &self.client
    }

    /// Aborts when the answer is not wanted any more. Asking for it makes the query abortable: it stops
    /// when the last component that shows it goes. Same as reading TanStack's `signal`.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.inner.signal.consume();
        self.inner.signal.clone()
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.inner.signal.is_aborted()
    }

    /// What to fetch, for the query function of an infinite query; `None` if nothing is wanted any more.
    pub(crate) fn begin_pages(&self) -> Option<PageTurn> {
        let FetchContext { key, signal, .. } = &self.inner;
        self.client.with(|engine, _| engine.begin_pages(key, signal)).flatten()
    }

    /// The pages that the cache has now.
    pub(crate) fn kept_pages(&self) -> Option<Data> {
        self.client.engine()?.kept_pages(&self.inner.key)
    }

    /// Keeps for the next attempt what this one has brought.
    pub(crate) fn keep_progress(&self, progress: Box<dyn Any>) {
        let FetchContext { key, signal, .. } = self.inner.clone();
        self.client.run(move |engine, _| engine.keep_progress(&key, &signal, progress));
    }
}
