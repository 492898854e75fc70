//! The transport where there is none.

use super::error::InvalidUrl;
use super::request::Request;
use super::transport::{RawResponse, Target, Transport, TransportError};
use crate::client::runtime::LocalFuture;

/// Refuses every request: off the browser, or outside the provider that would bring one.
pub(super) struct Absent;

const NO_BROWSER: &str = "there is no browser here to fetch with";

impl Transport for Absent {
    fn send(&self, _: Request) -> LocalFuture<Result<RawResponse, TransportError>> {
        Box::pin(std::future::ready(Err(TransportError::network(NO_BROWSER))))
    }

    fn resolve(&self, _: &str) -> Result<Target, InvalidUrl> {
        Err(InvalidUrl::new(NO_BROWSER))
    }
}
