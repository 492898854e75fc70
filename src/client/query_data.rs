//! The cached data of queries: read and written without a fetch.

use std::rc::Rc;

use super::driver::QueryClient;
use super::error::QueryError;
use super::outcome::typed_data;
use super::query::QueryOptions;
use super::query_key::{DataKey, KeyFilters, QueryKey};
use crate::engine::defaults::GC_TIME;
use crate::engine::entry::QueryState;
use crate::engine::erased::Data;
use crate::engine::filters::Filters;
use crate::engine::key::{Key, KeyError};
use crate::engine::time::Time;

/// The data as a `T`; `None` if it is another type.
fn of_type<T: 'static>(data: Option<&Data>) -> Option<Option<Rc<T>>> {
    match data {
        Some(data) => data.get().map(Some),
        None => Some(None),
    }
}

impl QueryClient {
    /// The keys that `filters` select, and the cached data of each. Those that hold another type are left out. Same as
    /// TanStack Query's `getQueriesData`.
    pub fn get_queries_data<T: 'static>(
        &self,
        filters: impl KeyFilters,
    ) -> Vec<(Key, Option<Rc<T>>)> {
        let all = self.data_of(filters.to_filters()).into_iter();
        all.filter_map(|(key, data)| Some((key, of_type(data.as_ref())?))).collect()
    }

    /// Computes data from what is there and writes it, for each query that `filters` select; `None` leaves one as it is.
    /// Queries that hold another type are left alone, and none is made. A fetch in flight goes on and overwrites it. Gives
    /// the keys, and the data of each as it is then. Same as TanStack Query's `setQueriesData`.
    pub fn set_queries_data<T: PartialEq + 'static>(
        &self,
        filters: impl KeyFilters,
        update: impl Fn(Option<&T>) -> Option<T>,
    ) -> Vec<(Key, Option<Rc<T>>)> {
        let (mut all, mut written) = (Vec::new(), Vec::new());
        for (key, _) in self.data_of(filters.to_filters()) {
            let Some(old) = of_type::<T>(self.committed(&key).as_ref()) else { continue };
            let new = update(old.as_deref()).map(Rc::new);
            if let Some(new) = &new {
                written.push((key.clone(), Data::from_rc(new.clone())));
            }
            all.push((key, new.or(old)));
        }
        self.write_all(written);
        all
    }

    fn data_of(&self, filters: Result<Filters, KeyError>) -> Vec<(Key, Option<Data>)> {
        let (Ok(filters), Some(engine)) = (filters, self.engine()) else {
            return Vec::new();
        };
        engine.data_of(&filters, self.now())
    }

    fn write_all(&self, written: Vec<(Key, Data)>) {
        self.run(move |engine, now| {
            engine.batch(now, |engine| {
                for (key, data) in written {
                    engine.set_data(&key, data, GC_TIME, Some(now), now);
                }
            });
        });
    }

    /// The cached data, if there is any. Same as TanStack Query's `getQueryData`.
    ///
    /// # Errors
    /// When the key holds another type, or cannot be encoded.
    pub fn get_query_data<T: 'static>(
        &self,
        key: impl DataKey<T>,
    ) -> Result<Option<Rc<T>>, QueryError<()>> {
        let Some(key) = key.query_key().map_err(QueryError::Key)? else {
            return Ok(None);
        };
        let data = self.engine().and_then(|engine| engine.data(&key));
        let typed = data.map(|data| typed_data(&data, &key)).transpose();
        typed.map_err(QueryError::TypeMismatch)
    }

    /// [`QueryClient::get_query_data`] for a query that is described already: `client.query_data(&todos())`.
    ///
    /// # Errors
    /// When somebody has put another type there by the plain key, or the key cannot be encoded.
    pub fn query_data<T: 'static, E, U>(
        &self,
        query: &QueryOptions<T, E, U>,
    ) -> Result<Option<Rc<T>>, QueryError<()>> {
        self.get_query_data(query)
    }

    /// The whole state of a query. Same as TanStack Query's `getQueryState`.
    pub fn get_query_state(&self, key: impl QueryKey) -> Option<QueryState> {
        let key = key.query_key().ok()??;
        self.engine()?.state(&key).cloned()
    }

    /// Writes data to the cache, making the entry if need be; a fetch in flight goes on and overwrites it. A new entry is
    /// kept as long as the [defaults](QueryClient::set_query_defaults) for its key say, until somebody uses it who asks for
    /// longer. Same as TanStack Query's `setQueryData` with a value.
    ///
    /// # Errors
    /// When the key cannot be encoded, or there is none.
    pub fn set_query_data<T: PartialEq + 'static>(
        &self,
        key: impl DataKey<T>,
        data: T,
    ) -> Result<(), QueryError<()>> {
        self.set_query_data_at(key, data, self.now())
    }

    /// [`QueryClient::set_query_data`] with data that is from `updated_at`; [`Time::ZERO`] is 'very long ago'.
    /// Same as the option `updatedAt` of TanStack Query's `setQueryData`.
    ///
    /// # Errors
    /// When the key cannot be encoded, or there is none.
    pub fn set_query_data_at<T: PartialEq + 'static>(
        &self,
        key: impl DataKey<T>,
        data: T,
        updated_at: Time,
    ) -> Result<(), QueryError<()>> {
        let key = key.query_key().map_err(QueryError::Key)?.ok_or(QueryError::NoKey)?;
        let data = Data::new(data);
        let gc_time = self.default_gc_time(&key);
        self.run(move |engine, now| {
            engine.set_data(&key, data, gc_time, Some(updated_at), now);
        });
        Ok(())
    }

    /// Computes data from what is there, and writes it; `None` changes nothing. The function sees
    /// the data without optimistic changes, which are laid over what it gives; it must not use the client. Same as TanStack Query's `setQueryData` with a function.
    ///
    /// # Errors
    /// When the key holds another type, cannot be encoded, or there is none.
    pub fn update_query_data<T: PartialEq + 'static>(
        &self,
        key: impl DataKey<T>,
        update: impl FnOnce(Option<&T>) -> Option<T>,
    ) -> Result<(), QueryError<()>> {
        let key = key.query_key().map_err(QueryError::Key)?.ok_or(QueryError::NoKey)?;
        let old = self.committed(&key).map(|data| typed_data::<T>(&data, &key)).transpose();
        let old = old.map_err(QueryError::TypeMismatch)?;
        match update(old.as_deref()) {
            Some(new) => self.set_query_data(key, new),
            None => Ok(()),
        }
    }
}
