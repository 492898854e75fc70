//! `use_organization`, `use_organization_list`: where the user works.

use std::rc::Rc;

use yew::prelude::*;

use super::user::{Choice, of_the_signed_in};
use super::{use_clerk, use_selected};
use crate::auth::clerk::{Known, Membership, Organization};

/// What [`use_organization`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationHandle(Rc<(Known<Rc<Organization>>, Option<Rc<Membership>>)>);

impl OrganizationHandle {
    /// Whether it is known.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.0.is_known()
    }

    /// The active organisation; none in the personal workspace.
    #[must_use]
    pub fn organization(&self) -> Option<&Rc<Organization>> {
        self.0.0.present()
    }

    /// The user's part in it.
    #[must_use]
    pub fn membership(&self) -> Option<&Rc<Membership>> {
        self.0.1.as_ref()
    }
}

/// The active organisation. Same as Clerk's `useOrganization`, whose lists of members are for
/// [`use_clerk_list`](crate::hooks::use_clerk_list).
#[hook]
pub fn use_organization() -> OrganizationHandle {
    let clerk = use_clerk();
    OrganizationHandle(use_selected(&clerk, |clerk| {
        let organization = of_the_signed_in(clerk, |now| &now.organization);
        let membership = organization.present().and(clerk.snapshot().membership().cloned());
        (organization, membership)
    }))
}

/// What [`use_organization_list`] gives.
pub type OrganizationListHandle = Choice<Membership>;

impl OrganizationListHandle {
    /// The organisations that the user belongs to, and as what; none while nobody is signed in.
    #[must_use]
    pub fn memberships(&self) -> &[Rc<Membership>] {
        self.all.as_deref().unwrap_or_default()
    }
}

/// The organisations of the user. Same as Clerk's `useOrganizationList`, as far as it needs no further
/// requests: those are for [`use_clerk_list`](crate::hooks::use_clerk_list).
#[hook]
pub fn use_organization_list() -> OrganizationListHandle {
    let clerk = use_clerk();
    let all = use_selected(&clerk, |clerk| {
        let user = of_the_signed_in(clerk, |now| &now.user);
        let known = user.present().map(|user| user.organization_memberships.clone());
        known.or_else(|| user.is_known().then(Vec::new))
    });
    Choice { clerk, all }
}
