//! `use_clerk_list`: Clerk's lists, in the cache.

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::use_clerk;
use crate::auth::clerk::{ClerkError, ClerkJson, ClerkList, ClerkPage, ListOwner, PageQuery};
use crate::client::SwrOptions;
use crate::engine::options::Access;
use crate::hooks::{SwrHandle, use_auth, use_swr_with};

/// A page of one of Clerk's lists: the members and invitations of the active organisation, or where the user belongs and
/// is invited to. Like everything else in the cache it is fetched once for all components, fetched anew on focus, and
/// gone with the user and the organisation.
///
/// Nothing is fetched while nobody is signed in and, for a list of the organisation's, while none is active. Same as the
/// paginated lists of Clerk's `useOrganization` and `useOrganizationList`; what is `infinite` there is one component for
/// each page here.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::auth::clerk::{ORGANIZATION_MEMBERSHIPS, PageQuery};
/// use yew_clerk::hooks::use_clerk_list;
///
/// #[component]
/// fn Members() -> Html {
///     let page = use_state(|| 1);
///     let members = use_clerk_list(ORGANIZATION_MEMBERSHIPS, PageQuery::page(*page));
///     let all = members.data().map_or_else(Vec::new, |page| page.data.clone());
///     let onclick = move |_| page.set(*page + 1);
///     html! {
///         <>
///             { for all.into_iter().filter_map(|member| member.public_user_data).map(|who| who.identifier) }
///             <button {onclick}>{ "Next" }</button>
///         </>
///     }
/// }
/// ```
#[hook]
pub fn use_clerk_list<T>(
    list: ClerkList<T>,
    query: PageQuery,
) -> SwrHandle<ClerkPage<T>, ClerkError>
where
    T: DeserializeOwned + PartialEq + 'static,
{
    let (clerk, auth) = (use_clerk(), use_auth());
    let has_owner = list.owner() == ListOwner::User || auth.org_id().is_some();
    // The query as text: its type needs no code of its own in a key.
    let key = has_owner.then(|| ("clerk-js", list.method(), query.json().as_str().to_owned()));
    let options = SwrOptions::new().access(Access::SignedIn);
    use_swr_with(
        key,
        move |(_, _, query)| clerk.list_by(list, &ClerkJson::from_text(query)),
        options,
    )
}
