//! What serde asks for, taken from the reader. Thin, because it is compiled anew for each type.

use std::slice::Iter;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::Error;
use super::keys::Name;
use super::reader::{Number, Reader};
use super::variants::Variant;

/// Takes numbers, which all types are read from in the same way.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.peek() {
                b'-' | b'0'..=b'9' => number(self, visitor),
                _ => Err(self.unexpected(&visitor)),
            }
        }
    )*};
}

/// Takes numbers that need not fit into 64 bits.
macro_rules! large_numbers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let (_, start) = (self.peek(), self.at());
            let number = self.integer()?.and_then(|text| text.parse().ok());
            let Some(number) = number else {
                return Err(Error::new("the number does not fit", start));
            };
            visitor.$visit(number).map_err(|error: Error| error.within(start))
        }
    )*};
}

fn number<'de, V: Visitor<'de>>(reader: &mut Reader<'_>, visitor: V) -> Result<V::Value, Error> {
    let start = reader.at();
    let value = match reader.number()? {
        Number::Positive(number) => visitor.visit_u64(number),
        Number::Negative(number) => visitor.visit_i64(number),
        Number::Float(number) => visitor.visit_f64(number),
    };
    value.map_err(|error: Error| error.within(start))
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Error;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    large_numbers! { deserialize_i128 visit_i128 deserialize_u128 visit_u128 }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'"' => self.deserialize_str(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let (first, start) = (self.peek(), self.at());
        match first {
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            _ => return Err(self.unexpected(&visitor)),
        }
        visitor.visit_bool(first == b't').map_err(|error: Error| error.within(start))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != b'"' {
            return Err(self.unexpected(&visitor));
        }
        let start = self.at();
        let text = self.string()?;
        visitor.visit_str(&text).map_err(|error: Error| error.within(start))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != b'"' {
            return self.deserialize_seq(visitor);
        }
        let start = self.at();
        let text = self.string()?;
        visitor.visit_bytes(text.as_bytes()).map_err(|error: Error| error.within(start))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != b'n' {
            return visitor.visit_some(self);
        }
        self.word("null")?;
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != b'n' {
            return Err(self.unexpected(&visitor));
        }
        let start = self.at();
        self.word("null")?;
        visitor.visit_unit().map_err(|error: Error| error.within(start))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let start = self.open(b'[', &visitor)?;
        let value = visitor.visit_seq(Items { reader: self, is_first: true });
        let value = value.map_err(|error| error.within(start))?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        entries(self, visitor, b'{', None)
    }

    /// A list of values is read as the map of the struct's fields in their order, so that a type's code for maps
    /// is all that is ever compiled for it.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.peek() {
            b'[' => entries(self, visitor, b'[', Some(fields.iter())),
            _ => entries(self, visitor, b'{', None),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let is_bare = self.peek() == b'"';
        let start = if is_bare { self.at() } else { self.open(b'{', &visitor)? };
        let value = visitor.visit_enum(Variant { reader: self, is_bare });
        let value = value.map_err(|error| error.within(start))?;
        if !is_bare {
            self.close(b'}')?;
        }
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// The items of a list.
struct Items<'r, 't> {
    reader: &'r mut Reader<'t>,
    is_first: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.reader.next_item(&mut self.is_first, b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

fn entries<'de, V: Visitor<'de>>(
    reader: &mut Reader<'_>,
    visitor: V,
    bracket: u8,
    fields: Option<Iter<'static, &'static str>>,
) -> Result<V::Value, Error> {
    let start = reader.open(bracket, &visitor)?;
    let end = if fields.is_some() { b']' } else { b'}' };
    let value = visitor.visit_map(Entries { reader, is_first: true, end, fields });
    let value = value.map_err(|error| error.within(start))?;
    reader.close(end)?;
    Ok(value)
}

/// The entries of a map, or of a struct that is written as a list.
struct Entries<'r, 't> {
    reader: &'r mut Reader<'t>,
    is_first: bool,
    end: u8,
    /// The names of the values that come, where only these are written.
    fields: Option<Iter<'static, &'static str>>,
}

impl Entries<'_, '_> {
    /// Whether there is another entry, and its name if that is not written.
    fn next(&mut self) -> Result<Option<Option<&'static str>>, Error> {
        if !self.reader.next_item(&mut self.is_first, self.end)? {
            return Ok(None);
        }
        match &mut self.fields {
            None => Ok(Some(None)),
            Some(fields) => match fields.next() {
                Some(name) => Ok(Some(Some(name))),
                None => Err(Error::new("the list is longer than the struct", self.reader.at())),
            },
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        match self.next()? {
            Some(known) => seed.deserialize(Name { reader: self.reader, known }).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        if self.fields.is_none() {
            self.reader.colon()?;
        }
        seed.deserialize(&mut *self.reader)
    }
}
