//! The time that a request lives: what can end it early, and what is told of it at its end.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use super::error::{FetchError, NetworkError};
use super::log::{Entry, RequestOutcome};
use super::transport::TransportError;
use crate::auth::{AuthClient, Subscription};
use crate::client::runtime::{Either, Runtime, TimerGuard, race};
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
    identity: Option<(AuthClient, u64)>,
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
            identity: None,
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
        self.identity = Some((auth.clone(), epoch));
    }

    /// Waits for `future`, unless the request ends before.
    pub(super) async fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, FetchError> {
        match race(self.signal.aborted(), future).await {
            Either::First(()) => Err(self.ended()),
            Either::Second(value) => self.check().map(|()| value),
        }
    }

    /// Whether the request may go on: not ended, and still the same user's.
    pub(super) fn check(&self) -> Result<(), FetchError> {
        if self.signal.is_aborted() {
            return Err(self.ended());
        }
        match &self.identity {
            Some((auth, epoch)) if !auth.is_current(*epoch) => Err(FetchError::IdentityChanged),
            _ => Ok(()),
        }
    }

    /// What the transport's failure means here.
    pub(super) fn failure(&self, error: TransportError) -> FetchError {
        match error {
            TransportError::Aborted => self.ended(),
            TransportError::Network(message) => FetchError::Network(Rc::new(NetworkError {
                url: self.url.clone(),
                message,
            })),
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
        self.entry.outcome = error
            .status()
            .map_or(RequestOutcome::Failed(error.kind()), RequestOutcome::Status);
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
