//! What devtools may see of requests.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::request::Method;
use crate::auth::{Listeners, Subscription};
use crate::client::runtime::Runtime;
use crate::engine::time::Time;

/// A request that has ended. Contains no header, no token and no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEvent {
    /// Counts requests, from 1.
    pub id: u64,
    /// The method.
    pub method: Method,
    /// The path, with the origin before it where that is not the page's own.
    pub path: Rc<str>,
    /// How it ended.
    pub outcome: RequestOutcome,
    /// When it began, waiting for a token included.
    pub started: Time,
    /// How long it took until the body was read.
    pub duration: Duration,
    /// What said to the server who was asking.
    pub credential: CredentialKind,
    /// Whether it was sent a second time with a new token, after a 401.
    pub replayed: bool,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// The server answered with this status.
    Status(u16),
    /// It failed, with the word of [`FetchError::kind`](super::FetchError::kind).
    Failed(&'static str),
}

/// What said to the server who was asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialKind {
    /// Nothing: another origin, or no cookies wanted.
    #[default]
    None,
    /// The page's own cookies, if it has any.
    Cookie,
    /// A bearer token.
    Bearer,
}

thread_local! {
    static LISTENERS: Listeners<RequestEvent> = Listeners::default();
    static LAST_ID: Cell<u64> = const { Cell::new(0) };
    /// What tells the listeners, once there was one: apps without a log do not carry it.
    static REPORT: Cell<Option<fn(&Entry)>> = const { Cell::new(None) };
}

/// Calls `callback` after the end of each request of the page, until the guard is dropped.
pub fn subscribe_requests(callback: impl Fn(&RequestEvent) + 'static) -> Subscription {
    REPORT.with(|report_by| report_by.set(Some(report)));
    LISTENERS.with(|listeners| listeners.add(Rc::new(callback)))
}

/// The entry of a running request; tells the listeners when it is dropped.
pub(super) struct Entry {
    pub(super) outcome: RequestOutcome,
    pub(super) credential: CredentialKind,
    pub(super) replayed: bool,
    id: u64,
    method: Method,
    path: Rc<str>,
    started: Time,
    runtime: Rc<dyn Runtime>,
}

impl Entry {
    pub(super) fn new(method: Method, path: Rc<str>, runtime: Rc<dyn Runtime>) -> Self {
        let id = LAST_ID.with(|last| {
            last.set(last.get() + 1);
            last.get()
        });
        Self {
            // A request that is dropped before it ends has been aborted by that.
            outcome: RequestOutcome::Failed("aborted"),
            credential: CredentialKind::None,
            replayed: false,
            id,
            method,
            path,
            started: runtime.now(),
            runtime,
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // `try_with`, because the page may be on its way out.
        if let Ok(Some(report)) = REPORT.try_with(Cell::get) {
            report(self);
        }
    }
}

fn report(entry: &Entry) {
    let listeners = LISTENERS.try_with(Clone::clone).ok();
    let Some(listeners) = listeners.filter(|listeners| !listeners.is_empty()) else {
        return;
    };
    listeners.emit(&RequestEvent {
        id: entry.id,
        method: entry.method,
        path: entry.path.clone(),
        outcome: entry.outcome,
        started: entry.started,
        duration: entry.runtime.now().since(entry.started),
        credential: entry.credential,
        replayed: entry.replayed,
    });
}
