//! From a value to its canonical bytes.
//!
//! Each value is a tag and what follows it, and says by itself where it ends, so no value's bytes begin
//! another's. [`END`] is no tag of a value; it closes sequences and maps.

use std::cell::Cell;
use std::hash::Hasher;
use std::rc::Rc;

use rustc_hash::FxHasher;
use serde::Serialize;

use super::{HEADER, Key, KeyError, MAX_DEPTH, decode, json};

pub(super) const END: u8 = 0;
pub(super) const NULL: u8 = 1;
pub(super) const FALSE: u8 = 2;
pub(super) const TRUE: u8 = 3;
/// A whole number from 0 on, as a varint.
pub(super) const INTEGER: u8 = 4;
/// A whole number below 0, as the varint of its bitwise complement: -1 is 0, -2 is 1.
pub(super) const NEGATIVE: u8 = 5;
/// Eight bytes, least significant first.
pub(super) const FLOAT: u8 = 6;
/// UTF-8 after its length in bytes, a varint.
pub(super) const TEXT: u8 = 7;
pub(super) const BYTES: u8 = 8;
pub(super) const SEQUENCE: u8 = 9;
/// Names (always [`TEXT`]) and values in turn, in the order of the names' bytes.
pub(super) const MAP: u8 = 10;
/// Before the key of a first page: the list of pages that begins with it. No value is encoded so.
pub(super) const LIST: u8 = 11;
/// Before the key of a subscription: what that brings. No value is encoded so.
pub(super) const SUBSCRIPTION: u8 = 12;

/// Up to here every whole number is an exact `f64`: 2^53, JavaScript's safe integers and one more.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A buffer above this size is freed after use: 16 KiB is far more than any key in earnest.
const KEPT_CAPACITY: usize = 16 * 1024;

thread_local! {
    /// One buffer for all keys, so that building one costs a single allocation and comparing none.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

pub(super) fn key<T: Serialize + ?Sized>(value: &T) -> Result<Key, KeyError> {
    let mut encoder = Encoder::start(false);
    value.serialize(&mut encoder)?;
    encoder.finish()
}

/// The key of what is canonical already, where an entry with null is meant (see [`Mapping::drop_nulls`]).
pub(super) fn rebuild<T: Serialize + ?Sized>(value: &T) -> Result<Key, KeyError> {
    let mut encoder = Encoder::start(true);
    value.serialize(&mut encoder)?;
    encoder.finish()
}

/// The key of the list that begins with the page `first`.
pub(super) fn list(first: &Key) -> Key {
    let mut encoder = Encoder::start(false);
    encoder.tag(LIST);
    encoder.buffer.extend_from_slice(first.as_bytes());
    encoder.sealed()
}

/// The key of what the subscription `of` brings.
pub(super) fn subscription(of: &Key) -> Key {
    let mut encoder = Encoder::start(false);
    encoder.tag(SUBSCRIPTION);
    encoder.buffer.extend_from_slice(of.as_bytes());
    encoder.sealed()
}

pub(super) fn is_key<T: Serialize + ?Sized>(value: &T, key: &Key) -> bool {
    let mut encoder = Encoder::start(false);
    value.serialize(&mut encoder).is_ok() && encoder.bytes() == key.as_bytes()
}

/// Writes one value. It is passed on by reference, so that small types share this code.
pub(super) struct Encoder {
    buffer: Vec<u8>,
    depth: usize,
    flat: bool,
    rebuilding: bool,
    /// Where the name of a map entry begins while it is written: a float there is refused even when it
    /// is whole, or the same type would be a key on one day and an error on the next.
    name_at: Option<usize>,
}

impl Encoder {
    fn start(rebuilding: bool) -> Self {
        let mut buffer = SCRATCH.try_with(Cell::take).unwrap_or_default();
        buffer.clear();
        buffer.resize(HEADER, 0);
        Self { buffer, depth: 0, flat: true, rebuilding, name_at: None }
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(HEADER..).unwrap_or_default()
    }

    fn finish(self) -> Result<Key, KeyError> {
        if self.depth != 0 {
            // A `Serialize` that goes on after the error of one of its parts leaves half a value behind.
            return Err(KeyError::Serialize(
                "an error inside the value was passed over".to_owned(),
            ));
        }
        Ok(self.sealed())
    }

    fn sealed(mut self) -> Key {
        let mut hasher = FxHasher::default();
        hasher.write(self.bytes());
        let hash = hasher.finish().to_ne_bytes();
        let header = hash.into_iter().chain([u8::from(self.flat)]);
        self.buffer.iter_mut().zip(header).for_each(|(byte, value)| *byte = value);
        Key { data: Rc::from(self.buffer.as_slice()) }
    }

    pub(super) fn tag(&mut self, tag: u8) {
        self.buffer.push(tag);
    }

    pub(super) fn number(&mut self, tag: u8, number: u128) {
        self.buffer.push(tag);
        self.varint(number);
    }

    fn varint(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.buffer.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.buffer.push(number as u8);
    }

    pub(super) fn signed(&mut self, number: i128) {
        let (tag, number) = if number < 0 { (NEGATIVE, !number) } else { (INTEGER, number) };
        self.number(tag, number as u128);
    }

    pub(super) fn float(&mut self, number: f64) -> Result<(), KeyError> {
        if self.name_at == Some(self.buffer.len()) {
            return Err(KeyError::MapKey);
        }
        if number.abs() <= EXACT && number.fract() == 0.0 {
            self.signed(number as i128);
            return Ok(());
        }
        let canonical = if number.is_nan() { f64::NAN.abs() } else { number };
        json::expect_rare_numbers();
        self.buffer.push(FLOAT);
        self.buffer.extend_from_slice(&canonical.to_le_bytes());
        Ok(())
    }

    pub(super) fn chunk(&mut self, tag: u8, content: &[u8]) {
        self.number(tag, content.len() as u128);
        self.buffer.extend_from_slice(content);
    }

    fn enter(&mut self) -> Result<(), KeyError> {
        if self.depth == MAX_DEPTH {
            return Err(KeyError::TooDeep);
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn open(&mut self, tag: u8) -> Result<(), KeyError> {
        self.enter()?;
        self.flat &= tag == SEQUENCE && self.buffer.len() == HEADER;
        self.buffer.push(tag);
        Ok(())
    }

    /// Begins the map of one entry that an enum's variant with content is.
    pub(super) fn open_variant(&mut self, name: &str) -> Result<(), KeyError> {
        self.open(MAP)?;
        self.chunk(TEXT, name.as_bytes());
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.buffer.push(END);
        self.depth -= 1;
    }

    /// `Some` and newtypes leave no trace, but count: endless wrapping shall end in an error.
    pub(super) fn wrapped<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.enter()?;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    /// Writes a finished key as part of this one.
    pub(super) fn rebuilt<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        let before = std::mem::replace(&mut self.rebuilding, true);
        value.serialize(&mut *self)?;
        self.rebuilding = before;
        Ok(())
    }

    /// Turns the name written from `start` on into text, as JSON does. Gives where its characters begin.
    fn name_from(&mut self, start: usize) -> Result<usize, KeyError> {
        let written = self.buffer.get(start..).unwrap_or_default();
        if decode::text(written).is_none() {
            let name = decode::name(written).ok_or(KeyError::MapKey)?;
            self.buffer.truncate(start);
            self.chunk(TEXT, name.as_bytes());
        }
        let written = self.buffer.get(start..).unwrap_or_default();
        Ok(self.buffer.len() - decode::text(written).map_or(0, <[u8]>::len))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.capacity() <= KEPT_CAPACITY {
            // Fails only while the thread ends, when nobody needs the buffer.
            let _ = SCRATCH.try_with(|scratch| scratch.set(buffer));
        }
    }
}

/// Where one entry of a map stands in the buffer.
#[derive(Clone, Copy, Default)]
struct Entry {
    start: usize,
    text: usize,
    value: usize,
    end: usize,
}

/// A map while it is written: entries go to the buffer as they come and are put in order at the end.
pub(super) struct Mapping<'e> {
    encoder: &'e mut Encoder,
    start: usize,
    /// Sorted by name, one for each name. Inserting is quadratic in theory, but the maps in keys are small
    /// and this is far less code than a sort.
    entries: Vec<Entry>,
    next: Entry,
}

impl<'e> Mapping<'e> {
    /// A map whose tag has just been written.
    pub(super) fn new(encoder: &'e mut Encoder) -> Self {
        let start = encoder.buffer.len();
        Self { encoder, start, entries: Vec::new(), next: Entry::default() }
    }

    pub(super) fn name<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), KeyError> {
        let start = self.encoder.buffer.len();
        self.encoder.name_at = Some(start);
        name.serialize(&mut *self.encoder)?;
        self.encoder.name_at = None;
        self.next = Entry { start, text: self.encoder.name_from(start)?, ..Entry::default() };
        Ok(())
    }

    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.next.value = self.encoder.buffer.len();
        value.serialize(&mut *self.encoder)?;
        self.next.end = self.encoder.buffer.len();
        self.insert(self.next);
        Ok(())
    }

    /// A later entry takes the place of an earlier one with its name.
    fn insert(&mut self, new: Entry) {
        let buffer = &self.encoder.buffer;
        let name = |entry: &Entry| buffer.get(entry.text..entry.value);
        match self.entries.binary_search_by(|entry| name(entry).cmp(&name(&new))) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    *entry = new;
                }
            }
            Err(at) => self.entries.insert(at, new),
        }
    }

    /// Nothing and null are the same in a map. Only what an enum's variant with an empty content has left
    /// in a finished key, an entry alone in its map, stays when that key is written again.
    fn drop_nulls(&mut self) {
        let buffer = &self.encoder.buffer;
        if !(self.encoder.rebuilding && self.entries.len() == 1) {
            self.entries.retain(|entry| buffer.get(entry.value..entry.end) != Some(&[NULL]));
        }
    }

    /// Gives the encoder back for what the map is part of.
    pub(super) fn finish(mut self) -> &'e mut Encoder {
        self.drop_nulls();
        let buffer = &mut self.encoder.buffer;
        let mut expected = self.start;
        let in_order = self
            .entries
            .iter()
            .all(|entry| std::mem::replace(&mut expected, entry.end) == entry.start);
        if !in_order || expected != buffer.len() {
            let unsorted = buffer.len();
            for entry in &self.entries {
                buffer.extend_from_within(entry.start..entry.end);
            }
            buffer.drain(self.start..unsorted);
        }
        self.encoder.close();
        self.encoder
    }
}
