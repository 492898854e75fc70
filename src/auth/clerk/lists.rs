//! Clerk's lists, which come page by page: who belongs to an organisation, and where a user could belong.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::ClerkError;
use super::handle::Clerk;
use super::json::ClerkJson;
use crate::client::Started;

/// Whose a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOwner {
    /// The active organisation's.
    Organization,
    /// The user's.
    User,
}

/// One of Clerk's lists, with items of type `T`.
pub struct ClerkList<T> {
    owner: ListOwner,
    method: &'static str,
    items: PhantomData<fn() -> T>,
}

/// Who belongs to the active organisation. Same as `memberships` of Clerk's `useOrganization`.
pub const ORGANIZATION_MEMBERSHIPS: ClerkList<OrganizationMember> =
    ClerkList::new(ListOwner::Organization, "getMemberships");

/// Who is invited to the active organisation. Same as `invitations` of Clerk's `useOrganization`.
pub const ORGANIZATION_INVITATIONS: ClerkList<OrganizationInvitation> =
    ClerkList::new(ListOwner::Organization, "getInvitations");

/// Who asks to belong to the active organisation. Same as `membershipRequests` of Clerk's `useOrganization`.
pub const ORGANIZATION_MEMBERSHIP_REQUESTS: ClerkList<MembershipRequest> =
    ClerkList::new(ListOwner::Organization, "getMembershipRequests");

/// The e-mail domains of the active organisation. Same as `domains` of Clerk's `useOrganization`.
pub const ORGANIZATION_DOMAINS: ClerkList<OrganizationDomain> =
    ClerkList::new(ListOwner::Organization, "getDomains");

/// Where the user belongs. Same as `userMemberships` of Clerk's `useOrganizationList`.
pub const USER_MEMBERSHIPS: ClerkList<OrganizationMember> =
    ClerkList::new(ListOwner::User, "getOrganizationMemberships");

/// Where the user is invited to. Same as `userInvitations` of Clerk's `useOrganizationList`.
pub const USER_INVITATIONS: ClerkList<UserInvitation> =
    ClerkList::new(ListOwner::User, "getOrganizationInvitations");

/// Where the user could belong by their e-mail address. Same as `userSuggestions` of Clerk's `useOrganizationList`.
pub const USER_SUGGESTIONS: ClerkList<OrganizationSuggestion> =
    ClerkList::new(ListOwner::User, "getOrganizationSuggestions");

impl<T> ClerkList<T> {
    const fn new(owner: ListOwner, method: &'static str) -> Self {
        Self { owner, method, items: PhantomData }
    }

    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> ListOwner {
        self.owner
    }

    /// The method of Clerk's that gives it.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }
}

impl<T> Clone for ClerkList<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ClerkList<T> {}

impl<T> fmt::Debug for ClerkList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method)
    }
}

/// Which page of a list, and which items are on it. Default: the first one, with ten.
///
/// ```
/// use yew_clerk::auth::clerk::PageQuery;
///
/// let admins = PageQuery { role: vec!["org:admin".into()], ..PageQuery::page(2) };
/// assert_eq!(admins.page_size, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Its number, from one.
    pub page: u32,
    /// How many items a page has.
    pub page_size: u32,
    /// Only members with one of these roles. Default: with any.
    pub role: Vec<Rc<str>>,
    /// Only items of one of these states: `pending`, `accepted`, `revoked`, … Default: of any. Differs from Clerk's hooks,
    /// which leave out what is not `pending`.
    pub status: Vec<Rc<str>>,
    /// Only members whose names or addresses contain this. Default: all.
    pub query: Option<Rc<str>>,
}

impl PageQuery {
    /// A page by its number, from one.
    #[must_use]
    pub const fn page(page: u32) -> Self {
        Self { page, page_size: 10, role: Vec::new(), status: Vec::new(), query: None }
    }
}

impl PageQuery {
    /// The same in clerk-js's own words.
    #[must_use]
    pub fn json(&self) -> ClerkJson {
        let number = |number: u32| ClerkJson::from_text(number.to_string());
        let mut fields =
            vec![("initialPage", number(self.page)), ("pageSize", number(self.page_size))];
        for (name, wanted) in [("role", &self.role), ("status", &self.status)] {
            if !wanted.is_empty() {
                fields.push((name, ClerkJson::texts(wanted)));
            }
        }
        fields.extend(self.query.as_ref().map(|query| ("query", ClerkJson::text(query))));
        ClerkJson::of_fields(&fields)
    }
}

impl Default for PageQuery {
    fn default() -> Self {
        Self::page(1)
    }
}

/// A page of one of Clerk's lists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClerkPage<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// How many items there are on all pages.
    pub total_count: u32,
}

/// A member of an organisation. Same as Clerk's `OrganizationMembership`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrganizationMember {
    /// `orgmem_…`
    pub id: Rc<str>,
    /// `org:admin`, `org:member` or one of the instance's own.
    pub role: Rc<str>,
    /// Where.
    pub organization: OrganizationData,
    /// Who; not in every list.
    pub public_user_data: Option<PublicUserData>,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// An invitation to the active organisation. Same as Clerk's `OrganizationInvitation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrganizationInvitation {
    /// `orginv_…`
    pub id: Rc<str>,
    /// Who is invited.
    pub email_address: Rc<str>,
    /// As what.
    pub role: Rc<str>,
    /// `pending`, `accepted`, `revoked` or `expired`.
    pub status: Rc<str>,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// Somebody asks to belong to the active organisation. Same as Clerk's `OrganizationMembershipRequest`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MembershipRequest {
    /// Its id.
    pub id: Rc<str>,
    /// `pending`, `accepted` or `rejected`.
    pub status: Rc<str>,
    /// Who.
    pub public_user_data: Option<PublicUserData>,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// An e-mail domain of an organisation. Same as Clerk's `OrganizationDomain`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrganizationDomain {
    /// `orgdmn_…`
    pub id: Rc<str>,
    /// The domain.
    pub name: Rc<str>,
    /// `manual_invitation`, `automatic_invitation` or `automatic_suggestion`.
    pub enrollment_mode: Rc<str>,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// An invitation of the user. Same as Clerk's `UserOrganizationInvitation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct UserInvitation {
    /// `orginv_…`
    pub id: Rc<str>,
    /// As what.
    pub role: Rc<str>,
    /// `pending`, `accepted`, `revoked` or `expired`.
    pub status: Rc<str>,
    /// Where.
    pub public_organization_data: OrganizationData,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// An organisation that the user could belong to. Same as Clerk's `OrganizationSuggestion`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrganizationSuggestion {
    /// Its id.
    pub id: Rc<str>,
    /// `pending`, `accepted` or `completed`.
    pub status: Rc<str>,
    /// Where.
    pub public_organization_data: OrganizationData,
    /// Since when, as ISO 8601 has it.
    pub created_at: Option<Rc<str>>,
}

/// What everybody who has to do with an organisation may know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrganizationData {
    /// `org_…`
    pub id: Rc<str>,
    /// Its name.
    pub name: Rc<str>,
    /// Its name in addresses.
    pub slug: Option<Rc<str>>,
    /// The address of a picture.
    pub image_url: Option<Rc<str>>,
}

/// What the other members of an organisation may know of a user. Same as Clerk's `PublicUserData`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PublicUserData {
    /// `user_…`
    pub user_id: Option<Rc<str>>,
    /// The address or name to sign in with.
    pub identifier: Rc<str>,
    /// The first name.
    pub first_name: Option<Rc<str>>,
    /// The last name.
    pub last_name: Option<Rc<str>>,
    /// The address of a picture.
    pub image_url: Option<Rc<str>>,
}

/// What is taken of Clerk's objects, at any depth: they have cycles.
const FIELDS: &[&str] = &[
    "data",
    "total_count",
    "id",
    "role",
    "status",
    "name",
    "slug",
    "imageUrl",
    "createdAt",
    "organization",
    "publicUserData",
    "publicOrganizationData",
    "userId",
    "identifier",
    "firstName",
    "lastName",
    "emailAddress",
    "enrollmentMode",
];

impl Clerk {
    /// A page of one of Clerk's lists. Starts at once, awaited or not. In components,
    /// [`use_clerk_list`](crate::hooks::use_clerk_list) keeps it in the cache.
    ///
    /// The future fails when Clerk's server refuses it, and while there is no active organisation or no user to have the
    /// list.
    ///
    /// ```
    /// use yew_clerk::auth::clerk::{Clerk, ClerkError, ORGANIZATION_MEMBERSHIPS, PageQuery};
    ///
    /// async fn admins(clerk: &Clerk) -> Result<u32, ClerkError> {
    ///     let query = PageQuery { role: vec!["org:admin".into()], ..PageQuery::default() };
    ///     Ok(clerk.list(ORGANIZATION_MEMBERSHIPS, &query).await?.total_count)
    /// }
    /// ```
    pub fn list<T: DeserializeOwned + 'static>(
        &self,
        list: ClerkList<T>,
        query: &PageQuery,
    ) -> Started<Result<ClerkPage<T>, ClerkError>> {
        self.list_by(list, &query.json())
    }

    pub(crate) fn list_by<T: DeserializeOwned + 'static>(
        &self,
        list: ClerkList<T>,
        query: &ClerkJson,
    ) -> Started<Result<ClerkPage<T>, ClerkError>> {
        let answer = self.call(|driver| driver.list(list.owner, list.method, query, FIELDS));
        Started::new(async move { answer.await?.read() })
    }
}
