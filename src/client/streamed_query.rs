//! TanStack Query's streamed queries: a query function that gives a stream, whose chunks fill the cache as they come.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use super::driver::WeakQueryClient;
use super::erase::{cancelled, erase_failure};
use super::query::{QueryOptions, query_options_of};
use super::query_context::QueryContext;
use super::runtime::{Either, LocalFuture, race, sleep};
use crate::engine::Engine;
use crate::engine::defaults::{SHORTEST_WAIT, STREAM_BATCH, STREAM_SLICE};
use crate::engine::effect::FetchContext;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::IntoKey;
use crate::engine::streaming::{RefetchMode, Streaming};
use crate::engine::time::Time;

/// Describes a query whose data comes in chunks: the list of all that have come.
///
/// The status is success from the first chunk on; the fetch status stays `Fetching` until the stream has ended, and who
/// awaits the fetch gets the whole list. Each chunk is shown as it comes; those that are ready together come together.
/// Every hook and method that takes [`QueryOptions`] takes these.
///
/// `stream_fn` connects: it gives a stream, or fails. Once it has failed, or an item of the stream is `Err`, the query
/// fails next to the chunks that came, by its rules for retries. A retry, and a refetch, calls `stream_fn` anew and
/// begins with an empty list; [`streamed_query_with`] can do otherwise. An empty stream is an empty list.
///
/// A stream is dropped as soon as another fetch takes its place, or the query is cancelled, removed, or taken from its
/// owner. If `stream_fn` asked for the [signal](QueryContext::signal), that holds as well when the last component that
/// shows it goes; else it fills the cache to its end. What is in the stream must not own the client, nor the context,
/// which owns it: a stream that never ends would keep them.
///
/// Same as TanStack Query's `streamedQuery`. Differs from TanStack Query: it is the query and not its function, since
/// chunks go to the cache by its key.
///
/// ```
/// use futures::stream;
/// use yew_clerk::client::{QueryOptions, streamed_query};
///
/// fn countdown() -> QueryOptions<Vec<u32>, String> {
///     streamed_query("countdown", |_| async { Ok(stream::iter([3, 2, 1].map(Ok))) })
/// }
/// ```
pub fn streamed_query<T, E, S, F, Fut>(key: impl IntoKey, stream_fn: F) -> QueryOptions<Vec<T>, E>
where
    T: Clone + PartialEq + 'static,
    E: 'static,
    S: Stream<Item = Result<T, E>> + 'static,
    F: Fn(QueryContext) -> Fut + 'static,
    Fut: Future<Output = Result<S, E>> + 'static,
{
    streamed_query_with(key, stream_fn, StreamOptions::new())
}

/// [`streamed_query`] with a [`RefetchMode`], or with a reducer, which makes something else of the chunks than a list.
///
/// ```
/// use futures::stream;
/// use yew_clerk::client::{QueryOptions, RefetchMode, StreamOptions, streamed_query_with};
///
/// fn news() -> QueryOptions<Vec<&'static str>, String> {
///     let stream_fn = |_| async { Ok(stream::iter([Ok("one"), Ok("two")])) };
///     streamed_query_with("news", stream_fn, RefetchMode::Append)
/// }
///
/// fn answer() -> QueryOptions<String, String> {
///     streamed_query_with(
///         "answer",
///         |_| async { Ok(stream::iter([Ok("forty"), Ok("-"), Ok("two")])) },
///         StreamOptions::reducer(String::new(), |text, word| text.push_str(word)),
///     )
/// }
/// ```
pub fn streamed_query_with<T, A, E, S, F, Fut>(
    key: impl IntoKey,
    stream_fn: F,
    options: impl Into<StreamOptions<T, A>>,
) -> QueryOptions<A, E>
where
    T: 'static,
    A: Clone + PartialEq + 'static,
    E: 'static,
    S: Stream<Item = Result<T, E>> + 'static,
    F: Fn(QueryContext) -> Fut + 'static,
    Fut: Future<Output = Result<S, E>> + 'static,
{
    let StreamOptions { refetch_mode, initial_value, reducer } = options.into();
    let connect: Rc<Connect> = Rc::new(move |context| {
        let connecting = stream_fn(context);
        let (initial_value, reducer) = (initial_value.clone(), reducer.clone());
        Box::pin(async move {
            let stream = Box::pin(connecting.await.map_err(erase_failure)?);
            let chunks = Reduced { stream, came: Vec::new(), initial_value, reducer };
            Ok(Box::new(chunks) as Box<dyn Chunks>)
        })
    });
    let query_fn = move |context| read(context, refetch_mode, connect.clone());
    query_options_of(key).with_query_fn(Rc::new(query_fn))
}

/// What is made of the chunks of a stream, and what a refetch does.
///
/// A [`RefetchMode`] will do where the chunks make a list.
pub struct StreamOptions<T, A = Vec<T>> {
    refetch_mode: RefetchMode,
    initial_value: Rc<A>,
    reducer: Rc<dyn Fn(&mut A, T)>,
}

impl<T: 'static> StreamOptions<T> {
    /// Makes a list of the chunks.
    #[must_use]
    pub fn new() -> Self {
        Self::reducer(Vec::new(), Vec::push)
    }
}

impl<T, A> StreamOptions<T, A> {
    /// Begins with `initial_value`, and lets `reducer` take in one chunk after the other. An empty stream gives the
    /// initial value. The reducer goes on from the data in the cache: also from initial data, or what was written there
    /// meanwhile. It must not use the client.
    ///
    /// Same as TanStack's `reducer` and `initialValue`. Differs in that it changes the value in its place.
    #[must_use]
    pub fn reducer(initial_value: A, reducer: impl Fn(&mut A, T) + 'static) -> Self {
        let (initial_value, reducer) = (Rc::new(initial_value), Rc::new(reducer));
        Self { refetch_mode: RefetchMode::default(), initial_value, reducer }
    }

    /// What a refetch, or a retry, does with the data that is there. Default: [`RefetchMode::Reset`]. Same as TanStack's
    /// `refetchMode`.
    #[must_use]
    pub fn refetch_mode(self, refetch_mode: RefetchMode) -> Self {
        Self { refetch_mode, ..self }
    }
}

impl<T: 'static> Default for StreamOptions<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> From<RefetchMode> for StreamOptions<T> {
    fn from(refetch_mode: RefetchMode) -> Self {
        Self::new().refetch_mode(refetch_mode)
    }
}

type Answer = Result<Data, Failure>;
type Connect = dyn Fn(QueryContext) -> LocalFuture<Result<Box<dyn Chunks>, Failure>>;

/// A stream for code that does not know what it is made of.
trait Chunks {
    /// Takes the next chunk in, if it is there; `None` is the end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Failure>>>;

    /// Reduces what has come since into `data`, or into the initial value. Copies it only if others have it as well.
    fn reduce(&mut self, data: Option<Data>) -> Data;
}

struct Reduced<S, T, A> {
    stream: Pin<Box<S>>,
    came: Vec<T>,
    initial_value: Rc<A>,
    reducer: Rc<dyn Fn(&mut A, T)>,
}

impl<S, T, E, A> Chunks for Reduced<S, T, A>
where
    S: Stream<Item = Result<T, E>>,
    E: 'static,
    A: Clone + PartialEq + 'static,
{
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Failure>>> {
        self.stream.as_mut().poll_next(cx).map(|next| {
            let chunk = next?.map_err(erase_failure);
            Some(chunk.map(|chunk| self.came.push(chunk)))
        })
    }

    fn reduce(&mut self, data: Option<Data>) -> Data {
        let known = data.and_then(|data| data.get());
        let mut value = Rc::unwrap_or_clone(known.unwrap_or_else(|| self.initial_value.clone()));
        for chunk in self.came.drain(..) {
            (self.reducer)(&mut value, chunk);
        }
        Data::new(value)
    }
}

/// Why no more chunks are taken for now.
enum Stop {
    /// There is none yet.
    Waits,
    /// The page has waited long enough.
    Full,
    /// There will be none.
    Done,
    Failed(Failure),
}

/// What fills the cache from one stream.
struct Reader {
    client: WeakQueryClient,
    request: FetchContext,
    chunks: Box<dyn Chunks>,
    is_apart: bool,
    /// What has come, if it is gathered apart.
    gathered: Option<Data>,
}

/// The query function of a stream, for all types.
fn read(context: QueryContext, mode: RefetchMode, connect: Rc<Connect>) -> LocalFuture<Answer> {
    Box::pin(async move {
        let client = context.client().downgrade();
        let request = context.request().clone();
        let FetchContext { key, signal, .. } = &request;
        let begun = ask(&client, |engine, now| engine.begin_stream(key, signal, mode, now)).await;
        let Streaming { gone, is_apart } = begun.ok_or_else(cancelled)?;
        let reading = async move {
            let connecting = connect(context);
            drop(connect);
            let chunks = connecting.await?;
            Reader { client, request, chunks, is_apart, gathered: None }.run().await
        };
        match race(gone, reading).await {
            Either::First(_) => Err(cancelled()),
            Either::Second(answer) => answer,
        }
    })
}

/// Asks the engine; `None` if nobody wants the stream any more.
async fn ask<R>(
    client: &WeakQueryClient,
    question: impl Fn(&mut Engine, Time) -> Option<R>,
) -> Option<R> {
    loop {
        if let Some(answer) = client.upgrade()?.with(&question) {
            return answer;
        }
        // Somebody is looking at it, and waits for something else meanwhile.
        pause(client, SHORTEST_WAIT).await?;
    }
}

/// Lets the page do other things.
async fn pause(client: &WeakQueryClient, wait: Duration) -> Option<()> {
    let pause = sleep(&**client.upgrade()?.runtime(), wait);
    pause.await;
    Some(())
}

impl Reader {
    async fn run(mut self) -> Answer {
        let mut all = 0;
        loop {
            let most = STREAM_BATCH.max(all);
            let (count, stop) = poll_fn(|cx| self.take(most, cx)).await;
            all += count;
            if let Stop::Done = stop {
                return self.whole(count).await.ok_or_else(cancelled);
            }
            if count > 0 {
                self.write().await.ok_or_else(cancelled)?;
            }
            match stop {
                Stop::Full => pause(&self.client, Duration::ZERO).await.ok_or_else(cancelled)?,
                Stop::Failed(failure) => return Err(failure),
                Stop::Waits | Stop::Done => {}
            }
        }
    }

    /// Takes in what is ready: at most so many chunks, and not for long.
    fn take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<(usize, Stop)> {
        let client = self.client.clone();
        let now = || client.upgrade().map(|client| client.now());
        let end = now().map(|now| now.after(STREAM_SLICE));
        let mut count = 0;
        let stop = loop {
            match self.chunks.poll_next(cx) {
                Poll::Ready(Some(Ok(()))) => count += 1,
                Poll::Ready(Some(Err(failure))) => break Stop::Failed(failure),
                Poll::Ready(None) => break Stop::Done,
                Poll::Pending if count == 0 => return Poll::Pending,
                Poll::Pending => break Stop::Waits,
            }
            if count >= most || now() >= end {
                break Stop::Full;
            }
        };
        Poll::Ready((count, stop))
    }

    /// Writes what has come since.
    async fn write(&mut self) -> Option<()> {
        if self.is_apart {
            self.gathered = Some(self.chunks.reduce(self.gathered.take()));
            return Some(());
        }
        let data = self.chunks.reduce(self.known().await?);
        let FetchContext { key, signal, .. } = self.request.clone();
        let client = self.client.upgrade()?;
        client.run(move |engine, now| engine.push(&key, &signal, Ok(data), now));
        Some(())
    }

    /// The data to end with, of which the last `count` chunks are not written yet.
    async fn whole(&mut self, count: usize) -> Option<Data> {
        let data = if self.is_apart { self.gathered.take() } else { self.known().await? };
        match data {
            Some(data) if count == 0 => Some(data),
            data => Some(self.chunks.reduce(data)),
        }
    }

    /// The data in the cache, which the next chunk continues.
    async fn known(&self) -> Option<Option<Data>> {
        let FetchContext { key, signal, .. } = &self.request;
        ask(&self.client, |engine, _| engine.pushed(key, signal)).await
    }
}
