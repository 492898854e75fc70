//! The time that a request lives: what can end it early, and what is told of it at its end.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use super::error::{FetchError, NetworkError};
use super::log::{Entry, RequestOutcome};
use super::transport::TransportError;
use crate::auth::{AuthClient, Subscription};
use crate::client::runtime::{LocalFuture, Runtime, TimerGuard};
use crate::engine::signal::{OnAbort, Signal};

/// Why a request was ended early.
#[derive(Clone, Copy)]
enum Cause {
    Caller,
    Timeout(Duration),
    Identity,
}

/// Lives from the sending to the last byte of the body. Dropping it earlier aborts the request.
pub(super) struct Scope {
    pub(super) entry: Entry,
    /// The address as errors show it.
    pub(super) url: Rc<str>,
    signal: Signal,
    cause: Rc<Cell<Cause>>,
    /// Whether the user is still the one that the request belongs to.
    is_same_user: Option<Box<dyn Fn() -> bool>>,
    finished: Cell<bool>,
    _timer: Option<TimerGuard>,
    _outer: Option<OnAbort>,
    watch: Option<Subscription>,
}

impl Scope {
    pub(super) fn new(
        entry: Entry,
        url: Rc<str>,
        runtime: &dyn Runtime,
        timeout: Option<Duration>,
        outer: Option<&Signal>,
    ) -> Self {
        let (signal, cause) = (Signal::new(), Rc::new(Cell::new(Cause::Caller)));
        let timer = timeout.map(|after| {
            let end = ender(&signal, &cause, Cause::Timeout(after));
            runtime.timer(after, Box::new(end))
        });
        let outer = outer.map(|outer| outer.on_abort(ender(&signal, &cause, Cause::Caller)));
        Self {
            entry,
            url,
            signal,
            cause,
            is_same_user: None,
            finished: Cell::new(false),
            _timer: timer,
            _outer: outer,
            watch: None,
        }
    }

    /// The signal that the transport gets.
    pub(super) fn signal(&self) -> Signal {
        self.signal.clone()
    }

    /// Ties the request to the user of `epoch`: it ends when the user changes.
    pub(super) fn bind(&mut self, auth: &AuthClient, epoch: u64) {
        let end = ender(&self.signal, &self.cause, Cause::Identity);
        let (end, watched) = (Cell::new(Some(end)), auth.clone());
        self.watch = Some(auth.subscribe(move || {
            if !watched.is_current(epoch)
                && let Some(end) = end.take()
            {
                end();
            }
        }));
        let auth = auth.clone();
        self.is_same_user = Some(Box::new(move || auth.is_current(epoch)));
    }

    /// Waits for `future`, unless the request ends before.
    pub(super) fn run<T>(
        &self,
        mut future: LocalFuture<T>,
    ) -> impl Future<Output = Result<T, FetchError>> {
        let mut aborted = self.signal.aborted();
        std::future::poll_fn(move |cx| {
            if Pin::new(&mut aborted).poll(cx).is_ready() {
                return Poll::Ready(Err(self.ended()));
            }
            let ready = future.as_mut().poll(cx);
            ready.map(|value| self.check().map(|()| value))
        })
    }

    /// The same for what the transport does, with its failures as they are meant here.
    pub(super) async fn transfer<T>(
        &self,
        future: LocalFuture<Result<T, TransportError>>,
    ) -> Result<T, FetchError> {
        let answer = self.run(future).await?;
        answer.map_err(|error| self.failure(error))
    }

    /// Whether the request may go on: not ended, and still the same user's.
    pub(super) fn check(&self) -> Result<(), FetchError> {
        if self.signal.is_aborted() {
            return Err(self.ended());
        }
        match &self.is_same_user {
            Some(is_same_user) if !is_same_user() => Err(FetchError::IdentityChanged),
            _ => Ok(()),
        }
    }

    /// What the transport's failure means here.
    fn failure(&self, error: TransportError) -> FetchError {
        match error {
            TransportError::Aborted => self.ended(),
            TransportError::Network(message) => {
                FetchError::Network(Rc::new(NetworkError { url: self.url.clone(), message }))
            }
        }
    }

    /// Nothing is left to abort.
    pub(super) fn finish(&self) {
        self.finished.set(true);
    }

    /// Notes in the log how the request ended.
    pub(super) fn note<T>(&mut self, result: &Result<T, FetchError>) {
        if let Err(error) = result {
            self.note_failure(error);
        }
    }

    /// Notes in the log that the request failed.
    pub(super) fn note_failure(&mut self, error: &FetchError) {
        self.entry.outcome =
            error.status().map_or(RequestOutcome::Failed(error.kind()), RequestOutcome::Status);
    }

    fn ended(&self) -> FetchError {
        match self.cause.get() {
            Cause::Caller => FetchError::Aborted,
            Cause::Timeout(after) => FetchError::Timeout { after },
            Cause::Identity => FetchError::IdentityChanged,
        }
    }
}

fn ender(signal: &Signal, cause: &Rc<Cell<Cause>>, why: Cause) -> impl FnOnce() + 'static {
    let (signal, cause) = (signal.clone(), cause.clone());
    move || {
        // The first reason stands.
        if !signal.is_aborted() {
            cause.set(why);
            signal.abort();
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        if !self.finished.get() {
            self.signal.abort();
        }
    }
}
