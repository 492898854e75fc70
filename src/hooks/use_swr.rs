//! `use_swr`: SWR's hook.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::middleware::{SwrCall, through};
use super::observed::{Observed, Types};
use super::swr_key::{SwrKey, swr_key};
use crate::browser::is_network_slow;
use crate::client::{
    MutatorOptions, Problem, QueryClient, QueryError, Started, SwrOptions, erase_future, typed,
};
use crate::components::use_surroundings;
use crate::engine::effect::Fetcher;
use crate::engine::entry::FetchStatus;
use crate::engine::key::Key;
use crate::engine::observer::Fields;
use crate::engine::observing::Watch;
use crate::engine::options::ObserverOptions;

/// Shows cached data at once and fetches it anew: on mount, on focus, when the network is back.
///
/// The fetcher gets the key. Two components with equal keys share one request and one result. Same as SWR's
/// `useSWR`, defaults included. Works without a provider, as SWR does; options go through [`use_swr_with`].
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr;
///
/// #[component]
/// fn Profile() -> Html {
///     let user = use_swr("/api/user", |url| fetch::get(url).json::<String>());
///     match (user.data(), user.error()) {
///         (Some(name), _) => html! { <p>{ format!("Hello, {name}!") }</p> },
///         (None, Some(error)) => html! { <p role="alert">{ error.to_string() }</p> },
///         (None, None) => html! { <p>{ "Loading…" }</p> },
///     }
/// }
/// ```
#[hook]
pub fn use_swr<K, T, E, F, Fut>(key: K, fetcher: F) -> SwrHandle<T, E>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_swr_with(key, fetcher, SwrOptions::new())
}

/// For what never changes: fetched once. Same as SWR's `useSWRImmutable`.
#[hook]
pub fn use_swr_immutable<K, T, E, F, Fut>(key: K, fetcher: F) -> SwrHandle<T, E>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_swr_with(key, fetcher, SwrOptions::immutable())
}

/// [`use_swr`] with options.
///
/// ```
/// use std::time::Duration;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_with;
///
/// #[component]
/// fn Price() -> Html {
///     let price = use_swr_with(
///         ("/api/price", "EUR"),
///         |(url, currency)| fetch::get(url).query(&[("currency", currency)]).json::<f64>(),
///         SwrOptions::new().refresh_interval(Duration::from_secs(10)).fallback_data(0.0),
///     );
///     html! { <p>{ price.data().map_or(0.0, |price| *price) }</p> }
/// }
/// ```
#[hook]
pub fn use_swr_with<K, T, E, F, Fut>(
    key: K,
    fetcher: F,
    options: SwrOptions<T, E>,
) -> SwrHandle<T, E>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    let encoded = swr_key(&key).map_err(Problem::Key);
    // Asked only while there is a key, so there always is an argument.
    let fetcher: Fetcher = Rc::new(move |_| match key.arg() {
        Some(arg) => erase_future(fetcher(arg)),
        None => Box::pin(std::future::pending()),
    });
    let types = Types::of::<T, E>();
    let fetcher = Asking::Own(Some(fetcher));
    SwrHandle::new(use_swr_observed(encoded, fetcher, options.erased(), types))
}

/// Where a hook's fetcher comes from.
pub(crate) enum Asking {
    /// The hook has it.
    Own(Option<Fetcher>),
    /// It is made of the configuration's, if there is one.
    Inherited(Box<dyn FnOnce(Fetcher) -> Fetcher>),
}

/// What the SWR hooks share: everything but the way to the fetcher.
pub(crate) fn use_swr_observed(
    key: Result<Option<Key>, Problem>,
    asking: Asking,
    options: SwrOptions,
    types: Types,
) -> impl Hook<Output = Observed> {
    SwrObserved { key, asking, options, types }
}

struct SwrObserved {
    key: Result<Option<Key>, Problem>,
    asking: Asking,
    options: SwrOptions,
    types: Types,
}

/// By hand, as the middlewares are hooks that are not known when this is compiled.
impl Hook for SwrObserved {
    type Output = Observed;

    fn run(self, ctx: &mut HookContext) -> Observed {
        let around = use_surroundings().run(ctx);
        let client = around.client_of_swr();
        let parent = around.swr_options.clone().unwrap_or_else(swr_defaults);
        let options = self.options.resolve(&parent);
        let fetcher = match self.asking {
            Asking::Own(fetcher) => fetcher,
            Asking::Inherited(make) => options.fetcher.clone().map(make),
        };
        let watch = self.key.map(|key| Watch { key, options, fetcher });
        let call = SwrCall { client, watch, types: self.types };
        let outer = around.swr_value.as_ref().map(|value| &*value.layers).unwrap_or_default();
        if outer.is_empty() && self.options.layers.is_empty() {
            return call.observe(ctx);
        }
        through([outer, &self.options.layers].concat(), call, ctx)
    }
}

thread_local! {
    static DEFAULTS: Rc<ObserverOptions> = Rc::new(ObserverOptions::swr_on(is_network_slow()));
}

/// SWR's defaults, shared by all hooks that change nothing.
pub(crate) fn swr_defaults() -> Rc<ObserverOptions> {
    DEFAULTS.with(Rc::clone)
}

/// What [`use_swr`] gives: SWR's response, with methods for its fields.
///
/// Reading a field in a render makes the component render again when that field changes; who reads nothing
/// never does. Handles are equal if they show the same.
pub struct SwrHandle<T, E> {
    observed: Observed,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for SwrHandle<T, E> {
    fn clone(&self) -> Self {
        Self { observed: self.observed.clone(), types: PhantomData }
    }
}

impl<T, E> PartialEq for SwrHandle<T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.observed == other.observed
    }
}

impl<T: PartialEq + 'static, E: 'static> SwrHandle<T, E> {
    pub(crate) const fn new(observed: Observed) -> Self {
        Self { observed, types: PhantomData }
    }

    pub(super) const fn observed(&self) -> &Observed {
        &self.observed
    }

    /// The data: from the cache, else the last key's (if kept), else the fallback.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.observed.data()
    }

    /// The last error, until a request succeeds. It stands next to older data.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.observed.error()
    }

    /// Whether a request runs and the cache has no data.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.observed.read(Fields::IS_LOADING, |shown| shown.is_loading)
    }

    /// Whether a request runs.
    #[must_use]
    pub fn is_validating(&self) -> bool {
        self.observed.read(Fields::FETCH_STATUS, |shown| shown.fetch_status != FetchStatus::Idle)
    }

    /// The key, if there is one.
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        self.observed.key.as_ref()
    }

    /// Fetches now, deduping or not. Starts at once, awaited or not. Same as SWR's bound `mutate()`.
    pub fn mutate(&self) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        match self.target() {
            Some((client, key)) => client.mutate(key),
            None => Started::erased(Ok(None), typed),
        }
    }

    /// Writes data, and fetches once more unless the options say otherwise. Same as SWR's bound
    /// `mutate(data, options)`.
    pub fn mutate_data(
        &self,
        data: T,
        options: MutatorOptions<T>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        match self.target() {
            Some((client, key)) => client.mutate_data(key, data, options),
            None => Started::erased(Ok(None), typed),
        }
    }

    /// Computes data from what the server gave last, and writes it; `None` writes nothing.
    pub fn mutate_with(
        &self,
        update: impl FnOnce(Option<&T>) -> Option<T>,
        options: MutatorOptions<T>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        match self.target() {
            Some((client, key)) => client.mutate_with(key, update, options),
            None => Started::erased(Ok(None), typed),
        }
    }

    /// Runs `work`, with an optimistic change meanwhile, and writes its result. Same as SWR's bound
    /// `mutate(promise, options)`.
    pub fn mutate_async(
        &self,
        work: impl Future<Output = Result<T, E>> + 'static,
        options: MutatorOptions<T>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        match self.target() {
            Some((client, key)) => client.mutate_async(key, work, options),
            None => Started::erased(Ok(None), typed),
        }
    }

    /// Runs work that begins from what the server gave last. Same as SWR's bound
    /// `mutate(async current => …, options)`.
    pub fn mutate_async_with<Fut>(
        &self,
        work: impl FnOnce(Option<Rc<T>>) -> Fut,
        options: MutatorOptions<T>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>>
    where
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        match self.target() {
            Some((client, key)) => client.mutate_async_with(key, work, options),
            None => Started::erased(Ok(None), typed),
        }
    }

    /// Takes the data away, and fetches it anew unless the options say otherwise. Same as SWR's bound
    /// `mutate(undefined, options)`.
    pub fn mutate_clear(
        &self,
        options: MutatorOptions<T>,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        match self.target() {
            Some((client, key)) => client.mutate_clear(key, options),
            None => Started::erased(Ok(None), typed),
        }
    }

    fn target(&self) -> Option<(&QueryClient, &Key)> {
        self.observed.client.as_ref().zip(self.observed.key.as_ref())
    }

    /// A mistake in the use of the hook: a key that cannot be encoded, one that is used for two types, or (with
    /// `use_clerk_swr`) no provider around it. The console says the same.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        self.observed.problem()
    }
}
