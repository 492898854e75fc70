//! Walks over lists of pages: the requests that the engine's rules ask for.

use std::any::TypeId;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::driver::{QueryClient, WeakQueryClient};
use super::erase::{cancelled, erase_future};
use super::error::QueryError;
use super::mutator_options::MutatorOptions;
use super::outcome::{Ended, Running, typed};
use super::runtime::LocalFuture;
use super::started::Started;
use crate::engine::Engine;
use crate::engine::effect::{self as engine, FetchContext, Fetcher, Waiter};
use crate::engine::entry::EntryId;
use crate::engine::erased::{Data, Failure, Hint};
use crate::engine::infinite::{PageKind, Visit, Walk, Wanted};
use crate::engine::key::{IntoKey, Key, KeyError};
use crate::engine::observing::Watch;
use crate::engine::oneshot::Receiver;
use crate::engine::options::ObserverOptions;
use crate::engine::signal::Signal;
use crate::engine::time::Time;

type Answer = Result<Data, Failure>;
type Load = Box<dyn FnOnce(&Signal) -> LocalFuture<Answer>>;

/// A page of a list: its key, and the request for it.
pub struct Page {
    key: Key,
    load: Load,
}

impl Page {
    /// A page. `load` is called if the page has to be fetched; the signal aborts when nobody wants the list any more.
    pub fn new<T, E, Fut>(key: Key, load: impl FnOnce(&Signal) -> Fut + 'static) -> Self
    where
        T: PartialEq + 'static,
        E: 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
    {
        Self { key, load: Box::new(move |signal| erase_future(load(signal))) }
    }

    pub(crate) fn erased(
        key: Key,
        load: impl FnOnce(&Signal) -> LocalFuture<Answer> + 'static,
    ) -> Self {
        Self { key, load: Box::new(load) }
    }
}

/// Which page stands at a place, by the data of the page before it. `None` is the end.
pub(crate) type NextPage = dyn Fn(usize, Option<&Data>) -> Result<Option<Page>, KeyError>;

/// The types of a list, for code that is compiled once for all of them.
#[derive(Clone, Copy)]
pub(crate) struct ListKind {
    kind: PageKind,
    join: fn(&[Data]) -> Data,
}

impl ListKind {
    pub fn of<T: PartialEq + 'static>() -> Self {
        let element = |list: &Data, index| {
            let pages = list.get::<Vec<Rc<T>>>()?;
            pages.get(index).cloned().map(Data::from_rc)
        };
        let join =
            |pages: &[Data]| Data::new(pages.iter().filter_map(Data::get).collect::<Vec<Rc<T>>>());
        Self { kind: PageKind { page: TypeId::of::<T>(), element }, join }
    }
}

/// A list of pages, its types erased.
pub(crate) struct Pages {
    pub next: Box<NextPage>,
    pub kind: ListKind,
    pub options: Rc<ObserverOptions>,
}

impl Pages {
    /// The key of the list.
    pub fn key(&self) -> Result<Option<Key>, KeyError> {
        Ok((self.next)(0, None)?.map(|first| Key::of_list(&first.key)))
    }

    /// The query function of the list. It does not keep the client alive, which keeps it.
    pub fn fetcher(self: &Rc<Self>, client: &QueryClient) -> Fetcher {
        let (pages, client) = (self.clone(), client.downgrade());
        Rc::new(move |context| Box::pin(walk(client.clone(), pages.clone(), context)))
    }

    /// How many pages the list with this key has.
    pub fn size(&self, client: &QueryClient, key: &Key) -> usize {
        let set = client.engine().and_then(|engine| engine.list_size(key));
        set.unwrap_or(self.options.pages.initial_size)
    }

    pub fn set_size(
        &self,
        client: &QueryClient,
        change: Box<dyn FnOnce(usize) -> usize + '_>,
    ) -> Running {
        let key = match self.key() {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(None).into(),
            Err(error) => return Err(Ended::Key(error)).into(),
        };
        let size = change(self.size(client, &key));
        let list = self.cached(client, &key, size);
        let revalidate = self.options.pages.revalidate_on_set_size;
        let (waiter, receiver) = Waiter::new();
        let asked = key.clone();
        client.run(move |engine, now| {
            engine.set_size(&asked, size, list, revalidate, waiter, now);
        });
        Running::Fetch(receiver, key)
    }

    /// The list of what is in the cache, if that is all of it.
    fn cached(&self, client: &QueryClient, list: &Key, size: usize) -> Option<Data> {
        let mut pages: Vec<Data> = Vec::new();
        while pages.len() < size {
            let previous = pages.last().filter(|_| !self.options.pages.parallel);
            let Some(page) = (self.next)(pages.len(), previous).ok()? else {
                break;
            };
            let kind = self.kind.kind.page;
            pages.push(client.with(|engine, _| engine.cached_page(list, &page.key, kind))??);
        }
        Some((self.kind.join)(&pages))
    }

    /// Says which pages the next walk fetches besides those that are missing.
    pub fn want(&self, client: &QueryClient, wanted: Wanted) {
        if let Ok(Some(key)) = self.key() {
            client.run(move |engine, _| engine.want_pages(&key, wanted));
        }
    }
}

/// A list of pages for code outside components, of [`QueryClient::observe`]; what `use_swr_infinite` is made of.
///
/// ```
/// use yew_clerk::client::{Page, PageList, SwrInfiniteOptions};
/// use yew_clerk::engine::key::Key;
/// use yew_clerk::fetch::{self, FetchError};
///
/// let list = PageList::<Vec<String>, FetchError>::new(
///     |index, _| {
///         let key = Key::of(&("/api/notes", index))?;
///         Ok(Some(Page::new(key, move |signal| {
///             let page = fetch::get("/api/notes").query(&[("page", index)]).signal(signal);
///             async move { page.json::<Vec<String>>().await }
///         })))
///     },
///     &SwrInfiniteOptions::new().initial_size(3),
/// );
/// assert!(list.key()?.is_some());
/// # Ok::<(), yew_clerk::engine::key::KeyError>(())
/// ```
pub struct PageList<T, E> {
    pages: Rc<Pages>,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for PageList<T, E> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), types: PhantomData }
    }
}

type Shown<T, E> = Result<Option<Rc<Vec<Rc<T>>>>, QueryError<E>>;

impl<T: PartialEq + 'static, E: 'static> PageList<T, E> {
    /// A list. `page` says which page stands at a place, by the data of the page before it; `None` ends the list.
    pub fn new(
        page: impl Fn(usize, Option<&T>) -> Result<Option<Page>, KeyError> + 'static,
        options: &super::SwrInfiniteOptions<T, E>,
    ) -> Self {
        let pages = Pages {
            next: typed_next(page),
            kind: ListKind::of::<T>(),
            options: options.resolved(),
        };
        Self::of(Rc::new(pages))
    }

    pub(crate) const fn of(pages: Rc<Pages>) -> Self {
        Self { pages, types: PhantomData }
    }

    /// The key of the list; `None` when there is no first page.
    ///
    /// # Errors
    /// When the key of the first page cannot be encoded.
    pub fn key(&self) -> Result<Option<Key>, KeyError> {
        self.pages.key()
    }

    /// What an observer of this list watches.
    ///
    /// # Errors
    /// When the key of the first page cannot be encoded.
    pub fn watch(&self, client: &QueryClient) -> Result<Watch, KeyError> {
        let (options, fetcher) = (self.pages.options.clone(), self.pages.fetcher(client));
        Ok(Watch { key: self.key()?, options, fetcher: Some(fetcher) })
    }

    /// How many pages the list has.
    pub fn size(&self, client: &QueryClient) -> usize {
        match self.key() {
            Ok(Some(key)) => self.pages.size(client, &key),
            _ => self.pages.options.pages.initial_size,
        }
    }

    /// Sets how many pages the list has, by how many it had. See `SwrInfiniteHandle::set_size`.
    pub fn set_size_with(
        &self,
        client: &QueryClient,
        change: impl FnOnce(usize) -> usize,
    ) -> Started<Shown<T, E>> {
        Started::erased(self.pages.set_size(client, Box::new(change)), typed)
    }

    /// Fetches all pages of the list. See `SwrInfiniteHandle::mutate`.
    pub fn mutate(&self, client: &QueryClient) -> Started<Shown<T, E>> {
        self.pages.want(client, Wanted::All);
        self.revalidate(client)
    }

    /// Fetches those pages that `rule` names, and what is missing. See `SwrInfiniteHandle::mutate_pages`.
    pub fn mutate_pages(
        &self,
        client: &QueryClient,
        rule: impl Fn(&T, &Key) -> bool + 'static,
    ) -> Started<Shown<T, E>> {
        self.expect(client, &MutatorOptions::new().revalidate_pages(rule));
        self.revalidate(client)
    }

    fn revalidate(&self, client: &QueryClient) -> Started<Shown<T, E>> {
        match self.key() {
            Ok(key) => client.mutate(key),
            Err(error) => Started::erased(Err(Ended::Key(error)), typed),
        }
    }

    /// To be called before a mutation of the list with these options: the fetch in its end is for the pages that they
    /// name.
    pub fn expect(&self, client: &QueryClient, options: &MutatorOptions<Vec<Rc<T>>>) {
        if options.revalidates() {
            let wanted = options.pages.clone().map_or(Wanted::Usual, Wanted::By);
            self.pages.want(client, wanted);
        }
    }
}

/// A function of pages for code that does not know their type.
pub(crate) fn typed_next<T: 'static>(
    page: impl Fn(usize, Option<&T>) -> Result<Option<Page>, KeyError> + 'static,
) -> Box<NextPage> {
    Box::new(move |index, previous| page(index, previous.and_then(Data::get).as_deref()))
}

/// The key of the list that begins with this page, for the methods of [`QueryClient`]; `None` if there is none.
/// Same as `unstable_serialize` of SWR's `swr/infinite`.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::client::{MutatorOptions, QueryClient, swr_infinite_key};
///
/// # fn example(client: &QueryClient) -> Result<(), yew_clerk::engine::key::KeyError> {
/// let list = swr_infinite_key(("/api/notes", 0))?;
/// drop(client.mutate_data::<Vec<Rc<Vec<String>>>, ()>(list, vec![], MutatorOptions::new()));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the key cannot be encoded.
pub fn swr_infinite_key(first_page: impl IntoKey) -> Result<Option<Key>, KeyError> {
    let first = first_page.to_key()?.filter(|key| !key.is_empty_string());
    Ok(first.map(|first| Key::of_list(&first)))
}

/// A request for a page that is on its way.
struct Request {
    index: usize,
    key: Key,
    stamp: u64,
    answer: LocalFuture<Answer>,
}

/// What a walk waits for.
enum News {
    Answered(Request, Answer),
    /// The list has another size.
    Resized,
    /// Nobody wants the list any more.
    Aborted,
}

struct Walker {
    client: WeakQueryClient,
    pages: Rc<Pages>,
    walk: Walk,
    signal: Signal,
    found: Vec<Option<(EntryId, Data)>>,
    requests: Vec<Request>,
}

async fn walk(client: WeakQueryClient, pages: Rc<Pages>, context: FetchContext) -> Answer {
    let kind = pages.kind.kind;
    let FetchContext { key, signal, .. } = context;
    let walk = ask(&client, |engine, _| engine.begin_walk(&key, &signal, kind));
    let walk = walk.ok_or_else(cancelled)?;
    Walker { client, pages, walk, signal, found: Vec::new(), requests: Vec::new() }.run().await
}

fn ask<R>(
    client: &WeakQueryClient,
    question: impl FnOnce(&mut Engine, Time) -> Option<R>,
) -> Option<R> {
    client.upgrade()?.with(question).flatten()
}

impl Walker {
    async fn run(mut self) -> Answer {
        let mut aborted = self.signal.aborted();
        loop {
            self.go_on()?;
            if self.requests.is_empty() {
                return self.end();
            }
            match poll_fn(|cx| self.poll(Pin::new(&mut aborted), cx)).await {
                News::Answered(request, Ok(data)) => self.store(request, data)?,
                News::Answered(_, Err(failure)) => {
                    self.leave_the_rest();
                    return Err(failure);
                }
                News::Resized => {}
                News::Aborted => return Err(cancelled()),
            }
        }
    }

    /// Goes on to the first page that has to be waited for; side by side, to the last page.
    fn go_on(&mut self) -> Result<(), Failure> {
        let is_parallel = self.walk.options.parallel;
        while is_parallel || self.requests.is_empty() {
            let index = self.found.len();
            let has_page = ask(&self.client, |engine, _| engine.has_page(&self.walk, index));
            if !has_page.ok_or_else(cancelled)? {
                break;
            }
            let previous = self.found.last().filter(|_| !is_parallel);
            let previous = previous.and_then(|page| Some(&page.as_ref()?.1));
            let Some(page) = (self.pages.next)(index, previous).map_err(bad_key)? else {
                break;
            };
            let visit = |engine: &mut Engine, _| Some(engine.visit(&self.walk, index, &page.key));
            let found = match ask(&self.client, visit) {
                Some(Visit::Have(id, data)) => Some((id, data)),
                Some(Visit::Load(stamp, running)) => {
                    let Page { key, load } = page;
                    let answer = match running {
                        Some(running) => self.join(running, load),
                        None => load(&self.signal),
                    };
                    self.requests.push(Request { index, key, stamp, answer });
                    None
                }
                // What is on its way is paid for: it is kept for the next walk.
                _ if !self.requests.is_empty() => break,
                _ => return Err(cancelled()),
            };
            self.found.push(found);
        }
        Ok(())
    }

    /// Somebody else's request for a page. If it brings nothing, the list's own follows.
    fn join(&self, running: Receiver<engine::Answer>, load: Load) -> LocalFuture<Answer> {
        let (client, walk) = (self.client.clone(), self.walk.clone());
        let signal = self.signal.clone();
        Box::pin(async move {
            if let Some(engine::Answer::Data(Some(data))) = running.await
                && data.type_id_of() == walk.kind.page
            {
                return Ok(data);
            }
            // It may have ended because its owner has gone, and the list with it.
            ask(&client, |engine, _| engine.has_page(&walk, 0)).ok_or_else(cancelled)?;
            load(&signal).await
        })
    }

    fn poll(
        &mut self,
        aborted: Pin<&mut impl Future<Output = ()>>,
        cx: &mut Context<'_>,
    ) -> Poll<News> {
        if aborted.poll(cx).is_ready() {
            return Poll::Ready(News::Aborted);
        }
        for at in 0..self.requests.len() {
            let Some(request) = self.requests.get_mut(at) else {
                break;
            };
            if let Poll::Ready(answer) = request.answer.as_mut().poll(cx) {
                return Poll::Ready(News::Answered(self.requests.swap_remove(at), answer));
            }
        }
        if self.walk.nudge.take(cx.waker()) { Poll::Ready(News::Resized) } else { Poll::Pending }
    }

    fn store(&mut self, request: Request, data: Data) -> Result<(), Failure> {
        let Request { index, key, stamp, .. } = request;
        let walk = &self.walk;
        let stored =
            ask(&self.client, |engine, now| engine.store_page(walk, &key, stamp, data, now));
        let stored = stored.ok_or_else(cancelled)?;
        if let Some(found) = self.found.get_mut(index) {
            *found = Some(stored);
        }
        Ok(())
    }

    /// A page has failed, and with it the walk. The others that are on their way fill the cache, for the next walk.
    fn leave_the_rest(self) {
        let Some(client) = self.client.upgrade() else {
            return;
        };
        for Request { key, stamp, answer, .. } in self.requests {
            let (late, walk) = (self.client.clone(), self.walk.clone());
            client.spawn(Box::pin(async move {
                if let Ok(data) = answer.await {
                    ask(&late, |engine, now| engine.store_page(&walk, &key, stamp, data, now));
                }
            }));
        }
    }

    fn end(self) -> Answer {
        let (ids, mut data): (Vec<_>, Vec<_>) = self.found.into_iter().flatten().unzip();
        let size = ask(&self.client, |engine, now| engine.end_walk(&self.walk, ids, now));
        data.truncate(size.ok_or_else(cancelled)?);
        Ok((self.pages.kind.join)(&data))
    }
}

fn bad_key(error: KeyError) -> Failure {
    Failure::new(error, Hint { retryable: false, ..Hint::default() })
}
