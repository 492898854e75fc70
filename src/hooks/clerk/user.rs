//! `use_user`, `use_session`, `use_session_list`: who is signed in.

use std::rc::Rc;

use yew::prelude::*;

use super::{use_clerk, use_selected};
use crate::auth::AuthState;
use crate::auth::clerk::{Clerk, ClerkCall, ClerkSnapshot, Known, Session, SetActive, User};

/// Something of a signed-in user: not before Clerk has loaded, and not in transition.
pub(super) fn of_the_signed_in<T: Clone>(
    clerk: &Clerk,
    take: fn(&ClerkSnapshot) -> &Known<T>,
) -> Known<T> {
    let state = clerk.auth_state();
    if state.identity().is_some() {
        return take(&clerk.snapshot()).clone();
    }
    if state == AuthState::SignedOut { Known::Absent } else { Known::Unknown }
}

/// Something that only a signed-in user has, or that it is not known yet: what [`use_user`] and [`use_session`] give.
#[derive(Debug, PartialEq)]
pub struct OfTheSignedIn<T>(Rc<Known<Rc<T>>>);

/// What [`use_user`] gives.
pub type UserHandle = OfTheSignedIn<User>;

/// What [`use_session`] gives.
pub type SessionHandle = OfTheSignedIn<Session>;

impl<T> OfTheSignedIn<T> {
    /// Whether it is known who is signed in.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_known()
    }

    /// Whether somebody is.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.0.present().is_some()
    }
}

impl<T> Clone for OfTheSignedIn<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl UserHandle {
    /// Who.
    #[must_use]
    pub fn user(&self) -> Option<&Rc<User>> {
        self.0.present()
    }
}

impl SessionHandle {
    /// The session, as data. Tokens are what `use_auth` gives.
    #[must_use]
    pub fn session(&self) -> Option<&Rc<Session>> {
        self.0.present()
    }
}

/// The user with name and picture. Same as Clerk's `useUser`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_user;
///
/// #[component]
/// fn Greeting() -> Html {
///     let user = use_user();
///     html! { <p>{ "Hello, " }{ user.user().and_then(|user| user.first_name.clone()) }</p> }
/// }
/// ```
#[hook]
pub fn use_user() -> UserHandle {
    let clerk = use_clerk();
    OfTheSignedIn(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.user)))
}

/// The active session. Same as Clerk's `useSession`.
#[hook]
pub fn use_session() -> SessionHandle {
    let clerk = use_clerk();
    OfTheSignedIn(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.session)))
}

/// Things of which one is active, and Clerk to change that: what [`use_session_list`] gives, and
/// [`use_organization_list`](super::use_organization_list).
#[derive(Debug, PartialEq)]
pub struct Choice<T> {
    pub(super) clerk: Clerk,
    pub(super) all: Rc<Option<Vec<Rc<T>>>>,
}

/// What [`use_session_list`] gives.
pub type SessionListHandle = Choice<Session>;

impl<T> Choice<T> {
    /// Whether they are known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.all.is_some()
    }

    /// Makes another one active. Same as Clerk's `setActive`.
    ///
    /// # Errors
    /// When Clerk's server refuses it, or Clerk has not loaded.
    #[must_use]
    pub fn set_active(&self, target: &SetActive) -> ClerkCall<()> {
        self.clerk.set_active(target)
    }
}

impl<T> Clone for Choice<T> {
    fn clone(&self) -> Self {
        Self { clerk: self.clerk.clone(), all: self.all.clone() }
    }
}

impl SessionListHandle {
    /// All sessions of this browser; none before they are known.
    #[must_use]
    pub fn sessions(&self) -> &[Rc<Session>] {
        self.all.as_deref().unwrap_or_default()
    }
}

/// All sessions of this browser. Same as Clerk's `useSessionList`.
#[hook]
pub fn use_session_list() -> SessionListHandle {
    let clerk = use_clerk();
    let all = use_selected(&clerk, |clerk| {
        let now = clerk.snapshot();
        if now.is_loaded() { now.sessions.clone() } else { None }
    });
    Choice { clerk, all }
}
