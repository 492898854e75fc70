//! How each kind of value of serde is written: structs and maps as maps, tuples and lists as sequences,
//! enums as `serde_json` does it, and wrappers as what they hold.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::encode::{BYTES, Encoder, FALSE, INTEGER, MAP, Mapping, NULL, SEQUENCE, TEXT, TRUE};
use super::json::expect_rare_numbers;
use super::{KEY_TOKEN, KeyError};

impl ser::Error for KeyError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Serialize(message.to_string())
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<(), KeyError> {
            self.signed(value.into());
            Ok(())
        }
    )*};
}

impl<'e> Serializer for &'e mut Encoder {
    type Ok = ();
    type Error = KeyError;
    type SerializeSeq = Sequence<'e>;
    type SerializeTuple = Sequence<'e>;
    type SerializeTupleStruct = Sequence<'e>;
    type SerializeTupleVariant = Sequence<'e>;
    type SerializeMap = Mapping<'e>;
    type SerializeStruct = Mapping<'e>;
    type SerializeStructVariant = VariantMapping<'e>;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
    }

    fn serialize_i128(self, value: i128) -> Result<(), KeyError> {
        expect_rare_numbers();
        self.signed(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), KeyError> {
        expect_rare_numbers();
        self.number(INTEGER, value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), KeyError> {
        self.tag(if value { TRUE } else { FALSE });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), KeyError> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), KeyError> {
        self.float(value)
    }

    fn serialize_char(self, value: char) -> Result<(), KeyError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), KeyError> {
        self.chunk(TEXT, value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), KeyError> {
        self.chunk(BYTES, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), KeyError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), KeyError> {
        self.wrapped(value)
    }

    fn serialize_unit(self) -> Result<(), KeyError> {
        self.tag(NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), KeyError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), KeyError> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        if name != KEY_TOKEN {
            return self.wrapped(value);
        }
        self.rebuilt(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        self.open_variant(name)?;
        value.serialize(&mut *self)?;
        self.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence<'e>, KeyError> {
        Sequence::new(self, false)
    }

    fn serialize_tuple(self, _: usize) -> Result<Sequence<'e>, KeyError> {
        Sequence::new(self, false)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Sequence<'e>, KeyError> {
        Sequence::new(self, false)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Sequence<'e>, KeyError> {
        self.open_variant(name)?;
        Sequence::new(self, true)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Mapping<'e>, KeyError> {
        self.open(MAP)?;
        Ok(Mapping::new(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Mapping<'e>, KeyError> {
        self.open(MAP)?;
        Ok(Mapping::new(self))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<VariantMapping<'e>, KeyError> {
        self.open_variant(name)?;
        self.open(MAP)?;
        Ok(VariantMapping(Mapping::new(self)))
    }
}

/// A list while it is written.
pub(super) struct Sequence<'e> {
    encoder: &'e mut Encoder,
    in_variant: bool,
}

impl<'e> Sequence<'e> {
    fn new(encoder: &'e mut Encoder, in_variant: bool) -> Result<Self, KeyError> {
        encoder.open(SEQUENCE)?;
        Ok(Self { encoder, in_variant })
    }
}

macro_rules! sequences {
    ($($trait:ident $method:ident,)*) => {$(
        impl ser::$trait for Sequence<'_> {
            type Ok = ();
            type Error = KeyError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
                value.serialize(&mut *self.encoder)
            }

            fn end(self) -> Result<(), KeyError> {
                self.encoder.close();
                if self.in_variant {
                    self.encoder.close();
                }
                Ok(())
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl ser::SerializeMap for Mapping<'_> {
    type Ok = ();
    type Error = KeyError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), KeyError> {
        self.name(name)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.value(value)
    }

    fn end(self) -> Result<(), KeyError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Mapping<'_> {
    type Ok = ();
    type Error = KeyError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        self.name(name)?;
        self.value(value)
    }

    fn end(self) -> Result<(), KeyError> {
        self.finish();
        Ok(())
    }
}

/// The fields of a struct variant, a map in the variant's map.
pub(super) struct VariantMapping<'e>(Mapping<'e>);

impl ser::SerializeStructVariant for VariantMapping<'_> {
    type Ok = ();
    type Error = KeyError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        ser::SerializeStruct::serialize_field(&mut self.0, name, value)
    }

    fn end(self) -> Result<(), KeyError> {
        self.0.finish().close();
        Ok(())
    }
}
