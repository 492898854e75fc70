//! Sending with a session token: to whom, with whose, and what a 401 means.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::error::{FetchError, RefusedBecause};
use super::exchange::{Answer, Exchange, Guard, Scrub};
use super::headers;
use super::log::CredentialKind;
use super::origin::refused;
use super::request::{Cache, Credentials, Mode, Redirect, Request};
use super::scrub::scrubbed;
use super::transport::RawResponse;
use crate::auth::{AuthClient, Credential, Demand, Issued, TokenError};

/// Lets requests through with the session token of a client, and none without.
pub(super) struct TokenGuard(pub(super) AuthClient);

impl Guard for TokenGuard {
    fn send<'a>(
        &'a self,
        exchange: &'a mut Exchange,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, FetchError>> + 'a>> {
        Box::pin(authenticated(&self.0, exchange))
    }

    fn auth(&self) -> &AuthClient {
        &self.0
    }
}

async fn authenticated(auth: &AuthClient, exchange: &mut Exchange) -> Result<Answer, FetchError> {
    // Before any token is asked for: what is refused must cost nothing and tell nobody.
    exchange.settings.policy.check(&exchange.target)?;
    if headers::find(&exchange.plan.headers, "authorization").is_some() {
        let reason = "an authenticated request sets it by itself; use a plain request for your own";
        return Err(FetchError::InvalidHeader { name: Rc::from("Authorization"), reason });
    }
    let issued = first_token(auth, exchange).await?;
    let answer = attempt(exchange, &issued).await?;
    if answer.raw.status != 401 {
        return Ok(answer);
    }
    let newer = auth.issue(exchange.plan.token.clone(), Demand::After(issued.serial));
    let renewed = exchange.scope.run(newer).await?;
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
    exchange.scope.entry.replayed = true;
    let answer = attempt(exchange, &renewed).await?;
    if answer.raw.status == 401 {
        auth.note_refused(&exchange.plan.token, renewed.serial);
    }
    Ok(answer)
}

/// The token to begin with. From here on, the request belongs to one user.
async fn first_token(auth: &AuthClient, exchange: &mut Exchange) -> Result<Issued, FetchError> {
    let (scope, wanted) = (&mut exchange.scope, &exchange.plan.token);
    let known = auth.identity().is_some();
    if known {
        scope.bind(auth, auth.epoch());
    }
    let demand = if wanted.skip_cache { Demand::Forced } else { Demand::Any };
    let issued = scope.run(auth.issue(wanted.clone(), demand)).await??;
    if !known {
        scope.bind(auth, issued.epoch);
    }
    Ok(issued)
}

async fn attempt(exchange: &mut Exchange, issued: &Issued) -> Result<Answer, FetchError> {
    exchange.scope.check()?;
    let request = signed(exchange, &issued.credential)?;
    let raw = exchange.transfer(request).await?;
    if raw.redirected {
        same_origin_after_redirect(exchange, &raw)?;
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
fn same_origin_after_redirect(exchange: &Exchange, raw: &RawResponse) -> Result<(), FetchError> {
    let end = exchange.settings.transport.resolve(&raw.reader.url())?;
    if end.origin == exchange.target.origin {
        return Ok(());
    }
    Err(refused(&end, RefusedBecause::Redirected))
}

/// The request with a credential, which narrows where it and its redirects may go.
fn signed(exchange: &mut Exchange, credential: &Credential) -> Result<Request, FetchError> {
    let mut request = exchange.plain();
    let (target, entry) = (&exchange.target, &mut exchange.scope.entry);
    request.cache = exchange.plan.cache.unwrap_or(Cache::NoStore);
    if target.is_same_origin {
        request.mode = Mode::SameOrigin;
    } else {
        request.credentials = Credentials::Omit;
        request.redirect = Redirect::Error;
    }
    match credential {
        Credential::Bearer(token) => {
            let value = ["Bearer ", token.expose()].concat();
            headers::set(&mut request.headers, "Authorization", value);
            entry.credential = CredentialKind::Bearer;
        }
        Credential::Cookie if target.is_same_origin => {
            request.credentials = Credentials::SameOrigin;
            entry.credential = CredentialKind::Cookie;
        }
        Credential::Cookie => return Err(refused(target, RefusedBecause::CookieOnly)),
    }
    Ok(request)
}
