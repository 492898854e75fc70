//! Ready-made token sources: a closure, a fixed token, a cookie.

use std::cell::{Cell, RefCell};
use std::future::{Future, ready};
use std::rc::Rc;

use super::claims::Claims;
use super::identity::{AuthState, Identity};
use super::listeners::Listeners;
use super::source::{Subscription, TokenError, TokenOptions, TokenSource};
use super::token::{Credential, Token};
use crate::client::runtime::LocalFuture;

type Answer = Result<Option<Credential>, TokenError>;
type Ask = Box<dyn Fn(TokenOptions) -> LocalFuture<Answer>>;

/// A token source made of your own parts. Clones share their state.
///
/// Made by [`from_fn`], [`fixed_token`] and [`cookie`].
#[derive(Clone)]
pub struct CustomSource {
    shared: Rc<Shared>,
}

struct Shared {
    ask: Ask,
    state: RefCell<AuthState>,
    /// Whether the state follows from the claims of the tokens, or is what the app says.
    follows_claims: Cell<bool>,
    /// The credential that loading has already fetched, for the first caller.
    first: RefCell<Option<Credential>>,
    /// Grows when the app says who is signed in: an answer asked for before that no longer tells.
    generation: Cell<u64>,
    listeners: Listeners<()>,
}

/// What a closure of [`from_fn`] may answer: a token, or `None` when nobody is signed in.
#[derive(Debug)]
pub struct TokenAnswer(Option<Token>);

impl<T: Into<Token>> From<Option<T>> for TokenAnswer {
    fn from(token: Option<T>) -> Self {
        Self(token.map(Into::into))
    }
}

impl From<Token> for TokenAnswer {
    fn from(token: Token) -> Self {
        Self(Some(token))
    }
}

impl From<String> for TokenAnswer {
    fn from(text: String) -> Self {
        Self(Some(text.into()))
    }
}

/// A source that calls `ask` for each token: an answer of `String`, [`Token`] or `Option` of these.
///
/// `Ok(None)` means that nobody is signed in. Who is, follows from the claims of the session token, unless
/// [`CustomSource::with_identity`] says so. `String` and `&str` errors become
/// [`TokenError::Unavailable`] that may pass.
///
/// ```
/// use yew_clerk::auth::from_fn;
///
/// let source = from_fn(|options| async move {
///     let _ = options.skip_cache;
///     Ok::<_, String>("the token of a server call".to_owned())
/// });
/// # let _ = source;
/// ```
pub fn from_fn<F, Fut, T, E>(ask: F) -> CustomSource
where
    F: Fn(TokenOptions) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
    T: Into<TokenAnswer>,
    E: Into<TokenError>,
{
    let ask = move |options| -> LocalFuture<Answer> {
        let answer = ask(options);
        Box::pin(async move {
            let TokenAnswer(token) = answer.await.map_err(Into::into)?.into();
            Ok(token.map(Credential::Bearer))
        })
    };
    CustomSource::new(Box::new(ask), AuthState::Loading, true)
}

/// A source of one token that never changes: a token of a test, or a key of a service.
///
/// The identity follows from the token's claims. A token without claims needs
/// [`CustomSource::with_identity`], else the state is [`AuthState::Failed`].
pub fn fixed_token(token: impl Into<Token>) -> CustomSource {
    let token = token.into();
    let state = state_of(&token);
    let credential = Credential::Bearer(token);
    let ask = move |_| -> LocalFuture<Answer> { Box::pin(ready(Ok(Some(credential.clone())))) };
    CustomSource::new(Box::new(ask), state, false)
}

/// A source for apps whose session is a cookie alone: requests carry no header, and go to the page's own
/// origin only.
///
/// Not for Clerk: all tabs share its cookie, which speaks for the organisation of the tab that had the focus last.
/// The tokens of `ClerkProvider` speak for the tab that asks.
///
/// A refused cookie cannot be renewed; see [`CustomSource::cookie_with_renewal`] for one that can.
#[must_use]
pub fn cookie(identity: Identity) -> CustomSource {
    CustomSource::cookie_with_renewal(identity, || {
        ready(Err::<(), _>(TokenError::unsupported("this session's cookie cannot be renewed")))
    })
}

impl CustomSource {
    fn new(ask: Ask, state: AuthState, follows_claims: bool) -> Self {
        let shared = Shared {
            ask,
            state: RefCell::new(state),
            follows_claims: Cell::new(follows_claims),
            first: RefCell::default(),
            generation: Cell::new(0),
            listeners: Listeners::default(),
        };
        Self { shared: Rc::new(shared) }
    }

    /// A cookie source that can renew its cookie: `renew` runs when the server answers 401.
    #[must_use]
    pub fn cookie_with_renewal<F, Fut, E>(identity: Identity, renew: F) -> Self
    where
        F: Fn() -> Fut + 'static,
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Into<TokenError>,
    {
        let ask = move |options: TokenOptions| -> LocalFuture<Answer> {
            if !options.skip_cache {
                return Box::pin(ready(Ok(Some(Credential::Cookie))));
            }
            let renewed = renew();
            Box::pin(async move {
                renewed.await.map_err(Into::into)?;
                Ok(Some(Credential::Cookie))
            })
        };
        Self::new(Box::new(ask), AuthState::signed_in(identity), false)
    }

    /// The same source with an identity that does not depend on the tokens' claims.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        self.set_state(AuthState::signed_in(identity));
        self
    }

    /// Says who is signed in, and tells every listener. From then on tokens no longer change it.
    pub fn set_state(&self, state: AuthState) {
        self.shared.follows_claims.set(false);
        self.shared.decide(state);
    }

    /// Asks for a token again to see who is signed in: after a sign-in that this source cannot notice.
    ///
    /// Nothing happens if the state does not follow from the tokens' claims.
    pub async fn refresh(&self) {
        if !self.shared.follows_claims.get() {
            return;
        }
        let generation = self.shared.generation.get();
        let answer = (self.shared.ask)(TokenOptions::default()).await;
        if self.shared.generation.get() != generation {
            return;
        }
        match answer {
            Ok(credential) => {
                self.shared.learn(credential.as_ref());
                self.shared.first.replace(credential);
            }
            Err(TokenError::SignedOut) => self.shared.change(AuthState::SignedOut),
            Err(error) => {
                let message = Rc::from(error.to_string());
                self.shared.change(AuthState::Failed { message });
            }
        }
    }
}

impl Shared {
    fn change(&self, state: AuthState) {
        if *self.state.borrow() == state {
            return;
        }
        self.first.take();
        self.state.replace(state);
        self.listeners.emit(&());
    }

    fn decide(&self, state: AuthState) {
        self.generation.set(self.generation.get() + 1);
        self.change(state);
    }

    fn learn(&self, credential: Option<&Credential>) {
        if !self.follows_claims.get() {
            return;
        }
        self.change(match credential {
            Some(Credential::Bearer(token)) => state_of(token),
            Some(Credential::Cookie) => return,
            None => AuthState::SignedOut,
        });
    }
}

fn state_of(token: &Token) -> AuthState {
    let identity = token.claims().ok().and_then(|claims| identity_of(&claims));
    identity.map_or_else(
        || {
            let text = "the token does not say whose it is: give the source an identity";
            AuthState::Failed { message: Rc::from(text) }
        },
        AuthState::signed_in,
    )
}

fn identity_of(claims: &Claims) -> Option<Identity> {
    Some(Identity {
        user_id: claims.sub.clone()?,
        session_id: claims.sid.clone().unwrap_or_else(|| Rc::from("")),
        org_id: claims.org_id.clone(),
    })
}

impl TokenSource for CustomSource {
    fn state(&self) -> AuthState {
        self.shared.state.borrow().clone()
    }

    fn token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let plain = *options == TokenOptions::default();
        let first = self.shared.first.take().filter(|_| plain);
        if let Some(credential) = first {
            return Box::pin(ready(Ok(credential)));
        }
        // Only the session token says who is signed in: a template's claims are the app's own.
        let telling = options.template.is_none() && options.organization_id.is_none();
        let answer = (self.shared.ask)(options.clone());
        let shared = self.shared.clone();
        let generation = shared.generation.get();
        Box::pin(async move {
            let credential = answer.await?;
            if telling && shared.generation.get() == generation {
                shared.learn(credential.as_ref());
            }
            credential.ok_or(TokenError::SignedOut)
        })
    }

    fn subscribe(&self, listener: Rc<dyn Fn()>) -> Subscription {
        self.shared.listeners.add(Rc::new(move |()| listener()))
    }

    /// Forgets the identity here. The server's session is the app's business.
    fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        self.shared.decide(AuthState::SignedOut);
        Box::pin(ready(Ok(())))
    }

    fn load(&self) -> LocalFuture<()> {
        let source = self.clone();
        Box::pin(async move {
            if !matches!(source.state(), AuthState::SignedIn(_)) {
                source.refresh().await;
            }
        })
    }
}
