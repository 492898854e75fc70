//! The names in a map: strings, which may stand for numbers and booleans where a type's keys are such.

use std::borrow::Cow;

use serde::de::{Deserializer, Visitor, value::BoolDeserializer};
use serde::forward_to_deserialize_any;

use super::error::Error;
use super::reader::Reader;

/// A name in a map, about to be read.
pub(super) struct Name<'r, 't> {
    pub(super) reader: &'r mut Reader<'t>,
    /// The name, where it is not written.
    pub(super) known: Option<&'static str>,
}

/// Reads what is written inside of the quotes.
macro_rules! quoted_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
            let start = self.start();
            let text = self.reader.string()?;
            let mut inner = Reader::new(&text);
            // White space counts inside of quotes.
            let value = match text.as_bytes() {
                [b'-' | b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9'] => inner.$method(visitor),
                _ => Err(inner.unexpected(&visitor)),
            };
            let value = value.and_then(|value| inner.finish().map(|()| value));
            value.map_err(|error| Error::new(error.message(), start))
        }
    )*};
}

impl Name<'_, '_> {
    fn start(&mut self) -> usize {
        self.reader.peek();
        self.reader.at()
    }

    fn text(&mut self) -> Result<Cow<'_, str>, Error> {
        match self.known {
            Some(name) => Ok(Cow::Borrowed(name)),
            None => self.reader.string(),
        }
    }
}

impl<'de> Deserializer<'de> for Name<'_, '_> {
    type Error = Error;

    quoted_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let start = self.start();
        let text = self.text()?;
        visitor.visit_str(&text).map_err(|error: Error| error.within(start))
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let start = self.start();
        let value = match &*self.reader.string()? {
            "true" => true,
            "false" => false,
            _ => return Err(Error::new("the name should be true or false", start)),
        };
        let value: BoolDeserializer<Error> = BoolDeserializer::new(value);
        value.deserialize_bool(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.deserialize_bytes(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // A map has no name for nothing.
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.reader.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
