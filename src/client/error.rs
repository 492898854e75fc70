//! What can go wrong between a cache and its user.

use std::fmt;
use std::rc::Rc;

use crate::engine::key::KeyError;
use crate::fetch::MissingProvider;

/// A key holds data of another type than was asked for.
///
/// It means that two places use one key for different things. Give one of them another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeMismatch {
    /// The key, as JSON.
    pub key: String,
    /// The type that was asked for.
    pub expected: &'static str,
    /// The type that is there.
    pub found: &'static str,
}

impl fmt::Display for TypeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the key {} holds a {}, not a {}: use different keys for different types",
            self.key, self.found, self.expected
        )
    }
}

impl std::error::Error for TypeMismatch {}

/// Why an imperative query gave no data.
#[derive(Debug)]
#[non_exhaustive]
pub enum QueryError<E> {
    /// The query function failed, and retries did not help.
    Failed(Rc<E>),
    /// The query was cancelled, or the user changed meanwhile.
    Cancelled,
    /// There is no key, so there is nothing to fetch.
    NoKey,
    /// The key cannot be encoded.
    Key(KeyError),
    /// The key holds data or an error of another type.
    TypeMismatch(TypeMismatch),
    /// The query or mutation has no function, and no defaults for its key bring one.
    NoFunction,
}

impl<E> Clone for QueryError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(error.clone()),
            Self::Cancelled => Self::Cancelled,
            Self::NoKey => Self::NoKey,
            Self::Key(error) => Self::Key(error.clone()),
            Self::TypeMismatch(error) => Self::TypeMismatch(error.clone()),
            Self::NoFunction => Self::NoFunction,
        }
    }
}

impl<E> QueryError<E> {
    /// Whether this is no failure but a cancellation, which users need not see.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }
}

impl<E: fmt::Display> fmt::Display for QueryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Cancelled => f.write_str("the query was cancelled"),
            Self::NoKey => f.write_str("the query has no key yet, so there is nothing to fetch"),
            Self::Key(error) => error.fmt(f),
            Self::TypeMismatch(error) => error.fmt(f),
            Self::NoFunction => f.write_str(
                "there is no function for this key: give it one, or set defaults for the key",
            ),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for QueryError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(&**error),
            Self::Key(error) => Some(error),
            Self::TypeMismatch(error) => Some(error),
            Self::Cancelled | Self::NoKey | Self::NoFunction => None,
        }
    }
}

/// A mistake in how a hook is used. The hook goes on, without data, and the console says the same once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The hook is used outside the provider that it needs.
    MissingProvider(MissingProvider),
    /// The key cannot be encoded.
    Key(KeyError),
    /// The key holds data of another type.
    TypeMismatch(TypeMismatch),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingProvider(error) => error.fmt(f),
            Self::Key(error) => write!(f, "this key cannot be used: {error}"),
            Self::TypeMismatch(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Problem {}
