//! What names a query to the client: a key, or the query itself.

use super::query::QueryOptions;
use crate::engine::filters::Filters;
use crate::engine::key::{IntoKey, Key, KeyError};

/// What names one query: a key, or its [`QueryOptions`].
pub trait QueryKey {
    /// The key; `None` when there is none yet.
    ///
    /// # Errors
    /// When it cannot be encoded.
    fn query_key(&self) -> Result<Option<Key>, KeyError>;
}

impl<K: IntoKey> QueryKey for K {
    fn query_key(&self) -> Result<Option<Key>, KeyError> {
        self.to_key()
    }
}

/// What names a query whose data is a `T`.
///
/// A [`QueryOptions`] says so itself, so that a wrong type does not compile; to a plain key, the caller says it. Same as the
/// types that TanStack Query's `queryOptions` puts on a key.
///
/// ```
/// use yew_clerk::client::{QueryClient, QueryError, QueryOptions, query_options};
///
/// fn todos() -> QueryOptions<Vec<String>, String> {
///     query_options("todos", |_| async { Ok(vec![]) })
/// }
///
/// # fn example(client: &QueryClient) -> Result<(), QueryError<()>> {
/// client.set_query_data(&todos(), vec!["milk".to_owned()])?;
/// let count = client.query_data(&todos())?.map(|todos| todos.len());
/// let same = client.get_query_data::<Vec<String>>("todos")?.map(|todos| todos.len());
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail
/// # use yew_clerk::client::{QueryClient, QueryOptions, query_options};
/// # fn todos() -> QueryOptions<Vec<String>, String> {
/// #     query_options("todos", |_| async { Ok(vec![]) })
/// # }
/// # fn example(client: &QueryClient) {
/// client.set_query_data(&todos(), 5);
/// # }
/// ```
pub trait DataKey<T>: QueryKey {}

impl<T, K: IntoKey> DataKey<T> for K {}

/// Which queries a command is about: a key stands for all keys that begin with it, no key for nothing.
pub trait KeyFilters {
    /// The filters.
    ///
    /// # Errors
    /// When a key in it cannot be encoded.
    fn to_filters(&self) -> Result<Filters, KeyError>;
}

impl<K: IntoKey> KeyFilters for K {
    fn to_filters(&self) -> Result<Filters, KeyError> {
        Ok(self.to_key()?.map_or_else(Filters::nothing, Filters::prefix))
    }
}

impl KeyFilters for Filters {
    fn to_filters(&self) -> Result<Filters, KeyError> {
        Ok(self.clone())
    }
}

macro_rules! named_by_options {
    ($($options:ty),*) => {$(
        impl<T, E, U> QueryKey for $options {
            fn query_key(&self) -> Result<Option<Key>, KeyError> {
                self.cloned_key()
            }
        }

        impl<T, E, U> DataKey<T> for $options {}

        impl<T, E, U> KeyFilters for $options {
            fn to_filters(&self) -> Result<Filters, KeyError> {
                self.cloned_key()?.to_filters()
            }
        }
    )*};
}

named_by_options!(QueryOptions<T, E, U>, &QueryOptions<T, E, U>);
