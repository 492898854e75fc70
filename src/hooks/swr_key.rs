//! What SWR's hooks take as keys.

use std::rc::Rc;

use serde::Serialize;

pub(crate) use crate::client::swr_key;
use crate::engine::key::{IntoKey, Key};

/// A key that is handed to the fetcher as it is. Same as SWR, where the fetcher receives the key.
///
/// Implemented for strings, numbers, lists, tuples of serialisable values, and `Option`s of those, where `None`
/// means that there is nothing to fetch yet. The empty string means the same, as in SWR.
pub trait SwrKey: IntoKey {
    /// What the fetcher gets.
    type Arg: 'static;

    /// The argument; `None` when there is nothing to fetch.
    fn arg(&self) -> Option<Self::Arg>;
}

macro_rules! keys_as_they_are {
    ($($type:ty),*) => {$(
        impl SwrKey for $type {
            type Arg = Self;
            fn arg(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    )*};
}

keys_as_they_are!(
    &'static str,
    String,
    Rc<str>,
    Key,
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize
);

impl<K: SwrKey> SwrKey for Option<K> {
    type Arg = K::Arg;
    fn arg(&self) -> Option<K::Arg> {
        self.as_ref().and_then(SwrKey::arg)
    }
}

impl<T: Serialize + Clone + 'static> SwrKey for Vec<T> {
    type Arg = Self;
    fn arg(&self) -> Option<Self> {
        Some(self.clone())
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: Serialize + Clone + 'static),+> SwrKey for ($($name,)+) {
            type Arg = Self;
            fn arg(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    )*};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, F) (A, B, C, D, F, G) }
