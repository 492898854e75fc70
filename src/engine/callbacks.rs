//! Whom an observer tells what becomes of requests.

use std::rc::Rc;

use super::erased::{Data, Failure};
use super::key::Key;

/// Called with the data that a request brought, and its key.
pub type OnSuccess = Rc<dyn Fn(&Data, &Key)>;

/// Called with the error of a request, and its key.
pub type OnError = Rc<dyn Fn(&Failure, &Key)>;

/// Called with what a request has ended with, and its key.
pub type OnSettled = Rc<dyn Fn(Result<&Data, &Failure>, &Key)>;

/// Called with the key of a request whose answer was ignored.
pub type OnDiscarded = Rc<dyn Fn(&Key)>;

/// Called with the key of a request that takes long.
pub type OnLoadingSlow = Rc<dyn Fn(&Key)>;

/// Called after a failure that may be tried again, in the place of the built-in backoff.
pub type OnErrorRetry = Rc<dyn Fn(&Failure, &Key, ErrorRetry)>;

/// What a rule of one's own for retries has to work with.
#[derive(Clone)]
pub struct ErrorRetry {
    /// How many tries there will have been with the next one: 1 after the first failure.
    pub retry_count: u32,
    pub(crate) again: Rc<dyn Fn()>,
}

impl ErrorRetry {
    /// Tries again now: by the first component that shows the key by then, and not if a request runs already, or the
    /// data belongs to somebody who has gone. Same as calling SWR's `revalidate` with the retry's options.
    pub fn revalidate(&self) {
        (self.again)();
    }
}

/// What an observer wants to be told of its own requests.
#[derive(Clone, Default)]
pub struct Callbacks {
    /// Of the data and the errors of all requests for its key, whoever made them.
    pub of_all_requests: bool,
    /// The request brought data.
    pub on_success: Option<OnSuccess>,
    /// The request failed (each time, in SWR's dialect).
    pub on_error: Option<OnError>,
    /// The request has ended with data or an error (TanStack Query).
    pub on_settled: Option<OnSettled>,
    /// The answer was ignored, because something newer had happened.
    pub on_discarded: Option<OnDiscarded>,
    /// There is no data yet, and the request has run for its options' `loading_timeout` (SWR).
    pub on_loading_slow: Option<OnLoadingSlow>,
    /// Decides on the next try, in the place of its options' `retry_delay` (SWR).
    pub on_error_retry: Option<OnErrorRetry>,
}

/// What callbacks are told of a request: its outcome, or `None` if that was ignored.
pub(crate) type News = Option<Result<Data, Failure>>;

impl Callbacks {
    pub(crate) fn tell(&self, news: &News, key: &Key) {
        match news {
            Some(Ok(data)) => self.on_success.iter().for_each(|callback| callback(data, key)),
            Some(Err(failure)) => self.on_error.iter().for_each(|callback| callback(failure, key)),
            None => return self.on_discarded.iter().for_each(|callback| callback(key)),
        }
        if let (Some(callback), Some(settled)) = (&self.on_settled, news) {
            callback(settled.as_ref(), key);
        }
    }

    pub(crate) fn is_interested(&self, news: &News) -> bool {
        match news {
            Some(_) if self.on_settled.is_some() => true,
            Some(Ok(_)) => self.on_success.is_some(),
            Some(Err(_)) => self.on_error.is_some(),
            None => self.on_discarded.is_some(),
        }
    }
}
