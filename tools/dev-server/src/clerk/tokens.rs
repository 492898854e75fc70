//! Tokens in the form in which Clerk mints them today: version 2 of its claims.

use jsonwebtoken::{Algorithm, Header};
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::keys::SigningKeys;
use crate::origin::Origin;
use crate::random;
use crate::store::{Membership, OpenSession};
use crate::tokens::{Jwt, TokenSettings};

/// Permissions of Clerk's own pages. They do not go into tokens.
const SYSTEM: &str = "sys_";
/// How long before its minting a token counts as valid, in seconds. The same as Clerk's.
const BACKDATED_SECONDS: i64 = 10;

/// What a token is to be good for.
#[derive(Debug, Clone, Copy)]
pub enum Form<'a> {
    /// The session, in this organisation or in none.
    Session(Option<&'a Membership>),
    /// Another service that wants claims of its own. Says nothing of organisations.
    Template(&'a str),
}

/// Mints a token for a live session, at `now_ms` by the server's clock.
///
/// # Errors
/// 500 if signing fails, which takes a broken key.
pub fn mint(
    keys: &SigningKeys,
    issuer: &str,
    open: &OpenSession,
    form: Form<'_>,
    azp: Origin,
    settings: TokenSettings,
    now_ms: u64,
) -> Result<Jwt, ApiError> {
    let iat = seconds(now_ms).saturating_add(i64::from(settings.skew_seconds));
    let mut claims = match form {
        Form::Session(membership) => session_claims(open, membership, seconds(now_ms)),
        Form::Template(name) => object(json!({
            "template": name,
            "name": open.user.name,
            "email": open.user.email,
        })),
    };
    claims.extend(object(json!({
        "iss": issuer,
        "sub": open.user.id,
        "sid": open.session.id,
        "azp": azp,
        "iat": iat,
        "nbf": iat.saturating_sub(BACKDATED_SECONDS),
        "exp": iat.saturating_add(i64::from(settings.life_seconds)),
        "jti": random::id(""),
    })));
    let mut header = Header { kid: Some(keys.kid.clone()), ..Header::new(Algorithm::RS256) };
    // By this, scripts tell which of two tokens is the newer one.
    header.extras.insert("oiat", json!(iat));
    jsonwebtoken::encode(&header, &claims, &keys.encoding)
        .map(Jwt::new)
        .map_err(|error| ApiError::internal(&error))
}

fn session_claims(
    open: &OpenSession,
    membership: Option<&Membership>,
    now: i64,
) -> Map<String, Value> {
    let minutes = now.saturating_sub(seconds(open.session.created_at_ms)) / 60;
    let mut claims = object(json!({ "v": 2, "sts": "active", "fva": [minutes.max(0), -1] }));
    if let Some(membership) = membership {
        let allowed = Allowed::of(&membership.permissions);
        claims.insert("fea".to_owned(), json!(allowed.features));
        claims.insert(
            "o".to_owned(),
            json!({
                "id": membership.organization.id,
                "slg": membership.organization.slug,
                "rol": membership.role.strip_prefix("org:").unwrap_or(&membership.role),
                "per": allowed.actions,
                "fpm": allowed.masks,
            }),
        );
    }
    claims
}

/// Permissions as a token writes them: all actions once, and for each feature a mask of bits that says
/// which of them are allowed, the lowest bit for the first action.
struct Allowed {
    features: String,
    actions: String,
    masks: String,
}

impl Allowed {
    fn of(permissions: &[String]) -> Self {
        let pairs: Vec<(&str, &str)> = permissions
            .iter()
            .filter_map(|permission| permission.strip_prefix("org:")?.split_once(':'))
            .filter(|(feature, _)| !feature.starts_with(SYSTEM))
            .collect();
        let features = distinct(pairs.iter().map(|(feature, _)| *feature));
        let actions = distinct(pairs.iter().map(|(_, action)| *action));
        let mask = |feature: &&str| {
            let bits = actions.iter().enumerate();
            let bits = bits.filter(|(_, action)| pairs.contains(&(*feature, **action)));
            bits.fold(0_u64, |mask, (bit, _)| mask | 1 << bit).to_string()
        };
        Self {
            masks: features.iter().map(mask).collect::<Vec<_>>().join(","),
            // The prefix says that the organisation has the feature, and not the user.
            features: features.iter().map(|name| format!("o:{name}")).collect::<Vec<_>>().join(","),
            actions: actions.join(","),
        }
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// A time as tokens have it.
fn seconds(ms: u64) -> i64 {
    i64::try_from(ms / 1000).unwrap_or(i64::MAX / 2)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Allowed;

    #[test]
    fn each_feature_has_a_mask_of_the_actions_that_are_allowed_in_it() {
        let permissions =
            ["org:notes:read", "org:notes:manage", "org:bills:manage", "org:sys_profile:delete"];
        let allowed = Allowed::of(&permissions.map(str::to_owned));
        assert_eq!(allowed.features, "o:notes,o:bills");
        assert_eq!(allowed.actions, "read,manage");
        assert_eq!(allowed.masks, "3,2");
    }

    #[test]
    fn without_permissions_nothing_is_written() {
        let allowed = Allowed::of(&[]);
        assert_eq!((allowed.features, allowed.actions, allowed.masks), Default::default());
    }
}
