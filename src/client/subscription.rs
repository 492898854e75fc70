//! A subscription of SWR's outside a component: what `use_swr_subscription` is made of.

use std::marker::PhantomData;
use std::rc::Rc;

use super::driver::{QueryClient, WeakQueryClient};
use super::erase::{cancelled, erase_failure};
use super::mutate::swr_key;
use super::observer::QueryObserver;
use super::runtime::LocalFuture;
use super::swr_options::SwrOptions;
use crate::engine::effect::{FetchContext, Fetcher, Listener};
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observer::Fields;
use crate::engine::observing::Watch;
use crate::engine::options::ObserverOptions;
use crate::engine::signal::Signal;

/// Where a subscription brings its news. Clones bring them to the same place.
///
/// Once the subscription is disposed, nothing that comes here has an effect.
pub struct Next<T, E> {
    sink: Sink,
    types: PhantomData<fn(T, E)>,
}

impl<T, E> Clone for Next<T, E> {
    fn clone(&self) -> Self {
        Self { sink: self.sink.clone(), types: PhantomData }
    }
}

impl<T: PartialEq + 'static, E: 'static> Next<T, E> {
    pub(crate) const fn new(sink: Sink) -> Self {
        Self { sink, types: PhantomData }
    }

    /// Shows `data`, and no error any more. Same as SWR's `next(null, data)`.
    pub fn data(&self, data: T) {
        self.sink.push(Ok(Data::new(data)));
    }

    /// Computes what to show from the last data. Same as SWR's `next(null, current => …)`.
    pub fn update(&self, update: impl FnOnce(Option<Rc<T>>) -> T) {
        if let Some(last) = self.sink.last() {
            self.data(update(last.as_ref().and_then(Data::get)));
        }
    }

    /// Shows `error` next to the last data. Same as SWR's `next(error)`.
    pub fn error(&self, error: E) {
        self.sink.push(Err(erase_failure(error)));
    }
}

/// The same for code that is compiled once for all types.
#[derive(Clone)]
pub(crate) struct Sink {
    /// Weak: a source that outlives the page's component does not keep the cache.
    client: WeakQueryClient,
    key: Key,
    signal: Signal,
}

impl Sink {
    fn push(&self, news: Result<Data, Failure>) {
        if let Some(client) = self.client.upgrade() {
            let (key, signal) = (self.key.clone(), self.signal.clone());
            client.run(move |engine, now| engine.push(&key, &signal, news, now));
        }
    }

    /// The last data; the outer `None` says that nobody listens any more.
    fn last(&self) -> Option<Option<Data>> {
        self.client.upgrade()?.engine()?.pushed(&self.key, &self.signal)
    }
}

/// Calls what ends a subscription, also when its task is dropped.
struct Disposing(Option<Box<dyn FnOnce()>>);

impl Drop for Disposing {
    fn drop(&mut self) {
        if let Some(dispose) = self.0.take() {
            dispose();
        }
    }
}

/// A fetcher that subscribes, and ends when it is aborted.
pub(crate) fn subscription_fetcher(
    client: &QueryClient,
    subscribe: impl Fn(Sink) -> Box<dyn FnOnce()> + 'static,
) -> Fetcher {
    let client = client.downgrade();
    Rc::new(move |context: FetchContext| {
        let FetchContext { key, signal, .. } = context;
        // So it is stopped when the last user leaves.
        signal.consume();
        let sink = Sink { client: client.clone(), key, signal: signal.clone() };
        run(signal, Disposing(Some(subscribe(sink))))
    })
}

fn run(signal: Signal, subscription: Disposing) -> LocalFuture<Result<Data, Failure>> {
    Box::pin(async move {
        signal.aborted().await;
        drop(subscription);
        // Nobody waits for it.
        Err(cancelled())
    })
}

/// How a subscription is observed.
pub(crate) fn subscription_watch(
    key: Option<Key>,
    options: &ObserverOptions,
    fetcher: Fetcher,
) -> Watch {
    Watch {
        key: key.map(|key| Key::of_subscription(&key)),
        options: options.for_subscription(),
        fetcher: Some(fetcher),
    }
}

/// Shares one subscription for each key of a cache, for as long as it lives. Hooks keep one in their state; code
/// outside components may have its own.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{Next, QueryClient, SwrOptions};
/// use yew_clerk::engine::sim::Sim;
///
/// let sim = Sim::new();
/// let client = QueryClient::new(Rc::new(sim.clone()));
/// let subscribe = |next: Next<i32, String>| {
///     next.data(1);
///     || println!("disposed")
/// };
/// let prices = client.swr_subscription("price", subscribe, &SwrOptions::new(), Rc::new(|| {}))?;
/// sim.flush();
/// assert_eq!(prices.data().as_deref(), Some(&1));
/// # Ok::<(), yew_clerk::engine::key::KeyError>(())
/// ```
pub struct SwrSubscription<T, E> {
    observer: QueryObserver,
    types: PhantomData<fn() -> (T, E)>,
}

fn erased<T, E, D>(client: &QueryClient, subscribe: impl Fn(Next<T, E>) -> D + 'static) -> Fetcher
where
    T: PartialEq + 'static,
    E: 'static,
    D: FnOnce() + 'static,
{
    subscription_fetcher(client, move |sink| Box::new(subscribe(Next::new(sink))))
}

impl QueryClient {
    /// Subscribes to `key`, if nobody else has: `subscribe` is called with where its news are to go, and returns what
    /// ends the subscription. The listener is called after each change of a field that has been read.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn swr_subscription<T, E, D>(
        &self,
        key: impl IntoKey,
        subscribe: impl Fn(Next<T, E>) -> D + 'static,
        options: &SwrOptions<T, E>,
        listener: Listener,
    ) -> Result<SwrSubscription<T, E>, KeyError>
    where
        T: PartialEq + 'static,
        E: 'static,
        D: FnOnce() + 'static,
    {
        let fetcher = erased(self, subscribe);
        let watch = subscription_watch(swr_key(&key)?, &options.resolved(), fetcher);
        Ok(SwrSubscription { observer: self.observe(watch, listener), types: PhantomData })
    }
}

impl<T: PartialEq + 'static, E: 'static> SwrSubscription<T, E> {
    /// Takes another key, function or options. A running subscription goes on if the key is the same.
    ///
    /// # Errors
    /// When the key cannot be encoded.
    pub fn update<D: FnOnce() + 'static>(
        &self,
        key: impl IntoKey,
        subscribe: impl Fn(Next<T, E>) -> D + 'static,
        options: &SwrOptions<T, E>,
    ) -> Result<(), KeyError> {
        let fetcher = erased(self.observer.client(), subscribe);
        self.observer.update(subscription_watch(swr_key(&key)?, &options.resolved(), fetcher));
        Ok(())
    }

    /// The last data, or the fallback.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.observer.view().read(Fields::DATA, |shown| shown.data.as_ref().and_then(Data::get))
    }

    /// The error, if nothing but an error has come since the last data.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        let error =
            |shown: &crate::engine::observer::Snapshot| shown.error.as_ref().and_then(Failure::get);
        self.observer.view().read(Fields::ERROR, error)
    }
}
