//! What Clerk knows, as plain data: compared by value, and without the token.

use std::rc::Rc;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Absent, Self::Present))
    }
}

/// Whether a session can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionStatus {
    /// It can.
    Active,
    /// The user still has to do something first: see [`Session::tasks`].
    Pending,
    /// It has ended, been removed or replaced, or was never begun. The default.
    #[default]
    #[serde(other)]
    Ended,
}

/// A session. Same as Clerk's `Session`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Session {
    /// `sess_…`
    pub id: Rc<str>,
    /// Whether it can be used.
    pub status: SessionStatus,
    /// The active organisation; `None` is the personal workspace.
    pub last_active_organization_id: Option<Rc<str>>,
    /// What the user still has to do.
    #[serde(deserialize_with = "or_default")]
    pub tasks: Vec<SessionTask>,
    /// The claims of its token, without those that change with each token. `None` until there is a token.
    #[serde(deserialize_with = "lasting_claims")]
    pub claims: Option<Rc<Map<String, Value>>>,
    /// Whose it is.
    pub user: Option<Rc<User>>,
}

impl Session {
    /// A claim of the session token.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.as_ref()?.get(name)
    }
}

/// Something that the user has to do before a session can be used: `choose-organization`, for example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SessionTask {
    /// Which.
    pub key: Rc<str>,
}

/// A user. Same as Clerk's `User`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
    pub public_metadata: Value,
    /// The organisations that the user belongs to.
    #[serde(deserialize_with = "or_default")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EmailAddress {
    /// `idn_…`
    pub id: Rc<str>,
    /// The address.
    pub email_address: Rc<str>,
}

/// An organisation. Same as Clerk's `Organization`, as far as it is data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Membership {
    /// `orgmem_…`
    pub id: Rc<str>,
    /// `org:admin`, `org:member` or one of the instance's own.
    pub role: Rc<str>,
    /// `org:invoices:create` and so on.
    #[serde(deserialize_with = "or_default")]
    pub permissions: Vec<Rc<str>>,
    /// Where.
    pub organization: Rc<Organization>,
}

/// `null` for something that is never absent.
pub(super) fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What a token says of itself, and not of the user: it would make each token look like a change. What begins with
/// `__` is clerk-js's own, the token's text among it.
const PASSING: [&str; 5] = ["exp", "iat", "nbf", "jti", "fva"];

fn lasting_claims<'de, D>(deserializer: D) -> Result<Option<Rc<Map<String, Value>>>, D::Error>
where
    D: Deserializer<'de>,
{
    let claims = Option::<Map<String, Value>>::deserialize(deserializer)?;
    Ok(claims.map(|mut claims| {
        claims.retain(|name, _| !name.starts_with("__") && !PASSING.contains(&name.as_str()));
        Rc::new(claims)
    }))
}
