//! Everything that Clerk knows at one moment, and what follows from it.

use std::rc::Rc;

use super::flow::{SignInAttempt, SignUpAttempt};
use super::json::ClerkJson;
use super::resources::{Known, Membership, Organization, Session, SessionStatus, User};
use crate::auth::identity::{AuthState, Identity};

/// How Clerk is doing. Same as Clerk's `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClerkStatus {
    /// It works.
    Ready,
    /// It works in part: Clerk's servers do not answer as they should.
    Degraded,
    /// It did not load.
    Error,
    /// It loads. The default.
    #[default]
    Loading,
}

impl ClerkStatus {
    /// By Clerk's name for it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "ready" => Self::Ready,
            "degraded" => Self::Degraded,
            "error" => Self::Error,
            _ => Self::Loading,
        }
    }
}

/// Everything that Clerk knows at one moment. Two are equal when nothing but the token is new, and no minute older.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClerkSnapshot {
    /// How Clerk is doing.
    pub status: ClerkStatus,
    /// The active session.
    pub session: Known<Rc<Session>>,
    /// Its user.
    pub user: Known<Rc<User>>,
    /// The active organisation.
    pub organization: Known<Rc<Organization>>,
    /// All sessions of this browser, `None` before they are known.
    pub sessions: Option<Vec<Rc<Session>>>,
    /// The session that was used last, in whichever tab.
    pub last_active_session_id: Option<Rc<str>>,
    /// How old the user's proofs of who they are were when the token was made, in minutes: the first factor's and the
    /// second's; -1 for one that was never given.
    pub factor_ages: Option<[f64; 2]>,
    /// The attempt to sign in that is under way.
    pub sign_in: SignInAttempt,
    /// The attempt to sign up that is under way.
    pub sign_up: SignUpAttempt,
}

impl ClerkSnapshot {
    /// Whether Clerk can be asked.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        matches!(self.status, ClerkStatus::Ready | ClerkStatus::Degraded)
    }

    /// Whether Clerk itself says that there is no session.
    #[must_use]
    pub const fn has_no_session(&self) -> bool {
        self.is_loaded() && matches!(self.session, Known::Absent)
    }

    /// Whether somebody is there who has no id: then nothing can be said of who it is.
    pub(crate) fn is_odd(&self) -> bool {
        self.session.present().is_some_and(|session| session.id.is_empty())
            || self.user.present().is_some_and(|user| user.id.is_empty())
    }

    /// Who is signed in by this.
    ///
    /// In transition nobody is known, so nothing personal is shown and nothing is started. So it is with a session
    /// that has no token yet. A session with unfinished tasks counts as signed out if `pending_is_out`.
    #[must_use]
    pub fn auth_state(&self, pending_is_out: bool) -> AuthState {
        if !self.is_loaded() {
            return AuthState::Loading;
        }
        let session = match &self.session {
            Known::Unknown => return AuthState::Loading,
            Known::Absent => return AuthState::SignedOut,
            Known::Present(session) => session,
        };
        match session.status {
            SessionStatus::Active => {}
            SessionStatus::Pending if !pending_is_out => {}
            SessionStatus::Pending | SessionStatus::Ended => return AuthState::SignedOut,
        }
        self.identity(session).map_or(AuthState::Loading, AuthState::signed_in)
    }

    fn identity(&self, session: &Session) -> Option<Identity> {
        let user = self.user.present()?;
        session.claims.as_ref()?;
        if self.is_odd() || !self.organization.is_known() {
            return None;
        }
        // The session's word comes first: its tokens are for that organisation, member or not.
        let active = session.last_active_organization_id.clone();
        let org_id = active.or_else(|| self.organization.present().map(|org| org.id.clone()));
        Some(Identity { user_id: user.id.clone(), session_id: session.id.clone(), org_id })
    }

    /// The user's part in the active organisation.
    #[must_use]
    pub fn membership(&self) -> Option<&Rc<Membership>> {
        let organization = self.organization.present()?;
        let all = &self.user.present()?.organization_memberships;
        all.iter().find(|membership| membership.organization.id == organization.id)
    }

    /// What the session's token says, without what changes with each token.
    #[must_use]
    pub fn session_claims(&self) -> Option<&ClerkJson> {
        self.session.present()?.claims.as_ref()
    }
}
