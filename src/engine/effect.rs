//! What the engine wants to be done.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::callbacks::OnErrorRetry;
use super::entry::EntryId;
use super::erased::{Data, Failure};
use super::key::Key;
use super::oneshot;
use super::signal::Signal;

/// A future that stays on its thread.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// What a query function gets to know.
#[derive(Clone)]
pub struct FetchContext {
    /// The key that is fetched.
    pub key: Key,
    /// Aborts when the answer is not wanted any more.
    pub signal: Signal,
    /// What the query's options say besides.
    pub meta: Option<Rc<dyn Any>>,
}

/// A query function, its types erased. The engine hands it out; it never calls it.
pub type Fetcher = Rc<dyn Fn(FetchContext) -> LocalFuture<Result<Data, Failure>>>;

/// Called when something changed that its owner shows.
pub type Listener = Rc<dyn Fn()>;

/// What whoever waits for a fetch is told.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The data after the fetch; `None` if there was nothing to fetch.
    Data(Option<Data>),
    /// The fetch failed.
    Failed(Failure),
    /// The fetch was cancelled, or belonged to a user who is gone.
    Cancelled,
}

/// Told once how a fetch ended.
pub struct Waiter {
    sender: oneshot::Sender<Answer>,
    is_bystander: bool,
}

impl Waiter {
    /// A waiter, and where its answer will arrive.
    pub fn new() -> (Self, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        (Self { sender, is_bystander: false }, receiver)
    }

    /// One that no fetch goes on for.
    pub(crate) fn bystander() -> (Self, oneshot::Receiver<Answer>) {
        let (waiter, receiver) = Self::new();
        (Self { is_bystander: true, ..waiter }, receiver)
    }

    /// Whether somebody still wants the answer.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.is_bystander && !self.sender.is_unheard()
    }

    /// Gives the answer.
    pub fn answer(self, answer: Answer) {
        self.sender.send(answer);
    }
}

/// A fetch to be started.
pub struct FetchJob {
    /// For which entry.
    pub entry: EntryId,
    /// Which fetch: to be given back with the result.
    pub seq: u64,
    /// What to call its function with, which [`Engine::begin`](super::Engine::begin) gives.
    pub context: FetchContext,
}

/// A user's callback about an entry.
pub struct Call {
    /// The callback, with what it is told.
    pub callback: Box<dyn FnOnce()>,
    /// For whom, by [`Engine::epoch`](super::Engine::epoch); `None` if it is the same for everybody. It is not to be
    /// called once somebody else is signed in.
    pub epoch: Option<u64>,
}

/// A user's rule for retries, with what it is told.
pub struct RetryCall {
    /// The rule.
    pub callback: OnErrorRetry,
    /// What went wrong.
    pub failure: Failure,
    /// With which key.
    pub key: Key,
    /// Whose request it was.
    pub entry: EntryId,
    /// How many tries there will have been with the next one.
    pub retry_count: u32,
    /// For whom, as for [`Call`].
    pub epoch: Option<u64>,
}

/// Something to be done, in this order, when no borrow of the engine is held.
pub enum Effect {
    /// Call a query function.
    Fetch(FetchJob),
    /// Abort a running one.
    Abort(Signal),
    /// Tell an observer to render.
    Notify(Listener),
    /// Tell a waiting caller.
    Answer(Waiter, Answer),
    /// Call a user's callback.
    Call(Call),
    /// Let a user's rule decide on the next try of what has failed.
    Retry(RetryCall),
}
