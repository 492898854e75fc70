//! What a session token says about itself.

use std::fmt;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

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
        let payload = payload(token).ok_or(ClaimsError::NotThreeParts)?;
        let bytes = base64url(payload).ok_or(ClaimsError::NotBase64)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| ClaimsError::NotJson)?;
        let mut found = Found::default();
        let read = json::read(Reader { found: &mut found, at: At::Whole }, text);
        if read.is_err() || !found.is_object {
            return Err(ClaimsError::NotJson);
        }
        Ok(found.claims())
    }
}

/// The claims that are read, each with its place in [`Found`].
const TEXTS: [&str; 4] = ["sub", "sid", "org_id", "azp"];
const TIMES: [&str; 3] = ["iat", "exp", "nbf"];
const ORGANISATION: &str = "o";

/// What was read so far. Of two claims with one name the last counts, as JSON has it.
#[derive(Default)]
struct Found {
    is_object: bool,
    texts: [Option<Rc<str>>; TEXTS.len()],
    times: [Option<i64>; TIMES.len()],
    organisation: Option<Rc<str>>,
}

impl Found {
    fn claims(self) -> Claims {
        let [sub, sid, org_id, azp] = self.texts;
        let [iat, exp, nbf] = self.times;
        Claims { sub, sid, org_id: self.organisation.or(org_id), iat, exp, nbf, azp }
    }
}

/// Where in the token's JSON a value stands.
#[derive(Clone, Copy)]
enum At {
    Whole,
    Text(usize),
    Time(usize),
    Organisation,
    OrganisationId,
    Elsewhere,
}

impl At {
    /// The place of the entry `name` of an object here.
    fn entry(self, name: &str) -> Self {
        let place = |names: &[&str]| names.iter().position(|other| *other == name);
        match self {
            Self::Whole if name == ORGANISATION => Self::Organisation,
            Self::Whole => match (place(&TEXTS), place(&TIMES)) {
                (Some(text), _) => Self::Text(text),
                (_, Some(time)) => Self::Time(time),
                _ => Self::Elsewhere,
            },
            Self::Organisation if name == "id" => Self::OrganisationId,
            _ => Self::Elsewhere,
        }
    }
}

/// Reads a value of any kind, and keeps what is of use. Less code than `serde_json::Value`, which an app may do
/// without.
struct Reader<'a> {
    found: &'a mut Found,
    at: At,
}

impl Reader<'_> {
    /// A claim of another kind is as good as none, so it takes the place of an earlier one as well.
    fn keep<E>(self, text: Option<&str>, seconds: Option<f64>) -> Result<(), E> {
        let text = text.filter(|text| !text.is_empty());
        let place = match self.at {
            At::Text(at) => self.found.texts.get_mut(at),
            At::Organisation | At::OrganisationId => Some(&mut self.found.organisation),
            At::Time(at) => {
                if let Some(place) = self.found.times.get_mut(at) {
                    *place = seconds.map(millis);
                }
                None
            }
            At::Whole | At::Elsewhere => None,
        };
        if let Some(place) = place {
            // What is not the organisation's object has no id.
            *place = text.filter(|_| !matches!(self.at, At::Organisation)).map(Into::into);
        }
        Ok(())
    }
}

/// A time in seconds, possibly with a fraction, as milliseconds. The conversion saturates.
fn millis(seconds: f64) -> i64 {
    // A bound far below what overflows, so that sums and differences of times cannot either.
    let bounded = seconds.clamp(-1e12, 1e12);
    #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
    let millis = (bounded * 1000.0) as i64;
    millis
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.keep(None, None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.keep(None, None)
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.keep(None, Some(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.keep(None, Some(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.keep(None, Some(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.keep(Some(value), None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Reader { found: self.found, at: At::Elsewhere })?.is_some() {}
        self.keep(None, None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let (found, at) = (self.found, self.at);
        found.is_object |= matches!(at, At::Whole);
        Reader { found, at }.keep(None, None)?;
        while let Some(name) = entries.next_key::<String>()? {
            entries.next_value_seed(Reader { found, at: at.entry(&name) })?;
        }
        Ok(())
    }
}

/// The middle one of a token's three parts, none of them with a further dot. The signature may be empty.
pub(super) fn payload(token: &str) -> Option<&str> {
    let mut dots = (0..).zip(token.bytes()).filter(|(_, byte)| *byte == b'.').map(|(at, _)| at);
    let (first, second) = (dots.next()?, dots.next()?);
    if dots.next().is_some() { None } else { token.get(first + 1..second) }
}

/// Decodes unpadded base64url. Written here because the browser's `atob` is not for the host, and a
/// crate for forty lines is not for the bundle.
pub(super) fn base64url(text: &str) -> Option<Vec<u8>> {
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
