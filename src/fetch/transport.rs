//! What carries requests: the browser's `fetch` in an app, a script in tests.

use std::fmt;
use std::rc::Rc;

use super::error::InvalidUrl;
use super::request::Request;
use crate::client::runtime::LocalFuture;

/// Carries requests, and knows what an address means.
///
/// Nothing else in the library takes an address apart: what is checked is what is sent, so no second
/// parser can understand it in another way.
pub trait Transport {
    /// Sends a request; ready when the headers of the answer are there.
    ///
    /// The request ends when `request.signal` aborts, and also when the future is dropped.
    fn send(&self, request: Request) -> LocalFuture<Result<RawResponse, TransportError>>;

    /// What an address means on this page. Relative ones start from the document's base.
    ///
    /// # Errors
    /// When it is no address.
    fn resolve(&self, url: &str) -> Result<Target, InvalidUrl>;
}

/// An address as the browser understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The absolute address in its normal form.
    pub href: Rc<str>,
    /// The origin as `URL.origin` writes it; `null` where there is none.
    pub origin: Rc<str>,
    /// The scheme without its colon.
    pub scheme: Rc<str>,
    /// The host name without a port; an IPv6 address in brackets.
    pub host: Rc<str>,
    /// The path, which may be shown in errors and logs.
    pub path: Rc<str>,
    /// Whether this is the page's own origin.
    pub is_same_origin: bool,
    /// Whether the address contains a user name or a password.
    pub has_userinfo: bool,
}

impl Target {
    /// Origin and path: the address without anything that may be secret.
    pub(super) fn display(&self) -> Rc<str> {
        match &*self.scheme {
            "http" | "https" => [&*self.origin, &*self.path].concat().into(),
            // The rest of a `data:` address is its whole content.
            scheme => [scheme, ":…"].concat().into(),
        }
    }

    /// Whether the host is this very device, by its name or number.
    pub(super) fn is_loopback(&self) -> bool {
        let host = &*self.host;
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            // The resolver writes every form of an IPv4 address as four numbers, so that a name which
            // only begins with '127.' is told apart by its letters.
            || (host.starts_with("127.") && host.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    }
}

/// An answer of which nothing but the status has been read.
pub struct RawResponse {
    /// The status code.
    pub status: u16,
    /// Whether there were redirects.
    pub redirected: bool,
    /// Reads the rest.
    pub reader: Box<dyn ResponseReader>,
}

/// Reads an answer: what is asked for and no more, and the body once. Dropping the reader or the future of a body ends
/// the transfer.
pub trait ResponseReader {
    /// The status text; empty with HTTP/2.
    fn status_text(&self) -> String;

    /// The address that answered, after redirects.
    fn url(&self) -> String;

    /// A header, by its name in any case. Not asked for what cannot be a name.
    fn header(&self, name: &str) -> Option<String>;

    /// The body as text; what is not UTF-8 is replaced.
    fn text(self: Box<Self>) -> LocalFuture<Result<String, TransportError>>;

    /// The body as bytes.
    fn bytes(self: Box<Self>) -> LocalFuture<Result<Vec<u8>, TransportError>>;
}

/// Why a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// It was aborted.
    Aborted,
    /// The network, the server or the browser's rules stopped it. Browsers do not tell which.
    Network(Rc<str>),
}

impl TransportError {
    /// A network failure with the browser's words.
    pub fn network(message: impl Into<Rc<str>>) -> Self {
        Self::Network(message.into())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => f.write_str("aborted"),
            Self::Network(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for TransportError {}
