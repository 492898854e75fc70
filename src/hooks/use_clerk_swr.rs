//! `use_clerk_swr`: SWR with the session token.

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::swr_key::UrlKey;
use super::use_auth::missing_provider;
use super::use_swr::{SwrHandle, use_swr_core};
use crate::client::{Problem, SwrOptions, erase_fetcher};
use crate::components::AuthContext;
use crate::engine::key::IntoKey;
use crate::engine::options::Access;
use crate::fetch::FetchError;

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
    let context = use_context::<AuthContext>();
    let url = url.url();
    let missing = || Problem::MissingProvider(missing_provider("use_clerk_swr"));
    let fetch = context
        .map(|context| context.fetch().clone())
        .ok_or_else(missing);
    let key = match &fetch {
        Ok(_) => url.to_key().map_err(Problem::Key),
        Err(missing) => Err(missing.clone()),
    };
    let fetcher = erase_fetcher(move |context| {
        let request = fetch.as_ref().ok().zip(url.as_deref());
        let request = request.map(|(fetch, url)| fetch.get(url).signal(&context.signal));
        async move {
            match request {
                Some(request) => request.json::<T>().await,
                // Asked only while there is an address.
                None => std::future::pending().await,
            }
        }
    });
    use_swr_core(
        key,
        Some(fetcher),
        options.access_at_least(Access::SignedIn),
    )
}
