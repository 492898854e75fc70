//! What hands out tokens.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use super::identity::AuthState;
use super::token::Credential;
use crate::client::runtime::LocalFuture;

/// Hands out tokens and says who is signed in: Clerk, or anything else that can.
///
/// An implementation may cache as it likes, and need not bother about deadlines, parallel callers or a
/// wrong clock: [`AuthClient`](super::AuthClient) does.
pub trait TokenSource {
    /// Who is signed in, as far as is known now. Cheap: it is called before and after each request.
    fn state(&self) -> AuthState;

    /// Mints a token, or hands out a cached one unless `options.skip_cache`.
    ///
    /// The future need not be cancellable: it is polled to its end even if nobody waits any more.
    fn token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>>;

    /// Calls `listener` whenever [`TokenSource::state`] may have changed. It may be called at once,
    /// and more often than needed.
    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription;

    /// Ends the session.
    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>>;

    /// Starts whatever is needed until the state is known. Called when a client is made of the source,
    /// and again after it failed. Does nothing by default.
    fn load(&self) -> LocalFuture<()> {
        Box::pin(std::future::ready(()))
    }
}

/// Which token is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenOptions {
    /// The name of a Clerk JWT template. `None`, the default, is the session token.
    pub template: Option<Rc<str>>,
    /// The organisation to speak for: by default the active one; an empty text is the personal
    /// workspace.
    pub organization_id: Option<Rc<str>>,
    /// Whether to mint a new token although a cached one seems valid. Default `false`.
    pub skip_cache: bool,
}

impl TokenOptions {
    /// The options for a token of a template.
    pub fn template(name: impl Into<Rc<str>>) -> Self {
        Self { template: Some(name.into()), ..Self::default() }
    }

    /// The same options with an organisation.
    #[must_use]
    pub fn organization(mut self, id: impl Into<Rc<str>>) -> Self {
        self.organization_id = Some(id.into());
        self
    }

    /// The same options, past every cache.
    #[must_use]
    pub const fn fresh(mut self) -> Self {
        self.skip_cache = true;
        self
    }
}

/// Why there is no token. Never one 'none' for all: only [`TokenError::SignedOut`] means that nobody is
/// signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// It is not known yet who is signed in, and the deadline passed.
    NotLoaded,
    /// Nobody is signed in.
    SignedOut,
    /// The source cannot be reached because the device is offline.
    Offline,
    /// The source failed.
    Unavailable {
        /// Why, for a person to read.
        message: Rc<str>,
        /// Whether it may work later.
        retryable: bool,
    },
    /// The source did not answer in time.
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// The source handed out a token of another user, session or organisation.
    Mismatch,
    /// The source handed out a text that is not a usable token.
    Malformed,
    /// The server refuses even tokens that were minted just now.
    Refused,
    /// Another user (or nobody) was signed in while the token was waited for.
    IdentityChanged,
}

impl TokenError {
    /// A failure that may pass.
    pub fn unavailable(message: impl Into<Rc<str>>) -> Self {
        Self::Unavailable { message: message.into(), retryable: true }
    }

    /// A failure that stays until the app is changed.
    pub fn unsupported(message: impl Into<Rc<str>>) -> Self {
        Self::Unavailable { message: message.into(), retryable: false }
    }

    /// Whether asking again later may help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::NotLoaded | Self::Offline | Self::Timeout { .. } => true,
            Self::Unavailable { retryable, .. } => *retryable,
            Self::SignedOut
            | Self::Mismatch
            | Self::Malformed
            | Self::Refused
            | Self::IdentityChanged => false,
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotLoaded => "sign-in has not loaded yet; try again in a moment",
            Self::SignedOut => "nobody is signed in; sign in first",
            Self::Offline => {
                "no session token while offline; it is fetched when the network is back"
            }
            Self::Unavailable { message, .. } => {
                return write!(f, "no session token: {message}");
            }
            Self::Timeout { after } => {
                return write!(f, "no session token within {} s; try again", after.as_secs());
            }
            Self::Mismatch => "the session token is of another user, session or organisation",
            Self::Malformed => "the token source handed out something that is not a token",
            Self::Refused => "the server refuses even new session tokens; sign in again",
            Self::IdentityChanged => "the signed-in user changed meanwhile",
        };
        f.write_str(text)
    }
}

impl std::error::Error for TokenError {}

impl From<String> for TokenError {
    fn from(message: String) -> Self {
        Self::unavailable(message)
    }
}

impl From<&str> for TokenError {
    fn from(message: &str) -> Self {
        Self::unavailable(message)
    }
}

/// Keeps a listener registered; dropping it removes the listener.
#[must_use = "the listener is removed when this is dropped"]
pub struct Subscription {
    on_drop: Option<Box<dyn FnOnce()>>,
}

impl Subscription {
    /// A guard that calls `on_drop` when it is dropped.
    pub fn new(on_drop: impl FnOnce() + 'static) -> Self {
        Self { on_drop: Some(Box::new(on_drop)) }
    }

    /// A guard of nothing, for sources that never change.
    pub const fn none() -> Self {
        Self { on_drop: None }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(on_drop) = self.on_drop.take() {
            on_drop();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}
