//! Everything that can go wrong with a request.

use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::TokenError;
use crate::json;

/// Why a request gave no value. Cheap to clone.
///
/// No variant can contain a token, a header's value or the query part of an address.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FetchError {
    /// No answer: offline, no such host, refused by the browser's cross-origin rules.
    Network(Rc<NetworkError>),
    /// No complete answer in time.
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// Aborted by its signal.
    Aborted,
    /// An answer that is not 2xx.
    Status(Rc<StatusError>),
    /// An answer that is not what was expected.
    Decode(Rc<DecodeError>),
    /// No session token to send.
    NoToken(TokenError),
    /// A session token must not go there; nothing was sent, or nothing came of it.
    OriginRefused {
        /// The origin, or the scheme where there is none.
        origin: Rc<str>,
        /// Why.
        reason: RefusedBecause,
    },
    /// Not an address.
    InvalidUrl(InvalidUrl),
    /// A header that cannot be sent.
    InvalidHeader {
        /// Its name.
        name: Rc<str>,
        /// Why not.
        reason: &'static str,
    },
    /// The body or the query could not be made from the value given.
    Encode {
        /// What went wrong.
        message: Rc<str>,
    },
    /// A hook was used without the provider that it needs.
    MissingProvider(MissingProvider),
    /// Another user (or nobody) was signed in while this was under way; the answer is not theirs.
    IdentityChanged,
}

impl FetchError {
    /// Whether the same request may succeed later: after network failures, timeouts, 408, 425, 429 and
    /// 5xx, and while there is no token for a reason that passes.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Network(_) | Self::Timeout { .. } => true,
            Self::Status(error) => matches!(error.status, 408 | 425 | 429 | 500..=599),
            Self::NoToken(error) => error.is_retryable(),
            _ => false,
        }
    }

    /// Whether nobody wants the answer any more: never an error to show.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Aborted | Self::IdentityChanged)
    }

    /// How long the server wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.status_error().and_then(|error| error.retry_after)
    }

    /// The HTTP status, if the server answered with an error.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status_error().map(|error| error.status)
    }

    /// The server's answer, if it answered with an error.
    #[must_use]
    pub fn status_error(&self) -> Option<&StatusError> {
        match self {
            Self::Status(error) => Some(error),
            _ => None,
        }
    }

    /// One word for logs: `network`, `timeout`, `status` and so on.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Network(_) => "network",
            Self::Timeout { .. } => "timeout",
            Self::Aborted => "aborted",
            Self::Status(_) => "status",
            Self::Decode(_) => "decode",
            Self::NoToken(_) => "no token",
            Self::OriginRefused { .. } => "origin refused",
            Self::InvalidUrl(_) => "invalid address",
            Self::InvalidHeader { .. } => "invalid header",
            Self::Encode { .. } => "encode",
            Self::MissingProvider(_) => "missing provider",
            Self::IdentityChanged => "identity changed",
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => error.fmt(f),
            Self::Timeout { after } => {
                let after = seconds(*after);
                words(f, &["no complete answer within ", &after, " s; try again"])
            }
            Self::Aborted => f.write_str("the request was aborted"),
            Self::Status(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::NoToken(error) => error.fmt(f),
            Self::OriginRefused { origin, reason } => {
                words(f, &["no session token may be sent to ", origin, ": ", reason.as_str()])
            }
            Self::InvalidUrl(error) => error.fmt(f),
            Self::InvalidHeader { name, reason } => {
                words(f, &["the header ", name, " cannot be sent: ", reason])
            }
            Self::Encode { message } => words(f, &["the request cannot be written: ", message]),
            Self::MissingProvider(error) => error.fmt(f),
            Self::IdentityChanged => f.write_str("the signed-in user changed during the request"),
        }
    }
}

/// Writes texts one after the other. Less code than a format string.
pub(super) fn words(f: &mut fmt::Formatter<'_>, words: &[&str]) -> fmt::Result {
    words.iter().try_for_each(|word| f.write_str(word))
}

/// A time as seconds with up to three decimals, without the large code that writes floats.
fn seconds(time: Duration) -> String {
    let mut millis = (1000 + time.subsec_millis()).to_string();
    while millis.as_bytes().last() == Some(&b'0') {
        millis.truncate(millis.len() - 1);
    }
    let decimals = millis.get(1..).unwrap_or_default();
    let point = if decimals.is_empty() { "" } else { "." };
    [&*time.as_secs().to_string(), point, decimals].concat()
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Network(error) => Some(&**error),
            Self::Status(error) => Some(&**error),
            Self::Decode(error) => Some(&**error),
            Self::NoToken(error) => Some(error),
            Self::InvalidUrl(error) => Some(error),
            Self::MissingProvider(error) => Some(error),
            _ => None,
        }
    }
}

/// For a token source that asks a server of yours: a 401 there means that nobody is signed in.
impl From<FetchError> for TokenError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::NoToken(error) => error,
            FetchError::IdentityChanged => Self::IdentityChanged,
            FetchError::Status(answer) if answer.status == 401 => Self::SignedOut,
            error => Self::Unavailable {
                retryable: error.is_retryable(),
                message: error.to_string().into(),
            },
        }
    }
}

impl From<TokenError> for FetchError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::IdentityChanged => Self::IdentityChanged,
            error => Self::NoToken(error),
        }
    }
}

impl From<InvalidUrl> for FetchError {
    fn from(error: InvalidUrl) -> Self {
        Self::InvalidUrl(error)
    }
}

impl From<MissingProvider> for FetchError {
    fn from(error: MissingProvider) -> Self {
        Self::MissingProvider(error)
    }
}

/// A request that got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkError {
    /// The address without its query.
    pub url: Rc<str>,
    /// The browser's words.
    pub message: Rc<str>,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, message } = self;
        let advice = "; check the connection and the server's CORS rules";
        words(f, &["no answer from ", url, ": ", message, advice])
    }
}

impl Error for NetworkError {}

/// An answer that is not 2xx.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusError {
    /// The status code.
    pub status: u16,
    /// The status text; empty with HTTP/2.
    pub status_text: Rc<str>,
    /// The address without its query.
    pub url: Rc<str>,
    /// The beginning of the body as text, at most 4 kB.
    pub text: Rc<str>,
    /// How long the server wants to be left alone, from `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The whole body for [`StatusError::json`]; nothing if it is too long for that.
    pub(super) whole: Rc<str>,
}

/// How much of an error's body is kept as text, in bytes.
const TEXT_LIMIT: usize = 4 * 1024;
/// An error's body longer than this is not looked at as JSON, in bytes.
const JSON_LIMIT: usize = 256 * 1024;

impl StatusError {
    /// The body, decoded from JSON. `None` if it is something else, or longer than 256 kB.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use yew_clerk::fetch::FetchError;
    ///
    /// #[derive(Deserialize)]
    /// struct Refusal { error: String }
    ///
    /// fn reason(error: &FetchError) -> Option<String> {
    ///     let refusal: Refusal = error.status_error()?.json()?;
    ///     Some(refusal.error)
    /// }
    /// ```
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        json::from_str(&self.whole).ok()
    }

    /// The body as any JSON; as [`StatusError::json`].
    #[must_use]
    pub fn body(&self) -> Option<Value> {
        self.json()
    }

    pub(super) fn set_text(&mut self, text: Rc<str>) {
        self.text = if text.len() <= TEXT_LIMIT { text.clone() } else { beginning(&text).into() };
        if text.len() <= JSON_LIMIT {
            self.whole = text;
        }
    }
}

fn beginning(text: &str) -> &str {
    let ends = (0..=TEXT_LIMIT).rev();
    ends.filter_map(|end| text.get(..end)).next().unwrap_or_default()
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words(f, &[&self.url, " answered ", &self.status.to_string()])?;
        let hint = match self.status {
            401 => "sign in again",
            403 => "this user may not do that",
            404 => "there is no such thing",
            429 => "too many requests; wait a little",
            500..=599 => "the server failed; try again",
            _ => &self.status_text,
        };
        if hint.is_empty() { Ok(()) } else { words(f, &[": ", hint]) }
    }
}

impl Error for StatusError {}

/// An answer that is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The address without its query.
    pub url: Rc<str>,
    /// Where in the JSON, as `$.items[3].title`.
    pub path: Rc<str>,
    /// The line, from 1; 0 if unknown.
    pub line: usize,
    /// The column, from 1; 0 if unknown.
    pub column: usize,
    /// What was expected.
    pub message: Rc<str>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, path, line, column, message } = self;
        let place = [" (", &line.to_string(), ":", &column.to_string(), "): "].concat();
        words(f, &["the answer of ", url, " is not as expected at ", path, &place, message])
    }
}

impl Error for DecodeError {}

/// Why a session token may not go to an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedBecause {
    /// It is neither the page's own origin nor on the list of allowed ones.
    NotAllowed,
    /// It is plain HTTP to another device: everyone on the way could read the token.
    InsecureHttp,
    /// Its scheme is neither `https` nor `http`.
    NotHttp,
    /// The session is a cookie, which only the page's own origin gets.
    CookieOnly,
    /// The answer came from there, through a redirect.
    Redirected,
}

impl RefusedBecause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "it is not the page's own origin; allow it in the origin policy",
            Self::InsecureHttp => "it is not encrypted; use https",
            Self::NotHttp => "it is not an https address",
            Self::CookieOnly => "a cookie session works on the page's own origin only",
            Self::Redirected => "the request was redirected there",
        }
    }
}

impl fmt::Display for RefusedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUrl {
    /// Why not. Does not repeat the text, which may contain secrets.
    pub reason: Rc<str>,
}

impl InvalidUrl {
    /// An address that is invalid for this reason.
    pub fn new(reason: impl Into<Rc<str>>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words(f, &["not a valid address: ", &self.reason])
    }
}

impl Error for InvalidUrl {}

/// A hook was used outside of the provider that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingProvider {
    /// The hook.
    pub hook: &'static str,
    /// The provider.
    pub provider: &'static str,
}

impl fmt::Display for MissingProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words(f, &[self.hook, " needs a <", self.provider, "> above its component"])
    }
}

impl Error for MissingProvider {}
