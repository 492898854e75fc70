//! The handle that requests are made from.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::builder::RequestBuilder;
use super::origin::{InvalidOrigin, OriginPolicy};
use super::request::Method;
use super::transport::Transport;
use crate::auth::AuthClient;
use crate::client::runtime::Runtime;

/// Makes requests: plain ones, or each with the session token. Clones are one handle.
#[derive(Clone)]
pub struct Fetch {
    settings: Rc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) transport: Rc<dyn Transport>,
    pub(super) runtime: Rc<dyn Runtime>,
    pub(super) auth: Option<AuthClient>,
    pub(super) policy: OriginPolicy,
}

impl Fetch {
    /// A handle for requests without a token. Cookies travel on the page's own origin.
    #[must_use]
    pub fn plain(transport: Rc<dyn Transport>, runtime: Rc<dyn Runtime>) -> Self {
        let policy = OriginPolicy::same_origin();
        Self {
            settings: Rc::new(Settings {
                transport,
                runtime,
                auth: None,
                policy,
            }),
        }
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
        let policy = OriginPolicy::same_origin();
        Self {
            settings: Rc::new(Settings {
                transport,
                runtime,
                auth: Some(auth),
                policy,
            }),
        }
    }

    /// The same handle with a list of further origins that get the token.
    #[must_use]
    pub fn with_policy(&self, policy: OriginPolicy) -> Self {
        Self {
            settings: Rc::new(Settings {
                policy,
                ..(*self.settings).clone()
            }),
        }
    }

    /// The same handle with these further origins; see [`OriginPolicy::allowing`].
    ///
    /// # Errors
    /// When one of them is not exactly an origin.
    pub fn allowing(&self, origins: &[&str]) -> Result<Self, InvalidOrigin> {
        let policy = OriginPolicy::allowing(&*self.settings.transport, origins)?;
        Ok(self.with_policy(policy))
    }

    /// The client whose tokens are sent, if this handle sends any.
    #[must_use]
    pub fn auth(&self) -> Option<&AuthClient> {
        self.settings.auth.as_ref()
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
        RequestBuilder::new(Some(self.clone()), method, url)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl PartialEq for Fetch {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.settings, &other.settings)
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("auth", &self.settings.auth)
            .field("policy", &self.settings.policy)
            .finish_non_exhaustive()
    }
}

thread_local! {
    static AMBIENT: RefCell<Option<Fetch>> = const { RefCell::new(None) };
}

/// The handle of [`get`], [`post`] and so on: plain requests by the browser. `None` where there is no
/// browser, unless [`set_ambient`] gave another.
#[must_use]
pub fn ambient() -> Option<Fetch> {
    let known = AMBIENT.with(|ambient| ambient.borrow().clone());
    known.or_else(|| {
        let made = crate::browser::transport::page_fetch()?;
        set_ambient(Some(made.clone()));
        Some(made)
    })
}

/// Replaces the ambient handle of this thread, and gives back the former: for tests, and for apps that
/// bring their own transport.
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
