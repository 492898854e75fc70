//! Reads JSON into any type that serde can make.
//!
//! Follows `serde_json` in what it takes and gives, in less code, as much of that is about messages: how floats are
//! written, strings quoted, and positions found again in a text. Here an error says what kind of value stood there and
//! does not repeat it, since it may be a secret. Two texts are the type's own: the name of an unknown variant, and what
//! a `Deserialize` written by hand says.

mod deserializer;
mod error;
mod keys;
mod reader;
mod variants;

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed};

pub(crate) use error::Error;
use reader::Reader;

/// How many lists and maps a text may nest, as in `serde_json`.
const DEPTH_LIMIT: u8 = 128;

/// The value that a text describes.
///
/// # Errors
/// When the text is no JSON, or not that of a `T`.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    read(PhantomData::<T>, text)
}

/// The same for a value that is made by a seed.
pub(crate) fn read<'t, S: DeserializeSeed<'t>>(seed: S, text: &'t str) -> Result<S::Value, Error> {
    let mut reader = Reader::new(text);
    let value = seed.deserialize(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

#[cfg(test)]
mod tests;
