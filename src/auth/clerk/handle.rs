//! The handle on Clerk.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::ready;
use std::rc::{Rc, Weak};

use super::driver::{ClerkCall, ClerkDriver, Redirect, SetActive, Widget};
use super::error::ClerkError;
use super::grant::Grant;
use super::json::ClerkJson;
use super::key::PublishableKey;
use super::options::ClerkOptions;
use super::snapshot::{ClerkSnapshot, ClerkStatus};
use crate::auth::identity::AuthState;
use crate::auth::listeners::Listeners;
use crate::auth::source::{Subscription, TokenOptions};
use crate::auth::token::Token;
use crate::client::runtime::{Either, Runtime, race, sleep};
use crate::engine::oneshot::{Sender, channel};

/// Clerk, inside and outside of components. Clones are one handle. Same as Clerk's `Clerk` object.
///
/// It is a [`TokenSource`](crate::auth::TokenSource) as well. It starts to load when a `ClerkProvider` or an
/// [`AuthClient`](crate::auth::AuthClient) is made with it, or when [`Clerk::load`] is called.
#[derive(Clone)]
pub struct Clerk {
    pub(super) inner: Rc<Inner>,
}

pub(super) struct Inner {
    options: Rc<ClerkOptions>,
    key: Result<PublishableKey, ClerkError>,
    pub(super) driver: Rc<dyn ClerkDriver>,
    pub(super) runtime: Rc<dyn Runtime>,
    /// Who waits for the load that is under way; `None` while none is.
    waiting: RefCell<Option<Vec<Sender<Result<(), ClerkError>>>>>,
    failure: RefCell<Option<ClerkError>>,
    /// What was seen last, kept so that equal snapshots are one.
    seen: RefCell<Rc<ClerkSnapshot>>,
    /// What the listeners were told last.
    told: RefCell<Rc<ClerkSnapshot>>,
    pub(super) listeners: Listeners<()>,
    held: RefCell<Vec<Subscription>>,
    pub(super) client_uat: RefCell<Option<Rc<str>>>,
    pub(super) catching_up: Cell<bool>,
    /// Whether nobody was signed in when that was last known: what comes next is a sign-in.
    was_out: Cell<bool>,
}

impl Clerk {
    /// A handle on what `driver` drives. A key that is none is no panic: the state is 'failed' then, and says why.
    #[must_use]
    pub fn with_driver(
        options: ClerkOptions,
        driver: Rc<dyn ClerkDriver>,
        runtime: Rc<dyn Runtime>,
    ) -> Self {
        let key = PublishableKey::parse(&options.publishable_key).map_err(ClerkError::from);
        let inner = Rc::new(Inner {
            failure: RefCell::new(key.as_ref().err().cloned()),
            options: Rc::new(options),
            key,
            driver,
            runtime,
            waiting: RefCell::default(),
            seen: RefCell::default(),
            told: RefCell::default(),
            listeners: Listeners::default(),
            held: RefCell::default(),
            client_uat: RefCell::default(),
            catching_up: Cell::new(false),
            was_out: Cell::new(false),
        });
        let clerk = Self { inner };
        clerk.listen();
        clerk.look();
        clerk
    }

    /// One listener for the whole app. Weak, so that the driver does not keep the handle that keeps it.
    fn listen(&self) {
        let weak = Rc::downgrade(&self.inner);
        let changes = self.inner.driver.subscribe(Rc::new(move || with(&weak, Self::look)));
        let weak = Rc::downgrade(&self.inner);
        let on_return = move |why| with(&weak, |clerk| clerk.returned(why));
        let returns = self.inner.driver.on_return(Rc::new(on_return));
        self.inner.held.borrow_mut().extend([changes, returns]);
    }

    /// How it was set up.
    #[must_use]
    pub fn options(&self) -> &ClerkOptions {
        &self.inner.options
    }

    /// Why it did not load, if it did not.
    #[must_use]
    pub fn failure(&self) -> Option<ClerkError> {
        self.inner.failure.borrow().clone()
    }

    /// How Clerk is doing. Same as Clerk's `status`.
    #[must_use]
    pub fn status(&self) -> ClerkStatus {
        self.snapshot().status
    }

    /// Whether Clerk can be asked. Same as Clerk's `loaded`.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.inner.driver.snapshot().is_loaded()
    }

    /// What Clerk knows now: read afresh, and the same `Rc` as before when it is the same.
    #[must_use]
    pub fn snapshot(&self) -> Rc<ClerkSnapshot> {
        let inner = &self.inner;
        let mut now = inner.driver.snapshot();
        if !now.is_loaded() {
            let status = if inner.waiting.borrow().is_some() {
                ClerkStatus::Loading
            } else if inner.failure.borrow().is_some() {
                ClerkStatus::Error
            } else {
                now.status
            };
            // Nothing that it knew before counts.
            now = Rc::new(ClerkSnapshot { status, ..ClerkSnapshot::default() });
        }
        let mut seen = inner.seen.borrow_mut();
        if *seen != now {
            *seen = now;
        }
        seen.clone()
    }

    /// Who is signed in now.
    #[must_use]
    pub fn auth_state(&self) -> AuthState {
        let now = self.snapshot();
        if now.status != ClerkStatus::Error {
            return now.auth_state(self.inner.options.treat_pending_as_signed_out);
        }
        let message = self.failure().map(|failure| failure.message);
        AuthState::Failed { message: message.unwrap_or_else(|| Rc::from("Clerk did not load")) }
    }

    /// Whether the user has a role, permission, feature or plan. Same as Clerk's `has`: a session with unfinished
    /// tasks has nothing, unless the options say that it counts.
    #[must_use]
    pub fn has(&self, grant: &Grant) -> bool {
        self.auth_state().identity().is_some() && grant.is_held(&self.snapshot())
    }

    /// Calls `callback` after each change of what Clerk knows. A new token alone is no change,
    /// unless the user has proved who they are, or that has become a minute older.
    pub fn subscribe(&self, callback: impl Fn() + 'static) -> Subscription {
        self.inner.listeners.add(Rc::new(move |()| callback()))
    }

    /// Loads Clerk. All callers of a time share one attempt; after a failure this makes another.
    ///
    /// # Errors
    /// When the key is none, or Clerk has not loaded within [`ClerkOptions::load_timeout`].
    #[must_use]
    pub fn load(&self) -> ClerkCall<()> {
        let key = match &self.inner.key {
            Ok(key) => key.clone(),
            Err(error) => return Box::pin(ready(Err(error.clone()))),
        };
        if self.is_loaded() {
            return Box::pin(ready(Ok(())));
        }
        let (sender, receiver) = channel();
        let is_first = {
            let mut waiting = self.inner.waiting.borrow_mut();
            let is_first = waiting.is_none();
            waiting.get_or_insert_default().push(sender);
            is_first
        };
        if is_first {
            self.start(&key);
        }
        Box::pin(async move { receiver.await.unwrap_or_else(|| Err(ClerkError::not_loaded())) })
    }

    fn start(&self, key: &PublishableKey) {
        let inner = &self.inner;
        inner.failure.take();
        let loading = inner.driver.load(&inner.options, key);
        let deadline = sleep(&*inner.runtime, inner.options.load_timeout);
        let clerk = self.clone();
        inner.runtime.spawn(Box::pin(async move {
            let outcome = match race(loading, deadline).await {
                Either::First(outcome) => outcome,
                Either::Second(()) => Err(clerk.too_slow()),
            };
            clerk.ended(&outcome);
        }));
        self.look();
    }

    fn too_slow(&self) -> ClerkError {
        let after = self.inner.options.load_timeout.as_secs().to_string();
        let text = ["Clerk did not load within ", &after, " s; see whether its script is blocked"];
        ClerkError::new("clerk_load_timeout", text.concat())
    }

    fn ended(&self, outcome: &Result<(), ClerkError>) {
        let inner = &self.inner;
        inner.failure.replace(outcome.as_ref().err().cloned());
        inner.client_uat.replace(inner.driver.client_uat());
        let waiting = inner.waiting.take().unwrap_or_default();
        self.look();
        for waiter in waiting {
            waiter.send(outcome.clone());
        }
    }

    /// Tells everyone if something is new. Called by clerk-js at any time, also while it is being called.
    fn look(&self) {
        let now = self.snapshot();
        if now.is_loaded() {
            // It came after all, later than was waited for.
            self.inner.failure.take();
        }
        let before = self.inner.told.replace(now.clone());
        // The very same, not an equal one: somebody may have read another in between, and has to hear that it passed.
        if Rc::ptr_eq(&before, &now) {
            return;
        }
        if now.has_no_session() {
            if !self.inner.was_out.replace(true) {
                // A sign-out changes the cookie too, and is no sign-in elsewhere.
                self.inner.client_uat.replace(self.inner.driver.client_uat());
            }
        } else if now.session.present().is_some() && self.inner.was_out.replace(false) {
            self.inner.driver.announce_sign_in();
        }
        self.inner.listeners.emit(&());
    }

    /// Makes another session or organisation the active one. Same as Clerk's `setActive`. Starts at once, awaited or
    /// not.
    ///
    /// # Errors
    /// When Clerk's server refuses it, or Clerk has not loaded.
    #[must_use]
    pub fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        self.call(|driver| driver.set_active(target))
    }

    /// Ends one session, or all, without leaving the page. Same as Clerk's `signOut`. Starts at once, awaited or not.
    ///
    /// # Errors
    /// When Clerk's server cannot be reached, or Clerk has not loaded.
    #[must_use]
    pub fn sign_out(&self, session_id: Option<&str>) -> ClerkCall<()> {
        self.call(|driver| driver.sign_out(session_id))
    }

    /// Goes to another page. Same as Clerk's `redirectToSignIn`, `redirectToSignUp`, `redirectToTasks` and
    /// `handleRedirectCallback`.
    ///
    /// # Errors
    /// When Clerk has not loaded.
    #[must_use]
    pub fn redirect(&self, to: Redirect, props: &ClerkJson) -> ClerkCall<()> {
        self.call(|driver| driver.redirect(to, props))
    }

    /// The token of the active session, straight from Clerk. [`AuthClient`](crate::auth::AuthClient) is what requests
    /// use: it shares, keeps and bounds this.
    pub(super) fn clerk_token(&self, options: &TokenOptions) -> ClerkCall<Option<Token>> {
        self.call(|driver| driver.get_token(options))
    }

    /// Shows a ready-made form over the page. Same as Clerk's `openSignIn` and its like.
    ///
    /// # Errors
    /// When Clerk or its forms have not loaded.
    pub fn open(&self, widget: Widget, props: &ClerkJson) -> Result<(), ClerkError> {
        self.when_loaded()?.open(widget, props)
    }

    /// Removes what [`Clerk::open`] shows. Same as Clerk's `closeSignIn` and its like.
    pub fn close(&self, widget: Widget) {
        self.inner.driver.close(widget);
    }

    /// Shows a ready-made form in a `web_sys::Node`. Same as Clerk's `mountSignIn` and its like.
    ///
    /// # Errors
    /// When Clerk or its forms have not loaded.
    pub fn mount(
        &self,
        widget: Widget,
        node: &dyn Any,
        props: &ClerkJson,
    ) -> Result<(), ClerkError> {
        self.when_loaded()?.mount(widget, node, props)
    }

    /// Removes what [`Clerk::mount`] shows. Same as Clerk's `unmountSignIn` and its like.
    pub fn unmount(&self, widget: Widget, node: &dyn Any) {
        self.inner.driver.unmount(widget, node);
    }

    pub(super) fn when_loaded(&self) -> Result<&dyn ClerkDriver, ClerkError> {
        if self.is_loaded() { Ok(&*self.inner.driver) } else { Err(ClerkError::not_loaded()) }
    }

    pub(super) fn call<T: 'static>(
        &self,
        call: impl FnOnce(&dyn ClerkDriver) -> ClerkCall<T>,
    ) -> ClerkCall<T> {
        match self.when_loaded() {
            Ok(driver) => call(driver),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

fn with(inner: &Weak<Inner>, act: impl FnOnce(&Clerk)) {
    if let Some(inner) = inner.upgrade() {
        act(&Clerk { inner });
    }
}

impl PartialEq for Clerk {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("status", &self.status()).finish_non_exhaustive()
    }
}
