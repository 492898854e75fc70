//! The query function of infinite queries: it fetches page after page, compiled once for all types.

use std::any::Any;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::erase::cancelled;
use super::query_context::QueryContext;
use super::runtime::LocalFuture;
use crate::engine::erased::{Data, Failure};
use crate::engine::paging::{Direction, More, PageFilter, PageTurn, Paging};

type Answer = Result<Data, Failure>;

/// Pages and their parameters, for code that does not know their types.
pub(crate) trait PageStore {
    fn len(&self) -> usize;
    fn page(&self, at: usize) -> Option<Data>;
    fn param(&self, at: usize) -> Option<Data>;

    /// Adds a page at an end.
    fn add(&mut self, end: Direction, page: &Data, param: &Data);

    /// Takes the page at an end away.
    fn drop_at(&mut self, end: Direction);

    fn to_data(&self) -> Data;
    fn any(&self) -> &dyn Any;
}

/// Gives the parameter of the page that follows at one end; `None` is the end of the list.
pub(crate) type Follow = Rc<dyn Fn(&dyn Any) -> Option<Data>>;

/// The request for one page.
pub(crate) type PageFn = Rc<dyn Fn(QueryContext, Data, Direction) -> LocalFuture<Answer>>;

/// How the pages of an infinite query follow each other.
#[derive(Clone)]
pub(crate) struct Pager {
    pub page: PageFn,
    pub initial_param: Data,
    pub next: Follow,
    pub previous: Option<Follow>,
    /// Pages of cached data; none if it is of another type.
    pub open: fn(Option<&Data>) -> Box<dyn PageStore>,
    pub max_pages: usize,
    /// How many pages to fetch, in the place of as many as there are.
    pub pages: Option<usize>,
    pub parallel: bool,
    pub only: Option<PageFilter>,
}

impl Paging for Pager {
    fn more(&self, data: &Data) -> More {
        let follows = |follow: &Follow| follow(data.any()).is_some();
        More { next: follows(&self.next), previous: self.previous.as_ref().is_some_and(follows) }
    }

    fn rules(&self) -> &dyn Any {
        self
    }
}

impl Pager {
    fn follow(&self, end: Direction, pages: &dyn PageStore) -> Option<Data> {
        match end {
            Direction::Forward => (self.next)(pages.any()),
            Direction::Backward => self.previous.as_ref()?(pages.any()),
        }
    }

    /// Adds a page, and drops one at the other end if there are too many.
    fn add(&self, pages: &mut dyn PageStore, end: Direction, page: &Data, param: &Data) {
        pages.add(end, page, param);
        if self.max_pages > 0 && pages.len() > self.max_pages {
            pages.drop_at(match end {
                Direction::Forward => Direction::Backward,
                Direction::Backward => Direction::Forward,
            });
        }
    }
}

/// Fetches the pages that a fetch is for.
pub(crate) fn walk(pager: Rc<Pager>, context: QueryContext) -> LocalFuture<Answer> {
    Box::pin(async move {
        let turn = context.begin_pages().ok_or_else(cancelled)?;
        let old = (pager.open)(turn.data.as_ref());
        match turn.wish.direction {
            Some(end) if old.len() > 0 => grow(&pager, &context, end, old).await,
            _ => refetch(&pager, &context, turn, old).await,
        }
    })
}

/// Fetches one more page.
async fn grow(
    pager: &Pager,
    context: &QueryContext,
    end: Direction,
    mut pages: Box<dyn PageStore>,
) -> Answer {
    if let Some(param) = pager.follow(end, &*pages) {
        let page = (pager.page)(context.clone(), param.clone(), end).await?;
        // What was written by hand meanwhile stays, as long as the page belongs to it.
        let newest = (pager.open)(context.kept_pages().as_ref());
        if pager.follow(end, &*newest).is_some_and(|next| next.equals(&param)) {
            pages = newest;
        }
        pager.add(&mut *pages, end, &page, &param);
    }
    Ok(pages.to_data())
}

/// A walk over all pages. What it has got when it fails is where the next attempt begins.
struct Progress {
    pages: Box<dyn PageStore>,
    /// How many pages it has come by; of these, the first may have been dropped again.
    count: usize,
    requests: Vec<Request>,
}

/// A page that is on its way, or has come before its turn.
struct Request {
    param: Data,
    running: LocalFuture<Answer>,
    answer: Option<Answer>,
}

async fn refetch(
    pager: &Pager,
    context: &QueryContext,
    turn: PageTurn,
    old: Box<dyn PageStore>,
) -> Answer {
    let kept = turn.progress.and_then(|progress| progress.downcast::<Progress>().ok());
    let progress = kept.map(|kept| *kept).unwrap_or_else(|| Progress {
        pages: (pager.open)(None),
        count: 0,
        requests: Vec::new(),
    });
    let only = turn.wish.only.or_else(|| pager.only.clone());
    let mut walk = Walk { pager, context, old, only, progress };
    match walk.run().await {
        Ok(()) => Ok(walk.progress.pages.to_data()),
        Err(failure) => {
            context.keep_progress(Box::new(walk.progress));
            Err(failure)
        }
    }
}

struct Walk<'a> {
    pager: &'a Pager,
    context: &'a QueryContext,
    old: Box<dyn PageStore>,
    only: Option<PageFilter>,
    progress: Progress,
}

impl Walk<'_> {
    async fn run(&mut self) -> Result<(), Failure> {
        let count = self.pager.pages.unwrap_or(self.old.len()).max(1);
        if self.pager.parallel {
            self.progress.forget_failures().await;
            self.request_known(count);
        }
        while self.progress.count < count {
            let Some(param) = self.next_param() else { break };
            let page = match self.kept(&param) {
                Some(page) => page,
                None => self.fetch(&param).await?,
            };
            self.add(page, &param);
        }
        Ok(())
    }

    fn next_param(&self) -> Option<Data> {
        if self.progress.count > 0 {
            return self.pager.follow(Direction::Forward, &*self.progress.pages);
        }
        let first = self.old.param(0);
        Some(first.unwrap_or_else(|| self.pager.initial_param.clone()))
    }

    /// A page that is not to be fetched. It has to be the one that is wanted at its place.
    fn kept(&self, param: &Data) -> Option<Data> {
        self.kept_at(self.progress.count, param)
    }

    fn kept_at(&self, at: usize, param: &Data) -> Option<Data> {
        let (page, known) = (self.old.page(at)?, self.old.param(at)?);
        let is_kept = self.only.as_ref().is_some_and(|only| !only(&page, at));
        (is_kept && known.equals(param)).then_some(page)
    }

    /// Asks for all known pages at once. Should one of them lead to another place than before, those that follow are
    /// asked for again.
    fn request_known(&mut self, count: usize) {
        for at in self.progress.count..count {
            let Some(param) = self.old.param(at) else { break };
            let is_known = self.progress.requests.iter().any(|known| known.param.equals(&param));
            if !is_known && self.kept_at(at, &param).is_none() {
                let request = self.request(param);
                self.progress.requests.push(request);
            }
        }
    }

    fn request(&self, param: Data) -> Request {
        let running = (self.pager.page)(self.context.clone(), param.clone(), Direction::Forward);
        Request { param, running, answer: None }
    }

    async fn fetch(&mut self, param: &Data) -> Answer {
        if self.context.is_aborted() {
            return Err(cancelled());
        }
        if !self.progress.requests.iter().any(|known| known.param.equals(param)) {
            let request = self.request(param.clone());
            self.progress.requests.push(request);
        }
        poll_fn(|cx| self.progress.poll(param, cx)).await
    }

    /// Takes a page in, as the old value if it is equal.
    fn add(&mut self, page: Data, param: &Data) {
        let old = self.old.page(self.progress.count).filter(|old| old.equals(&page));
        let page = old.unwrap_or(page);
        self.pager.add(&mut *self.progress.pages, Direction::Forward, &page, param);
        self.progress.count += 1;
    }
}

impl Progress {
    /// Drops what has failed beside the page that ended the last attempt, also since then: this one asks for it again.
    async fn forget_failures(&mut self) {
        poll_fn(|cx| {
            self.poll_all(cx);
            Poll::Ready(())
        })
        .await;
        self.requests.retain(|request| !matches!(request.answer, Some(Err(_))));
    }

    fn poll_all(&mut self, cx: &mut Context<'_>) {
        self.requests.iter_mut().for_each(|request| request.poll(cx));
    }

    /// Drives all requests; is ready when the one for `param` is.
    fn poll(&mut self, param: &Data, cx: &mut Context<'_>) -> Poll<Answer> {
        self.poll_all(cx);
        let is_there = |request: &Request| request.answer.is_some() && request.param.equals(param);
        let found = self.requests.iter().position(is_there);
        let request = found.map(|at| self.requests.swap_remove(at));
        request.and_then(|request| request.answer).map_or(Poll::Pending, Poll::Ready)
    }
}

impl Request {
    fn poll(&mut self, cx: &mut Context<'_>) {
        if self.answer.is_none()
            && let Poll::Ready(answer) = self.running.as_mut().poll(cx)
        {
            self.answer = Some(answer);
        }
    }
}
