//! `use_auth`: who is signed in.

use std::rc::Rc;

use yew::prelude::*;

use crate::auth::{AuthState, Credential, Subscription, TokenError, TokenOptions};
use crate::browser::console_error;
use crate::client::Started;
use crate::components::{AuthContext, use_surroundings};
use crate::engine::oneshot;
use crate::fetch::MissingProvider;

/// Who is signed in, and their token. The component renders again when that changes, and not with each
/// new token. Same as Clerk's `useAuth`.
///
/// Outside an `AuthProvider` nobody is ever loaded, and the console says why.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_auth;
///
/// #[component]
/// fn Account() -> Html {
///     let auth = use_auth();
///     if !auth.is_loaded() {
///         return html! { <p>{ "Loading…" }</p> };
///     }
///     match auth.user_id() {
///         Some(user) => {
///             let onclick = move |_| { auth.sign_out(); };
///             html! { <button {onclick}>{ format!("Sign out {user}") }</button> }
///         }
///         None => html! { <p>{ "Signed out" }</p> },
///     }
/// }
/// ```
#[hook]
pub fn use_auth() -> AuthHandle {
    let around = use_surroundings();
    #[cfg(feature = "clerk")]
    let rights = super::clerk::use_rights(around.clerk.clone());
    let context = around.auth.clone();
    let render = use_force_update();
    let subscription = use_mut_ref(|| None::<(Rc<AuthContext>, Subscription)>);
    let mut subscription = subscription.borrow_mut();
    match (&context, &*subscription) {
        (None, _) => warn_once(&mut subscription),
        (Some(now), Some((before, _))) if now == before => {}
        (Some(now), _) => {
            let listener = now.auth().subscribe(move || render.force_update());
            *subscription = Some((now.clone(), listener));
        }
    }
    let state = context.as_ref().map_or(AuthState::Loading, |context| context.auth().state());
    AuthHandle {
        context,
        state,
        #[cfg(feature = "clerk")]
        rights,
    }
}

fn warn_once(subscription: &mut Option<(Rc<AuthContext>, Subscription)>) {
    thread_local! {
        static WARNED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    *subscription = None;
    if !WARNED.with(|warned| warned.replace(true)) {
        console_error(&missing_provider("use_auth").to_string());
    }
}

pub(crate) const fn missing_provider(hook: &'static str) -> MissingProvider {
    MissingProvider { hook, provider: "AuthProvider" }
}

/// What [`use_auth`] gives. Same as the result of Clerk's `useAuth`, with methods for its fields.
#[derive(Clone, PartialEq)]
pub struct AuthHandle {
    context: Option<Rc<AuthContext>>,
    state: AuthState,
    #[cfg(feature = "clerk")]
    rights: Option<super::clerk::Rights>,
}

impl AuthHandle {
    /// The whole state: loading, signed out, signed in, or failed to load.
    #[must_use]
    pub const fn state(&self) -> &AuthState {
        &self.state
    }

    /// Whether it is known who is signed in. Also false while sign-in cannot load.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        matches!(self.state, AuthState::SignedOut | AuthState::SignedIn(_))
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub const fn is_signed_in(&self) -> bool {
        matches!(self.state, AuthState::SignedIn(_))
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> Option<Rc<str>> {
        self.state.identity().map(|identity| identity.user_id.clone())
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> Option<Rc<str>> {
        self.state.identity().map(|identity| identity.session_id.clone())
    }

    /// The id of the active organisation.
    #[must_use]
    pub fn org_id(&self) -> Option<Rc<str>> {
        self.state.identity().and_then(|identity| identity.org_id.clone())
    }

    /// A token that is valid now, from memory if possible. Same as Clerk's `getToken`, but that 'no token' is
    /// an error which says why.
    ///
    /// The future fails with a [`TokenError`]: not loaded, signed out, offline, unavailable or timed out.
    pub fn get_token(&self, options: &TokenOptions) -> Started<Result<Credential, TokenError>> {
        match &self.context {
            Some(context) => Started::new(context.auth().get_token(options)),
            None => Started::new(std::future::ready(Err(TokenError::NotLoaded))),
        }
    }

    /// Tries again to load sign-in, for a button next to a failure. Does nothing while it is loading.
    pub fn reload(&self) {
        if let Some(context) = &self.context {
            context.auth().reload();
        }
    }

    /// Signs out, without a reload of the page. Starts at once, awaited or not. Same as Clerk's `signOut`.
    ///
    /// The future fails when the session could not be ended; the user is still signed in then.
    pub fn sign_out(&self) -> Started<Result<(), TokenError>> {
        let Some(context) = &self.context else {
            return Started::new(std::future::ready(Err(TokenError::NotLoaded)));
        };
        let (sender, receiver) = oneshot::channel();
        let running = context.auth().sign_out();
        context.spawn(Box::pin(async move { sender.send(running.await) }));
        Started::new(async move { receiver.await.unwrap_or(Err(TokenError::NotLoaded)) })
    }
}

/// What Clerk knows besides: nothing below an `AuthProvider` with another source.
#[cfg(feature = "clerk")]
impl AuthHandle {
    /// Whether the user has a role, permission, feature or plan, or has proved lately who they are; nobody has while
    /// signed out or loading. Same as Clerk's `has`.
    #[must_use]
    pub fn has(&self, grant: &crate::auth::clerk::Grant) -> bool {
        self.rights.as_ref().is_some_and(|rights| rights.has(grant))
    }

    /// The user's role in the active organisation, like `org:admin`.
    #[must_use]
    pub fn org_role(&self) -> Option<Rc<str>> {
        self.allowed()?.membership().map(|membership| membership.role.clone())
    }

    /// The active organisation's name in addresses.
    #[must_use]
    pub fn org_slug(&self) -> Option<Rc<str>> {
        self.allowed()?.membership()?.organization.slug.clone()
    }

    /// What the session token says, without what changes with each token (`exp`, `iat`, `nbf`, `jti`, `fva`): to be read
    /// into a type of yours. Differs from Clerk's `sessionClaims` by that.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use yew::prelude::*;
    /// use yew_clerk::hooks::use_auth;
    ///
    /// #[derive(Deserialize)]
    /// struct Claims { team: String }
    ///
    /// #[component]
    /// fn Team() -> Html {
    ///     let claims = use_auth().session_claims().and_then(|claims| claims.read::<Claims>().ok());
    ///     html! { <p>{ claims.map(|claims| claims.team) }</p> }
    /// }
    /// ```
    #[must_use]
    pub fn session_claims(&self) -> Option<crate::auth::clerk::ClerkJson> {
        self.allowed()?.session_claims().cloned()
    }

    fn allowed(&self) -> Option<&crate::auth::clerk::ClerkSnapshot> {
        self.rights.as_ref()?.read()
    }
}
