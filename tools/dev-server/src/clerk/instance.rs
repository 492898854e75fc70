//! A real instance of Clerk, whose tokens count here beside the server's own.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;

use crate::error::ApiError;
use crate::tokens::{Claims, Refusal};

/// What follows an instance's address in that of its keys.
const JWKS: &str = "/.well-known/jwks.json";
/// How long the keys may take to come.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after asking for the keys an unknown one is no reason to ask again, in milliseconds: anybody can
/// send a token with a name of a key that there is not.
const PAUSE_MS: u64 = 10_000;

/// Where an instance's keys are.
#[derive(Clone)]
pub enum Keys {
    /// The address of a JSON Web Key Set.
    Url(String),
    /// A public RSA key in PEM form, from Clerk's dashboard.
    Pem(String),
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            Self::Pem(_) => f.write_str("Pem"),
        }
    }
}

/// A real instance of Clerk.
pub enum Instance {
    /// One whose key is known for good.
    Known(DecodingKey),
    /// One whose keys are asked for when a token is signed with an unknown one.
    Asked {
        /// The address of the keys.
        url: Arc<str>,
        /// What came last.
        seen: Mutex<Seen>,
    },
}

/// The keys as they were last seen.
#[derive(Default)]
pub struct Seen {
    keys: HashMap<String, DecodingKey>,
    asked_ms: Option<u64>,
}

impl Instance {
    /// The instance with these keys.
    ///
    /// # Errors
    /// If a key in PEM form is none.
    pub fn new(keys: &Keys) -> Result<Self, jsonwebtoken::errors::Error> {
        match keys {
            Keys::Url(url) => Ok(Self::Asked { url: url.as_str().into(), seen: Mutex::default() }),
            // Environment files write a line's end as two characters.
            Keys::Pem(pem) => {
                DecodingKey::from_rsa_pem(pem.replace("\\n", "\n").as_bytes()).map(Self::Known)
            }
        }
    }

    /// The key with this name, which is looked for at the instance if it is new.
    ///
    /// # Errors
    /// 401 if there is none, 503 if the instance cannot be asked.
    pub async fn key(&self, kid: &str, now_ms: u64) -> Result<DecodingKey, ApiError> {
        let (url, seen) = match self {
            Self::Known(key) => return Ok(key.clone()),
            Self::Asked { url, seen } => (url, seen),
        };
        if let Some(known) = lookup(seen, kid, now_ms) {
            return known.map_err(ApiError::from);
        }
        let asked = Arc::clone(url);
        let keys = tokio::task::spawn_blocking(move || fetch(&asked))
            .await
            .map_err(|error| ApiError::internal(&error))?
            .map_err(|problem| unreachable_keys(url, &problem))?;
        let found = keys.get(kid).cloned();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Seen { keys, asked_ms: Some(now_ms) };
        found.ok_or_else(|| Refusal::Invalid.into())
    }

    /// Whether the claims are of this instance's making: one key may serve several.
    #[must_use]
    pub fn has_made(&self, claims: &Claims) -> bool {
        match self {
            Self::Known(_) => true,
            Self::Asked { url, .. } => url.strip_suffix(JWKS).is_none_or(|own| claims.iss == own),
        }
    }
}

/// What can be said of a key without asking; `None` if it is worth to ask.
fn lookup(seen: &Mutex<Seen>, kid: &str, now_ms: u64) -> Option<Result<DecodingKey, Refusal>> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = seen.keys.get(kid) {
        return Some(Ok(key.clone()));
    }
    let is_recent = seen.asked_ms.is_some_and(|asked| now_ms.abs_diff(asked) < PAUSE_MS);
    is_recent.then_some(Err(Refusal::Invalid))
}

fn fetch(url: &str) -> Result<HashMap<String, DecodingKey>, String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
    let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
    let set: JwkSet = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let named = set.keys.iter().filter_map(|key| {
        let name = key.common.key_id.clone()?;
        // A kind of key that is of no use for RS256 is somebody else's.
        Some((name, DecodingKey::from_jwk(key).ok()?))
    });
    Ok(named.collect())
}

fn unreachable_keys(url: &str, problem: &str) -> ApiError {
    tracing::warn!(url, problem, "the keys of Clerk's tokens cannot be had");
    let message = format!("The keys of Clerk's tokens cannot be had from {url}: {problem}");
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "keys_unreachable", message)
}
