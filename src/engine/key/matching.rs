//! Which keys a partial key selects, straight on the canonical bytes.
//!
//! No value's bytes begin another's. So the end of a key's value needs no search before it is compared:
//! bytes that start with a wanted value *are* that value, whatever follows.

use super::decode::Items;
use super::encode::{MAP, SEQUENCE};

/// Whether `prefix` selects `key`, both as canonical bytes. `flat` says that the prefix holds scalars
/// only, besides the sequence that it may be itself.
pub(super) fn starts_with(key: &[u8], prefix: &[u8], flat: bool) -> bool {
    let (key, prefix) = (elements(key), elements(prefix));
    if flat { key.starts_with(prefix) } else { sequence(key, prefix) }
}

/// The elements of a sequence without its tag and end; of another value, that value alone.
pub(super) fn elements(bytes: &[u8]) -> &[u8] {
    match bytes {
        [SEQUENCE, elements @ .., _] => elements,
        alone => alone,
    }
}

/// Whether the elements from the start of `own` match all of `prefix`.
fn sequence(own: &[u8], prefix: &[u8]) -> bool {
    let mut own = Items(own);
    let mut wanted = Items(prefix);
    let Some(mut next) = wanted.next() else {
        return true;
    };
    while value(own.0, next) {
        match wanted.next() {
            Some(after) => next = after,
            None => return true,
        }
        own.next();
    }
    false
}

/// Whether the entries from the start of `own` include all of `prefix`.
fn map(own: &[u8], prefix: &[u8]) -> bool {
    let mut own = Items(own);
    let mut wanted = Items(prefix);
    while let (Some(name), Some(next)) = (wanted.next(), wanted.next()) {
        // Both sides are in the same order, so what one search passes over no later one wants.
        if !find(&mut own, name) || !value(own.0, next) {
            return false;
        }
        own.next();
    }
    true
}

/// Goes forward to the value of the entry with this name.
fn find(entries: &mut Items<'_>, name: &[u8]) -> bool {
    loop {
        if let Some(from_value) = entries.0.strip_prefix(name) {
            entries.0 = from_value;
            return true;
        }
        if entries.next().and_then(|_| entries.next()).is_none() {
            return false;
        }
    }
}

/// Whether the value at the start of `own` matches. Recursion ends: no key nests beyond `MAX_DEPTH`.
fn value(own: &[u8], wanted: &[u8]) -> bool {
    if own.starts_with(wanted) {
        return true;
    }
    match (own, wanted) {
        ([SEQUENCE, own @ ..], [SEQUENCE, wanted @ ..]) => sequence(own, wanted),
        ([MAP, own @ ..], [MAP, wanted @ ..]) => map(own, wanted),
        _ => false,
    }
}
