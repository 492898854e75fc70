//! What Clerk knows, as plain data: compared by value, and without the token.

use std::rc::Rc;

use super::json::ClerkJson;

/// Something that Clerk may not know yet: it tells 'unknown' (`undefined`) from 'there is none' (`null`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// Still loading, or in transition from one user to another. The default.
    #[default]
    Unknown,
    /// There is none.
    Absent,
    /// There is this one.
    Present(T),
}

impl<T> Known<T> {
    /// What there is.
    pub const fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Unknown | Self::Absent => None,
        }
    }

    /// Whether it is known.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

/// Whether a session can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionStatus {
    /// It can.
    Active,
    /// The user still has to do something first: see [`Session::tasks`].
    Pending,
    /// It has ended, been removed or replaced, or was never begun. The default.
    #[default]
    Ended,
}

impl SessionStatus {
    /// By Clerk's name for it; there are several for one that has ended.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "active" => Self::Active,
            "pending" => Self::Pending,
            _ => Self::Ended,
        }
    }
}

/// A session. Same as Clerk's `Session`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// `sess_…`
    pub id: Rc<str>,
    /// Whether it can be used.
    pub status: SessionStatus,
    /// The active organisation; `None` is the personal workspace.
    pub last_active_organization_id: Option<Rc<str>>,
    /// What the user still has to do.
    pub tasks: Vec<SessionTask>,
    /// The claims of its token, without those that change with each token. `None` until there is a token.
    pub claims: Option<ClerkJson>,
    /// The features of the user's and the organisation's plans, as the token lists them: `u:export,o:audit`.
    pub features: Option<Rc<str>>,
    /// The plans, as the token lists them.
    pub plans: Option<Rc<str>>,
    /// Whose it is.
    pub user: Option<Rc<User>>,
}

/// Something that the user has to do before a session can be used: `choose-organization`, for example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTask {
    /// Which.
    pub key: Rc<str>,
}

/// A user. Same as Clerk's `User`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// `user_…`
    pub id: Rc<str>,
    /// The first name.
    pub first_name: Option<Rc<str>>,
    /// The last name.
    pub last_name: Option<Rc<str>>,
    /// Both names.
    pub full_name: Option<Rc<str>>,
    /// The name to sign in with, where the instance has such names.
    pub username: Option<Rc<str>>,
    /// The address of a picture.
    pub image_url: Option<Rc<str>>,
    /// The primary e-mail address.
    pub primary_email_address: Option<EmailAddress>,
    /// What the app's server has noted for all to read.
    pub public_metadata: ClerkJson,
    /// The organisations that the user belongs to.
    pub organization_memberships: Vec<Rc<Membership>>,
}

impl User {
    /// The primary e-mail address as text.
    #[must_use]
    pub fn email_address(&self) -> Option<&str> {
        self.primary_email_address.as_ref().map(|email| &*email.email_address)
    }
}

/// An e-mail address of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailAddress {
    /// `idn_…`
    pub id: Rc<str>,
    /// The address.
    pub email_address: Rc<str>,
}

/// An organisation. Same as Clerk's `Organization`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// `org_…`
    pub id: Rc<str>,
    /// Its name.
    pub name: Rc<str>,
    /// Its name in addresses.
    pub slug: Option<Rc<str>>,
    /// The address of a picture.
    pub image_url: Option<Rc<str>>,
}

/// A user's part in an organisation. Same as Clerk's `OrganizationMembership`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// `orgmem_…`
    pub id: Rc<str>,
    /// `org:admin`, `org:member` or one of the instance's own.
    pub role: Rc<str>,
    /// `org:invoices:create` and so on.
    pub permissions: Vec<Rc<str>>,
    /// Where.
    pub organization: Rc<Organization>,
}

/// Whether a claim of a session token says something of the user. The others are new with each token, which would make
/// each look like a change. What begins with `__` is clerk-js's own, the token's text among it.
pub(crate) fn is_lasting(claim: &str) -> bool {
    !claim.starts_with("__") && !matches!(claim, "exp" | "iat" | "nbf" | "jti" | "fva")
}
