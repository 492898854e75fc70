//! Data and errors of any type, held by the engine without knowing the type.

use std::any::Any;
use std::rc::Rc;
use std::time::Duration;

/// What the engine has to do with a value: compare it, and give it back as what it was.
trait Value: Any {
    fn equals(&self, other: &dyn Any) -> bool;
    fn type_name(&self) -> &'static str;
}

impl<T: PartialEq + 'static> Value for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

/// A shared value of some type that can be compared.
#[derive(Clone)]
pub struct Data(Rc<dyn Value>);

impl Data {
    /// Wraps a value.
    pub fn new<T: PartialEq + 'static>(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// Wraps a value that is shared already, without copying it.
    pub fn from_rc<T: PartialEq + 'static>(value: Rc<T>) -> Self {
        Self(value)
    }

    /// The value, if it is a `T`.
    #[must_use]
    pub fn get<T: 'static>(&self) -> Option<Rc<T>> {
        let any: Rc<dyn Any> = self.0.clone();
        any.downcast().ok()
    }

    /// The value, for who tries several types.
    #[must_use]
    pub fn any(&self) -> &dyn Any {
        &*self.0
    }

    /// Whether both hold equal values of the same type.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.ptr_eq(other) || { self.0.equals(other.any()) }
    }

    /// Whether both are the very same value.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }

    /// The type of the value.
    #[must_use]
    pub fn type_id_of(&self) -> std::any::TypeId {
        self.any().type_id()
    }

    /// The name of the type, for error texts.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_name()
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Data({})", self.type_name())
    }
}

/// What the engine may know about an error whose type it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whether trying again may help. True for errors that nothing is known of.
    pub retryable: bool,
    /// Whether this is no failure but a cancellation: never shown, never retried.
    pub cancelled: bool,
    /// How long the server asked to wait before the next try.
    pub retry_after: Option<Duration>,
}

impl Default for Hint {
    fn default() -> Self {
        Self { retryable: true, cancelled: false, retry_after: None }
    }
}

/// A shared error of the user's own type.
#[derive(Clone)]
pub struct Failure(Rc<Failed>);

struct Failed {
    error: Rc<dyn Any>,
    type_name: &'static str,
    hint: Hint,
}

impl Failure {
    /// Wraps an error.
    pub fn new<E: 'static>(error: E, hint: Hint) -> Self {
        Self::of(Rc::new(error), std::any::type_name::<E>(), hint)
    }

    fn of(error: Rc<dyn Any>, type_name: &'static str, hint: Hint) -> Self {
        Self(Rc::new(Failed { error, type_name, hint }))
    }

    /// What the retry policy may know of it.
    #[must_use]
    pub fn hint(&self) -> &Hint {
        &self.0.hint
    }

    /// The error, if it is an `E`.
    #[must_use]
    pub fn get<E: 'static>(&self) -> Option<Rc<E>> {
        self.0.error.clone().downcast().ok()
    }

    /// The error as a reference, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        self.0.error.downcast_ref()
    }

    /// Whether both are the very same error. Errors are compared by identity, as in SWR.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The name of the type, for error texts.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_name
    }
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Failure({})", self.type_name())
    }
}

/// Whether two optional shared values are the same one, or both absent.
pub(crate) fn same<T>(a: Option<&T>, b: Option<&T>, eq: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => eq(a, b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_only_as_what_it_was() {
        let data = Data::new(5_u32);
        assert_eq!(data.get::<u32>().as_deref(), Some(&5));
        assert!(data.get::<u64>().is_none());
    }

    #[test]
    fn values_of_different_types_are_never_equal() {
        assert!(!Data::new(5_u32).equals(&Data::new(5_u64)));
        assert!(Data::new("a").equals(&Data::new("a")));
    }

    #[test]
    fn an_error_keeps_its_type() {
        let failure = Failure::new("no".to_owned(), Hint::default());
        assert_eq!(failure.get::<String>().as_deref().map(String::as_str), Some("no"));
        assert!(failure.get::<u8>().is_none());
    }
}
