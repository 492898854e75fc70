//! A future of something that runs already.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::outcome::{Outcome, Running};
use super::runtime::LocalFuture;

/// Something that has been started and goes on by itself: await it to learn how it ended, or drop it.
pub struct Started<T>(Kind<T>);

enum Kind<T> {
    Future(LocalFuture<T>),
    /// Code for all types waits; only the last step knows the caller's.
    Erased(Running, fn(Outcome) -> T),
}

impl<T> Started<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self(Kind::Future(Box::pin(future)))
    }

    pub(crate) fn erased(running: impl Into<Running>, finish: fn(Outcome) -> T) -> Self {
        Self(Kind::Erased(running.into(), finish))
    }
}

impl<T> Future for Started<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut self.0 {
            Kind::Future(future) => future.as_mut().poll(cx),
            Kind::Erased(running, finish) => Pin::new(running).poll(cx).map(*finish),
        }
    }
}
