//! Session tokens: checking, and why one is refused.

use std::fmt;

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::origin::{AllowedOrigins, Origin};

/// How far the clocks of issuer and verifier may differ, in milliseconds. Clerk's default is the same.
pub const LEEWAY_MS: i64 = 5_000;

/// A token as text. Its `Debug` form hides it, so that it cannot slip into a log.
#[derive(Clone)]
pub struct Jwt(String);

impl Jwt {
    /// Takes the text of a token, valid or not.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for an answer's body or cookie.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwt(hidden)")
    }
}

/// What is read from a token. Times are in seconds since the Unix epoch.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    /// Issuer: the server's own address.
    pub iss: String,
    /// The user.
    pub sub: String,
    /// The session.
    pub sid: String,
    /// The origin of the page that the token was minted for.
    pub azp: Option<Origin>,
    /// When it was minted.
    pub iat: i64,
    /// From when on it counts.
    pub nbf: i64,
    /// When it ceases to count.
    pub exp: i64,
    /// A name of its own, so that two tokens of one second differ.
    pub jti: String,
    /// The active organisation.
    pub o: Option<OrgClaim>,
    /// The session's state.
    pub sts: Option<String>,
}

impl Claims {
    /// Whether the user still has something to do before the session counts.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.sts.as_deref() == Some("pending")
    }
}

/// The organisation in a token.
#[derive(Debug, Clone, Deserialize)]
pub struct OrgClaim {
    /// The organisation's id.
    pub id: String,
}

/// How tokens are minted from now on.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TokenSettings {
    /// Life, in seconds.
    #[serde(rename = "seconds")]
    pub life_seconds: u32,
    /// How far the minting clock is ahead of the real one, in seconds; negative when it lags.
    pub skew_seconds: i32,
}

/// Why a request is not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is neither an `Authorization` header nor a session cookie.
    Missing,
    /// The token's life is over.
    Expired,
    /// The token does not count yet.
    NotYetValid,
    /// It is not a token that this server signed.
    Invalid,
    /// It was minted for a page of an origin that is not allowed.
    WrongAzp,
    /// The session it belongs to has ended.
    SessionEnded,
}

impl Refusal {
    /// The code in the error's body and in `WWW-Authenticate`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
            Self::Invalid => "token_invalid",
            Self::WrongAzp => "wrong_azp",
            Self::SessionEnded => "session_ended",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Missing => "The request carries no session token.",
            Self::Expired => "The session token has expired.",
            Self::NotYetValid => "The session token is not valid yet.",
            Self::Invalid => "The session token was not issued by this server.",
            Self::WrongAzp => "The session token was issued for another origin.",
            Self::SessionEnded => "The session has ended.",
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, refusal.code(), refusal.message())
    }
}

/// A token that counts, as far as it can say so itself.
#[derive(Debug)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// Whether it is of this server's making, and not of a real instance of Clerk.
    pub is_own: bool,
}

/// The name of the key that a token says it is signed with.
///
/// # Errors
/// If it is no token, or does not name its key.
pub fn kid(jwt: &Jwt) -> Result<String, Refusal> {
    let header = jsonwebtoken::decode_header(jwt.expose()).map_err(|_| Refusal::Invalid)?;
    let known_type = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    header.kid.filter(|_| known_type).ok_or(Refusal::Invalid)
}

/// Checks the signature first and only then what the token says. Whether its session still lives is the
/// caller's to find out.
///
/// # Errors
/// The first rule that the token breaks.
pub fn verify(
    key: &DecodingKey,
    jwt: &Jwt,
    origins: &AllowedOrigins,
    now_ms: u64,
) -> Result<Claims, Refusal> {
    let claims = signed_claims(key, jwt)?;
    let now_ms = i64::try_from(now_ms).unwrap_or(i64::MAX);
    // At the very second of `exp` a token has already expired, so the limit itself is refused.
    if now_ms >= claims.exp.saturating_mul(1000).saturating_add(LEEWAY_MS) {
        return Err(Refusal::Expired);
    }
    if now_ms < claims.nbf.saturating_mul(1000).saturating_sub(LEEWAY_MS) {
        return Err(Refusal::NotYetValid);
    }
    match &claims.azp {
        Some(azp) if origins.allows(azp) => Ok(claims),
        _ => Err(Refusal::WrongAzp),
    }
}

fn signed_claims(key: &DecodingKey, jwt: &Jwt) -> Result<Claims, Refusal> {
    // The algorithm is ours to choose, never the token's. Times are judged by `verify`, which has the
    // server's clock and says which limit was passed.
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    jsonwebtoken::decode::<Claims>(jwt.expose(), key, &rules)
        .map(|token| token.claims)
        .map_err(|_| Refusal::Invalid)
}
