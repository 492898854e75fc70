//! `use_clerk_swr_infinite`: lists of pages with the session token.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::observed::{Observed, Types};
use super::url_key::{Address, UrlKey};
use super::use_auth::missing_provider;
use super::use_clerk_swr::load;
use super::use_swr_infinite::{SwrInfiniteHandle, use_swr_pages};
use super::use_swr_inherited::decoded;
use crate::client::{
    Decode, ListKind, NextPage, Page, Pages, Problem, SwrInfiniteOptions, SwrOptions,
};
use crate::components::use_surroundings;
use crate::engine::erased::Data;
use crate::engine::options::Access;
use crate::engine::signal::Signal;
use crate::fetch::{Fetch, FetchError};

/// [`use_swr_infinite`](super::use_swr_infinite) with the user's session token: gets JSON from the address of each
/// page. While nobody is signed in it fetches nothing, and when the user changes, the old user's pages are gone, and
/// the list has its first size again.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_clerk_swr_infinite;
///
/// #[component]
/// fn Notes() -> Html {
///     let notes = use_clerk_swr_infinite(|index, previous: Option<&Vec<String>>| {
///         let is_end = previous.is_some_and(Vec::is_empty);
///         (!is_end).then(|| format!("/api/notes?page={index}"))
///     });
///     let pages = notes.data().unwrap_or_default();
///     html! { <ul>{ for pages.iter().flat_map(|page| page.iter()).map(|note| html! { <li>{ note }</li> }) }</ul> }
/// }
/// ```
#[hook]
pub fn use_clerk_swr_infinite<G, U, T>(get_url: G) -> SwrInfiniteHandle<T, FetchError>
where
    G: Fn(usize, Option<&T>) -> U + 'static,
    U: UrlKey,
    T: DeserializeOwned + PartialEq + 'static,
{
    use_clerk_swr_infinite_with(get_url, SwrInfiniteOptions::new())
}

/// [`use_clerk_swr_infinite`] with options: those of pages, and every option of SWR.
#[hook]
pub fn use_clerk_swr_infinite_with<G, U, T>(
    get_url: G,
    options: SwrInfiniteOptions<T, FetchError>,
) -> SwrInfiniteHandle<T, FetchError>
where
    G: Fn(usize, Option<&T>) -> U + 'static,
    U: UrlKey,
    T: DeserializeOwned + PartialEq + 'static,
{
    let url = move |index, previous: Option<&Data>| {
        get_url(index, previous.and_then(Data::get).as_deref()).address()
    };
    let (kind, types) = (ListKind::of::<T>(), Types::of::<Vec<Rc<T>>, FetchError>());
    let shown = use_clerk_pages(Box::new(url), decoded::<T>, kind, options.erased(), types);
    SwrInfiniteHandle::new(shown)
}

type NextUrl = dyn Fn(usize, Option<&Data>) -> Option<Address>;

/// What does not depend on the type.
#[hook]
fn use_clerk_pages(
    url: Box<NextUrl>,
    decode: Decode,
    kind: ListKind,
    options: SwrOptions,
    types: Types,
) -> (Observed, Rc<Pages>) {
    let fetch = use_surroundings().auth.as_ref().map(|auth| auth.fetch().clone());
    let may = match &fetch {
        Some(_) => Ok(()),
        None => Err(Problem::MissingProvider(missing_provider("use_clerk_swr_infinite"))),
    };
    let next = next_page(fetch, url, decode);
    use_swr_pages(next, kind, options.access_at_least(Access::SignedIn), types, may)
}

fn next_page(fetch: Option<Fetch>, url: Box<NextUrl>, decode: Decode) -> Box<NextPage> {
    Box::new(move |index, previous| {
        let found = fetch.clone().zip(url(index, previous));
        let Some((fetch, address)) = found else { return Ok(None) };
        let key = address.to_key()?;
        let load = move |signal: &Signal| load(address.get(&fetch), signal, decode);
        Ok(key.map(|key| Page::erased(key, load)))
    })
}
