//! The names in a map: strings, which may stand for numbers and booleans where a type's keys are such.

use serde::de::{Deserializer, Visitor, value::BoolDeserializer};
use serde::forward_to_deserialize_any;

use super::error::Error;
use super::reader::Reader;

/// A name in a map, about to be read.
pub(super) struct Name<'r, 't>(pub(super) &'r mut Reader<'t>);

/// Reads what is written inside of the quotes.
macro_rules! quoted_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
            let start = self.start();
            let text = self.0.string()?;
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
        self.0.peek();
        self.0.at()
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
        let text = self.0.string()?;
        visitor.visit_str(&text).map_err(|error: Error| error.within(start))
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let start = self.start();
        let value = match &*self.0.string()? {
            "true" => true,
            "false" => false,
            _ => return Err(Error::new("the name should be true or false", start)),
        };
        let value: BoolDeserializer<Error> = BoolDeserializer::new(value);
        value.deserialize_bool(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_bytes(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_bytes(visitor)
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
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
