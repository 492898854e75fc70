//! `use_swr_suspense`: SWR's hook for a component that has nothing to show without its data.

use std::future::Future;

use serde::de::DeserializeOwned;
use yew::prelude::*;
use yew::suspense::SuspensionResult;

use super::suspended::use_suspended;
use super::swr_key::SwrKey;
use super::url_key::UrlKey;
use super::use_clerk_swr::use_clerk_swr_with;
use super::use_swr::{SwrHandle, use_swr_with};
use crate::client::SwrOptions;
use crate::components::use_surroundings;
use crate::fetch::FetchError;

/// [`use_swr`](super::use_swr) that suspends the component while its first data loads: the enclosing `<Suspense>` shows
/// its fallback meanwhile.
///
/// It does not suspend again for what is fetched in the background, nor while there is a fallback or (with
/// `keep_previous_data`) the last key's data. Without a key there is no data to wait for. Same as SWR's `suspense: true`.
/// Differs from SWR: an error is not thrown, for Yew has nothing that would catch it; it is in
/// [`SwrHandle::error`].
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_suspense;
///
/// #[component]
/// fn Profile() -> HtmlResult {
///     let user = use_swr_suspense("/api/user", |url| fetch::get(url).json::<String>())?;
///     Ok(match (user.data(), user.error()) {
///         (Some(name), _) => html! { <p>{ format!("Hello, {name}!") }</p> },
///         (None, error) => html! { <p role="alert">{ error.map(|error| error.to_string()) }</p> },
///     })
/// }
///
/// #[component]
/// fn App() -> Html {
///     html! { <Suspense fallback={html! { <p>{ "Loading…" }</p> }}><Profile /></Suspense> }
/// }
/// ```
#[hook]
pub fn use_swr_suspense<K, T, E, F, Fut>(key: K, fetcher: F) -> SuspensionResult<SwrHandle<T, E>>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_swr_suspense_with(key, fetcher, SwrOptions::new())
}

/// [`use_swr_suspense`] with options.
#[hook]
pub fn use_swr_suspense_with<K, T, E, F, Fut>(
    key: K,
    fetcher: F,
    options: SwrOptions<T, E>,
) -> SuspensionResult<SwrHandle<T, E>>
where
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    let swr = use_swr_with(key, fetcher, options);
    let around = use_surroundings();
    use_suspended(&around, swr.observed())?;
    Ok(swr)
}

/// [`use_clerk_swr`](super::use_clerk_swr) that suspends the component while its first data loads, and while sign-in does.
/// While nobody is signed in there is nothing to wait for.
#[hook]
pub fn use_clerk_swr_suspense<T>(
    url: impl UrlKey,
    options: SwrOptions<T, FetchError>,
) -> SuspensionResult<SwrHandle<T, FetchError>>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    let swr = use_clerk_swr_with(url, options);
    let around = use_surroundings();
    use_suspended(&around, swr.observed())?;
    Ok(swr)
}
