//! A request as plain data.

use std::fmt;
use std::rc::Rc;

use crate::engine::signal::Signal;

/// An HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read. The default.
    #[default]
    Get,
    /// Read the headers alone.
    Head,
    /// Create, or anything else.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
    /// Ask what is possible.
    Options,
}

impl Method {
    /// The name as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// Whether a request with this method may carry a body.
    #[must_use]
    pub const fn allows_body(self) -> bool {
        !matches!(self, Self::Get | Self::Head)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a request sends. Kept whole, so that it can be sent a second time with a new token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// Nothing. The default.
    #[default]
    None,
    /// Text, for example JSON.
    Text(Rc<str>),
    /// Bytes.
    Bytes(Rc<[u8]>),
}

/// Whether the browser adds its cookies. As `credentials` of the browser's `fetch`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Never.
    Omit,
    /// To the page's own origin only. The default.
    #[default]
    SameOrigin,
    /// To every origin.
    Include,
}

impl Credentials {
    /// The word of the browser's `fetch` for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Omit => "omit",
            Self::SameOrigin => "same-origin",
            Self::Include => "include",
        }
    }
}

/// Which origins a request may go to. As `mode` of the browser's `fetch`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Any that agrees. The default.
    #[default]
    Cors,
    /// The page's own only, also after redirects.
    SameOrigin,
}

impl Mode {
    /// The word of the browser's `fetch` for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cors => "cors",
            Self::SameOrigin => "same-origin",
        }
    }
}

/// What a redirect does. As `redirect` of the browser's `fetch`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirect {
    /// It is followed. The default.
    #[default]
    Follow,
    /// It is a network error.
    Error,
}

impl Redirect {
    /// The word of the browser's `fetch` for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Error => "error",
        }
    }
}

/// How the browser's HTTP cache is used. As `cache` of the browser's `fetch`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// As the answer's headers say. The default without a token.
    #[default]
    Default,
    /// A stored answer is used only after the server has confirmed it.
    NoCache,
    /// Neither read nor written. The default with a token or a session's cookie: the browser's cache knows
    /// addresses but not users, and would hand one user's answer to the next.
    NoStore,
}

impl Cache {
    /// The word of the browser's `fetch` for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::NoCache => "no-cache",
            Self::NoStore => "no-store",
        }
    }
}

/// What a [`Transport`](super::Transport) sends.
///
/// `Debug` shows the names of the headers and not their values.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute address, exactly as [`Transport::resolve`](super::Transport::resolve) gave it.
    pub url: Rc<str>,
    /// Names and values. They have been checked: they can stand in a request.
    pub headers: Vec<(String, String)>,
    /// What to send.
    pub body: Body,
    /// Whether to send cookies.
    pub credentials: Credentials,
    /// Which origins are allowed.
    pub mode: Mode,
    /// What a redirect does.
    pub redirect: Redirect,
    /// How the browser's cache is used.
    pub cache: Cache,
    /// Aborts the request, and the reading of its answer.
    pub signal: Signal,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .field("credentials", &self.credentials)
            .field("mode", &self.mode)
            .field("redirect", &self.redirect)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
