//! What a session token says about itself.

use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::defaults::TOKEN_SIZE_LIMIT;

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
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| ClaimsError::NotJson)?;
        if !value.is_object() {
            return Err(ClaimsError::NotJson);
        }
        Ok(Self::from_value(&value))
    }

    fn from_value(value: &Value) -> Self {
        let organisation = value.get("o").and_then(|o| text(o, "id"));
        Self {
            sub: text(value, "sub"),
            sid: text(value, "sid"),
            org_id: organisation.or_else(|| text(value, "org_id")),
            iat: millis(value, "iat"),
            exp: millis(value, "exp"),
            nbf: millis(value, "nbf"),
            azp: text(value, "azp"),
        }
    }
}

/// The three parts of a token, none of them with a further dot. The signature may be empty.
pub(super) fn parts(token: &str) -> Option<(&str, &str, &str)> {
    let mut parts = token.split('.');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(found)
}

fn text(value: &Value, name: &str) -> Option<Rc<str>> {
    value
        .get(name)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(Rc::from)
}

/// A time in seconds, possibly with a fraction, as milliseconds. The conversion saturates.
fn millis(value: &Value, name: &str) -> Option<i64> {
    let seconds = value.get(name)?.as_f64()?;
    // A bound far below what overflows, so that sums and differences of times cannot either.
    let bounded = seconds.clamp(-1e12, 1e12);
    #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
    Some((bounded * 1000.0) as i64)
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
