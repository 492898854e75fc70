//! Sending a request as it is, or past a guard.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::client::Settings;
use super::error::FetchError;
use super::log::CredentialKind;
use super::request::{Body, Cache, Credentials, Method, Mode, Redirect, Request};
use super::scope::Scope;
use super::transport::{RawResponse, Target};
use crate::auth::{AuthClient, TokenOptions};

/// A request before it is known with which token it goes.
pub(super) struct Plan {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) credentials: Credentials,
    pub(super) cache: Option<Cache>,
    pub(super) token: TokenOptions,
}

/// Takes out of a text what it must not repeat.
pub(super) type Scrub = Rc<dyn Fn(&str) -> String>;

/// An answer, and what takes the token out of it if there was one.
pub(super) struct Answer {
    pub(super) raw: RawResponse,
    pub(super) scrub: Option<Scrub>,
}

/// Stands between a request and the network where it must be known who is asking.
///
/// A trait, so that apps without sign-in do not carry the code for tokens.
pub(super) trait Guard {
    /// Sends a request with a token, if it may have one.
    fn send<'a>(
        &'a self,
        settings: &'a Settings,
        plan: &'a Plan,
        scope: &'a mut Scope,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, FetchError>> + 'a>>;

    /// The client whose tokens it sends.
    fn auth(&self) -> &AuthClient;
}

/// Sends a request, past the guard if there is one.
pub(super) async fn send(
    settings: &Settings,
    plan: &Plan,
    scope: &mut Scope,
) -> Result<Answer, FetchError> {
    if let Some(guard) = &settings.guard {
        return guard.send(settings, plan, scope).await;
    }
    if plan.target.is_same_origin && plan.credentials != Credentials::Omit {
        scope.entry.credential = CredentialKind::Cookie;
    }
    let sent = settings.transport.send(plan.plain(scope));
    let raw = scope.transfer(sent).await?;
    Ok(Answer { raw, scrub: None })
}

impl Plan {
    /// The request as the caller wants it.
    pub(super) fn plain(&self, scope: &Scope) -> Request {
        Request {
            method: self.method,
            url: self.target.href.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            credentials: self.credentials,
            mode: Mode::Cors,
            redirect: Redirect::Follow,
            cache: self.cache.unwrap_or_default(),
            signal: scope.signal(),
        }
    }
}
