//! A future of something that runs already.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::runtime::LocalFuture;

/// Something that has been started and goes on by itself: await it to learn how it ended, or drop it.
pub struct Started<T>(LocalFuture<T>);

impl<T> Started<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for Started<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.as_mut().poll(cx)
    }
}
