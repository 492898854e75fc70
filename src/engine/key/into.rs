//! What may stand where a hook wants a key.

use std::borrow::Cow;
use std::rc::Rc;

use serde::Serialize;

use super::{Key, KeyError, decode, encode};

/// What a hook takes as its key: text, numbers, tuples, lists, a [`Key`], or `None` for 'there is nothing
/// to fetch yet'.
///
/// A type of your own joins in with one line:
///
/// ```
/// use serde::Serialize;
/// use yew_clerk::engine::key::{IntoKey, Key, KeyError};
///
/// #[derive(Serialize)]
/// struct NotesPage { owner: u64, page: u32 }
///
/// impl IntoKey for NotesPage {
///     fn to_key(&self) -> Result<Option<Key>, KeyError> { Key::of(self).map(Some) }
/// }
///
/// let key = NotesPage { owner: 1, page: 2 }.to_key()?.map(|key| key.to_json());
/// assert_eq!(key.as_deref(), Some(r#"{"owner":1,"page":2}"#));
/// assert_eq!(None::<NotesPage>.to_key(), Ok(None));
/// # Ok::<(), KeyError>(())
/// ```
pub trait IntoKey {
    /// The key, or `None` when there is none and so nothing can be fetched.
    ///
    /// # Errors
    /// As [`Key::of`].
    fn to_key(&self) -> Result<Option<Key>, KeyError>;

    /// Whether [`to_key`](Self::to_key) would give `key`. The types of this crate answer without building
    /// one, which spares an allocation in each render that keeps its key.
    fn is_key(&self, key: &Key) -> bool {
        matches!(self.to_key(), Ok(Some(own)) if own == *key)
    }
}

macro_rules! delegate {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> IntoKey for $type {
            fn to_key(&self) -> Result<Option<Key>, KeyError> {
                (**self).to_key()
            }

            fn is_key(&self, key: &Key) -> bool {
                (**self).is_key(key)
            }
        }
    )*};
}

macro_rules! through_serde {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> IntoKey for $type {
            fn to_key(&self) -> Result<Option<Key>, KeyError> {
                Key::of(self).map(Some)
            }

            fn is_key(&self, key: &Key) -> bool {
                encode::is_key(self, key)
            }
        }
    )*};
}

delegate! {
    [T: IntoKey + ?Sized] &T;
    [T: IntoKey + ?Sized] Rc<T>;
    [] String;
    [] Cow<'_, str>;
    [T: Serialize] Vec<T>;
}

through_serde! {
    [] bool; [] char;
    [] i8; [] i16; [] i32; [] i64; [] i128; [] isize;
    [] u8; [] u16; [] u32; [] u64; [] u128; [] usize;
    [] serde_json::Value;
    [T: Serialize] [T];
    [A: Serialize] (A,);
    [A: Serialize, B: Serialize] (A, B);
    [A: Serialize, B: Serialize, C: Serialize] (A, B, C);
    [A: Serialize, B: Serialize, C: Serialize, D: Serialize] (A, B, C, D);
    [A: Serialize, B: Serialize, C: Serialize, D: Serialize, E: Serialize] (A, B, C, D, E);
    [A: Serialize, B: Serialize, C: Serialize, D: Serialize, E: Serialize, F: Serialize]
        (A, B, C, D, E, F);
}

impl IntoKey for str {
    fn to_key(&self) -> Result<Option<Key>, KeyError> {
        Key::of(self).map(Some)
    }

    fn is_key(&self, key: &Key) -> bool {
        decode::text(key.as_bytes()) == Some(self.as_bytes())
    }
}

impl<T: Serialize, const N: usize> IntoKey for [T; N] {
    fn to_key(&self) -> Result<Option<Key>, KeyError> {
        self.as_slice().to_key()
    }

    fn is_key(&self, key: &Key) -> bool {
        self.as_slice().is_key(key)
    }
}

impl IntoKey for Key {
    fn to_key(&self) -> Result<Option<Key>, KeyError> {
        Ok(Some(self.clone()))
    }

    fn is_key(&self, key: &Key) -> bool {
        self == key
    }
}

impl<K: IntoKey> IntoKey for Option<K> {
    fn to_key(&self) -> Result<Option<Key>, KeyError> {
        self.as_ref().map_or(Ok(None), K::to_key)
    }

    fn is_key(&self, key: &Key) -> bool {
        self.as_ref().is_some_and(|own| own.is_key(key))
    }
}
