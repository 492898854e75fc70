//! What a query begins with.

use std::rc::Rc;

use super::query::QueryOptions;
use super::query_settings::Setting;
use crate::engine::erased::Data;
use crate::engine::options::InitialData;
use crate::engine::time::Time;

/// What a query begins with.
impl<T: PartialEq + 'static, E: 'static, U: 'static> QueryOptions<T, E, U> {
    /// Data to begin with, as if fetched when the query comes into the cache; a reset does not make it younger. Same as
    /// TanStack's `initialData`.
    #[must_use]
    pub fn initial_data(self, data: T) -> Self {
        self.set(Setting::InitialData, |options| {
            options.initial_data = Some(InitialData { data: Data::new(data), updated_at: None });
            if options.extras().is_some() {
                options.change_extras(|extras| extras.initial_rule = None);
            }
        })
    }

    /// Makes data to begin with; `None` is none. Asked only while the cache has no data, and outside of it, so it may look
    /// at what other queries have there. Same as TanStack's `initialData` with a function.
    ///
    /// ```
    /// use yew_clerk::client::{QueryClient, QueryOptions, query_options};
    /// use yew_clerk::fetch::{self, FetchError};
    ///
    /// fn note(client: &QueryClient, place: usize) -> QueryOptions<String, FetchError> {
    ///     let client = client.clone();
    ///     query_options(("note", place), move |_| fetch::get(&format!("/api/notes/{place}")).json())
    ///         // The list may have it already.
    ///         .initial_data_with(move || client.get_query_data::<Vec<String>>("notes").ok()??.get(place).cloned())
    /// }
    /// ```
    #[must_use]
    pub fn initial_data_with(self, make: impl Fn() -> Option<T> + 'static) -> Self {
        self.initial_data_from(move || make().map(|data| (data, None)))
    }

    /// [`QueryOptions::initial_data_with`] for data that is from some time ago. Same as TanStack's `initialData` and
    /// `initialDataUpdatedAt` with functions.
    #[must_use]
    pub fn initial_data_with_time(self, make: impl Fn() -> Option<(T, Time)> + 'static) -> Self {
        self.initial_data_from(move || make().map(|(data, at)| (data, Some(at))))
    }

    fn initial_data_from(self, make: impl Fn() -> Option<(T, Option<Time>)> + 'static) -> Self {
        let make = move || {
            make().map(|(data, updated_at)| InitialData { data: Data::new(data), updated_at })
        };
        self.set_extra(Setting::InitialData, |extras| extras.initial_rule = Some(Rc::new(make)))
    }

    /// When the initial data was fetched; [`Time::ZERO`] is 'very long ago'. To be called after
    /// [`QueryOptions::initial_data`]. Same as TanStack's `initialDataUpdatedAt`.
    #[must_use]
    pub fn initial_data_updated_at(self, at: Time) -> Self {
        self.set(Setting::InitialData, |options| {
            if let Some(initial) = &mut options.initial_data {
                initial.updated_at = Some(at);
            }
        })
    }
}
