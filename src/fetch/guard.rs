//! Sending with a session token: to whom, with whose, and what a 401 means.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::client::Settings;
use super::error::{FetchError, RefusedBecause};
use super::headers;
use super::log::CredentialKind;
use super::origin::refused;
use super::policy::{Answer, Guard, Plan, Scrub};
use super::request::{Cache, Credentials, Mode, Redirect, Request};
use super::scope::Scope;
use super::scrub::scrubbed;
use super::transport::RawResponse;
use crate::auth::{AuthClient, Credential, Demand, Issued, TokenError};

/// Lets requests through with the session token of a client, and none without.
pub(super) struct TokenGuard(pub(super) AuthClient);

impl Guard for TokenGuard {
    fn send<'a>(
        &'a self,
        settings: &'a Settings,
        plan: &'a Plan,
        scope: &'a mut Scope,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, FetchError>> + 'a>> {
        Box::pin(authenticated(settings, &self.0, plan, scope))
    }

    fn auth(&self) -> &AuthClient {
        &self.0
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
        return Err(FetchError::InvalidHeader { name: Rc::from("Authorization"), reason });
    }
    let issued = first_token(auth, plan, scope).await?;
    let answer = attempt(settings, plan, &issued, scope).await?;
    if answer.raw.status != 401 {
        return Ok(answer);
    }
    let renewed = scope.run(auth.issue(plan.token.clone(), Demand::After(issued.serial))).await?;
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
    let demand = if plan.token.skip_cache { Demand::Forced } else { Demand::Any };
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
    let request = signed(plan, &issued.credential, scope)?;
    let raw = scope.transfer(settings.transport.send(request)).await?;
    if raw.redirected {
        same_origin_after_redirect(settings, plan, &raw)?;
    }
    let scrub = match issued.credential.clone() {
        Credential::Bearer(token) => {
            let scrub: Scrub = Rc::new(move |text| scrubbed(text, token.expose()));
            Some(scrub)
        }
        Credential::Cookie => None,
    };
    Ok(Answer { raw, scrub })
}

/// The browser has refused such redirects already; a transport that did not is found out here.
fn same_origin_after_redirect(
    settings: &Settings,
    plan: &Plan,
    raw: &RawResponse,
) -> Result<(), FetchError> {
    let end = settings.transport.resolve(&raw.reader.url())?;
    if end.origin == plan.target.origin {
        return Ok(());
    }
    Err(refused(&end, RefusedBecause::Redirected))
}

/// The request with a credential, which narrows where it and its redirects may go.
fn signed(plan: &Plan, credential: &Credential, scope: &mut Scope) -> Result<Request, FetchError> {
    let mut request = plan.plain(scope);
    request.cache = plan.cache.unwrap_or(Cache::NoStore);
    if plan.target.is_same_origin {
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
        Credential::Cookie if plan.target.is_same_origin => {
            request.credentials = Credentials::SameOrigin;
            scope.entry.credential = CredentialKind::Cookie;
        }
        Credential::Cookie => return Err(refused(&plan.target, RefusedBecause::CookieOnly)),
    }
    Ok(request)
}
