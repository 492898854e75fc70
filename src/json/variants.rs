//! The variants of an enum: `"Name"`, or `{"Name": what it holds}`.

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, Unexpected, VariantAccess,
    Visitor,
};

use super::error::Error;
use super::reader::Reader;

/// A variant, about to be read.
pub(super) struct Variant<'r, 't> {
    pub(super) reader: &'r mut Reader<'t>,
    /// Whether the name stands alone.
    pub(super) is_bare: bool,
}

impl<'r, 't> Variant<'r, 't> {
    /// What the variant holds, if anything.
    fn content(self, expected: &'static str) -> Result<&'r mut Reader<'t>, Error> {
        if self.is_bare {
            return Err(Error::invalid_type(Unexpected::UnitVariant, &expected));
        }
        Ok(self.reader)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let name = seed.deserialize(&mut *self.reader)?;
        if !self.is_bare {
            self.reader.colon()?;
        }
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.is_bare { Ok(()) } else { <()>::deserialize(self.reader) }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.content("newtype variant")?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content("tuple variant")?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content("struct variant")?.deserialize_struct("", fields, visitor)
    }
}
