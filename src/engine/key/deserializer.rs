//! How `Deserialize` types read canonical bytes.

use std::fmt::Display;

use serde::de::value::{
    BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqDeserializer,
};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::KeyError;
use super::decode::{Encoded, Entries, Value, text};
use super::encode::NULL;

impl de::Error for KeyError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Decode(message.to_string())
    }
}

impl<'de> IntoDeserializer<'de, KeyError> for Encoded<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The entries in the form that serde's own map reader takes.
fn pairs<'de>(entries: Entries<'de>) -> impl Iterator<Item = (Name<'de>, Encoded<'de>)> {
    entries.map(|(name, value)| {
        let name = text(name).and_then(|name| std::str::from_utf8(name).ok());
        (Name(name.unwrap_or_default()), Encoded::new(value))
    })
}

impl<'de> Deserializer<'de> for Encoded<'de> {
    type Error = KeyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match Value::read(self.bytes).ok_or(KeyError::Malformed)? {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(value) => match u64::try_from(value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_u128(value),
            },
            Value::Negative(value) => match i64::try_from(value) {
                Ok(value) => visitor.visit_i64(value),
                Err(_) => visitor.visit_i128(value),
            },
            Value::Float(value) => visitor.visit_f64(value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::Bytes(value) => visitor.visit_borrowed_bytes(value),
            Value::Sequence(items) => {
                let mut items = SeqDeserializer::new(items.map(Encoded::new));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Value::Map(entries) => visitor.visit_map(MapDeserializer::new(pairs(entries))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.bytes {
            [NULL] => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        match Value::read(self.bytes) {
            Some(Value::Text(name)) => visitor.visit_enum(BorrowedStrDeserializer::new(name)),
            Some(Value::Map(entries)) if entries.clone().count() == 1 => {
                let entries = MapDeserializer::new(pairs(entries));
                visitor.visit_enum(MapAccessDeserializer::new(entries))
            }
            _ => {
                Err(KeyError::Decode("expected the name of a variant, or a map of one".to_owned()))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The name of a map entry: text, which the wanted type may read as a number or boolean.
struct Name<'de>(&'de str);

impl<'de> IntoDeserializer<'de, KeyError> for Name<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Name<'de> {
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        if let Ok(value) = self.0.parse() {
            visitor.visit_u64(value)
        } else if let Ok(value) = self.0.parse() {
            visitor.visit_i64(value)
        } else if let Ok(value) = self.0.parse() {
            visitor.visit_u128(value)
        } else if let Ok(value) = self.0.parse() {
            visitor.visit_i128(value)
        } else {
            visitor.visit_borrowed_str(self.0)
        }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
            self.number(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = KeyError;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.0.parse() {
            Ok(value) => visitor.visit_bool(value),
            Err(_) => visitor.visit_borrowed_str(self.0),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
