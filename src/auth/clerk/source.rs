//! Clerk as a source of tokens.

use std::rc::Rc;

use super::handle::Clerk;
use crate::auth::identity::AuthState;
use crate::auth::source::{Subscription, TokenError, TokenOptions, TokenSource};
use crate::auth::token::Credential;
use crate::client::runtime::LocalFuture;

impl TokenSource for Clerk {
    fn state(&self) -> AuthState {
        self.auth_state()
    }

    fn token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let asked = self.clerk_token(options);
        let clerk = self.clone();
        Box::pin(async move {
            match asked.await {
                Ok(Some(token)) => Ok(Credential::Bearer(token)),
                Ok(None) => Err(clerk.without_token()),
                // By now Clerk may have found the session revoked.
                Err(error) => Err(error.to_token_error(clerk.snapshot().has_no_session())),
            }
        })
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        self.inner.listeners.add(Rc::new(move |()| listener()))
    }

    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let ended = Self::sign_out(self, None);
        Box::pin(async move { ended.await.map_err(|error| error.to_token_error(false)) })
    }

    fn load(&self) -> LocalFuture<()> {
        let loaded = Self::load(self);
        Box::pin(async move { drop(loaded.await) })
    }
}

impl Clerk {
    /// Why Clerk gave no token. Older versions give none when offline, so only the session tells who is signed out.
    fn without_token(&self) -> TokenError {
        if self.snapshot().has_no_session() {
            TokenError::SignedOut
        } else if self.inner.driver.is_online() {
            TokenError::unavailable("Clerk has a session, but gave no token for it")
        } else {
            TokenError::Offline
        }
    }
}
