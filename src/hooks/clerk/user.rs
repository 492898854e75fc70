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

/// What [`use_user`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct UserHandle(Rc<Known<Rc<User>>>);

impl UserHandle {
    /// Whether it is known who is signed in.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_known()
    }

    /// Whether somebody is.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.user().is_some()
    }

    /// Who.
    #[must_use]
    pub fn user(&self) -> Option<&Rc<User>> {
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
    UserHandle(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.user)))
}

/// What [`use_session`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionHandle(Rc<Known<Rc<Session>>>);

impl SessionHandle {
    /// Whether it is known who is signed in.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_known()
    }

    /// Whether somebody is.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.session().is_some()
    }

    /// The session, as data. Tokens are what `use_auth` gives.
    #[must_use]
    pub fn session(&self) -> Option<&Rc<Session>> {
        self.0.present()
    }
}

/// The active session. Same as Clerk's `useSession`.
#[hook]
pub fn use_session() -> SessionHandle {
    let clerk = use_clerk();
    SessionHandle(use_selected(&clerk, |clerk| of_the_signed_in(clerk, |now| &now.session)))
}

/// What [`use_session_list`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionListHandle {
    clerk: Clerk,
    sessions: Rc<Option<Vec<Rc<Session>>>>,
}

impl SessionListHandle {
    /// Whether the sessions are known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.sessions.is_some()
    }

    /// All sessions of this browser; none before they are known.
    #[must_use]
    pub fn sessions(&self) -> &[Rc<Session>] {
        self.sessions.as_deref().unwrap_or_default()
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

/// All sessions of this browser. Same as Clerk's `useSessionList`.
#[hook]
pub fn use_session_list() -> SessionListHandle {
    let clerk = use_clerk();
    let sessions = use_selected(&clerk, |clerk| {
        let now = clerk.snapshot();
        if now.is_loaded() { now.sessions.clone() } else { None }
    });
    SessionListHandle { clerk, sessions }
}
