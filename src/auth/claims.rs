//! What a session token says about itself.

use std::fmt;
use std::rc::Rc;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::defaults::TOKEN_SIZE_LIMIT;
use crate::json;

/// The claims of a JSON web token that matter in the browser.
///
/// They are read and not verified, and serve only to see whose token it is and how long it lives.
/// Every claim may be missing. Times are milliseconds since the Unix epoch by the server's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub sub: Option<Rc<str>>,
    /// The session.
    pub sid: Option<Rc<str>>,
    /// The organisation, from `o.id` (Clerk's second version) or `org_id` (its first).
    pub org_id: Option<Rc<str>>,
    /// Issued at, in milliseconds.
    pub iat: Option<i64>,
    /// Expires at, in milliseconds.
    pub exp: Option<i64>,
    /// Not valid before, in milliseconds.
    pub nbf: Option<i64>,
    /// The origin that asked for the token.
    pub azp: Option<Rc<str>>,
}

impl Claims {
    /// Reads the claims of a token.
    ///
    /// # Errors
    /// When the text is not three base64url parts with a JSON object in the middle, or longer than
    /// [`TOKEN_SIZE_LIMIT`].
    pub fn parse(token: &str) -> Result<Self, ClaimsError> {
        if token.len() > TOKEN_SIZE_LIMIT {
            return Err(ClaimsError::TooLong);
        }
        let (_, payload, _) = parts(token).ok_or(ClaimsError::NotThreeParts)?;
        let bytes = base64url(payload).ok_or(ClaimsError::NotBase64)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| ClaimsError::NotJson)?;
        match json::from_str(text) {
            Ok(Claim::Map(claims)) => Ok(Self::from_map(&claims)),
            _ => Err(ClaimsError::NotJson),
        }
    }

    fn from_map(claims: &[(String, Claim)]) -> Self {
        let text = |name| find(claims, name).and_then(Claim::text);
        let millis = |name| find(claims, name).and_then(Claim::millis);
        let organisation = match find(claims, "o") {
            Some(Claim::Map(parts)) => find(parts, "id").and_then(Claim::text),
            _ => None,
        };
        Self {
            sub: text("sub"),
            sid: text("sid"),
            org_id: organisation.or_else(|| text("org_id")),
            iat: millis("iat"),
            exp: millis("exp"),
            nbf: millis("nbf"),
            azp: text("azp"),
        }
    }
}

/// The last entry of a name, as JSON has it.
fn find<'a>(claims: &'a [(String, Claim)], name: &str) -> Option<&'a Claim> {
    let mut latest_first = claims.iter().rev();
    latest_first.find(|(other, _)| other == name).map(|(_, claim)| claim)
}

/// A claim of any kind, with what may be of use here. Less code than `serde_json::Value`, which an app may do
/// without.
enum Claim {
    Text(Rc<str>),
    Number(f64),
    Map(Vec<(String, Claim)>),
    Other,
}

impl Claim {
    fn text(&self) -> Option<Rc<str>> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// A time in seconds, possibly with a fraction, as milliseconds. The conversion saturates.
    fn millis(&self) -> Option<i64> {
        let Self::Number(seconds) = self else {
            return None;
        };
        // A bound far below what overflows, so that sums and differences of times cannot either.
        let bounded = seconds.clamp(-1e12, 1e12);
        #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
        Some((bounded * 1000.0) as i64)
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyClaim)
    }
}

struct AnyClaim;

impl<'de> Visitor<'de> for AnyClaim {
    type Value = Claim;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim")
    }

    fn visit_unit<E>(self) -> Result<Claim, E> {
        Ok(Claim::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Claim, E> {
        Ok(Claim::Other)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Claim, E> {
        Ok(Claim::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Claim, E> {
        Ok(Claim::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Claim, E> {
        Ok(Claim::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Claim, E> {
        Ok(Claim::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Claim, A::Error> {
        while items.next_element::<Claim>()?.is_some() {}
        Ok(Claim::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Claim, A::Error> {
        let mut claims = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            claims.push(entry);
        }
        Ok(Claim::Map(claims))
    }
}

/// The three parts of a token, none of them with a further dot. The signature may be empty.
pub(super) fn parts(token: &str) -> Option<(&str, &str, &str)> {
    let mut parts = token.split('.');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(found)
}

/// Decodes unpadded base64url. Written here because the browser's `atob` is not for the host, and a
/// crate for forty lines is not for the bundle.
fn base64url(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        bits = (bits << 6) | u32::from(sextet(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(((bits >> count) & 0xff) as u8);
        }
    }
    Some(bytes)
}

const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

/// Why a text is not a token whose claims can be read. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimsError {
    /// Not three parts with dots between: perhaps an opaque token.
    NotThreeParts,
    /// The middle part is not base64url without padding.
    NotBase64,
    /// The middle part is not a JSON object.
    NotJson,
    /// Longer than any server takes in a header.
    TooLong,
}

impl fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotThreeParts => {
                "the token is not a JSON web token: it does not have three parts"
            }
            Self::NotBase64 => "the token's claims are not base64url",
            Self::NotJson => "the token's claims are not a JSON object",
            Self::TooLong => "the token is longer than a server takes in a header",
        })
    }
}

impl std::error::Error for ClaimsError {}
