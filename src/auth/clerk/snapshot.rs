//! Everything that Clerk knows at one moment, and what follows from it.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::flow::{SignInAttempt, SignUpAttempt};
use super::resources::{Known, Membership, Organization, Session, SessionStatus, User, or_default};
use crate::auth::identity::{AuthState, Identity};

/// How Clerk is doing. Same as Clerk's `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClerkStatus {
    /// It works.
    Ready,
    /// It works in part: Clerk's servers do not answer as they should.
    Degraded,
    /// It did not load.
    Error,
    /// It loads. The default.
    #[default]
    #[serde(other)]
    Loading,
}

/// Everything that Clerk knows at one moment. Two are equal when nothing but the token is new.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
    /// The attempt to sign in that is under way.
    #[serde(deserialize_with = "or_default")]
    pub sign_in: SignInAttempt,
    /// The attempt to sign up that is under way.
    #[serde(deserialize_with = "or_default")]
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
        if !self.organization.is_known() {
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
    pub fn session_claims(&self) -> Option<&Rc<Map<String, Value>>> {
        self.session.present()?.claims.as_ref()
    }
}
