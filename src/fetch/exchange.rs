//! Sending a request as it is, or past a guard.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::client::Settings;
use super::error::FetchError;
use super::log::CredentialKind;
use super::request::{Body, Cache, Credentials, Method, Mode, Redirect, Request};
use super::scope::Scope;
use super::transport::{RawResponse, Target};
use crate::auth::{AuthClient, TokenOptions};
use crate::engine::signal::Signal;

/// A request as it was written down.
pub(super) struct Plan {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) content_type: &'static str,
    pub(super) credentials: Credentials,
    pub(super) cache: Option<Cache>,
    pub(super) timeout: Option<Duration>,
    pub(super) signal: Option<Signal>,
    pub(super) token: TokenOptions,
    /// The first mistake in it.
    pub(super) mistake: Option<FetchError>,
}

/// A request on its way, from its sending to the last byte of the answer. Boxed by all, as it is moved often.
pub(super) struct Exchange {
    pub(super) settings: Rc<Settings>,
    pub(super) plan: Box<Plan>,
    pub(super) target: Target,
    pub(super) scope: Scope,
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
        exchange: &'a mut Exchange,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, FetchError>> + 'a>>;

    /// The client whose tokens it sends.
    fn auth(&self) -> &AuthClient;
}

impl Exchange {
    /// Sends the request, past the guard if there is one.
    pub(super) async fn send(&mut self) -> Result<Answer, FetchError> {
        // A signal that has been aborted before sends nothing.
        self.scope.check()?;
        if let Some(guard) = self.settings.guard.clone() {
            return guard.send(self).await;
        }
        if self.target.is_same_origin && self.plan.credentials != Credentials::Omit {
            self.scope.entry.credential = CredentialKind::Cookie;
        }
        let raw = self.transfer(self.plain()).await?;
        Ok(Answer { raw, scrub: None })
    }

    /// Hands a request to the transport, and waits for the head of its answer.
    pub(super) async fn transfer(&self, request: Request) -> Result<RawResponse, FetchError> {
        self.scope.transfer(self.settings.transport.send(request)).await
    }

    /// The request as the caller wants it.
    pub(super) fn plain(&self) -> Request {
        let plan = &self.plan;
        Request {
            method: plan.method,
            url: self.target.href.clone(),
            headers: plan.headers.clone(),
            body: plan.body.clone(),
            credentials: plan.credentials,
            mode: Mode::Cors,
            redirect: Redirect::Follow,
            cache: plan.cache.unwrap_or_default(),
            signal: self.scope.signal(),
        }
    }
}
