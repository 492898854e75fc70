//! What the user may do, for `use_auth`.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use crate::auth::Subscription;
use crate::auth::clerk::{Clerk, ClerkSnapshot, Grant};

/// The part of `use_auth` that only Clerk can give. What was read of it decides on rendering again.
#[derive(Clone)]
pub(in crate::hooks) struct Rights {
    clerk: Clerk,
    now: Rc<ClerkSnapshot>,
    is_read: Rc<Cell<bool>>,
    /// Whether the age of the user's proofs matters: it changes each minute.
    is_age_read: Rc<Cell<bool>>,
}

impl Rights {
    /// What the active session is allowed, if it counts as signed in.
    pub fn read(&self) -> Option<&ClerkSnapshot> {
        self.is_read.set(true);
        let pending_is_out = self.clerk.options().treat_pending_as_signed_out;
        self.now.auth_state(pending_is_out).identity().map(|_| &*self.now)
    }

    /// Whether the active session has this.
    pub fn has(&self, grant: &Grant) -> bool {
        if matches!(grant, Grant::Reverification(_)) {
            self.is_age_read.set(true);
        }
        self.read().is_some_and(|now| grant.is_held(now))
    }

    /// Whether the same is allowed by both: role, permissions and claims.
    fn is_same(one: &ClerkSnapshot, other: &ClerkSnapshot) -> bool {
        one.membership() == other.membership() && one.session_claims() == other.session_claims()
    }

    /// Whether what was read is another now.
    fn is_outdated(&self, now: &ClerkSnapshot) -> bool {
        (self.is_read.get() && !Self::is_same(&self.now, now))
            || (self.is_age_read.get() && self.now.factor_ages != now.factor_ages)
    }
}

impl PartialEq for Rights {
    fn eq(&self, other: &Self) -> bool {
        self.clerk == other.clerk && !self.is_outdated(&other.now)
    }
}

/// What Clerk allows. Renders again on a change of that, but only if it was read.
#[hook]
pub(in crate::hooks) fn use_rights(clerk: Option<Clerk>) -> Option<Rights> {
    let render = use_force_update();
    let held = use_mut_ref(|| None::<(Rights, Subscription)>);
    let mut held_now = held.borrow_mut();
    let Some(clerk) = clerk else {
        *held_now = None;
        return None;
    };
    let now = clerk.snapshot();
    if let Some((rights, _)) = held_now.as_mut().filter(|(rights, _)| rights.clerk == clerk) {
        rights.now = now;
        return Some(rights.clone());
    }
    let rights =
        Rights { clerk: clerk.clone(), now, is_read: Rc::default(), is_age_read: Rc::default() };
    let (shown, told) = (Rc::downgrade(&held), clerk.clone());
    let subscription = clerk.subscribe(move || {
        let Some(shown) = shown.upgrade() else { return };
        let now = told.snapshot();
        let is_news = shown.borrow().as_ref().is_some_and(|(rights, _)| rights.is_outdated(&now));
        if is_news {
            render.force_update();
        }
    });
    *held_now = Some((rights.clone(), subscription));
    Some(rights)
}
