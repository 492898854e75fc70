//! `use_swr_infinite`: SWR's hook for lists that grow page by page.

use std::future::Future;
use std::rc::Rc;

use yew::prelude::*;

use super::observed::{Observed, Types};
use super::swr_key::{SwrKey, swr_key};
use super::use_swr::{Asking, SwrHandle, swr_defaults, use_swr_observed};
use crate::client::{
    ListKind, MutatorOptions, NextPage, Page, PageList, Pages, Problem, QueryError, Started,
    SwrInfiniteOptions, SwrOptions, erase_future, typed_next,
};
use crate::components::use_surroundings;
use crate::engine::key::Key;
use crate::engine::observer::Fields;

/// A list that grows page by page: shows what is cached at once, and fetches page after page.
///
/// `get_key` says which key the page at a place has, by the data of the page before it (`None` at the first page);
/// `None` or an empty string ends the list. The fetcher gets the key of a page. Each page is also cached under its own
/// key, which [`use_swr`](super::use_swr) shares. Same as SWR's `useSWRInfinite`, defaults included: each revalidation
/// fetches the first page and what is missing. Options go through [`use_swr_infinite_with`].
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_infinite;
///
/// #[component]
/// fn Notes() -> Html {
///     let notes = use_swr_infinite(
///         |index, previous: Option<&Vec<String>>| {
///             let is_end = previous.is_some_and(Vec::is_empty);
///             (!is_end).then(|| ("/api/notes", index))
///         },
///         |(url, page)| fetch::get(url).query(&[("page", page)]).json::<Vec<String>>(),
///     );
///     let pages = notes.data().unwrap_or_default();
///     let more = {
///         let notes = notes.clone();
///         Callback::from(move |_: MouseEvent| drop(notes.set_size_with(|size| size + 1)))
///     };
///     html! {
///         <>
///             <ul>{ for pages.iter().flat_map(|page| page.iter()).map(|note| html! { <li>{ note }</li> }) }</ul>
///             <button onclick={more} disabled={notes.is_validating()}>{ "More" }</button>
///         </>
///     }
/// }
/// ```
///
/// Pages may follow each other by cursors as well, and a page may be anything:
///
/// ```
/// use serde::Deserialize;
/// use yew::prelude::*;
/// use yew_clerk::client::SwrInfiniteOptions;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_swr_infinite_with;
///
/// #[derive(Deserialize, PartialEq)]
/// struct Page { items: Vec<String>, next: Option<String> }
///
/// #[component]
/// fn Feed() -> Html {
///     let feed = use_swr_infinite_with(
///         |_, previous: Option<&Page>| match previous {
///             None => Some("/api/feed".to_owned()),
///             Some(page) => page.next.as_ref().map(|cursor| format!("/api/feed?after={cursor}")),
///         },
///         |url: String| async move { fetch::get(&url).json::<Page>().await },
///         SwrInfiniteOptions::new().initial_size(2).revalidate_on_set_size(false),
///     );
///     let pages = feed.data().unwrap_or_default();
///     html! { <p>{ pages.iter().map(|page| page.items.len()).sum::<usize>() }</p> }
/// }
/// ```
#[hook]
pub fn use_swr_infinite<G, K, T, E, F, Fut>(get_key: G, fetcher: F) -> SwrInfiniteHandle<T, E>
where
    G: Fn(usize, Option<&T>) -> K + 'static,
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_swr_infinite_with(get_key, fetcher, SwrInfiniteOptions::new())
}

/// [`use_swr_infinite`] with options: those of pages, and every option of SWR.
///
/// With `revalidate_on_mount(true)` the first mount fetches all pages. A comparison of one's own (`compare`) is for
/// lists. Differs from SWR, where it is for single pages as well: those are compared by `PartialEq`.
#[hook]
pub fn use_swr_infinite_with<G, K, T, E, F, Fut>(
    get_key: G,
    fetcher: F,
    options: SwrInfiniteOptions<T, E>,
) -> SwrInfiniteHandle<T, E>
where
    G: Fn(usize, Option<&T>) -> K + 'static,
    K: SwrKey + 'static,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(K::Arg) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    let fetcher = Rc::new(fetcher);
    let next = typed_next(move |index, previous: Option<&T>| {
        let key = get_key(index, previous);
        let Some(encoded) = swr_key(&key)? else {
            return Ok(None);
        };
        let fetcher = fetcher.clone();
        Ok(Some(Page::erased(encoded, move |_| match key.arg() {
            Some(arg) => erase_future(fetcher(arg)),
            None => Box::pin(std::future::pending()),
        })))
    });
    let types = Types::of::<Vec<Rc<T>>, E>();
    let shown = use_swr_pages(next, ListKind::of::<T>(), options.erased(), types, Ok(()));
    SwrInfiniteHandle::new(shown)
}

/// What hooks for lists share. `may` says why there can be no list.
#[hook]
pub(crate) fn use_swr_pages(
    next: Box<NextPage>,
    kind: ListKind,
    options: SwrOptions,
    types: Types,
    may: Result<(), Problem>,
) -> (Observed, Rc<Pages>) {
    let around = use_surroundings();
    let client = around.client_of_swr();
    let parent = around.swr_options.clone().unwrap_or_else(swr_defaults);
    let resolved = options.resolve(&parent);
    let pages = Rc::new(Pages { next, kind, options: resolved.clone() });
    let last = use_mut_ref(|| None::<Key>);
    let is_first_render = use_mut_ref(|| true);
    let key = may.and_then(|()| pages.key().map_err(Problem::Key));
    if let Ok(Some(key)) = &key {
        let old = last.replace(Some(key.clone())).filter(|old| old != key);
        if let (Some(old), true) = (old, resolved.pages.persist_size) {
            let (size, key, access) = (pages.size(&client, &old), key.clone(), resolved.access);
            client.run(move |engine, now| engine.begin_size(&key, size, access, now));
        }
    }
    let observed = use_swr_observed(key, Asking::Own(Some(pages.fetcher(&client))), options, types);
    let is_mount = is_first_render.replace(false);
    if let (true, Some(true), Some(key)) = (is_mount, resolved.revalidate_on_mount, &observed.key) {
        let key = key.clone();
        client.run(move |engine, _| engine.want_all_at_mount(&key));
    }
    (observed, pages)
}

/// What [`use_swr_infinite`] gives: SWR's response, with methods for its fields.
///
/// Reading a field in a render makes the component render again when that field changes; who reads nothing
/// never does. Handles are equal if they show the same.
pub struct SwrInfiniteHandle<T, E> {
    list: SwrHandle<Vec<Rc<T>>, E>,
    pages: PageList<T, E>,
    observed: Observed,
    initial_size: usize,
}

impl<T, E> Clone for SwrInfiniteHandle<T, E> {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            pages: self.pages.clone(),
            observed: self.observed.clone(),
            initial_size: self.initial_size,
        }
    }
}

impl<T, E> PartialEq for SwrInfiniteHandle<T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.observed == other.observed
    }
}

type Shown<T, E> = Started<Result<Option<Rc<Vec<Rc<T>>>>, QueryError<E>>>;

impl<T: PartialEq + 'static, E: 'static> SwrInfiniteHandle<T, E> {
    pub(crate) fn new((observed, pages): (Observed, Rc<Pages>)) -> Self {
        Self {
            list: SwrHandle::new(observed.clone()),
            initial_size: pages.options.pages.initial_size,
            pages: PageList::of(pages),
            observed,
        }
    }

    /// The pages: from the cache, else the last list's (if kept), else the fallback. They come all at once, when the
    /// last of them is there. Pages that have not changed stay the very same values.
    #[must_use]
    pub fn data(&self) -> Option<Rc<Vec<Rc<T>>>> {
        self.list.data()
    }

    /// The error of the page that failed, until a revalidation succeeds. It stands next to older data.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.list.error()
    }

    /// Whether pages are on their way and there is no list yet.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.list.is_loading()
    }

    /// Whether pages are on their way.
    #[must_use]
    pub fn is_validating(&self) -> bool {
        self.list.is_validating()
    }

    /// How many pages the list is to have. It has fewer while they load, and at its end. The size is kept in the
    /// cache: all components with this list have the same, and it is still the same when they come again.
    #[must_use]
    pub fn size(&self) -> usize {
        let set = self.observed.read(Fields::SIZE, |shown| shown.size);
        set.unwrap_or(self.initial_size)
    }

    /// Sets how many pages the list has. Starts at once, awaited or not; gives the list once it has them.
    ///
    /// What is cached is shown at once if it is all of it; in any case the list is revalidated, unless
    /// `revalidate_on_set_size(false)` says that missing pages are enough. While pages are on their way, the new ones
    /// join them. Same as SWR's `setSize`, which asks anew for what is on its way and does not wait for the pages.
    pub fn set_size(&self, size: usize) -> Shown<T, E> {
        self.set_size_with(|_| size)
    }

    /// Sets how many pages the list has, by how many it has now. Same as SWR's `setSize` with a function: two calls
    /// count up by two.
    pub fn set_size_with(&self, change: impl FnOnce(usize) -> usize) -> Shown<T, E> {
        match &self.observed.client {
            Some(client) => self.pages.set_size_with(client, change),
            None => self.list.mutate(),
        }
    }

    /// Fetches all pages, deduping or not. Starts at once, awaited or not. Same as SWR's bound `mutate()`.
    pub fn mutate(&self) -> Shown<T, E> {
        match &self.observed.client {
            Some(client) => self.pages.mutate(client),
            None => self.list.mutate(),
        }
    }

    /// Fetches those pages that `rule` names by their data and key, and what is missing.
    ///
    /// ```
    /// # use yew_clerk::hooks::SwrInfiniteHandle;
    /// # fn example(notes: SwrInfiniteHandle<Vec<String>, String>) {
    /// drop(notes.mutate_pages(|page, _| page.iter().any(|note| note == "draft")));
    /// # }
    /// ```
    pub fn mutate_pages(&self, rule: impl Fn(&T, &Key) -> bool + 'static) -> Shown<T, E> {
        match &self.observed.client {
            Some(client) => self.pages.mutate_pages(client, rule),
            None => self.list.mutate(),
        }
    }

    /// Writes the list. Then the first page and those that differ from what is cached are fetched, unless the options
    /// say otherwise. Same as SWR's bound `mutate(data, options)`.
    pub fn mutate_data(
        &self,
        data: Vec<Rc<T>>,
        options: MutatorOptions<Vec<Rc<T>>>,
    ) -> Shown<T, E> {
        self.expect(&options);
        self.list.mutate_data(data, options)
    }

    /// Computes the list from what the server gave last, and writes it; `None` writes nothing.
    ///
    /// ```
    /// use std::rc::Rc;
    /// # use yew_clerk::client::MutatorOptions;
    /// # use yew_clerk::hooks::SwrInfiniteHandle;
    /// # fn example(notes: SwrInfiniteHandle<Vec<String>, String>) {
    /// // Takes a note out of the page that has it; only that page is fetched again.
    /// let without = |page: &Rc<Vec<String>>| match page.iter().any(|note| note == "old") {
    ///     true => Rc::new(page.iter().filter(|note| *note != "old").cloned().collect()),
    ///     false => page.clone(),
    /// };
    /// drop(notes.mutate_with(|pages| Some(pages?.iter().map(without).collect()), MutatorOptions::new()));
    /// # }
    /// ```
    pub fn mutate_with(
        &self,
        update: impl FnOnce(Option<&Vec<Rc<T>>>) -> Option<Vec<Rc<T>>>,
        options: MutatorOptions<Vec<Rc<T>>>,
    ) -> Shown<T, E> {
        self.expect(&options);
        self.list.mutate_with(update, options)
    }

    /// Runs `work`, with an optimistic list meanwhile, and writes its result. Same as SWR's bound
    /// `mutate(promise, options)`.
    pub fn mutate_async(
        &self,
        work: impl Future<Output = Result<Vec<Rc<T>>, E>> + 'static,
        options: MutatorOptions<Vec<Rc<T>>>,
    ) -> Shown<T, E> {
        self.expect(&options);
        self.list.mutate_async(work, options)
    }

    fn expect(&self, options: &MutatorOptions<Vec<Rc<T>>>) {
        if let Some(client) = &self.observed.client {
            self.pages.expect(client, options);
        }
    }

    /// The key of the list, if it has a first page: for the methods of [`QueryClient`](crate::client::QueryClient).
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        self.list.key()
    }

    /// A mistake in the use of the hook, as of [`SwrHandle::problem`].
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        self.list.problem()
    }
}
