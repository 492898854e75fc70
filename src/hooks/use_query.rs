//! `use_query`: TanStack Query's hook.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use yew::prelude::*;

use super::observed::{Observed, Types, use_observed};
use super::thrown::throw;
use super::use_query_client::client_for;
use crate::client::{
    Problem, QueryContext, QueryError, QueryOptions, Started, query_options, typed,
};
use crate::components::{Surroundings, use_surroundings};
use crate::engine::entry::{FetchStatus, Status};
use crate::engine::erased::Failure;
use crate::engine::key::IntoKey;
use crate::engine::observer::Fields;
use crate::engine::paging::Direction;
use crate::engine::time::Time;

/// Fetches data under a key, caches it, and keeps it fresh. The query function returns `Err` to fail.
///
/// The first render already says whether a fetch starts. The component renders again only when a field that
/// it has read changes. `None` as key means that there is nothing to fetch yet. Same as TanStack Query's
/// `useQuery`; options go through [`use_query_with`].
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::fetch;
/// use yew_clerk::hooks::use_query;
///
/// #[component]
/// fn Greeting() -> Html {
///     let greeting = use_query("greeting", |_| fetch::get("/api/greeting").json::<String>());
///     if let Some(error) = greeting.error() {
///         return html! { <p role="alert">{ error.to_string() }</p> };
///     }
///     match greeting.data() {
///         Some(text) => html! { <p>{ &*text }</p> },
///         None => html! { <p>{ "Loading…" }</p> },
///     }
/// }
/// ```
///
/// Outside a `QueryClientProvider` nothing is fetched; [`QueryHandle::problem`] and the console say why.
#[hook]
pub fn use_query<K, T, E, F, Fut>(key: K, query_fn: F) -> QueryHandle<T, E>
where
    K: IntoKey,
    T: PartialEq + 'static,
    E: 'static,
    F: Fn(QueryContext) -> Fut + 'static,
    Fut: Future<Output = Result<T, E>> + 'static,
{
    use_query_with(query_options(key, query_fn))
}

/// [`use_query`] with options: takes what [`query_options`] describes.
///
/// ```
/// use std::time::Duration;
/// use yew::prelude::*;
/// use yew_clerk::client::{QueryOptions, query_options};
/// use yew_clerk::fetch::{self, FetchError};
/// use yew_clerk::hooks::use_query_with;
///
/// fn user(id: u64) -> QueryOptions<String, FetchError> {
///     query_options(("user", id), move |ctx| {
///         fetch::get(&format!("/api/users/{id}")).signal(&ctx.signal()).json()
///     })
///     .stale_time(Duration::from_secs(60))
/// }
///
/// #[component]
/// fn UserName() -> Html {
///     let user = use_query_with(user(7));
///     html! { <p>{ user.data().map_or_else(|| "…".to_owned(), |name| (*name).clone()) }</p> }
/// }
/// ```
#[hook]
pub fn use_query_with<T, E, U>(query: QueryOptions<T, E, U>) -> QueryHandle<U, E>
where
    T: PartialEq + 'static,
    E: 'static,
    U: 'static,
{
    let (around, types) = (use_surroundings(), Types::of::<U, E>());
    let (observed, _) = use_query_observed(&around, query.erased(), types, "use_query");
    QueryHandle::new(observed)
}

/// What does not depend on the types. Also says whether the error was thrown to the boundary around.
#[hook]
pub(super) fn use_query_observed(
    around: &Surroundings,
    query: QueryOptions<(), ()>,
    types: Types,
    hook: &'static str,
) -> (Observed, bool) {
    let client = client_for(around.client.clone(), hook);
    let watch = match &client {
        Ok(client) => query.watch_in(client, around.change_options()).map_err(Problem::Key),
        Err(problem) => Err(problem.clone()),
    };
    let observed = use_observed(client, watch, types);
    let is_thrown = throw(around, &observed);
    (observed, is_thrown)
}

/// What [`use_query`] gives: TanStack Query's result, with methods for its fields.
///
/// Reading a field in a render makes the component render again when that field changes. Outside of renders,
/// a handle always tells the newest state, even after its component is gone. Handles are equal if they
/// show the same, so they may be passed on as props.
pub struct QueryHandle<T, E> {
    pub(super) observed: Observed,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for QueryHandle<T, E> {
    fn clone(&self) -> Self {
        Self::new(self.observed.clone())
    }
}

impl<T, E> PartialEq for QueryHandle<T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.observed == other.observed
    }
}

impl<T, E> QueryHandle<T, E> {
    pub(super) const fn new(observed: Observed) -> Self {
        Self { observed, types: PhantomData }
    }
}

impl<T: 'static, E: 'static> QueryHandle<T, E> {
    /// The data, if there is any: also next to an error, and while it is fetched anew.
    #[must_use]
    pub fn data(&self) -> Option<Rc<T>> {
        self.observed.data()
    }

    /// The error, while the last fetch has failed.
    #[must_use]
    pub fn error(&self) -> Option<Rc<E>> {
        self.observed.error()
    }

    /// Pending, error or success.
    #[must_use]
    pub fn status(&self) -> Status {
        self.observed.read(Fields::STATUS, |shown| shown.status)
    }

    /// Idle, fetching, or paused because the browser is offline.
    #[must_use]
    pub fn fetch_status(&self) -> FetchStatus {
        self.observed.read(Fields::FETCH_STATUS, |shown| shown.fetch_status)
    }

    /// Whether there is no data yet. True for a disabled query as well.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status() == Status::Pending
    }

    /// Whether there is data, and the last fetch has not failed.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status() == Status::Success
    }

    /// Whether the last fetch has failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status() == Status::Error
    }

    /// Whether the first load is running.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.observed.read(Fields::IS_LOADING, |shown| shown.is_loading)
    }

    /// The old name of [`QueryHandle::is_loading`]. Same as TanStack's `isInitialLoading`.
    #[must_use]
    pub fn is_initial_loading(&self) -> bool {
        self.is_loading()
    }

    /// Whether a fetch is running, the first or a later one.
    #[must_use]
    pub fn is_fetching(&self) -> bool {
        self.fetch_status() == FetchStatus::Fetching
    }

    /// Whether a fetch is running while there is data or an error to show. Not if it only adds a page.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.is_fetching() && !self.is_pending() && self.fetch_direction().is_none()
    }

    /// At which end the current or last fetch adds a page, if it does: that of an infinite query.
    pub(super) fn fetch_direction(&self) -> Option<Direction> {
        self.observed.read(Fields::FETCH_DIRECTION, |shown| shown.fetch_direction)
    }

    /// Whether a fetch waits for the network.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.fetch_status() == FetchStatus::Paused
    }

    /// Whether the first load has failed: there is an error and no data.
    #[must_use]
    pub fn is_loading_error(&self) -> bool {
        self.is_error() && self.observed.read(Fields::DATA, |shown| shown.data.is_none())
    }

    /// Whether a later fetch has failed: there is an error next to older data. Not if it was to add a page.
    #[must_use]
    pub fn is_refetch_error(&self) -> bool {
        self.is_error()
            && self.observed.read(Fields::DATA, |shown| shown.data.is_some())
            && self.fetch_direction().is_none()
    }

    /// Whether the data is out of date by this query's `stale_time`.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.observed.read(Fields::IS_STALE, |shown| shown.is_stale)
    }

    /// Whether the data stands in for data that is not there yet.
    #[must_use]
    pub fn is_placeholder_data(&self) -> bool {
        self.observed.read(Fields::IS_PLACEHOLDER, |shown| shown.is_placeholder_data)
    }

    /// Whether the query was ever fetched.
    #[must_use]
    pub fn is_fetched(&self) -> bool {
        self.observed.read(Fields::IS_FETCHED, |shown| shown.is_fetched)
    }

    /// Whether it was fetched since this component mounted.
    #[must_use]
    pub fn is_fetched_after_mount(&self) -> bool {
        self.observed.read(Fields::IS_FETCHED, |shown| shown.is_fetched_after_mount)
    }

    /// Whether it fetches by itself.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.observed.read(Fields::IS_ENABLED, |shown| shown.is_enabled)
    }

    /// How many attempts of the current fetch have failed.
    #[must_use]
    pub fn failure_count(&self) -> u32 {
        self.observed.read(Fields::FAILURE, |shown| shown.failure_count)
    }

    /// Why the last attempt has failed.
    #[must_use]
    pub fn failure_reason(&self) -> Option<Rc<E>> {
        self.observed
            .read(Fields::FAILURE, |shown| shown.failure_reason.as_ref().and_then(Failure::get))
    }

    /// When the data came in, if there is any.
    #[must_use]
    pub fn data_updated_at(&self) -> Option<Time> {
        self.observed
            .read(Fields::UPDATED_AT, |shown| shown.data.as_ref().map(|_| shown.data_updated_at))
    }

    /// When the last error happened, if there was one; a success leaves it.
    #[must_use]
    pub fn error_updated_at(&self) -> Option<Time> {
        let at = self.observed.read(Fields::UPDATED_AT, |shown| shown.error_updated_at);
        (at != Time::ZERO).then_some(at)
    }

    /// How often fetches of this query have failed for good.
    #[must_use]
    pub fn error_update_count(&self) -> u32 {
        self.observed.read(Fields::UPDATED_AT, |shown| shown.error_update_count)
    }

    /// Fetches now, whatever the data's age; a refetch that runs is replaced. Starts at once, awaited or
    /// not, also when the query is disabled. Same as TanStack Query's `refetch`.
    ///
    /// The future gives the new data, or what is selected of it.
    pub fn refetch(&self) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        Started::erased(self.observed.refetch(), typed)
    }

    /// [`QueryHandle::refetch`] that joins a refetch that runs already, unless it is to be replaced. Same as TanStack's
    /// option `cancelRefetch`.
    pub fn refetch_with(
        &self,
        cancel_refetch: bool,
    ) -> Started<Result<Option<Rc<T>>, QueryError<E>>> {
        Started::erased(self.observed.refetch_with(cancel_refetch), typed)
    }

    /// A mistake in the use of the hook: no provider around it, a key that cannot be encoded, or one that
    /// is used for two types. The console says the same.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        self.observed.problem()
    }
}
