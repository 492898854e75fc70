//! Clerk itself: the genuine clerk-js as a [`TokenSource`](super::TokenSource), and what it knows of the user.
//!
//! [`Clerk`] is the handle, [`ClerkSnapshot`] what Clerk knows as plain data, [`ClerkDriver`] the part of clerk-js that
//! is used. Nothing here knows a browser: the driver does.

mod driver;
mod error;
mod flow;
mod grant;
mod handle;
mod json;
mod key;
mod lists;
mod navigation;
mod options;
mod resources;
mod snapshot;
mod source;
mod tabs;

pub use driver::{ClerkCall, ClerkDriver, Flow, Redirect, Return, SetActive, Widget};
pub use error::{ClerkError, ErrorDetail, ErrorFields, ErrorMeta};
pub use flow::{Attempt, FactorOffer, SignInAttempt, SignInFlow, SignUpAttempt, SignUpFlow, Step};
pub use grant::{Grant, Reverification, ReverificationLevel};
pub use handle::Clerk;
pub use json::ClerkJson;
pub use key::{KeyError, KeyKind, PublishableKey};
pub use lists::{
    ClerkList, ClerkPage, ListOwner, MembershipRequest, ORGANIZATION_DOMAINS,
    ORGANIZATION_INVITATIONS, ORGANIZATION_MEMBERSHIP_REQUESTS, ORGANIZATION_MEMBERSHIPS,
    OrganizationData, OrganizationDomain, OrganizationInvitation, OrganizationMember,
    OrganizationSuggestion, PageQuery, PublicUserData, USER_INVITATIONS, USER_MEMBERSHIPS,
    USER_SUGGESTIONS, UserInvitation,
};
pub use navigation::{Navigate, Navigation};
pub use options::ClerkOptions;
pub(crate) use resources::is_lasting;
pub use resources::{
    EmailAddress, Known, Membership, Organization, Session, SessionStatus, SessionTask, User,
};
pub use snapshot::{ClerkSnapshot, ClerkStatus};
