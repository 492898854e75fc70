//! Why a text could not be read.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// What is wrong, and where. Boxed, because it stands in the result of every step.
#[derive(Debug)]
pub(crate) struct Error(Box<Mistake>);

#[derive(Debug)]
struct Mistake {
    message: String,
    /// How many bytes come before it, once that is known.
    at: Option<usize>,
}

impl Error {
    pub(super) fn new(message: &str, at: usize) -> Self {
        Self(Box::new(Mistake { message: message.to_owned(), at: Some(at) }))
    }

    fn unplaced(words: &[&str]) -> Self {
        Self(Box::new(Mistake { message: words.concat(), at: None }))
    }

    /// The same error, at this place unless it has one that is more exact.
    pub(super) fn within(mut self, at: usize) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    /// What is wrong. Of the text it contains the names of fields and unknown variants, and what the type itself says.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// How many bytes of the text come before the value that is not as expected.
    pub(crate) fn at(&self) -> usize {
        self.0.at.unwrap_or_default()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

/// All that serde makes errors with, each without the value: to write a float takes more code than to read JSON.
impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::unplaced(&[&message.to_string()])
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::unplaced(&["invalid type: ", kind(&found), ", expected ", &expected])
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::unplaced(&["invalid value: ", kind(&found), ", expected ", &expected])
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let (length, expected) = (length.to_string(), expected.to_string());
        Self::unplaced(&["invalid length ", &length, ", expected ", &expected])
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self::unplaced(&["unknown variant `", variant, "`"])
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::unplaced(&["unknown field `", field, "`"])
    }

    fn missing_field(field: &'static str) -> Self {
        Self::unplaced(&["missing field `", field, "`"])
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::unplaced(&["duplicate field `", field, "`"])
    }
}

const fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "floating point number",
        Unexpected::Str(_) | Unexpected::Char(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        _ => "value",
    }
}
