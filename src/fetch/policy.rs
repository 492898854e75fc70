//! Sending with a session token: to whom, with whose, and what a 401 means.

use std::rc::Rc;

use super::client::Settings;
use super::error::{FetchError, RefusedBecause};
use super::headers;
use super::log::CredentialKind;
use super::origin::refused;
use super::request::{Body, Cache, Credentials, Method, Mode, Redirect, Request};
use super::scope::Scope;
use super::transport::{RawResponse, Target};
use crate::auth::{AuthClient, Credential, Demand, Issued, Token, TokenError, TokenOptions};

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

/// An answer, and the token that it must not repeat.
pub(super) struct Answer {
    pub(super) raw: RawResponse,
    pub(super) secret: Option<Token>,
}

/// Sends a request, with a token if there is a client for tokens.
pub(super) async fn send(
    settings: &Settings,
    plan: &Plan,
    scope: &mut Scope,
) -> Result<Answer, FetchError> {
    match &settings.auth {
        Some(auth) => authenticated(settings, auth, plan, scope).await,
        None => {
            if plan.target.is_same_origin && plan.credentials != Credentials::Omit {
                scope.entry.credential = CredentialKind::Cookie;
            }
            let raw = transfer(settings, plan.plain(scope), scope).await?;
            Ok(Answer { raw, secret: None })
        }
    }
}

async fn authenticated(
    settings: &Settings,
    auth: &AuthClient,
    plan: &Plan,
    scope: &mut Scope,
) -> Result<Answer, FetchError> {
    // Before any token is asked for: what is refused must cost nothing and tell nobody.
    settings.policy.check(&plan.target)?;
    if headers::find(&plan.headers, "authorization").is_some() {
        let reason = "an authenticated request sets it by itself; use a plain request for your own";
        return Err(FetchError::InvalidHeader {
            name: Rc::from("Authorization"),
            reason,
        });
    }
    let issued = first_token(auth, plan, scope).await?;
    let answer = attempt(settings, plan, &issued, scope).await?;
    if answer.raw.status != 401 {
        return Ok(answer);
    }
    let renewed = scope
        .run(auth.issue(plan.token.clone(), Demand::After(issued.serial)))
        .await?;
    let renewed = match renewed {
        Ok(renewed) if renewed.serial != issued.serial => renewed,
        // Nothing newer to try with: the server's own answer says most.
        Ok(_) | Err(TokenError::Refused) => return Ok(answer),
        Err(error) if issued.credential == Credential::Cookie && !error.is_retryable() => {
            return Ok(answer);
        }
        Err(error) => return Err(error.into()),
    };
    drop(answer);
    scope.entry.replayed = true;
    let answer = attempt(settings, plan, &renewed, scope).await?;
    if answer.raw.status == 401 {
        auth.note_refused(&plan.token, renewed.serial);
    }
    Ok(answer)
}

/// The token to begin with. From here on, the request belongs to one user.
async fn first_token(
    auth: &AuthClient,
    plan: &Plan,
    scope: &mut Scope,
) -> Result<Issued, FetchError> {
    let known = auth.identity().is_some();
    if known {
        scope.bind(auth, auth.epoch());
    }
    let demand = if plan.token.skip_cache {
        Demand::Forced
    } else {
        Demand::Any
    };
    let issued = scope.run(auth.issue(plan.token.clone(), demand)).await??;
    if !known {
        scope.bind(auth, issued.epoch);
    }
    Ok(issued)
}

async fn attempt(
    settings: &Settings,
    plan: &Plan,
    issued: &Issued,
    scope: &mut Scope,
) -> Result<Answer, FetchError> {
    scope.check()?;
    let request = plan.signed(&issued.credential, scope)?;
    let raw = transfer(settings, request, scope).await?;
    if raw.redirected {
        same_origin_after_redirect(settings, plan, &raw)?;
    }
    let secret = match &issued.credential {
        Credential::Bearer(token) => Some(token.clone()),
        Credential::Cookie => None,
    };
    Ok(Answer { raw, secret })
}

/// The browser has refused such redirects already; a transport that did not is found out here.
fn same_origin_after_redirect(
    settings: &Settings,
    plan: &Plan,
    raw: &RawResponse,
) -> Result<(), FetchError> {
    let end = settings.transport.resolve(&raw.url)?;
    if end.origin == plan.target.origin {
        return Ok(());
    }
    Err(refused(&end, RefusedBecause::Redirected))
}

async fn transfer(
    settings: &Settings,
    request: Request,
    scope: &Scope,
) -> Result<RawResponse, FetchError> {
    let answer = scope.run(settings.transport.send(request)).await?;
    answer.map_err(|error| scope.failure(error))
}

impl Plan {
    /// The request as the caller wants it.
    fn plain(&self, scope: &Scope) -> Request {
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

    /// The request with a credential, which narrows where it and its redirects may go.
    fn signed(&self, credential: &Credential, scope: &mut Scope) -> Result<Request, FetchError> {
        let mut request = self.plain(scope);
        request.cache = self.cache.unwrap_or(Cache::NoStore);
        if self.target.is_same_origin {
            request.mode = Mode::SameOrigin;
        } else {
            request.credentials = Credentials::Omit;
            request.redirect = Redirect::Error;
        }
        match credential {
            Credential::Bearer(token) => {
                let value = ["Bearer ", token.expose()].concat();
                headers::set(&mut request.headers, "Authorization", value);
                scope.entry.credential = CredentialKind::Bearer;
            }
            Credential::Cookie if self.target.is_same_origin => {
                request.credentials = Credentials::SameOrigin;
                scope.entry.credential = CredentialKind::Cookie;
            }
            Credential::Cookie => return Err(refused(&self.target, RefusedBecause::CookieOnly)),
        }
        Ok(request)
    }
}
