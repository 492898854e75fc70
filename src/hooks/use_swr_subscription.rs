//! `use_swr_subscription`: SWR's hook for sources that bring data by themselves.

use std::marker::PhantomData;
use std::rc::Rc;

use yew::prelude::*;

use super::observed::{Observed, Types, use_observed};
use super::swr_key::{SwrKey, swr_key};
use super::use_swr::swr_defaults;
use crate::client::{Next, Problem, Sink, SwrOptions, subscription_fetcher, subscription_watch};
use crate::components::use_surroundings;
use crate::engine::key::{Key, KeyError};

/// Shows what a source brings: a socket, server-sent events, a timer.
///
/// `subscribe` gets the key and where its news are to go; it returns what ends the subscription. All components with one
/// key share one subscription, which begins after the first has rendered and is disposed when the last has gone, or has
/// another key. Data belongs to whoever is signed in: when that changes, the subscription is disposed and begun anew.
///
/// Same as SWR's `useSWRSubscription`: an error stands next to older data, data takes the error away, without a key there
/// is no subscription, and nothing mixes with `use_swr` for the same key. Differs from SWR: `next` has a method for each
/// of data, error and a function of the last data; and the data is dropped five minutes after the last use.
///
/// ```
/// use gloo_timers::callback::Interval;
/// use yew::prelude::*;
/// use yew_clerk::client::Next;
/// use yew_clerk::hooks::use_swr_subscription;
///
/// #[component]
/// fn Seconds() -> Html {
///     let seconds = use_swr_subscription("seconds", |_key, next: Next<u32, String>| {
///         let interval = Interval::new(1_000, move || {
///             next.update(|seconds| seconds.map_or(0, |seconds| *seconds + 1));
///         });
///         move || drop(interval)
///     });
///     html! { <p>{ seconds.data().map_or(0, |seconds| *seconds) }</p> }
/// }
/// ```
#[hook]
pub fn use_swr_subscription<K, T, E, S, D>(key: K, subscribe: S) -> SwrSubscriptionHandle<T, E>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    S: Fn(K::Arg, Next<T, E>) -> D + 'static,
    D: FnOnce() + 'static,
{
    use_swr_subscription_with(key, subscribe, SwrOptions::new())
}

/// [`use_swr_subscription`] with options: `fallback_data`, `keep_previous_data`, `compare`, `access` and `gc_time`
/// apply; what decides on requests does not.
#[hook]
pub fn use_swr_subscription_with<K, T, E, S, D>(
    key: K,
    subscribe: S,
    options: SwrOptions<T, E>,
) -> SwrSubscriptionHandle<T, E>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    S: Fn(K::Arg, Next<T, E>) -> D + 'static,
    D: FnOnce() + 'static,
{
    let encoded = swr_key(&key);
    let subscribe = move |sink: Sink| -> Box<dyn FnOnce()> {
        match key.arg() {
            Some(key) => Box::new(subscribe(key, Next::new(sink))),
            // Called only while there is a key, so there always is an argument.
            None => Box::new(|| ()),
        }
    };
    let types = Types::of::<T, E>();
    let observed = use_subscribed(encoded, Box::new(subscribe), options.erased(), types);
    SwrSubscriptionHandle { observed, types: PhantomData }
}

/// What does not depend on types.
#[hook]
fn use_subscribed(
    key: Result<Option<Key>, KeyError>,
    subscribe: Box<dyn Fn(Sink) -> Box<dyn FnOnce()>>,
    options: SwrOptions,
    types: Types,
) -> Observed {
    let around = use_surroundings();
    let client = around.client_of_swr();
    let options = options.resolve(&around.swr_options.clone().unwrap_or_else(swr_defaults));
    let fetcher = subscription_fetcher(&client, subscribe);
    let watch = key.map(|key| subscription_watch(key, &options, fetcher));
    use_observed(Ok(client), watch.map_err(Problem::Key), types)
}

/// What [`use_swr_subscription`] gives: SWR's response, with methods for its fields.
///
/// Reading a field in a render makes the component render again when that field changes; who reads nothing
/// never does. Handles are equal if they show the same.
pub struct SwrSubscriptionHandle<T, E> {
    observed: Observed,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for SwrSubscriptionHandle<T, E> {
    fn clone(&self) -> Self {
        Self { observed: self.observed.clone(), types: PhantomData }
    }
}

impl<T, E> PartialEq for SwrSubscriptionHandle<T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.observed == other.observed
    }
}

impl<T: PartialEq + 'static, E: 'static> SwrSubscriptionHandle<T, E> {
    /// The last data, or the fallback.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.observed.data()
    }

    /// The error, if nothing but an error has come since the last data.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.observed.error()
    }

    /// A mistake in the use of the hook: a key that cannot be encoded, or one that is used for two types. The console
    /// says the same.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        self.observed.problem()
    }
}
