//! `use_swr_inherited`: SWR with the fetcher of the configuration.

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::observed::Types;
use super::swr_key::swr_key;
use super::use_swr::{Asking, SwrHandle, use_swr_observed};
use crate::client::{Problem, SwrOptions, reading};
use crate::engine::erased::Data;
use crate::engine::key::IntoKey;
use crate::fetch::{FetchError, Loaded};

/// [`use_swr`](super::use_swr) by the fetcher of the nearest `SwrConfig` that sets one, whose JSON is read into `T`.
///
/// Where none is set, it shows what is cached under the key, and never fetches. Same as SWR's `useSWR(key)`.
///
/// ```
/// use serde::Deserialize;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::components::SwrConfig;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_inherited;
///
/// #[derive(Deserialize, PartialEq)]
/// struct User { name: String }
///
/// #[component]
/// fn Name() -> Html {
///     let user = use_swr_inherited::<User>("/api/user");
///     html! { <p>{ user.data().map(|user| user.name.clone()) }</p> }
/// }
///
/// #[component]
/// fn App() -> Html {
///     let value = use_memo((), |()| SwrOptions::new().fetcher(|key| fetch::get(key.as_str().unwrap_or_default())));
///     html! { <SwrConfig {value}><Name /></SwrConfig> }
/// }
/// ```
#[hook]
pub fn use_swr_inherited<T>(key: impl IntoKey) -> SwrHandle<T, FetchError>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    use_swr_inherited_with(key, SwrOptions::new())
}

/// [`use_swr_inherited`] with options.
#[hook]
pub fn use_swr_inherited_with<T>(
    key: impl IntoKey,
    options: SwrOptions<T, FetchError>,
) -> SwrHandle<T, FetchError>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    let asking = Asking::Inherited(Box::new(|fetcher| reading(fetcher, decoded::<T>)));
    let types = Types::of::<T, FetchError>();
    let key = swr_key(&key).map_err(Problem::Key);
    SwrHandle::new(use_swr_observed(key, asking, options.erased(), types))
}

/// Reads an answer into a hook's type.
pub(super) fn decoded<T: DeserializeOwned + PartialEq + 'static>(
    loaded: Loaded,
) -> Result<Data, FetchError> {
    loaded.decode::<T>().map(Data::new)
}
