//! Who is signed in.

use std::rc::Rc;

/// Who a token speaks for, and whom a piece of private data belongs to.
///
/// All three parts count: another session of the same user, or another organisation in the same
/// session, is another identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The user. Clerk's `user.id`, the token's `sub`.
    pub user_id: Rc<str>,
    /// The session. Clerk's `session.id`, the token's `sid`. Empty where the source has no sessions.
    pub session_id: Rc<str>,
    /// The active organisation, `None` for the personal workspace.
    pub org_id: Option<Rc<str>>,
}

impl Identity {
    /// A user in a session, in no organisation.
    pub fn new(user_id: impl Into<Rc<str>>, session_id: impl Into<Rc<str>>) -> Self {
        Self { user_id: user_id.into(), session_id: session_id.into(), org_id: None }
    }

    /// The same user and session with an active organisation.
    #[must_use]
    pub fn with_org(mut self, org_id: impl Into<Rc<str>>) -> Self {
        self.org_id = Some(org_id.into());
        self
    }
}

/// What a [`TokenSource`](super::TokenSource) knows about the user.
///
/// 'Unknown' is a state of its own: nobody is taken for signed out because a script is still loading.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AuthState {
    /// Not known yet, or in transition from one user to another. The default.
    #[default]
    Loading,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(Rc<Identity>),
    /// The source cannot load; asking for a token makes another attempt.
    Failed {
        /// Why, for a person to read.
        message: Rc<str>,
    },
}

impl AuthState {
    /// The state of somebody who is signed in.
    #[must_use]
    pub fn signed_in(identity: Identity) -> Self {
        Self::SignedIn(Rc::new(identity))
    }

    /// Who is signed in, if anybody is.
    #[must_use]
    pub const fn identity(&self) -> Option<&Rc<Identity>> {
        match self {
            Self::SignedIn(identity) => Some(identity),
            _ => None,
        }
    }

    /// Whether the answer is still unknown.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        matches!(self, Self::Loading)
    }
}
