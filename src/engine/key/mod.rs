//! The identity of a cache entry: any serialisable value in one canonical, hashed form.
//!
//! Two values are the same [`Key`] when a reader would call them the same data: the order of struct
//! fields and map entries does not count, a field that is `None` equals a field that is not there, and
//! a number is its value whatever its Rust type. Everything else tells keys apart: `1` is not `"1"`,
//! `("a",)` is not `"a"`, and `None` inside a sequence keeps its place.
//!
//! The same purpose as SWR's `serialize` and TanStack Query's `hashKey`. Differs from both: the form is
//! not text, so no value can imitate another one by containing quotes and commas.

mod decode;
mod deserializer;
mod encode;
mod into;
mod json;
mod matching;
mod serializer;

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use decode::Value as Part;
pub use into::IntoKey;
#[cfg(feature = "clerk")]
pub(crate) use json::write_text;

/// How many levels of sequences, maps and wrappers a key may nest: 128, the limit of `serde_json`.
pub const MAX_DEPTH: usize = 128;

/// What stands before the canonical bytes of a key: its hash, then whether it is flat.
const HEADER: usize = size_of::<u64>() + 1;

/// The newtype name under which a key serialises itself, for the encoder to know its own output.
const KEY_TOKEN: &str = "$yew_clerk::Key";

/// Why a value is no key, or why a key is no such value.
///
/// ```
/// use std::collections::HashMap;
/// use yew_clerk::engine::key::{Key, KeyError};
///
/// assert_eq!(Key::of(&HashMap::from([((1, 2), "a pair is no name")])), Err(KeyError::MapKey));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The value nests deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A map has a key that is neither text, integer, boolean, character nor unit variant.
    MapKey,
    /// The value's own `Serialize` gave up; its words.
    Serialize(String),
    /// The key does not hold a value of the wanted type; what was expected.
    Decode(String),
    /// Bytes that are not the canonical form of any value.
    Malformed,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => write!(f, "the key nests deeper than {MAX_DEPTH} levels"),
            Self::MapKey => f.write_str("a map inside a key has a key that cannot be text"),
            Self::Serialize(message) => write!(f, "the value cannot be a key: {message}"),
            Self::Decode(message) => write!(f, "the key is no such value: {message}"),
            Self::Malformed => f.write_str("the bytes are not a canonical key"),
        }
    }
}

impl std::error::Error for KeyError {}

/// The identity of a cache entry. Clones share one allocation; comparing and hashing is cheap.
///
/// ```
/// use std::collections::HashMap;
/// use yew_clerk::engine::key::Key;
///
/// let list = Key::of(&("notes", HashMap::from([("page", 1), ("size", 20)])))?;
/// assert_eq!(list, Key::of(&("notes", serde_json::json!({"size": 20.0, "page": 1, "tag": null})))?);
/// assert_eq!(list.to_string(), r#"["notes",{"page":1,"size":20}]"#);
/// assert!(list.starts_with(&Key::of("notes")?));
/// # Ok::<(), yew_clerk::engine::key::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    /// The header and the canonical bytes in one allocation. The hash goes first, so that unequal keys
    /// nearly always differ within the first word that is compared.
    data: Rc<[u8]>,
}

impl Key {
    /// The key of any serialisable value.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// assert_eq!(Key::of(&1_u8)?, Key::of(&1.0)?);
    /// assert_ne!(Key::of(&1)?, Key::of("1")?);
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::TooDeep`], [`KeyError::MapKey`], or [`KeyError::Serialize`] with the value's own words.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, KeyError> {
        encode::key(value)
    }

    /// The canonical bytes, for stores and channels that must give back every key unchanged.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.data.get(HEADER..).unwrap_or_default()
    }

    /// The key whose [`as_bytes`](Self::as_bytes) these are. The bytes need not be trusted.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// let key = Key::of(&("notes", 1))?;
    /// assert_eq!(Key::from_bytes(key.as_bytes()), Ok(key));
    /// assert!(Key::from_bytes(b"something else").is_err());
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::Malformed`] or [`KeyError::TooDeep`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        decode::check(bytes)
    }

    /// The key as JSON, for people: map entries sorted, numbers that JSON lacks as strings such as
    /// `"NaN"`, byte strings as arrays. Two different keys may look alike here; compare keys instead.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// assert_eq!(Key::of(&("a", f64::NAN))?.to_json(), r#"["a","NaN"]"#);
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        decode::json(self.as_bytes())
    }

    /// Reads the key back as a value. What the canonical form merges comes back merged: a whole `f64`
    /// read as a `serde_json::Value` is an integer, and an empty field is missing.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// let key = Key::of(&("notes", 7_u64, None::<bool>))?;
    /// assert_eq!(key.decode::<(String, u8, Option<bool>)>()?, ("notes".to_owned(), 7, None));
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::Decode`] when the key holds something else.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, KeyError> {
        T::deserialize(decode::Encoded::new(self.as_bytes()))
    }

    /// The text of a key that is one bare string, such as an address. `None` for all others.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// assert_eq!(Key::of("/api/foo")?.as_str(), Some("/api/foo"));
    /// assert_eq!(Key::of(&["/api/foo"])?.as_str(), None);
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(decode::text(self.as_bytes())?).ok()
    }

    /// The bare string, or the first element of a sequence if it is a string: for keys like
    /// `("/api/notes", page)` the address.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// assert_eq!(Key::of(&("/api/notes", 2))?.first_str(), Some("/api/notes"));
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn first_str(&self) -> Option<&str> {
        std::str::from_utf8(decode::text(matching::elements(self.as_bytes()))?).ok()
    }

    /// Whether the key is `""`, which SWR takes for 'no key'. Here it is a key like any other.
    #[must_use]
    pub fn is_empty_string(&self) -> bool {
        decode::text(self.as_bytes()) == Some(b"")
    }

    /// The key under which the cache keeps what the subscription `of` brings. No value has this key, so a
    /// subscription never takes the place of anything else.
    pub(crate) fn of_subscription(of: &Self) -> Self {
        encode::subscription(of)
    }

    /// Whether this is the key of a subscription, which no filter selects.
    pub(crate) fn is_subscription(&self) -> bool {
        self.as_bytes().first() == Some(&encode::SUBSCRIPTION)
    }

    /// The key of the list of pages that begins with the page `first`. No value has this key, so a list never takes
    /// the place of anything else; it can be no part of another key, and has no bytes to be read back from.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// let first = Key::of(&("notes", 0))?;
    /// assert!(Key::of_list(&first).is_list() && !first.is_list());
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn of_list(first: &Self) -> Self {
        encode::list(first)
    }

    /// Whether this is the key of a list of pages.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.as_bytes().first() == Some(&encode::LIST)
    }

    /// Whether `prefix` selects this key: its elements match the first ones of this key, maps match when
    /// this key has at least the prefix's entries, and nested sequences match by prefix again.
    ///
    /// A key that is no sequence counts as a sequence of one, on either side. The empty sequence selects
    /// every key. Same as TanStack's `partialMatchKey`, save that a sequence never matches a map, and
    /// that an entry with `None` asks for nothing.
    ///
    /// ```
    /// use yew_clerk::engine::key::Key;
    ///
    /// let key = Key::of(&("notes", serde_json::json!({"page": 2, "tag": "rust"})))?;
    /// assert!(key.starts_with(&Key::of(&("notes", serde_json::json!({"tag": "rust"})))?));
    /// assert!(!key.starts_with(&Key::of(&("notes", serde_json::json!({"tag": "yew"})))?));
    /// # Ok::<(), yew_clerk::engine::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn starts_with(&self, prefix: &Self) -> bool {
        matching::starts_with(self.as_bytes(), prefix.as_bytes(), prefix.is_flat())
    }

    /// Whether the key holds no map, and no sequence but itself.
    fn is_flat(&self) -> bool {
        self.data.get(HEADER - 1) == Some(&1)
    }

    pub(super) fn stored_hash(&self) -> u64 {
        self.data.first_chunk().map_or(0, |hash| u64::from_ne_bytes(*hash))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.stored_hash() == other.stored_hash()
            && (Rc::ptr_eq(&self.data, &other.data) || self.data == other.data)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.stored_hash());
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// As the value that the key holds, so that a key may be part of a larger key or of a JSON document.
///
/// JSON itself has no byte strings, no integers beyond 64 bits and no `NaN`; for those use
/// [`Key::as_bytes`].
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(KEY_TOKEN, &decode::Encoded::new(self.as_bytes()))
    }
}

/// Reads what the `Serialize` of [`Key`] wrote, by way of `serde_json::Value`.
impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        encode::rebuild(&value).map_err(serde::de::Error::custom)
    }
}

/// A map from keys, which does not hash again what a key has hashed already.
///
/// ```
/// use yew_clerk::engine::key::{Key, KeyMap};
///
/// let mut entries = KeyMap::default();
/// entries.insert(Key::of("/api/foo")?, 1);
/// assert_eq!(entries.get(&Key::of("/api/foo")?), Some(&1));
/// # Ok::<(), yew_clerk::engine::key::KeyError>(())
/// ```
pub type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// The hasher of [`KeyMap`]: passes on the number that a [`Key`] brings along.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // A key never comes here; other types still get a usable hash.
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
