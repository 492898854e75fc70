//! The handle that everything asks for tokens.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use super::defaults::TOKEN_DEADLINE;
use super::flights::{Core, Outcome, Settled, Step, Told};
use super::identity::{AuthState, Identity};
use super::listeners::Listeners;
use super::session_token::{Mint, TokenKey};
use super::source::{Subscription, TokenError, TokenOptions, TokenSource};
use super::token::Credential;
use crate::client::runtime::{LocalFuture, Runtime, Sleep, sleep};
use crate::engine::oneshot::Receiver;
use crate::engine::time::Time;

/// Hands out tokens to everyone in the app, inside and outside of components. Clones are one client.
///
/// Results are kept in memory only. All callers that want the same token at the same time share one
/// request to the source; nobody waits longer than the deadline.
#[derive(Clone)]
pub struct AuthClient {
    inner: Rc<Inner>,
}

struct Inner {
    source: Rc<dyn TokenSource>,
    runtime: Rc<dyn Runtime>,
    core: RefCell<Core>,
    deadline: Cell<Duration>,
    listeners: Listeners<()>,
    subscription: RefCell<Option<Subscription>>,
}

/// How tokens have fared lately.
///
/// Derived from what happened, because a source may call itself ready while no token comes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthHealth {
    /// When the source last handed out a usable token.
    pub last_success: Option<Time>,
    /// Since when it has failed without a success between, `None` if it works.
    pub failing_since: Option<Time>,
    /// The latest failure of that time.
    pub last_error: Option<TokenError>,
}

impl AuthHealth {
    /// Whether the latest attempt to get a token worked, or none was made yet.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.failing_since.is_none()
    }
}

/// How new a token has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Any that is valid.
    Any,
    /// Minted for this call, or for others that wait for the same.
    Forced,
    /// Newer than the one with this serial number, which the server refused.
    After(u64),
}

/// A token with what a request needs to know about it.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) credential: Credential,
    pub(crate) serial: u64,
    /// Whose token it is: the count of changes when it was handed out.
    pub(crate) epoch: u64,
}

impl AuthClient {
    /// A client in front of `source`. Starts to load the source.
    #[must_use]
    pub fn new(source: Rc<dyn TokenSource>, runtime: Rc<dyn Runtime>) -> Self {
        let client = Self {
            inner: Rc::new(Inner {
                core: RefCell::new(Core::new(source.state())),
                source,
                runtime,
                deadline: Cell::new(TOKEN_DEADLINE),
                listeners: Listeners::default(),
                subscription: RefCell::default(),
            }),
        };
        let weak = Rc::downgrade(&client.inner);
        let subscription = client.inner.source.subscribe(Rc::new(move || refresh(&weak)));
        client.inner.subscription.replace(Some(subscription));
        client.reload();
        client
    }

    /// The same client with another limit for waiting. Default
    /// [`TOKEN_DEADLINE`](super::defaults::TOKEN_DEADLINE).
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        self.inner.deadline.set(deadline);
        self
    }

    /// Who is signed in, as far as is known.
    #[must_use]
    pub fn state(&self) -> AuthState {
        self.inner.core.borrow().state.clone()
    }

    /// The user, session and organisation, if somebody is signed in.
    #[must_use]
    pub fn identity(&self) -> Option<Rc<Identity>> {
        self.inner.core.borrow().state.identity().cloned()
    }

    /// How often the identity has changed. What was begun under another number belongs to another user.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.inner.core.borrow().epoch
    }

    /// How tokens have fared lately.
    #[must_use]
    pub fn health(&self) -> AuthHealth {
        self.inner.core.borrow().health.clone()
    }

    /// How far the server's clock is ahead of the device's, in milliseconds, learnt from the tokens.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.inner.core.borrow().cache.clock_offset()
    }

    /// Calls `callback` after each change of the state. A new token alone is no change.
    pub fn subscribe(&self, callback: impl Fn() + 'static) -> Subscription {
        self.inner.listeners.add(Rc::new(move |()| callback()))
    }

    /// A valid token, from memory if possible.
    ///
    /// While the source is loading, the future waits for that. Who asks between two users does so on behalf of
    /// the first, and never gets the token of the second. Dropping the future stops the waiting, and never the
    /// request that others may wait for.
    ///
    /// # Errors
    /// When there is no token within the deadline; the [`TokenError`] says why.
    #[must_use]
    pub fn get_token(&self, options: &TokenOptions) -> LocalFuture<Result<Credential, TokenError>> {
        let demand = if options.skip_cache { Demand::Forced } else { Demand::Any };
        let issue = self.issue(options.clone(), demand);
        Box::pin(async move { Ok(issue.await?.credential) })
    }

    /// Ends the session at the source.
    ///
    /// # Errors
    /// When the source cannot; the user is still signed in then.
    #[must_use]
    pub fn sign_out(&self) -> LocalFuture<Result<(), TokenError>> {
        let ended = self.inner.source.sign_out();
        let weak = Rc::downgrade(&self.inner);
        Box::pin(async move {
            ended.await?;
            refresh(&weak);
            Ok(())
        })
    }

    /// Starts loading the source (again), for a 'try again' button after [`AuthState::Failed`].
    pub fn reload(&self) {
        let now = self.inner.runtime.now();
        if !self.inner.core.borrow_mut().begin_load(now) {
            return;
        }
        let load = self.inner.source.load();
        let weak = Rc::downgrade(&self.inner);
        self.inner.runtime.spawn(Box::pin(async move {
            load.await;
            if let Some(inner) = weak.upgrade() {
                inner.core.borrow_mut().loading = false;
            }
            refresh(&weak);
        }));
    }

    /// A token that meets `demand`, with its serial number.
    pub(crate) fn issue(
        &self,
        options: TokenOptions,
        demand: Demand,
    ) -> LocalFuture<Result<Issued, TokenError>> {
        let mark = self.inner.core.borrow().mark();
        Box::pin(Issuing { client: self.clone(), options, demand, mark, waiting: None })
    }

    /// Whether `epoch` is still that of the user, by what the source says at this very moment.
    pub(crate) fn is_current(&self, epoch: u64) -> bool {
        let now = self.inner.source.state();
        let core = self.inner.core.borrow();
        core.epoch == epoch && core.state.identity() == now.identity()
    }

    /// Notes that the server refused a token that had just been minted.
    pub(crate) fn note_refused(&self, options: &TokenOptions, serial: u64) {
        let now = self.inner.runtime.now();
        let mut core = self.inner.core.borrow_mut();
        if let Some(identity) = core.state.identity().cloned() {
            core.cache.note_refused(&TokenKey::new(identity, options), serial, now);
        }
    }

    fn step(&self, options: &TokenOptions, demand: Demand) -> Step {
        let now = self.inner.runtime.now();
        let (step, mint, failed) = {
            let mut core = self.inner.core.borrow_mut();
            let (step, mint) = core.step(options, demand, now);
            (step, mint, matches!(core.state, AuthState::Failed { .. }) && core.may_reload(now))
        };
        if let Some((id, key, forced)) = mint {
            self.mint(id, key, forced);
        }
        if failed {
            self.reload();
        }
        step
    }

    /// Asks the source, in a task of its own: its end is awaited whoever has lost interest.
    fn mint(&self, id: u64, key: TokenKey, forced: bool) {
        let inner = &self.inner;
        let (source, runtime) = (inner.source.clone(), inner.runtime.clone());
        let weak = Rc::downgrade(inner);
        inner.runtime.spawn(Box::pin(async move {
            let asked_at = runtime.now();
            let result = source.token(&key.options(forced)).await;
            let mint = Mint { asked_at, received_at: runtime.now(), forced };
            if let Some(inner) = weak.upgrade() {
                Self { inner }.minted(id, result, mint);
            }
        }));
    }

    fn minted(&self, id: u64, result: Result<Credential, TokenError>, mint: Mint) {
        let settled = self.inner.core.borrow_mut().settle(id, result, mint);
        match settled {
            Settled::Unknown => {}
            Settled::Again(id, key) => self.mint(id, key, true),
            Settled::Done(waiters, result) => {
                for waiter in waiters {
                    waiter.send(Some(result.clone()));
                }
            }
        }
    }

    fn timer(&self) -> Sleep {
        sleep(&*self.inner.runtime, self.inner.deadline.get())
    }

    /// Somebody else may have signed in between the minting and this very moment.
    fn checked(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Ok(issued) if !self.is_current(issued.epoch) => Err(TokenError::IdentityChanged),
            outcome => outcome,
        }
    }

    fn timed_out(&self) -> TokenError {
        let after = self.inner.deadline.get();
        let now = self.inner.runtime.now();
        let mut core = self.inner.core.borrow_mut();
        if core.state.is_loading() {
            return TokenError::NotLoaded;
        }
        let error = TokenError::Timeout { after };
        core.note_failure(&error, now);
        error
    }
}

/// A caller's way to a token.
struct Issuing {
    client: AuthClient,
    options: TokenOptions,
    demand: Demand,
    /// Who asks between two users asks on behalf of the first, and does not get the token of the second.
    mark: Option<u64>,
    /// What is waited for, and for how long; nothing before the first look, and what is at hand needs no timer.
    waiting: Option<(Receiver<Told>, Sleep)>,
}

impl Future for Issuing {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.get_mut();
        let client = &this.client;
        let step = || {
            if client.inner.core.borrow().has_passed(this.mark) {
                return Step::Done(Err(TokenError::IdentityChanged));
            }
            client.step(&this.options, this.demand)
        };
        let (told, timer) = match &mut this.waiting {
            Some(waiting) => waiting,
            None => {
                // A source may have changed before it comes round to telling.
                refresh(&Rc::downgrade(&client.inner));
                match step() {
                    Step::Done(outcome) => return Poll::Ready(outcome),
                    Step::Wait(told) => this.waiting.insert((told, client.timer())),
                }
            }
        };
        while let Poll::Ready(news) = Pin::new(&mut *told).poll(cx) {
            let outcome = match news {
                // A sender that is gone without a word: the user changed.
                None => Err(TokenError::IdentityChanged),
                Some(Some(outcome)) => outcome,
                Some(None) => match step() {
                    Step::Done(outcome) => outcome,
                    Step::Wait(next) => {
                        *told = next;
                        continue;
                    }
                },
            };
            return Poll::Ready(client.checked(outcome));
        }
        Pin::new(timer).poll(cx).map(|()| Err(client.timed_out()))
    }
}

/// Takes over what the source says now, and tells everyone if it is news.
fn refresh(inner: &Weak<Inner>) {
    let Some(inner) = inner.upgrade() else { return };
    let state = inner.source.state();
    let change = inner.core.borrow_mut().enter(state);
    let Some(change) = change else { return };
    // Outside of the borrow: dropping and sending wake whoever waits.
    drop(change.abandoned);
    for waiter in change.loaded {
        waiter.send(None);
    }
    inner.listeners.emit(&());
}

impl PartialEq for AuthClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl fmt::Debug for AuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("AuthClient");
        if let Ok(core) = self.inner.core.try_borrow() {
            debug.field("state", &core.state).field("epoch", &core.epoch);
        }
        debug.finish_non_exhaustive()
    }
}
