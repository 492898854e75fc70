//! The handle that requests are made from.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::builder::RequestBuilder;
use super::error::{FetchError, MissingProvider, NetworkError};
use super::exchange::Guard;
use super::guard::TokenGuard;
use super::origin::{InvalidOrigin, OriginPolicy};
use super::request::Method;
use super::transport::Transport;
use crate::auth::AuthClient;
use crate::client::runtime::{LocalFuture, Runtime};

/// Makes requests: plain ones, or each with the session token. Clones are one handle.
#[derive(Clone)]
pub struct Fetch {
    /// What requests are made with, or why none can be made.
    settings: Result<Rc<Settings>, Absent>,
}

/// Why a handle can make no requests.
#[derive(Clone, Copy, PartialEq)]
enum Absent {
    Provider(MissingProvider),
    Browser,
}

impl From<Absent> for FetchError {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Provider(missing) => missing.into(),
            Absent::Browser => Self::Network(Rc::new(NetworkError {
                url: Rc::from("nowhere"),
                message: Rc::from(
                    "there is no browser here; make a `Fetch` with a transport of your own",
                ),
            })),
        }
    }
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) transport: Rc<dyn Transport>,
    pub(super) runtime: Rc<dyn Runtime>,
    /// Adds the session token, in handles that send one.
    pub(super) guard: Option<Rc<dyn Guard>>,
    pub(super) policy: OriginPolicy,
}

impl Fetch {
    /// A handle for requests without a token. Cookies travel on the page's own origin.
    #[must_use]
    pub fn plain(transport: Rc<dyn Transport>, runtime: Rc<dyn Runtime>) -> Self {
        Self::of(Settings { transport, runtime, guard: None, policy: OriginPolicy::same_origin() })
    }

    /// A handle whose requests all carry the session token of `auth`, and go to the page's own origin
    /// only unless [`Fetch::with_policy`] allows others.
    ///
    /// While nobody is signed in, its requests fail; none ever leaves without a token.
    #[must_use]
    pub fn authenticated(
        transport: Rc<dyn Transport>,
        runtime: Rc<dyn Runtime>,
        auth: AuthClient,
    ) -> Self {
        Self::plain(transport, runtime).with_auth(auth)
    }

    /// The same handle, its requests carrying the session token of `auth`.
    #[must_use]
    pub fn with_auth(self, auth: AuthClient) -> Self {
        self.changed(|settings| settings.guard = Some(Rc::new(TokenGuard(auth))))
    }

    /// A handle whose requests all fail with this error.
    #[must_use]
    pub fn missing(missing: MissingProvider) -> Self {
        Self { settings: Err(Absent::Provider(missing)) }
    }

    fn of(settings: Settings) -> Self {
        Self { settings: Ok(Rc::new(settings)) }
    }

    fn absent() -> Self {
        Self { settings: Err(Absent::Browser) }
    }

    fn changed(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let Ok(settings) = &self.settings else {
            return self.clone();
        };
        let mut settings = (**settings).clone();
        change(&mut settings);
        Self::of(settings)
    }

    /// The same handle with a list of further origins that get the token.
    #[must_use]
    pub fn with_policy(&self, policy: OriginPolicy) -> Self {
        self.changed(|settings| settings.policy = policy)
    }

    /// The same handle with these further origins; see [`OriginPolicy::allowing`].
    ///
    /// # Errors
    /// When one of them is not exactly an origin.
    pub fn allowing(&self, origins: &[&str]) -> Result<Self, InvalidOrigin> {
        let Ok(settings) = &self.settings else {
            return Ok(self.clone());
        };
        let policy = OriginPolicy::allowing(&*settings.transport, origins)?;
        Ok(self.with_policy(policy))
    }

    /// The client whose tokens are sent, if this handle sends any.
    #[must_use]
    pub fn auth(&self) -> Option<&AuthClient> {
        let settings = self.settings.as_ref().ok()?;
        settings.guard.as_ref().map(|guard| guard.auth())
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.request(Method::Get, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: &str) -> RequestBuilder {
        self.request(Method::Head, url)
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.request(Method::Post, url)
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> RequestBuilder {
        self.request(Method::Put, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: &str) -> RequestBuilder {
        self.request(Method::Patch, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> RequestBuilder {
        self.request(Method::Delete, url)
    }

    /// A request with any method.
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, url)
    }

    /// Runs a task to its end, independent of any component.
    pub(crate) fn spawn(&self, task: LocalFuture<()>) {
        if let Ok(settings) = &self.settings {
            settings.runtime.spawn(task);
        }
    }

    pub(super) fn settings(&self) -> Result<Rc<Settings>, FetchError> {
        self.settings.clone().map_err(Into::into)
    }
}

impl PartialEq for Fetch {
    fn eq(&self, other: &Self) -> bool {
        match (&self.settings, &other.settings) {
            (Ok(this), Ok(other)) => Rc::ptr_eq(this, other),
            (Err(this), Err(other)) => this == other,
            _ => false,
        }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Fetch");
        match &self.settings {
            Ok(settings) => debug.field("auth", &self.auth()).field("policy", &settings.policy),
            Err(absent) => debug.field("error", &FetchError::from(*absent)),
        };
        debug.finish_non_exhaustive()
    }
}

thread_local! {
    static AMBIENT: RefCell<Option<Fetch>> = const { RefCell::new(None) };
}

/// The handle of [`get`], [`post`] and so on: plain requests by the browser. Where there is no browser,
/// its requests fail, unless [`set_ambient`] gave another.
#[must_use]
pub fn ambient() -> Fetch {
    let known = AMBIENT.with(|ambient| ambient.borrow().clone());
    known.unwrap_or_else(|| {
        let made = crate::browser::transport::page_fetch().unwrap_or_else(Fetch::absent);
        set_ambient(Some(made.clone()));
        made
    })
}

/// Replaces the ambient handle of this thread, and gives back the former: for tests, and for apps that
/// bring their own transport. `None` brings back the browser.
pub fn set_ambient(fetch: Option<Fetch>) -> Option<Fetch> {
    AMBIENT.with(|ambient| ambient.replace(fetch))
}

/// A plain GET request to the page's own origin or elsewhere.
pub fn get(url: &str) -> RequestBuilder {
    request(Method::Get, url)
}

/// A plain HEAD request.
pub fn head(url: &str) -> RequestBuilder {
    request(Method::Head, url)
}

/// A plain POST request.
pub fn post(url: &str) -> RequestBuilder {
    request(Method::Post, url)
}

/// A plain PUT request.
pub fn put(url: &str) -> RequestBuilder {
    request(Method::Put, url)
}

/// A plain PATCH request.
pub fn patch(url: &str) -> RequestBuilder {
    request(Method::Patch, url)
}

/// A plain DELETE request.
pub fn delete(url: &str) -> RequestBuilder {
    request(Method::Delete, url)
}

/// A plain request with any method.
pub fn request(method: Method, url: &str) -> RequestBuilder {
    RequestBuilder::new(ambient(), method, url)
}
