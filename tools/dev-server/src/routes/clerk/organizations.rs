//! The active organisation's lists. Nobody can change them here, so what nobody belongs to yet is made up.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::resources;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{Membership, Organization, StoreError, User};

/// Id, organisation, address, role.
const INVITATIONS: [(&str, &str, &str, &str); 3] = [
    ("orginv_charles", "org_engines", "charles@example.com", "org:member"),
    ("orginv_mary", "org_engines", "mary@example.com", "org:admin"),
    ("orginv_linus", "org_compilers", "linus@example.com", "org:member"),
];

/// `GET /organizations/{id}/memberships`.
pub async fn memberships(state: &AppState, call: &Call, id: &str) -> Result<Answer, ApiError> {
    allowed(call, id, "org:sys_memberships:read")?;
    let wanted = id.to_owned();
    let members = state
        .store(move |store| {
            let of_user = |user: User| -> Result<_, StoreError> {
                let all = store.memberships(&user.id)?;
                let found = all.into_iter().find(|found| found.organization.id == wanted);
                Ok(found.map(|membership| (user, membership)))
            };
            store.users()?.into_iter().map(of_user).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let roles: Vec<&str> =
        call.query.filled("role").into_iter().flat_map(|all| all.split(',')).collect();
    let members = members.into_iter().flatten();
    let members = members.filter(|(_, of)| roles.is_empty() || roles.contains(&of.role.as_str()));
    let members = members.map(|(user, of)| resources::membership(&user, &of));
    Ok(Answer::page(call, &members.collect::<Vec<_>>()))
}

/// `GET /organizations/{id}/invitations`.
pub fn invitations(call: &Call, id: &str) -> Result<Answer, ApiError> {
    let organization = &allowed(call, id, "org:sys_memberships:manage")?.organization;
    let all = INVITATIONS.iter().filter(|(_, of, ..)| *of == organization.id);
    let all: Vec<_> = all.map(|one| invitation(one, organization)).collect();
    Ok(Answer::page(call, &all))
}

/// `GET /organizations/{id}/membership_requests` and `/domains`. There are none.
pub fn nothing(call: &Call, id: &str) -> Result<Answer, ApiError> {
    allowed(call, id, "org:sys_memberships:manage")?;
    Ok(Answer::page(call, &[]))
}

/// `GET /me/organization_invitations`.
pub async fn of_the_user(state: &AppState, call: &Call) -> Result<Answer, ApiError> {
    let email = &call.own_session()?.user.email;
    let organizations = state.store(|store| store.organizations()).await?;
    let all = INVITATIONS.iter().filter(|(_, _, invited, _)| invited == email);
    let all = all.filter_map(|one| {
        let organization = organizations.iter().find(|organization| organization.id == one.1)?;
        Some(invitation(one, organization))
    });
    Ok(Answer::page(call, &all.collect::<Vec<_>>()))
}

fn invitation(
    (id, _, email_address, role): &(&str, &str, &str, &str),
    organization: &Organization,
) -> Value {
    json!({
        "object": "organization_invitation",
        "id": id,
        "email_address": email_address,
        "organization_id": organization.id,
        "public_organization_data": {
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": "",
            "has_image": false,
        },
        "role": role,
        "role_name": role,
        "status": "pending",
        "public_metadata": {},
        "created_at": organization.created_at_ms,
        "updated_at": organization.created_at_ms,
    })
}

/// The user's place in an organisation, if that allows this.
fn allowed<'a>(call: &'a Call, id: &str, permission: &str) -> Result<&'a Membership, ApiError> {
    let found = call.own_session()?.membership(id).ok_or_else(|| {
        ApiError::resource_not_found("The user does not belong to this organisation.")
    })?;
    if found.permissions.iter().any(|held| held == permission) {
        return Ok(found);
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "missing_permission",
        format!("This takes the permission {permission}."),
    ))
}
