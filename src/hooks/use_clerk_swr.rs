//! `use_clerk_swr`: SWR with the session token.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::observed::{Observed, Types};
use super::swr_key::UrlKey;
use super::use_auth::missing_provider;
use super::use_swr_inherited::decoded;
use super::use_swr::{Asking, SwrHandle, use_swr_observed};
use crate::client::{Decode, Problem, SwrOptions, erase_failure};
use crate::components::use_surroundings;
use crate::engine::effect::Fetcher;
use crate::engine::key::IntoKey;
use crate::engine::options::Access;
use crate::fetch::{Fetch, FetchError};

/// [`use_swr`](super::use_swr) with the user's session token: gets JSON from `url`, shows cached data at once,
/// and fetches anew on mount, on focus and when the network is back.
///
/// While sign-in is loading it is loading as well; while nobody is signed in it fetches nothing and has no data;
/// when the user changes, the old user's data is gone. Same as `useClerkSWR` of Clerk's guide on same-origin
/// requests, which sends requests without a token in those cases.
///
/// ```
/// use serde::Deserialize;
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_clerk_swr;
///
/// #[derive(Deserialize, PartialEq)]
/// struct Profile { name: String }
///
/// #[component]
/// fn Name() -> Html {
///     let profile = use_clerk_swr::<Profile>("/api/profile");
///     match (profile.data(), profile.error()) {
///         (Some(profile), _) => html! { <p>{ &profile.name }</p> },
///         (None, Some(error)) => html! { <p role="alert">{ error.to_string() }</p> },
///         (None, None) => html! { <p>{ "Loading…" }</p> },
///     }
/// }
/// ```
#[hook]
pub fn use_clerk_swr<T>(url: impl UrlKey) -> SwrHandle<T, FetchError>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    use_clerk_swr_with(url, SwrOptions::new())
}

/// [`use_clerk_swr`] with options: every option of SWR.
#[hook]
pub fn use_clerk_swr_with<T>(
    url: impl UrlKey,
    options: SwrOptions<T, FetchError>,
) -> SwrHandle<T, FetchError>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    let (types, decode) = (Types::of::<T, FetchError>(), decoded::<T>);
    SwrHandle::new(use_clerk_observed(url.url(), options.erased(), types, decode))
}

/// What does not depend on the type.
#[hook]
fn use_clerk_observed(
    url: Option<Rc<str>>,
    options: SwrOptions,
    types: Types,
    decode: Decode,
) -> Observed {
    let fetch = use_surroundings().auth.as_ref().map(|auth| auth.fetch().clone());
    let key = match &fetch {
        Some(_) => url.to_key().map_err(Problem::Key),
        None => Err(Problem::MissingProvider(missing_provider("use_clerk_swr"))),
    };
    let fetcher = fetch.zip(url).map(|(fetch, url)| fetcher(fetch, url, decode));
    let options = options.access_at_least(Access::SignedIn);
    use_swr_observed(key, Asking::Own(fetcher), options, types)
}

fn fetcher(fetch: Fetch, url: Rc<str>, decode: Decode) -> Fetcher {
    Rc::new(move |context| {
        let loading = fetch.get(&url).signal(&context.signal).load();
        Box::pin(async move { loading.await.and_then(decode).map_err(erase_failure) })
    })
}
