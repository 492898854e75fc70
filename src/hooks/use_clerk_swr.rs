//! `use_clerk_swr`: SWR with the session token.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::observed::{Observed, Types};
use super::swr_key::{SwrKey, swr_key};
use super::url_key::{Address, UrlKey};
use super::use_auth::missing_provider;
use super::use_swr::{Asking, SwrHandle, use_swr_observed};
use super::use_swr_inherited::decoded;
use crate::client::{Decode, Problem, SwrOptions, erase_failure};
use crate::components::use_surroundings;
use crate::engine::effect::{Fetcher, LocalFuture};
use crate::engine::erased::{Data, Failure};
use crate::engine::key::{Key, KeyError};
use crate::engine::options::Access;
use crate::engine::signal::Signal;
use crate::fetch::{Fetch, FetchError, RequestBuilder};

/// [`use_swr`](super::use_swr) with the user's session token: gets JSON from `url`, shows cached data at once,
/// and fetches anew on mount, on focus and when the network is back. A pair like `("/api/notes", [("page", 2)])` is an
/// address with parameters; what is more than an address goes through [`use_clerk_swr_request`].
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
    let asked = url.address().map(asked_of);
    SwrHandle::new(use_clerk_observed(asked, options.erased(), types, decode))
}

/// [`use_clerk_swr_with`] for requests that are more than an address: with a method, headers or a body of their own.
///
/// `request` makes the request of the key.
///
/// ```
/// use serde::Deserialize;
/// use serde_json::json;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrOptions;
/// use yew_clerk::hooks::use_clerk_swr_request;
///
/// #[derive(Deserialize, PartialEq)]
/// struct Found { total: u32 }
///
/// #[component]
/// fn Search() -> Html {
///     let found = use_clerk_swr_request::<_, Found>(
///         ("search", "clerk"),
///         |api, (_, text)| api.post("/api/search").json_body(&json!({ "text": text })),
///         SwrOptions::new(),
///     );
///     html! { <p>{ found.data().map(|found| found.total) }</p> }
/// }
/// ```
#[hook]
pub fn use_clerk_swr_request<K, T>(
    key: K,
    request: impl Fn(&Fetch, K::Arg) -> RequestBuilder + 'static,
    options: SwrOptions<T, FetchError>,
) -> SwrHandle<T, FetchError>
where
    K: SwrKey + 'static,
    T: DeserializeOwned + PartialEq + 'static,
{
    let (types, decode) = (Types::of::<T, FetchError>(), decoded::<T>);
    let asked = key.arg().map(|_| {
        let encoded = swr_key(&key);
        let request: Requesting = Box::new(move |fetch| match key.arg() {
            Some(arg) => request(fetch, arg),
            // A key that gives no argument any more, though it gave one before.
            None => fetch.get(""),
        });
        (encoded, request)
    });
    SwrHandle::new(use_clerk_observed(asked, options.erased(), types, decode))
}

fn asked_of(address: Address) -> (Result<Option<Key>, KeyError>, Requesting) {
    (address.to_key(), Box::new(move |fetch| address.get(fetch)))
}

/// Makes a request, with the handle that sends the token along.
type Requesting = Box<dyn Fn(&Fetch) -> RequestBuilder>;

/// The key, and the request for it; `None` when there is nothing to fetch yet.
type Asked = Option<(Result<Option<Key>, KeyError>, Requesting)>;

/// What does not depend on the type.
#[hook]
fn use_clerk_observed(asked: Asked, options: SwrOptions, types: Types, decode: Decode) -> Observed {
    let fetch = use_surroundings().auth.as_ref().map(|auth| auth.fetch().clone());
    let (key, request) = asked.map_or((Ok(None), None), |(key, request)| (key, Some(request)));
    let key = match &fetch {
        Some(_) => key.map_err(Problem::Key),
        None => Err(Problem::MissingProvider(missing_provider("use_clerk_swr"))),
    };
    let fetcher = fetch.zip(request).map(|(fetch, request)| fetcher(fetch, request, decode));
    let options = options.access_at_least(Access::SignedIn);
    use_swr_observed(key, Asking::Own(fetcher), options, types)
}

fn fetcher(fetch: Fetch, request: Requesting, decode: Decode) -> Fetcher {
    Rc::new(move |context| load(request(&fetch), &context.signal, decode))
}

/// A request for what `decode` reads.
pub(super) fn load(
    request: RequestBuilder,
    signal: &Signal,
    decode: Decode,
) -> LocalFuture<Result<Data, Failure>> {
    let loading = request.signal(signal).load();
    Box::pin(async move { loading.await.and_then(decode).map_err(erase_failure) })
}
