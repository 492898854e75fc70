//! From canonical bytes back to their parts: for reading, for checking and for writing them elsewhere.
//!
//! All functions take any bytes: what is not canonical gives `None` or an error.

use serde::ser::{Error, Serialize, Serializer};

use super::encode::{
    self, BYTES, END, FALSE, FLOAT, INTEGER, LIST, MAP, NEGATIVE, NULL, SEQUENCE, SUBSCRIPTION,
    TEXT, TRUE,
};
use super::{Key, KeyError, json};

/// The key with exactly these bytes. Writing them again is the check: order, shortest numbers, UTF-8 and
/// depth are then what they must be, because the encoder can do no other.
pub(super) fn check(bytes: &[u8]) -> Result<Key, KeyError> {
    if !matches!(split_value(bytes), Some((_, []))) {
        return Err(KeyError::Malformed);
    }
    match encode::rebuild(&Encoded::new(bytes)) {
        Ok(key) if key.as_bytes() == bytes => Ok(key),
        Err(KeyError::TooDeep) => Err(KeyError::TooDeep),
        _ => Err(KeyError::Malformed),
    }
}

pub(super) fn json(bytes: &[u8]) -> String {
    if let [SUBSCRIPTION, of @ ..] = bytes {
        // As SWR writes it.
        return "$sub$".to_owned() + &json(of);
    }
    if let [LIST, first @ ..] = bytes {
        // As SWR writes it.
        return "$inf$".to_owned() + &json(first);
    }
    Value::read(bytes).map_or_else(String::new, |value| value.to_json())
}

/// The bytes of a value that is text, not yet known to be UTF-8.
pub(super) fn text(bytes: &[u8]) -> Option<&[u8]> {
    match bytes.split_first()? {
        (&TEXT, body) => Some(split_chunk(body)?.0),
        _ => None,
    }
}

/// The text that an integer or boolean becomes as the name of a map entry.
pub(super) fn name(bytes: &[u8]) -> Option<String> {
    let value = Value::read(bytes)?;
    let has_name = matches!(value, Value::Bool(_) | Value::Integer(_) | Value::Negative(_));
    has_name.then(|| value.to_json())
}

fn split_varint(bytes: &[u8]) -> Option<(u128, &[u8])> {
    // Nearly all lengths and many numbers are one byte; matching runs over a lot of them.
    if let [byte @ 0..0x80, rest @ ..] = bytes {
        return Some((u128::from(*byte), rest));
    }
    let mut value = 0;
    let mut rest = bytes;
    for shift in (0..u128::BITS).step_by(7) {
        let (byte, after) = rest.split_first()?;
        rest = after;
        value |= u128::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some((value, rest));
        }
    }
    None
}

fn split_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = split_varint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Cuts the first value off. `None` at the end of a sequence or map, and for what is no value.
fn split_value(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = bytes;
    let mut open = 0_usize;
    loop {
        let (tag, body) = rest.split_first()?;
        rest = match *tag {
            END => {
                open = open.checked_sub(1)?;
                body
            }
            NULL | FALSE | TRUE => body,
            INTEGER | NEGATIVE => split_varint(body)?.1,
            FLOAT => body.get(size_of::<f64>()..)?,
            TEXT | BYTES => split_chunk(body)?.1,
            SEQUENCE | MAP => {
                open += 1;
                body
            }
            _ => return None,
        };
        if open == 0 {
            return bytes.split_at_checked(bytes.len() - rest.len());
        }
    }
}

/// The values of a sequence, each as its bytes.
#[derive(Clone)]
pub(crate) struct Items<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Items<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (value, rest) = split_value(self.0)?;
        self.0 = rest;
        Some(value)
    }
}

/// The names and values of a map, each as its bytes.
#[derive(Clone)]
pub(crate) struct Entries<'a>(pub(super) Items<'a>);

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}

/// One value, its parts still bytes.
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Integer(u128),
    Negative(i128),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Sequence(Items<'a>),
    Map(Entries<'a>),
}

impl<'a> Value<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tag, body) = bytes.split_first()?;
        Some(match *tag {
            NULL => Self::Null,
            FALSE => Self::Bool(false),
            TRUE => Self::Bool(true),
            INTEGER => Self::Integer(split_varint(body)?.0),
            NEGATIVE => Self::Negative(!i128::try_from(split_varint(body)?.0).ok()?),
            FLOAT => Self::Float(f64::from_le_bytes(*body.first_chunk()?)),
            TEXT => Self::Text(std::str::from_utf8(split_chunk(body)?.0).ok()?),
            BYTES => Self::Bytes(split_chunk(body)?.0),
            SEQUENCE => Self::Sequence(Items(body)),
            MAP => Self::Map(Entries(Items(body))),
            _ => return None,
        })
    }

    /// Whether this is text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The value as JSON, for people.
    pub(crate) fn to_json(&self) -> String {
        let mut text = String::new();
        json::write_value(self, &mut text);
        text
    }
}

/// The bytes of one value, for serde in both directions.
#[derive(Clone, Copy)]
pub(super) struct Encoded<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Encoded<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
}

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Value::read(self.bytes).ok_or_else(|| S::Error::custom(KeyError::Malformed))? {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(value),
            Value::Integer(value) => match u64::try_from(value) {
                Ok(value) => serializer.serialize_u64(value),
                Err(_) => serializer.serialize_u128(value),
            },
            Value::Negative(value) => match i64::try_from(value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(_) => serializer.serialize_i128(value),
            },
            Value::Float(value) => serializer.serialize_f64(value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.serialize_bytes(value),
            Value::Sequence(items) => serializer.collect_seq(items.map(Encoded::new)),
            Value::Map(entries) => serializer.collect_map(
                entries.map(|(name, value)| (Encoded::new(name), Encoded::new(value))),
            ),
        }
    }
}
