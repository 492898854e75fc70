//! Structural sharing: what is equal in old and new data stays the very same value.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;

/// Data with parts that can be shared between its old and its new version.
///
/// The parts are those in an [`Rc`]: where a new one equals the old one, the old one is kept, so that it is recognised without
/// a look at what is in it. Same as TanStack Query's `replaceEqualDeep`, for types that say where it is worth while.
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::engine::sharing::Share;
///
/// let old = vec![Rc::new("one".to_owned()), Rc::new("two".to_owned())];
/// let new = vec![Rc::new("one".to_owned()), Rc::new("three".to_owned())];
/// let new = new.share(&old);
/// assert!(Rc::ptr_eq(&old[0], &new[0]));
/// assert_eq!(*new[1], "three");
/// ```
///
/// A type of your own passes it on to its parts:
///
/// ```
/// use std::rc::Rc;
/// use yew_clerk::engine::sharing::Share;
///
/// #[derive(PartialEq)]
/// struct Page { notes: Vec<Rc<String>>, next: Option<u32> }
///
/// impl Share for Page {
///     fn share(self, old: &Self) -> Self {
///         Self { notes: self.notes.share(&old.notes), ..self }
///     }
/// }
/// ```
pub trait Share {
    /// The new data, with the parts of the old that are equal.
    #[must_use]
    fn share(self, old: &Self) -> Self;
}

impl<T: PartialEq> Share for Rc<T> {
    fn share(self, old: &Self) -> Self {
        if Self::ptr_eq(&self, old) || *self == **old { old.clone() } else { self }
    }
}

impl<T: Share> Share for Option<T> {
    fn share(self, old: &Self) -> Self {
        match (self, old) {
            (Some(new), Some(old)) => Some(new.share(old)),
            (new, _) => new,
        }
    }
}

/// By place, as in TanStack Query.
impl<T: Share> Share for Vec<T> {
    fn share(self, old: &Self) -> Self {
        let mut old = old.iter();
        let shared = self.into_iter().map(|new| match old.next() {
            Some(old) => new.share(old),
            None => new,
        });
        shared.collect()
    }
}

impl<K: Eq + Hash, T: Share, S: BuildHasher + Default> Share for HashMap<K, T, S> {
    fn share(self, old: &Self) -> Self {
        let shared = self.into_iter().map(|(key, new)| match old.get(&key) {
            Some(old) => (key, new.share(old)),
            None => (key, new),
        });
        shared.collect()
    }
}

impl<K: Ord, T: Share> Share for BTreeMap<K, T> {
    fn share(self, old: &Self) -> Self {
        let shared = self.into_iter().map(|(key, new)| match old.get(&key) {
            Some(old) => (key, new.share(old)),
            None => (key, new),
        });
        shared.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<Rc<String>> {
        texts.iter().map(|text| Rc::new((*text).to_owned())).collect()
    }

    fn kept(old: &[Rc<String>], new: &[Rc<String>]) -> Vec<bool> {
        old.iter().zip(new).map(|(old, new)| Rc::ptr_eq(old, new)).collect()
    }

    #[test]
    fn equal_items_at_their_places_are_kept_whatever_the_length() {
        let old = texts(&["a", "b", "c"]);
        assert_eq!(kept(&old, &texts(&["a", "x", "c"]).share(&old)), [true, false, true]);
        assert_eq!(kept(&old, &texts(&["a"]).share(&old)), [true]);
        assert_eq!(texts(&["a", "b", "c", "d"]).share(&old).len(), 4);
        assert_eq!(kept(&old, &texts(&["b", "a"]).share(&old)), [false, false]);
    }

    #[test]
    fn values_of_maps_are_kept_by_their_names() {
        let map = |texts: Vec<Rc<String>>| texts.into_iter().enumerate().collect::<HashMap<_, _>>();
        let old = map(texts(&["a", "b"]));
        let new = map(texts(&["a", "x", "y"])).share(&old);
        assert!(Rc::ptr_eq(&old[&0], &new[&0]) && !Rc::ptr_eq(&old[&1], &new[&1]));
        let sorted: BTreeMap<_, _> = old.clone().into_iter().collect();
        let same: BTreeMap<_, _> = map(texts(&["a", "b"])).into_iter().collect();
        assert!(Rc::ptr_eq(&same.share(&sorted)[&1], &sorted[&1]));
    }

    #[test]
    fn what_may_be_absent_is_kept_if_it_is_there() {
        let old = Some(Rc::new(5));
        let new = Some(Rc::new(5)).share(&old);
        assert!(new.as_ref().zip(old.as_ref()).is_some_and(|(new, old)| Rc::ptr_eq(new, old)));
        assert_eq!(None.share(&old), None);
        assert_eq!(old.share(&None), Some(Rc::new(5)));
    }
}
