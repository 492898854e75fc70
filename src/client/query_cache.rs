//! Looking at all queries of a client, and listening to what happens to them.

use super::driver::QueryClient;
use super::query_key::KeyFilters;
use crate::auth::Subscription;
use crate::engine::cached::CachedQuery;
use crate::engine::events::{Interest, QueryCacheEvent, Told};
use crate::engine::filters::Filters;

/// The queries of a client, to be looked at and listened to. Same as TanStack Query's `QueryCache`.
///
/// Subscriptions of SWR's are not among them, as no filter selects those.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryCache {
    client: QueryClient,
}

impl QueryClient {
    /// Its queries. Same as TanStack Query's `getQueryCache`.
    #[must_use]
    pub fn query_cache(&self) -> QueryCache {
        QueryCache { client: self.clone() }
    }
}

impl QueryCache {
    /// Calls the listener with everything that happens to queries, until the guard is dropped. Same as TanStack Query's
    /// `queryCache.subscribe`.
    ///
    /// Events come in their order, after the command or [batch](QueryClient::batch) that they belong to; never while a
    /// component renders. So the listener may do with the client what it likes: write, remove, subscribe, or end any
    /// subscription. One that has ended is told nothing any more, neither what happened before; one that begins is not
    /// told of the past.
    ///
    /// An event has no data, so that nobody is told what belongs to a user who has gone: [`QueryCache::find`] shows the
    /// query as the user of now may see it, and as it is now. When a user goes, private queries are `Removed`, or get the
    /// update `SetState` if they are on the screen.
    ///
    /// Differs from TanStack Query: observers show their new result once after each command, so that two updates of one
    /// command come with one `ObserverResultsUpdated`; and an observer that has nothing to show, as it is not enabled and
    /// there is no data, has no first result to be told of.
    ///
    /// The queries can be kept few by it, with those thrown out that were not used for the longest time:
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use yew_clerk::auth::Subscription;
    /// use yew_clerk::client::QueryClient;
    /// use yew_clerk::engine::events::QueryEventKind;
    /// use yew_clerk::engine::filters::{Activity, Filters};
    ///
    /// /// Keeps no more than `most` queries that nobody watches.
    /// fn limit_cache(client: &QueryClient, most: usize) -> Subscription {
    ///     // Held weakly: the client holds the listener.
    ///     let client_of_now = client.downgrade();
    ///     let unwatched = Filters { activity: Activity::Inactive, ..Filters::default() };
    ///     let used = RefCell::new(Vec::new());
    ///     client.query_cache().subscribe(move |event| {
    ///         let mut used = used.borrow_mut();
    ///         used.retain(|key| *key != event.key);
    ///         if event.kind != QueryEventKind::Removed {
    ///             used.push(event.key.clone());
    ///         }
    ///         let Some(client) = client_of_now.upgrade() else { return };
    ///         let mut inactive = client.query_cache().find_all(unwatched.clone());
    ///         let too_many = inactive.len().saturating_sub(most);
    ///         inactive.sort_by_key(|query| used.iter().position(|key| key == query.key()));
    ///         for query in inactive.iter().take(too_many) {
    ///             client.remove_queries(Filters::exact(query.key().clone()));
    ///         }
    ///     })
    /// }
    /// ```
    pub fn subscribe(&self, listener: impl Fn(&QueryCacheEvent) + 'static) -> Subscription {
        let call = move |told: &Told| {
            if let Told::Query(event) = told {
                listener(event);
            }
        };
        self.client.listen(Interest::Queries, Box::new(call))
    }

    /// The first query that `filters` select; a key is the whole key. Same as TanStack Query's `queryCache.find`.
    ///
    /// ```
    /// # fn example(client: &yew_clerk::client::QueryClient) {
    /// let note = client.query_cache().find(("notes", 7));
    /// let text = note.and_then(|note| note.data::<String>());
    /// # }
    /// ```
    #[must_use]
    pub fn find(&self, filters: impl KeyFilters) -> Option<CachedQuery> {
        let filters = filters.to_filters().ok()?;
        self.select(&Filters { exact: true, ..filters }).into_iter().next()
    }

    /// The queries that `filters` select, in no particular order. Same as TanStack Query's `queryCache.findAll`.
    #[must_use]
    pub fn find_all(&self, filters: impl KeyFilters) -> Vec<CachedQuery> {
        filters.to_filters().map(|filters| self.select(&filters)).unwrap_or_default()
    }

    /// All queries, in no particular order. Same as TanStack Query's `queryCache.getAll`.
    #[must_use]
    pub fn get_all(&self) -> Vec<CachedQuery> {
        self.select(&Filters::default())
    }

    fn select(&self, filters: &Filters) -> Vec<CachedQuery> {
        let now = self.client.now();
        self.client.engine().map_or_else(Vec::new, |engine| engine.cached(filters, now))
    }
}
