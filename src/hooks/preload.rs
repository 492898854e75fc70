//! SWR's `preload` and `unload`.

use std::future::Future;
use std::rc::Rc;

use super::swr_key::{SwrKey, swr_key};
use crate::browser::default_client;
use crate::client::{
    Ended, QueryClient, QueryError, Running, Started, SwrOptions, erase_future, typed,
};
use crate::engine::effect::{Fetcher, Waiter};
use crate::engine::key::{Key, KeyError};
use crate::engine::options::ObserverOptions;

/// [`QueryClient::preload`] on the page's default cache: the one of hooks that are used without a provider. Same as
/// SWR's `preload`.
///
/// ```
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::preload;
///
/// fn on_hover() {
///     preload("/api/user", |url| fetch::get(url).json::<String>());
/// }
/// ```
pub fn preload<K, T, E, F, Fut>(key: K, fetcher: F) -> Started<Result<Option<Rc<T>>, QueryError<E>>>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    default_client().preload(key, fetcher)
}

impl QueryClient {
    /// Fetches what a component will show. The first `use_swr` that mounts with the key takes the answer, also one that
    /// is still on its way, and does not ask again; its callbacks and its rules of retry and deduping apply. Until
    /// then further calls give the same answer. Starts at once, awaited or not; without a key it gives `Ok(None)`.
    ///
    /// Private data goes with its user, and so does a request for it. Same as SWR's `preload`. Differs from SWR: the
    /// answer is in the cache as soon as it is there, so that a component shows it in its first render; and it is
    /// dropped after five minutes if none has come.
    ///
    /// # Errors
    /// [`QueryError::Failed`] with the fetcher's own error, which the component will show too, and the other cases of
    /// [`QueryError`].
    pub fn preload<K, T, E, F, Fut>(
        &self,
        key: K,
        fetcher: F,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>>
    where
        K: SwrKey + 'static,
        T: PartialEq + 'static,
        E: 'static,
        F: Fn(K::Arg) -> Fut + 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        self.preload_with(key, fetcher, &SwrOptions::new())
    }

    /// [`QueryClient::preload`] with options: `access` says who may see the data, `gc_time` how long it is kept.
    ///
    /// # Errors
    /// The same.
    pub fn preload_with<K, T, E, F, Fut>(
        &self,
        key: K,
        fetcher: F,
        options: &SwrOptions<T, E>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>>
    where
        K: SwrKey + 'static,
        T: PartialEq + 'static,
        E: 'static,
        F: Fn(K::Arg) -> Fut + 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        let encoded = swr_key(&key);
        let fetcher: Fetcher = Rc::new(move |_| match key.arg() {
            Some(arg) => erase_future(fetcher(arg)),
            None => Box::pin(std::future::pending()),
        });
        Started::erased(self.start_preload(encoded, options.resolved(), fetcher), typed)
    }

    fn start_preload(
        &self,
        key: Result<Option<Key>, KeyError>,
        options: Rc<ObserverOptions>,
        fetcher: Fetcher,
    ) -> Running {
        let key = match key {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(None).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        self.run(move |engine, now| engine.preload(&asked, options, fetcher, waiter, now));
        Running::Fetch(receiver, key)
    }

    /// Empties the cache, lists and subscriptions included, and fetches what is shown: for another tenant, say. What is
    /// in flight is discarded, requests and mutations; who awaits a mutation gets its result all the same, who awaits a
    /// request the answer of the new one. No component shows previous data any more. Same as SWR's `unload()`.
    ///
    /// A change of user needs no such call: private data goes with its user. Differs from SWR: running subscriptions
    /// are disposed and begun anew.
    ///
    /// ```
    /// # use yew_clerk::client::QueryClient;
    /// # fn example(client: &QueryClient) {
    /// client.unload();
    /// # }
    /// ```
    pub fn unload(&self) {
        self.unload_with(true);
    }

    /// [`QueryClient::unload`], and says whether to fetch what is shown; if not, components show nothing. Same as SWR's
    /// `unload({ revalidate })`.
    pub fn unload_with(&self, revalidate: bool) {
        self.run(move |engine, now| engine.unload(revalidate, now));
    }
}
