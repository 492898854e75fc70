//! What was asked of the server, for tests that count requests. Tokens never enter it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use crate::auth::Presented;
use crate::clerk::BrowserKey;
use crate::faults::DropConnection;
use crate::routes::is_below;
use crate::state::AppState;

/// How many requests are listed one by one. All are counted.
const KEPT: usize = 500;

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    #[serde(skip)]
    ticket: u64,
    method: String,
    path: String,
    /// 0 while there is no answer, and for good if the connection was closed without one.
    status: u16,
    credential: &'static str,
    user_id: Option<String>,
    at_ms: u64,
}

/// What was asked so far.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Requests {
    total: u64,
    by_path: BTreeMap<String, u64>,
    log: VecDeque<Entry>,
    #[serde(skip)]
    last_ticket: u64,
}

/// Names a request in the log, so that what turns out later can be added to it.
#[derive(Debug, Clone, Copy)]
pub struct LogTicket(u64);

/// The log of requests. Empty at first.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Requests>);

impl RequestLog {
    /// Everything so far.
    #[must_use]
    pub fn snapshot(&self) -> Requests {
        self.requests().clone()
    }

    /// Forgets everything so far.
    pub fn reset(&self) {
        let mut requests = self.requests();
        // Tickets go on, so that an answer to an earlier request is not booked to a later one.
        *requests = Requests { last_ticket: requests.last_ticket, ..Requests::default() };
    }

    /// Adds who sent a request.
    pub fn identify(&self, ticket: LogTicket, user_id: &str) {
        self.amend(ticket, |entry| entry.user_id = Some(user_id.to_owned()));
    }

    fn begin(&self, method: &str, path: &str, credential: &'static str, at_ms: u64) -> LogTicket {
        let mut requests = self.requests();
        requests.last_ticket += 1;
        requests.total += 1;
        *requests.by_path.entry(format!("{method} {path}")).or_default() += 1;
        if requests.log.len() == KEPT {
            requests.log.pop_front();
        }
        let ticket = requests.last_ticket;
        requests.log.push_back(Entry {
            ticket,
            method: method.to_owned(),
            path: path.to_owned(),
            status: 0,
            credential,
            user_id: None,
            at_ms,
        });
        LogTicket(ticket)
    }

    fn amend(&self, ticket: LogTicket, change: impl FnOnce(&mut Entry)) {
        let mut requests = self.requests();
        // From the back: the request is most likely a recent one.
        if let Some(entry) = requests.log.iter_mut().rev().find(|entry| entry.ticket == ticket.0) {
            change(entry);
        }
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Middleware: enters every request when it arrives, and its status when the answer is ready. So a
/// request whose sender lost patience is counted too.
pub async fn record(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if is_below(&path, "/__dev") {
        return next.run(request).await;
    }
    let method = request.method().to_string();
    let credential = credential(request.headers(), request.uri());
    let ticket = state.log().begin(&method, &path, credential, state.now_ms());
    request.extensions_mut().insert(ticket);
    let response = next.run(request).await;
    let dropped = response.extensions().get::<DropConnection>().is_some();
    let status = if dropped { 0 } else { response.status().as_u16() };
    state.log().amend(ticket, |entry| entry.status = status);
    tracing::info!(%method, %path, status, credential);
    response
}

/// By what the request wants to be known. Clerk's endpoints look at the browser's cookie, or at what takes its
/// place in the query.
fn credential(headers: &HeaderMap, uri: &Uri) -> &'static str {
    if is_below(uri.path(), "/__clerk") {
        return match BrowserKey::of(headers, uri) {
            Some(BrowserKey::Query(_)) => "query",
            Some(BrowserKey::Cookie(_)) => "cookie",
            None => "none",
        };
    }
    match Presented::of(headers) {
        Presented::Bearer(_) => "bearer",
        Presented::Cookie(_) => "cookie",
        Presented::Nothing => "none",
    }
}
