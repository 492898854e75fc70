//! Whom a query tells how it has ended.

use std::rc::Rc;

use super::query::QueryOptions;
use super::query_settings::Setting;
use crate::engine::callbacks::Callbacks;
use crate::engine::erased::{Data, Failure};
use crate::engine::key::Key;

/// Whom it tells how it has ended. Each component is told once of each request of its key that is not ignored, whoever
/// made it, and while it is mounted; not of what is written by hand. TanStack Query had such callbacks up to its version 4,
/// and they are missed.
impl<T: PartialEq + 'static, E: 'static, U: 'static> QueryOptions<T, E, U> {
    /// Called with the data that a request has brought: that of the cache, whatever is selected.
    ///
    /// ```
    /// use yew_clerk::client::query_options;
    /// use yew_clerk::fetch;
    ///
    /// # fn greet(name: &str) {}
    /// let user = query_options("user", |_| fetch::get("/api/user").json::<String>())
    ///     .on_success(|name| greet(name));
    /// ```
    #[must_use]
    pub fn on_success(self, callback: impl Fn(&T) + 'static) -> Self {
        self.call(|callbacks| {
            callbacks.on_success = Some(Rc::new(move |data: &Data, _: &Key| {
                if let Some(data) = data.get() {
                    callback(&data);
                }
            }));
        })
    }

    /// Called with the error when a request has failed for good.
    #[must_use]
    pub fn on_error(self, callback: impl Fn(&E) + 'static) -> Self {
        self.call(|callbacks| {
            callbacks.on_error = Some(Rc::new(move |failure: &Failure, _: &Key| {
                if let Some(error) = failure.downcast_ref() {
                    callback(error);
                }
            }));
        })
    }

    /// Called after either, with what there is.
    #[must_use]
    pub fn on_settled(self, callback: impl Fn(Result<&T, &E>) + 'static) -> Self {
        self.call(|callbacks| {
            let callback = move |settled: Result<&Data, &Failure>, _: &Key| match settled {
                Ok(data) => data.get::<T>().iter().for_each(|data| callback(Ok(data))),
                Err(failure) => failure.downcast_ref().into_iter().for_each(|e| callback(Err(e))),
            };
            callbacks.on_settled = Some(Rc::new(callback));
        })
    }

    fn call(self, change: impl FnOnce(&mut Callbacks)) -> Self {
        self.set(Setting::Callbacks, |options| {
            options.callbacks.of_all_requests = true;
            change(&mut options.callbacks);
        })
    }
}
